"""What others have named cannot act: escapes for the terminal, commands for a CI service, further lines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flake8_training_phase.output.formats import formats
from flake8_training_phase.printable import printable, printable_path
from tests.helpers import MODEL, Result, flake8

Fix = Callable[..., Result]

NAME = "\x1b[31m\x07\n::error::pwn\u202e.py"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such names")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("model.py", "model.py"),
        ("ünï cödé 表 😀.py", "ünï cödé 表 😀.py"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m\u2028\u202e\udcff", r"\x9b31m\u2028\u202e\udcff"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(("path", "shown"), [("::error::x.py", "./::error::x.py"), (" ##[x].py", "./ ##[x].py")])
def test_a_path_that_looks_like_a_command(path: str, shown: str) -> None:
    assert printable_path(path) == shown


def acting(text: str) -> list[str]:
    """The characters that do something, and the lines that are commands of a CI service."""
    return [char for char in "\x1b\x07\r\u202e" if char in text] + [
        line for line in text.splitlines() if line.lstrip().startswith(("::error::", "##"))
    ]


@pytest.mark.parametrize("name", [*formats(), "--diff", "--show-files", "--show-settings"])
def test_a_name_acts_in_no_format(name: str, tmp_path: Path, fix: Fix) -> None:
    for file in (NAME, "::error::x.py"):
        (tmp_path / file).write_text(MODEL)
    options = [name] if name.startswith("--") else ["--check", "--output-format", name]
    done = fix(*options, "--isolated", NAME, "::error::x.py", "\x1b[gone.py\n::error::y")
    assert acting(done.out + done.err) == []
    if name == "junit":
        assert {one.tag for one in ElementTree.fromstring(done.out).iter()} == {
            *("testsuites", "testsuite", "testcase", "failure", "error")
        }


def test_a_line_of_code_acts_no_more_than_a_name(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "model.py").write_text(MODEL.replace("call(self, x):", "call(self, x):  #\t\x1b[31m\x07"))
    done = fix("--check", ".")
    assert acting(done.out) == []
    assert "call(self, x):  #\t\\x1b[31m\\x07\n" in done.out


@pytest.mark.parametrize("where", ["key", "value"])
def test_settings_that_act(where: str, tmp_path: Path, fix: Fix) -> None:
    hostile = '"\\u001b[31m\\n::error::pwn"'
    line = f"{hostile} = 1" if where == "key" else f"select = [{hostile}]"
    (tmp_path / "pyproject.toml").write_text(f"[tool.training-phase]\n{line}\n")
    (tmp_path / "model.py").write_text(MODEL)
    done = fix("--check", ".")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert acting(done.err) == []
    assert acting(flake8("model.py", cwd=tmp_path).out) == []


def test_options_that_act(fix: Fix) -> None:
    for options in (["--\x1b[31m\n::error::x"], ["--explain", "\x1b\n::error::x"], ["--select", "\x1b[31mX"]):
        done = fix(*options, ".")
        assert (done.code, len(done.err.splitlines()), acting(done.err)) == (2, 1, [])
