"""A small share of what `python -m tests.fuzz` runs, and proof that it notices a promise that is not kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.findings import Edit, Position
from flake8_training_phase.fixes import render
from flake8_training_phase.rules import rule
from flake8_training_phase.rules.rule import Violation
from tests.fuzz import project_promises
from tests.fuzz.containers import markdown, notebook
from tests.fuzz.inputs import Input, made_up, mutants
from tests.fuzz.project_promises import keep_project_promises
from tests.fuzz.projects import projects
from tests.fuzz.promises import BrokenPromise, keep_promises, smallest
from tests.helpers import FORGETFUL, MODEL, UNRELATED


def python(text: str) -> Input:
    return Input("input.py", text.encode())


def test_promises_are_kept_for_mutants_of_the_examples() -> None:
    for given in islice(mutants(20_24, []), 150):
        keep_promises(given)


def test_promises_are_kept_for_made_up_code() -> None:
    for given in made_up(20_24, 10):
        keep_promises(given)


def test_promises_are_kept_in_spoiled_projects() -> None:
    understood = [keep_project_promises(given) for given in islice(projects(20_24), 60)]
    assert any(understood)
    assert not all(understood)


def test_a_project_that_is_changed_by_a_check_breaks_a_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(arguments: Sequence[str]) -> int:
        Path("model.py").write_text("", encoding="utf-8")
        return 0

    monkeypatch.setattr(project_promises, "main", run)
    with pytest.raises(BrokenPromise, match="a check changes files"):
        keep_project_promises(next(projects(20_24)))


@pytest.mark.parametrize("said", ["\x1b[31m", "\u202e", "Traceback", "internal error"])
def test_what_a_project_makes_the_command_say(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr(project_promises, "main", lambda arguments: print(said) or 0)
    with pytest.raises(BrokenPromise, match=r"the command fails|characters that a terminal obeys"):
        keep_project_promises(next(projects(20_24)))


def test_what_is_fixed_is_told_from_what_is_not() -> None:
    assert keep_promises(python(MODEL))
    assert not keep_promises(python(UNRELATED))


@pytest.mark.parametrize("container", [notebook, markdown])
def test_notebooks_and_markdown_are_fixed(container: Callable[[Sequence[str], random.Random], bytes]) -> None:
    name = "input.ipynb" if container is notebook else "input.md"
    texts = (container([FORGETFUL], random.Random(number)) for number in range(10))
    assert any(keep_promises(Input(name, data)) for data in texts)


def test_an_exception_breaks_a_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(module: CheckedModule) -> Iterator[Violation]:
        if any(one.call is not None for one in module.layer_classes):
            raise ZeroDivisionError("by nothing")
        return iter(())

    monkeypatch.setattr(rule("KTP202"), "check", check)
    with pytest.raises(BrokenPromise, match="internal error, please report it: ZeroDivisionError"):
        keep_promises(python(FORGETFUL))
    message = "internal error, please report it: ZeroDivisionError: by nothing"
    small = smallest(python(UNRELATED + FORGETFUL), message).data
    assert small.splitlines()[-2:] == FORGETFUL.encode().splitlines()[-2:]
    assert len(small.splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (", training=training)", "a fix would break line 10"),
        (", 1", "changes the file again"),
    ],
)
def test_a_wrong_edit_breaks_a_promise(content: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoiled(*_: object) -> list[Edit]:
        return [Edit(Position(10, 27), Position(10, 27), content)]

    monkeypatch.setattr(engine, "MAX_ROUNDS", 3)
    monkeypatch.setattr(render, "_add_argument", spoiled)
    with pytest.raises(BrokenPromise, match=said):
        keep_promises(python(FORGETFUL))
