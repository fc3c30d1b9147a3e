"""What the documentation shows of diffs and of output is what the commands print.

Blocks after a comment are written by `python -m tests.generate_docs`, or say in it why there is nothing to run.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_training_phase.cli import check, main
from tests.generate_docs import ROOT
from tests.helpers import FORGETFUL, MODEL
from tests.test_docs_snippets import PAGES, SHOWN_ONLY, Snippet, snippets
from tests.test_notebooks import code, written
from tests.test_notebooks import notebook as in_cells

SHOWN = [one for one in snippets(PAGES) if one.language in SHOWN_ONLY and not one.comment]
FROZEN = ROOT / "examples" / "frozen_backbone.py"

UNKNOWN_PARTS = """\
import keras
from blocks import scaled
from company import Head


class Net(keras.Model):
    def __init__(self, mode):
        super().__init__()
        self.mode = mode
        self.head = Head()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.head(scaled(x))
        return self.drop(x, training=self.mode)
"""


def shown(page: str, language: str) -> Snippet:
    """The one block of a language on a page that nobody generates."""
    [found] = [one for one in SHOWN if (one.page, one.language) == (page, language)]
    return found


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_every_block_is_compared() -> None:
    others = {
        "docs/migrating-keras-2-to-3.md": "tests/runtime/test_migrating.py",
        "README.md": "tests/test_examples.py",
    }
    pages = {"docs/index.md", "docs/first-steps.md", "docs/notebooks.md", "docs/output.md"}
    assert {one.page for one in SHOWN} == {*others, *pages}
    assert all((ROOT / test).is_file() for test in others.values())


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/first-steps.md"])
def test_the_change_of_an_example(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--isolated", "--diff", str(FROZEN)]) == 1
    printed = capsys.readouterr().out
    lines = shown(page, "diff").code.splitlines()
    assert [line for line in lines if line[0] != " "] == re.findall(r"^[-+] .*$", printed, re.MULTILINE)
    assert all(line[1:] in FROZEN.read_text(encoding="utf-8").splitlines() for line in lines if line[0] != "+")


def test_the_report_of_an_example(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FROZEN.parent)
    assert check(["--isolated", "--color", "never", "-q", FROZEN.name]) == 1
    assert capsys.readouterr().out == shown("docs/first-steps.md", "text").code


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    imports, _, model = MODEL.partition("\n\n\n")
    path = tmp_path / "models.ipynb"
    path.write_bytes(written(in_cells(code(""), code(imports), code(model.rstrip()))))
    return path


def test_a_place_in_a_notebook(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(["--isolated", "--output-format", "concise", "-q", notebook.name]) == 1
    assert capsys.readouterr().out == shown("docs/notebooks.md", "text").code


def test_the_change_of_a_notebook(notebook: Path) -> None:
    removed, added = (
        [line[1:] for line in shown("docs/notebooks.md", "diff").code.splitlines() if line[0] == mark] for mark in "-+"
    )
    before = notebook.read_text(encoding="utf-8").splitlines()
    assert main(["--isolated", "-q", notebook.name]) == 0
    after = notebook.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in before if line not in after] == [line.strip() for line in removed]
    assert [line.strip() for line in after if line not in before] == [line.strip() for line in added]


def test_what_verbose_runs_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(UNKNOWN_PARTS)
    (tmp_path / "blocks.py").write_text("def scaled(x):\n    return x * 0.5\n")
    assert check(["--isolated", "-v", "model.py"]) == 0
    assert unwrapped(capsys.readouterr().err) == unwrapped(shown("docs/output.md", "text").code)


def test_a_finding_that_is_silenced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(FORGETFUL)
    assert main(["--isolated", "--add-noqa", "model.py"]) == 0
    removed, added = shown("docs/output.md", "diff").code.splitlines()
    assert re.sub(r"^-", "", removed) in FORGETFUL.splitlines()
    assert re.sub(r"^\+", "", added) in Path("model.py").read_text().splitlines()
