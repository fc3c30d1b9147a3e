"""What the heads of `tests/cases` say of Keras is so: before the fixes, after them, and in the fixes shown beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flake8_training_phase.runs.assignment import Fixes
from tests.expectations import Expectations, expectations
from tests.inputs import CASES, MEASURED, Input, case_inputs, not_yet, reported
from tests.runtime.conftest import need_keras
from tests.runtime.measure import Worker

Ask = Callable[[int, Path, Path], object]
"""Gives what `measure()` of a module says: by the generation of Keras, its folder and its file."""


def with_measure() -> Iterator[object]:
    """The cases that say what is measured of them."""
    for one in case_inputs():
        head = expectations(one.source)
        if head.measured("before") or head.measured("after"):
            yield pytest.param(one, id=one.name.removeprefix("cases/"))


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Runs modules in a process for each generation of Keras."""
    need_keras()
    workers: dict[int, Worker] = {}

    def measured(keras: int, folder: Path, file: Path) -> object:
        if keras not in workers:
            workers[keras] = Worker(keras)
        module = file.relative_to(folder).with_suffix("").as_posix().replace("/", ".")
        return workers[keras].ask("case", folder=str(folder), module=module)["measured"]

    yield measured
    for worker in workers.values():
        worker.stop()


def assert_measured(ask: Ask, folder: Path, head: Expectations, when: str) -> None:
    """The case does what its head says of it in each generation."""
    assert head.main is not None
    for keras, wanted in head.measured(when).items():
        assert ask(keras, folder, head.main) == wanted, f"{when} the fixes, Keras {keras}"


@pytest.mark.parametrize("case", with_measure())
def test_before_the_fixes(case: Input, tmp_path: Path, ask: Ask) -> None:
    assert_measured(ask, tmp_path, expectations(case.copied(tmp_path)), "before")


@pytest.mark.parametrize("case", with_measure())
def test_after_the_fixes(case: Input, tmp_path: Path, ask: Ask) -> None:
    name, listed = case.name.removeprefix("cases/"), not_yet()
    if name in listed:
        pytest.skip("the tool does not pass this case yet")
    copy = case.copied(tmp_path)
    head = expectations(copy)
    for result in reported(copy, case.settings, Fixes.ALL if head.unsafe else Fixes.SAFE):
        assert result.after is not None
        result.path.write_bytes(result.after.to_bytes())
    if f"{name}{MEASURED}" not in listed:
        assert_measured(ask, tmp_path, head, "after")
        return
    with pytest.raises(AssertionError):  # Else its line in `not_yet.txt` has to go.
        assert_measured(ask, tmp_path, head, "after")


@pytest.mark.parametrize("fixed", sorted(CASES.glob("*.fixed.py")), ids=lambda path: path.stem)
def test_the_fix_that_is_shown(fixed: Path, tmp_path: Path, ask: Ask) -> None:
    copy = tmp_path / fixed.name.replace(".fixed", "")
    copy.write_bytes(fixed.read_bytes())
    assert_measured(ask, tmp_path, expectations(copy), "after")
