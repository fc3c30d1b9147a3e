"""Fixes write in the style of the file and of its project: annotations, and the length of lines."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from textwrap import dedent

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.project_style import ProjectStyle, ProjectStyles
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, MODEL


def fixed(text: str, folder: Path, **settings: bool) -> str:
    """The text of a file in a folder after its safe fixes, which leave nothing to fix."""
    found = engine.fix(SourceText(text), Settings(**settings), str(folder / "model.py"))  # type: ignore[arg-type]
    ast.parse(found.text)
    again = engine.fix(SourceText(found.text), Settings(**settings), str(folder / "model.py"))  # type: ignore[arg-type]
    assert again.text == found.text
    return found.text


def signature(head: str, parameters: str, folder: Path) -> str:
    """The fixed signature of a `call` with these parameters, in a module that begins in this way."""
    text = fixed(f"{head}{MODEL}".replace("call(self, x)", f"call(self, {parameters})"), folder)
    return next(line.strip() for line in text.splitlines() if "def call" in line)


# Annotations


@pytest.mark.parametrize(
    ("head", "parameters", "added"),
    [
        ("from typing import Optional\n", "x: int", ": Optional[bool] = None"),
        ("import typing as t\ndef f(x: t.Optional[int]): ...\n", "x: int", ": t.Optional[bool] = None"),
        ("from typing import Union\n", "x: Union[int, str]", ": Union[bool, None] = None"),
        ("from typing import Optional\ndef f(x: int | None): ...\n", "x: int | str", ": bool | None = None"),
        ("from typing import Optional\ndef f(x: Optional[int]): ...\n", "x: Optional[int]", ": Optional[bool] = None"),
        (
            "from typing import *\ndef f(x: Union[int, str], y: Optional[int]): ...\n",
            "x: int",
            ": Optional[bool] = None",
        ),
        ("from __future__ import annotations\n", "x: int", ": bool | None = None"),
        ("", 'x: "Tensor"', ': "bool | None" = None'),
        ("from typing import Optional\n", 'x: "Tensor"', ': "Optional[bool]" = None'),
        # Nothing says that a union can be evaluated.
        ("", "x: int", "=None"),
        # Most parameters have no annotation.
        ("from typing import Optional\n", "x, y, z: int = 1", "=None"),
        ("from typing import Optional\n", "x", "=None"),
        ("from typing import Optional\n", "x: int, y=1", ": Optional[bool] = None"),
    ],
)
def test_annotations_are_written_as_the_file_writes_them(
    head: str, parameters: str, added: str, tmp_path: Path
) -> None:
    assert signature(head, parameters, tmp_path) == f"def call(self, {parameters}, training{added}):"


@pytest.mark.parametrize(
    ("name", "content", "added"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.10"', ": bool | None = None"),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9,<4"', "=None"),
        ("pyproject.toml", "[project", "=None"),
        ("setup.cfg", "[options]\npython_requires = ~=3.11", ": bool | None = None"),
        ("setup.cfg", "no section", "=None"),
    ],
)
def test_unions_where_each_python_can_evaluate_them(name: str, content: str, added: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "package").mkdir()
    assert signature("", "x: int", tmp_path / "package") == f"def call(self, x: int, training{added}):"


# The length of lines

LENGTHS = [
    ("pyproject.toml", "[tool.black]\nline-length = 40", 40),
    ("pyproject.toml", "[tool.black]", 88),
    ("pyproject.toml", "[tool.ruff]\nline-length = 41", 41),
    ("pyproject.toml", "[tool.yapf]\ncolumn_limit = 42", 42),
    ("pyproject.toml", "[tool.pylint.format]\nmax-line-length = 43", 43),
    ("ruff.toml", "line-length = 44", 44),
    ("setup.cfg", "[flake8]\nmax-line-length = 45", 45),
    ("tox.ini", "[flake8]\nmax-line-length = 46", 46),
    (".flake8", "[flake8]\nmax-line-length = 47", 47),
    (".flake8", "[flake8]\nmax-line-length = %(long)s", None),
    ("pyproject.toml", '[tool.black]\nline-length = "long"', 88),
    ("pyproject.toml", "\ufffe", None),
]


@pytest.mark.parametrize(("name", "content", "length"), LENGTHS)
def test_where_the_length_is_read(name: str, content: str, length: int | None, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / ".git").mkdir()
    assert ProjectStyles().of(tmp_path / "a" / "b") == ProjectStyle(length)


def test_the_nearest_file_counts_and_none_above_the_project(tmp_path: Path) -> None:
    (tmp_path / ".flake8").write_text("[flake8]\nmax-line-length = 50")
    inner = tmp_path / "project"
    inner.mkdir()
    assert ProjectStyles().of(inner).line_length == 50
    (inner / "setup.py").touch()
    assert ProjectStyles().of(inner).line_length is None


def test_the_folder_beside_another_one_is_not_in_it(tmp_path: Path) -> None:
    for name, length in {"one": 40, "other": 50}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "setup.cfg").write_text(f"[flake8]\nmax-line-length = {length}")
    (tmp_path / "other" / "inner").mkdir()
    assert ProjectStyles().of(tmp_path / "one" / ".." / "other" / "inner").line_length == 50
    (tmp_path / "plain").mkdir()
    assert ProjectStyles().of(tmp_path / "one" / ".." / "plain").line_length is None


BROKEN = [
    # The call is left as long as it may be, then in one line between its brackets, then in a line for each argument.
    ("return self.drop(x)", 46, "return self.drop(x, training=training)"),
    ("return self.drop(x)", 45, "return self.drop(\n    x, training=training\n)"),
    ("return self.drop(x)", 31, "return self.drop(\n    x,\n    training=training,\n)"),
    ("return self.drop(x)  # a comment", 45, "return self.drop(\n    x, training=training\n)  # a comment"),
    ("return self.drop(x)[0] + 1", 46, "return self.drop(\n    x, training=training\n)[0] + 1"),
    ("return self.drop(f(x, 'a, b'))", 46, "return self.drop(\n    f(x, 'a, b'), training=training\n)"),
    # The outermost brackets of the line come first, then those inside them.
    ("return f(self.drop(x))", 44, "return f(\n    self.drop(x, training=training)\n)"),
    ("return f(self.drop(x))", 40, "return f(\n    self.drop(\n        x, training=training\n    )\n)"),
    ("return f(x) + f(self.drop(x))", 48, "return f(x) + f(\n    self.drop(x, training=training)\n)"),
    ("if f(self.drop(x)): pass", 46, "if f(\n    self.drop(x, training=training)\n): pass"),
    ("if f(self.drop(x)):\n    pass", 45, "if f(\n    self.drop(x, training=training)\n):\n    pass"),
    ("return f(\n    self.drop(x), x\n)", 44, "return f(\n    self.drop(\n        x, training=training\n    ), x\n)"),
    # What spans lines keeps its layout, but for a line that would be too long.
    ("return self.drop(\n    x\n)", 30, "return self.drop(\n    x,\n    training=training,\n)"),
    ("return self.drop(\n    x\n)", 32, "return self.drop(\n    x, training=training\n)"),
    ("return self.drop(\n    x  # a\n)", 32, "return self.drop(\n    x,  # a\n    training=training\n)"),
    (
        "return self.drop(\n    f(x,\n      x)\n)",
        32,
        "return self.drop(\n    f(x,\n      x),\n    training=training\n)",
    ),
    ("return self.drop(\n    f(x, 'ab'))", 40, "return self.drop(\n    f(x, 'ab'),\n    training=training)"),
    ("return self.drop(f(x,\n    x))", 30, "return self.drop(f(x,\n    x),\n                 training=training)"),
    # What was too long before stays one line, and so does what has no brackets but those of a list.
    ("return [self.drop(x)][0]", 40, "return [self.drop(x, training=training)][0]"),
    ("return self.drop(x)", 20, "return self.drop(x, training=training)"),
    # Nothing is broken in an f-string, which has to be one line before Python 3.12.
    ("return f'{self.drop(x)}' + 's'", 40, "return f'{self.drop(x, training=training)}' + 's'"),
]


def call_fixed(statement: str, length: int, folder: Path, end: str = "\n") -> str:
    (folder / "setup.cfg").write_text(f"[flake8]\nmax-line-length = {length}")
    body = "\n".join(f"        {line}" for line in statement.split("\n"))
    text = MODEL.replace("call(self, x)", "call(self, x, training=None)").replace("        return self.drop(x)", body)
    after = fixed(text.replace("\n", end), folder)
    return dedent(after.partition(f"training=None):{end}")[2]).removesuffix(end)


@pytest.mark.parametrize(("statement", "length", "after"), BROKEN)
def test_a_call_is_broken_as_black_would(statement: str, length: int, after: str, tmp_path: Path) -> None:
    assert call_fixed(statement, length, tmp_path) == after


@pytest.mark.parametrize(
    ("length", "after"),
    [
        (62, "self.drop(\n            self.drop(x, training=training), training=training\n        )"),
        (50, "self.drop(\n            self.drop(x, training=training),\n            training=training,\n        )"),
    ],
)
def test_nested_calls_of_one_fix_are_broken_together(length: int, after: str, tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text(f"[flake8]\nmax-line-length = {length}")
    text = fixed(MODEL.replace("self.drop(x)", "self.drop(self.drop(x))"), tmp_path)
    assert f"return {after}\n" in text


def test_two_fixes_of_one_line_break_it_when_both_do_not_fit(tmp_path: Path) -> None:
    # Each of them alone would fit.
    after = call_fixed("return f(self.drop(self.drop(x)))", 70, tmp_path)
    assert after == "return f(\n    self.drop(\n        self.drop(x, training=training), training=training\n    )\n)"


def test_lines_end_as_those_of_the_file(tmp_path: Path) -> None:
    after = call_fixed("return self.drop(x)", 45, tmp_path, "\r\n")
    assert after == "return self.drop(\r\n    x, training=training\r\n)"


@pytest.mark.parametrize(
    ("parameters", "length", "after"),
    [
        ("x", 40, "self, x, training=None"),
        ("x", 34, "\n        self, x, training=None\n    "),
        ("x", 28, "\n        self,\n        x,\n        training=None,\n    "),
        ("x, /, *, y=1", 44, "\n        self, x, /, training=None, *, y=1\n    "),
        ("x, **kwargs", 34, "\n        self,\n        x,\n        training=None,\n        **kwargs\n    "),
        ("x,\n             y", 32, "self, x,\n             y, training=None"),
        ("x,\n             y", 20, "self, x,\n             y,\n             training=None"),
    ],
)
def test_a_signature_is_broken_as_black_would(parameters: str, length: int, after: str, tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text(f"[flake8]\nmax-line-length = {length}")
    text = MODEL.replace("call(self, x)", f"call(self, {parameters})")
    found = engine.fix(SourceText(text), Settings(), str(tmp_path / "model.py"), unsafe=True).text
    assert f"def call({after}):\n" in found


def test_without_settings_the_longest_line_of_code_counts(tmp_path: Path) -> None:
    name = "x" * 50
    text = MODEL.replace("x)", f"{name})")
    assert f"return self.drop(\n            {name}, training=training\n        )" in fixed(text, tmp_path)
    # What a comment or a string needs is no measure for code.
    for long in (f"# {'a' * 120}\n", f'"{"a" * 120}"\n'):
        assert "self.drop(\n" in fixed(long + text, tmp_path)
    assert f"drop({name}, training=training)" in fixed(f"y = {'a' * 120}\n{text}", tmp_path)
    # This one would be 80 characters long.
    text = MODEL.replace("x)", f"{'x' * 35})")
    assert "self.drop(\n" in fixed(f"y = {'a' * 75}\n{text}", tmp_path)
    assert "self.drop(\n" not in fixed(f"y = {'a' * 76}\n{text}", tmp_path)


def test_a_file_with_endless_lines_keeps_to_no_length(tmp_path: Path) -> None:
    call = f"self.drop([{', '.join(['x'] * 200)}])"
    text = MODEL.replace("self.drop(x)", call)
    assert f"{call[:-1]}, training=training)\n" in fixed(text, tmp_path)


def test_a_signature_that_goes_on_behind_a_backslash_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nmax-line-length = 30")
    text = MODEL.replace("call(self, x):", "call(self, x) \\\n            -> int:")
    after = "    def call(self, x,\n             training=None) \\\n            -> int:\n"
    assert after in fixed(text, tmp_path)


def test_isolated_reads_no_style_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "setup.cfg").write_text("[flake8]\nmax-line-length = 30")
    assert fixed(MODEL, tmp_path, isolated=True) == FIXED_MODEL
    assert fixed(MODEL, tmp_path) != FIXED_MODEL


def test_a_notebook_is_cut_into_its_new_lines(tmp_path: Path) -> None:
    from flake8_training_phase.sources.documents import open_document

    (tmp_path / "setup.cfg").write_text("[flake8]\nmax-line-length = 45")
    cell = {"cell_type": "code", "source": MODEL.splitlines(keepends=True)}
    document = open_document("a.ipynb", json.dumps({"cells": [cell], "nbformat": 4}).encode())
    text = engine.fix(document.source, Settings(), str(tmp_path / "a.ipynb")).text
    after = json.loads(document.with_text(text).to_bytes())["cells"][0]["source"]
    assert after[-3:] == ["        return self.drop(\n", "            x, training=training\n", "        )\n"]
