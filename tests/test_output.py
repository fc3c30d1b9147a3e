"""Where output goes, what it looks like there, and the exit code."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase.output.colours import Colour
from flake8_training_phase.output.progress import Progress
from tests.helpers import FIXED_MODEL, MISNAMED, MODEL, Result, returning

Fix = Callable[..., Result]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


# --output-file


@pytest.mark.parametrize("name", ["text", "json", "junit", "sarif", "statistics"])
def test_the_report_in_a_file_is_the_report(name: str, model: Path, fix: Fix) -> None:
    report = fix("--check", "--output-format", name, ".").out
    line = "1 file checked, 1 finding (1 with a safe fix)\n"
    done = fix("--check", "--output-format", name, "--output-file", "report.txt", ".")
    assert done == Result(1, line, "")
    assert model.with_name("report.txt").read_text() == report.removesuffix(line)


def test_a_diff_in_a_file(model: Path, fix: Fix) -> None:
    diff = fix("--diff", ".").out
    assert fix("--diff", "--output-file", "fixes.patch", ".").out == ""
    assert model.with_name("fixes.patch").read_text() == diff


def test_fixed_standard_input_with_a_report_in_a_file(tmp_path: Path, fix: Fix) -> None:
    done = fix("-", "--output-format", "json", "--output-file", "report.json", stdin=MODEL.encode())
    assert done == Result(0, FIXED_MODEL, "1 file checked, 1 finding fixed, 0 left\n")
    assert [one["fixed"] for one in json.loads((tmp_path / "report.json").read_text())] == [True]


def test_an_old_report_is_replaced_and_keeps_its_mode(model: Path, fix: Fix) -> None:
    report = model.with_name("report.txt")
    report.write_text("old")
    report.chmod(0o640)
    fix("--check", "--output-format", "concise", "--output-file", report, ".")
    assert report.read_text().startswith("model.py:9:5: KTP101")
    assert report.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_a_new_report_can_be_read_by_others(model: Path, fix: Fix) -> None:
    old = os.umask(0o022)
    try:
        fix("--check", "--output-file", "report.txt", ".")
    finally:
        os.umask(old)
    assert model.with_name("report.txt").stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(os.name == "nt", reason="needs named pipes")
def test_a_pipe_is_written_to_not_replaced(model: Path, fix: Fix) -> None:
    pipe = model.with_name("pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert fix("--check", "--output-format", "concise", "--output-file", pipe, ".").err == ""
    with open(reader) as report:  # noqa: PTH123 - a descriptor
        assert report.read().startswith("model.py:9:5: KTP101")
    assert pipe.is_fifo()


@pytest.mark.parametrize(("name", "why"), [("gone/report.txt", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_written(name: str, why: str, model: Path, fix: Fix) -> None:
    assert fix("--check", "--output-file", name, ".") == Result(2, "", f"{name}: cannot be written: {why}\n")


def test_an_old_report_stays_when_a_new_one_cannot_be_written(
    model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    report = model.with_name("report.txt")
    report.write_text("old")
    monkeypatch.setattr("os.fsync", fail)
    done = fix("--check", "--output-file", "report.txt", ".")
    assert done == Result(2, "", "report.txt: cannot be written: No space left on device\n")
    assert report.read_text() == "old"
    assert sorted(model.parent.iterdir()) == [model, report]


# Colour


@pytest.mark.parametrize(
    ("colour", "environment", "on_terminal", "elsewhere"),
    [
        ("auto", {}, True, False),
        ("auto", {"NO_COLOR": "1"}, False, False),
        ("auto", {"NO_COLOR": ""}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ("auto", {"TERM": "dumb"}, False, False),
        ("always", {"NO_COLOR": "1"}, True, True),
        ("never", {"FORCE_COLOR": "1"}, False, False),
    ],
)
def test_when_output_is_coloured(
    colour: str, environment: dict[str, str], on_terminal: bool, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Colour(colour).wanted(Terminal()) is on_terminal
    assert Colour(colour).wanted(io.StringIO()) is elsewhere


@pytest.mark.parametrize("options", [["--check"], ["--diff"], ["--check", "--statistics"]])
def test_colour_changes_nothing_else(options: list[str], model: Path, fix: Fix) -> None:
    plain = fix(*options, ".").out
    coloured = fix(*options, "--color", "always", ".").out
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    # No line leaves its colour to the next.
    assert all(line.endswith("\x1b[0m") for line in coloured.splitlines() if line.count("\x1b[") % 2)


@pytest.mark.parametrize("name", ["json", "json-lines", "github", "gitlab", "sarif", "junit"])
def test_what_programs_read_is_never_coloured(name: str, model: Path, fix: Fix) -> None:
    assert "\x1b" not in fix("--check", "--output-format", name, "--color", "always", ".").out


def test_a_file_is_coloured_only_when_asked(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    report = model.with_name("report.txt")
    fix("--check", "--output-file", report, ".")
    assert "\x1b" not in report.read_text()
    fix("--check", "--output-file", report, "--color", "always", ".")
    assert "\x1b" in report.read_text()


BOTH_PLACES = """\
    12 |         return self.drop(x)
       |                ^^^^^^^^^^^^
    11 |         x = self.base(x, training=False)
       |             ---------------------------- `self.base` leaks its flag to the layers called after it
"""


def test_both_places_of_a_leak_are_shown(model: Path, fix: Fix) -> None:
    made = "        self.base = keras.layers.BatchNormalization()\n\n    def call"
    flagged = "    def call(self, x, training=None):\n        x = self.base(x, training=False)\n"
    text = MODEL.replace("\n    def call", made).replace("    def call(self, x):\n", flagged)
    model.write_text(text)
    assert BOTH_PLACES in fix("--check", "--keras-versions", "3", ".").out
    [found] = json.loads(fix("--check", "--keras-versions", "3", "--output-format", "json", ".").out)
    assert found["related"]["location"] == {"row": 11, "column": 13}
    sarif = json.loads(fix("--check", "--keras-versions", "3", "--output-format", "sarif", ".").out)
    [other] = sarif["runs"][0]["results"][0]["relatedLocations"]
    assert other["physicalLocation"]["region"]["startLine"] == 11


# Progress


def test_progress_on_a_terminal() -> None:
    stream = Terminal()
    progress = Progress(stream, delay=0)
    with progress.over(4):
        progress.advance(1)
        progress.advance(2)
        # A fix in one file can call for another look at many.
        time.sleep(0.2)  # Bars are drawn ten times a second.
        progress.advance(3)
    assert "checking:  25%" in stream.getvalue()
    assert " 1/4 " in stream.getvalue()
    assert " 6/6 " in stream.getvalue()
    # What was shown is wiped away.
    assert stream.getvalue().rpartition("\r")[0].endswith(" ")


def test_no_progress_in_a_short_run_or_elsewhere() -> None:
    for stream, delay in ((Terminal(), 60), (io.StringIO(), 0)):
        progress = Progress(stream, delay)
        with progress.over(1):
            progress.advance(1)
        assert stream.getvalue() == ""


def test_the_examiner_tells_the_progress_bar(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(Progress, "advance", lambda self, count: told.append(count))
    fix("--check", "--no-cache", ".")
    assert sum(told) == 1


@pytest.mark.parametrize("module", ["tqdm", "flake8_training_phase.reporters.sarif"])
def test_what_is_not_asked_for_is_not_loaded(module: str, model: Path) -> None:
    script = "import sys; from flake8_training_phase.cli import main; main(['--check', '.']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=model.parent, capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert "flake8_training_phase.reporters.text" in loaded
    assert module not in loaded


# Exit codes


@pytest.mark.skipif(os.name == "nt", reason="needs pipes that break")
def test_a_reader_that_has_seen_enough(model: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "flake8_training_phase", "--check", "."]
    done = subprocess.run(command, cwd=model.parent, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("options", "text", "code"),
    [
        (["--check"], MODEL, 1),
        (["--check", "--exit-zero"], MODEL, 0),
        (["--diff", "--exit-zero"], MODEL, 0),
        (["--exit-zero"], MISNAMED, 0),
        (["--exit-zero", "gone.py"], MODEL, 2),
        ([], MODEL, 0),
        (["--exit-non-zero-on-fix"], MODEL, 1),
        (["--exit-non-zero-on-fix"], FIXED_MODEL, 0),
        (["--exit-non-zero-on-fix"], MISNAMED, 1),
        (["--check", "--exit-non-zero-on-fix"], FIXED_MODEL, 0),
        (["--exit-zero", "--exit-non-zero-on-fix"], FIXED_MODEL, 2),
    ],
)
def test_exit_codes(options: list[str], text: str, code: int, model: Path, fix: Fix) -> None:
    model.write_text(text)
    assert fix(*options, ".").code == code


# Output that cannot be written


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("options", [["--check", "."], ["--list-rules"], ["--diff", "."], ["-"]])
def test_a_full_disk_behind_standard_output(options: list[str], model: Path) -> None:
    command = [sys.executable, "-m", "flake8_training_phase", *options]
    with open("/dev/full", "w") as full, model.open() as text:  # noqa: PTH123 - no file of ours
        done = subprocess.run(
            command, cwd=model.parent, stdin=text, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    said = "training-phase-fix: standard output cannot be written: No space left on device"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, said)
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a shell is needed")
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "2>&-"])
def test_closed_streams(closed: str, model: Path) -> None:
    command = f'"{sys.executable}" -m flake8_training_phase --check . {closed}'
    done = subprocess.run(command, shell=True, cwd=model.parent, capture_output=True, text=True, check=False)
    if closed == "2>&-":
        assert (done.returncode, done.stdout.startswith("model.py:9:5: KTP101")) == (1, True)
    else:
        expected = "" if "2" in closed else "training-phase-fix: standard output cannot be written: it is closed\n"
        assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)


@pytest.mark.skipif(os.name != "posix", reason="a shell is needed")
@pytest.mark.parametrize("module", ["flake8_training_phase", "flake8_training_phase.command.map"])
def test_closed_standard_input(module: str, model: Path) -> None:
    command = f'"{sys.executable}" -m {module} - <&-'
    done = subprocess.run(command, shell=True, cwd=model.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(": - stands for standard input, which is closed\n")
    assert len(done.stderr.splitlines()) == 1


# Long lines


def test_of_a_long_line_only_what_is_near_is_shown(tmp_path: Path, fix: Fix) -> None:
    """A line that is shown for each of its findings must not make the report as long as its square."""
    lengths = []
    for count in (100, 200):
        (tmp_path / "model.py").write_text(returning(f"[{', '.join(['self.drop(x)'] * count)}]"))
        lengths.append(len(fix("--check", ".").out))
    assert lengths[1] < 2.2 * lengths[0]
    excerpt = fix("--check", ".").lines[4 * 50 + 1 : 4 * 50 + 3]
    assert excerpt[0].startswith("    10 | …")
    assert excerpt[0].endswith("…")
    start, end = excerpt[1].index("^"), excerpt[1].rindex("^") + 1
    assert excerpt[0][start:end] == "self.drop(x)"


def test_a_safe_fix_that_could_not_be_written_needs_no_unsafe_fixes(model: Path, fix: Fix) -> None:
    folder = model.parent / "in"
    folder.mkdir()
    (folder / "link.py").symlink_to(model)
    done = fix("in")
    assert (done.code, done.lines[-1]) == (
        2,
        "1 file checked, 0 findings fixed, 1 left (1 whose fix could not be written), 1 error",
    )


# what fixes in other files lead to

BLOCK = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)
"""
NET = """
import keras
from blocks import Block


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x)
"""


def test_files_that_are_fixed_because_of_others_are_named(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)
    (tmp_path / "net.py").write_text(NET)
    assert "net.py" not in fix("--check", ".").out
    assert fix("--diff", ".").err.splitlines() == [
        "net.py: would be fixed because of the fixes in blocks.py",
        "2 files checked, 2 findings would be fixed, 0 left",
    ]
    assert fix("--quiet", "--diff", ".").err == ""
    assert fix(".").lines == [
        "net.py: fixed because of the fixes in blocks.py",
        "2 files checked, 2 findings fixed, 0 left",
    ]
    assert "training=training" in (tmp_path / "net.py").read_text()
