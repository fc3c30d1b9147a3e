"""--add-noqa: comments that silence what is found, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase.sources.noqa import Suppressions
from tests.helpers import FORGETFUL, MODEL, Result, flake8, returning

Fix = Callable[..., Result]

HEAD = returning("0").removesuffix("        return 0\n")
WHY = "pre-existing"


def silenced(body: str, fix: Fix, *options: str) -> str:
    """The body of a `call` with the comments for its findings."""
    done = fix("--add-noqa", *options, "-", stdin=f"{HEAD}{body}".encode())
    assert done.out.startswith(HEAD)
    return done.out.removeprefix(HEAD)


def test_a_comment_with_the_code_and_the_reason(model: Path, fix: Fix) -> None:
    assert fix("--add-noqa", "--reason", "trained with it, see #12", ".") == Result(
        0, "1 file checked, 1 finding silenced, 0 left\n", ""
    )
    line = "    def call(self, x):"
    assert model.read_text() == MODEL.replace(line, f"{line}  # noqa: KTP101 - trained with it, see #12")
    assert fix("--check", ".").code == 0


CASES = [
    ("return self.drop(x)", f"return self.drop(x)  # noqa: KTP202 - {WHY}"),
    ("return self.drop(x)  ", f"return self.drop(x)  # noqa: KTP202 - {WHY}"),
    ("return self.drop(x) + self.drop(x)", f"return self.drop(x) + self.drop(x)  # noqa: KTP202 - {WHY}"),
    ("return self.drop(self)(x)", f"return self.drop(self)(x)  # noqa: KTP202 - {WHY}"),
    ("return self.drop(x)  # main path", f"return self.drop(x)  # main path  # noqa: KTP202 - {WHY}"),
    # What is in a comment already stays.
    ("return self.drop(x)  # noqa: E501", f"return self.drop(x)  # noqa: E501, KTP202 - {WHY}"),
    ("return self.drop(x)  # NOQA:E501,W291", f"return self.drop(x)  # NOQA:E501,W291, KTP202 - {WHY}"),
    ("return self.drop(x)  # noqa: E501  a link", "return self.drop(x)  # noqa: E501, KTP202  a link"),
    # Brackets: flake8 looks at the line that a finding begins in.
    (
        "return (\n            self.drop(\n                x\n            )\n        )",
        f"return (\n            self.drop(  # noqa: KTP202 - {WHY}\n                x\n            )\n        )",
    ),
    # Strings of several lines, and lines joined by backslashes: at the last of them.
    (
        "return self.drop('''\n\n            ''')",
        f"return self.drop('''\n\n            ''')  # noqa: KTP202 - {WHY}",
    ),
    (
        "return 1 + \\\n            self.drop(x) + \\\n            1",
        f"return 1 + \\\n            self.drop(x) + \\\n            1  # noqa: KTP202 - {WHY}",
    ),
]
"""The last line of a `call`, and what it becomes."""
IDS = [
    "plain",
    "trailing",
    "twice",
    "chained",
    "comment",
    "noqa",
    "noqa_twice",
    "noqa_words",
    "brackets",
    "string",
    "joined",
]


@pytest.mark.parametrize(("before", "after"), CASES, ids=IDS)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""], ids=["lf", "crlf", "no_end"])
def test_where_the_comment_goes(before: str, after: str, end: str, tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "model.py"
    text, expected = (f"{HEAD}        {last}{end and chr(10)}".replace("\n", end or "\n") for last in (before, after))
    path.write_bytes(text.encode())
    done = fix("--add-noqa", ".")
    assert (done.code, done.err) == (0, "")
    assert path.read_bytes().decode() == expected
    assert fix("--check", ".").code == 0
    assert fix("--add-noqa", ".").lines == ["1 file checked, 0 findings silenced, 0 left"]


def test_flake8_understands_the_comments(tmp_path: Path, fix: Fix) -> None:
    for name, (before, _) in zip(IDS, CASES, strict=True):
        (tmp_path / f"case_{name}.py").write_text(f"{HEAD}        {before}\n")
    assert {line.partition(".py")[0] for line in flake8(".", cwd=tmp_path).lines} == {f"./case_{name}" for name in IDS}
    fix("--add-noqa", ".")
    assert flake8(".", cwd=tmp_path) == Result(0, "", "")


TWO_CODES = MODEL.partition("    def call")[0] + (
    "    def call(self, x, is_training=False): return self.drop(x, is_training)\n"
)
"""One KTP103 and one KTP203 in the last line."""


def test_several_codes_in_one_line(fix: Fix) -> None:
    done = fix("--add-noqa", "-", stdin=TWO_CODES.encode())
    assert done.out == f"{TWO_CODES.rstrip()}  # noqa: KTP103, KTP203 - {WHY}\n"


def test_only_what_is_found_is_silenced(tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "model.py"
    path.write_text(f"{FORGETFUL}unused = undefined\n")
    fix("--add-noqa", ".")
    changed = [line for line in path.read_text().splitlines() if line not in FORGETFUL.splitlines()]
    assert changed == [f"        return self.drop(x)  # noqa: KTP202 - {WHY}", "unused = undefined"]


def test_no_reason(fix: Fix) -> None:
    assert silenced("        return self.drop(x)\n", fix, "--reason", "") == (
        "        return self.drop(x)  # noqa: KTP202\n"
    )


def test_a_reason_is_not_taken_for_a_code(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "model.py").write_text(TWO_CODES)
    found = {"KTP103", "KTP203"}
    assert {code for code in found if code in fix("--check", ".").out} == found
    fix("--add-noqa", "--select", "KTP203", "--reason", "KTP103 is another matter", ".")
    assert "# noqa: KTP203 - KTP103 is another matter\n" in (tmp_path / "model.py").read_text()
    for report in (fix("--check", "--output-format", "concise", "."), flake8("model.py", cwd=tmp_path)):
        assert {code for code in found if f" {code} " in report.out} == {"KTP103"}


def test_a_reason_is_one_line(fix: Fix) -> None:
    done = fix("--add-noqa", "--reason", "a\nb")
    assert done.code == 2
    assert "argument --reason: must be a single line" in done.err


# What cannot be silenced is reported


def test_a_noqa_in_a_string_before_the_comment(fix: Fix) -> None:
    # flake8 looks at the first one of a line, wherever it stands.
    body = "        return '# noqa: E501', self.drop(x)\n"
    done = fix("--add-noqa", "-", stdin=f"{HEAD}{body}".encode())
    assert (done.code, done.out) == (1, f"{HEAD}{body}")
    assert done.err.splitlines()[0].startswith("-:10:32: KTP202 [*]")
    assert done.err.splitlines()[-1] == "1 file checked, 0 findings silenced, 1 left"


def test_one_that_cannot_be_silenced_leaves_the_others_silent(fix: Fix) -> None:
    body = "        y = '# noqa: E501', self.drop(x)\n        return self.drop(y)\n"
    assert silenced(body, fix) == body.replace("(y)\n", f"(y)  # noqa: KTP202 - {WHY}\n")


def test_a_comment_that_would_change_what_the_text_means(fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Suppressions, "comment_row", lambda self, row: row)
    body = "        return self.drop('''\n''')\n"
    done = fix("--add-noqa", "-", stdin=f"{HEAD}{body}".encode())
    assert (done.code, done.out) == (1, f"{HEAD}{body}")


def test_a_file_that_cannot_be_analysed(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "broken.py").write_text("def call(:import\n")
    done = fix("--add-noqa", ".")
    assert done.code == 1
    assert done.lines[0].startswith("broken.py:1:10: KTP900 ")
    assert (tmp_path / "broken.py").read_text() == "def call(:import\n"


def test_a_reason_that_the_encoding_does_not_have(tmp_path: Path, fix: Fix) -> None:
    data = f"# coding: latin-1\n# café\n{FORGETFUL}".encode("latin-1")
    (tmp_path / "model.py").write_bytes(data)
    assert fix("--add-noqa", "--reason", "日本", ".").code == 1
    assert (tmp_path / "model.py").read_bytes() == data
    assert fix("--add-noqa", "--reason", "déjà vu", ".").code == 0
    assert "déjà vu".encode("latin-1") in (tmp_path / "model.py").read_bytes()


def test_a_file_that_cannot_be_written(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    done = fix("--add-noqa", ".")
    assert (done.code, done.err) == (2, "model.py: cannot be written: No space left on device\n")
    assert done.lines[-1] == "1 file checked, 0 findings silenced, 1 left, 1 error"
    assert model.read_text() == MODEL


# Files in pieces


def test_comments_in_the_cells_of_a_notebook(tmp_path: Path, fix: Fix) -> None:
    cells = [["%matplotlib inline\n", "import keras"], FORGETFUL.splitlines(keepends=True), ["print(training=1"]]
    notebook = {
        "cells": [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell}
            for cell in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "model.ipynb"
    path.write_text(json.dumps(notebook, indent=1))
    before = path.read_text()
    done = fix("--add-noqa", "--output-format", "concise", ".")
    # The cell that is no Python is left.
    assert [line.partition(" ")[0] for line in done.lines] == ["model.ipynb:cell", "1"]
    assert path.read_text() == before.replace("drop(x)", f"drop(x)  # noqa: KTP202 - {WHY}")


def test_comments_in_the_blocks_of_a_markdown_file(tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "page.md"
    block = "".join(f"   {line}" if line.strip() else line for line in FORGETFUL.splitlines(keepends=True))
    path.write_text(f"1. Read\n\n   ```python\n{block}   ```\n")
    before = path.read_text()
    assert fix("--add-noqa", path).code == 0
    assert path.read_text() == before.replace("drop(x)", f"drop(x)  # noqa: KTP202 - {WHY}")
    assert fix("--check", path).code == 0
