"""training-phase-check and training-phase-fix: what each does and refuses, and what both offer."""

from __future__ import annotations

import importlib.util
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

from flake8_training_phase import cli
from flake8_training_phase.cli import check as check_command
from flake8_training_phase.codes import rule_modules
from tests.helpers import FIXED_MODEL, FORGETFUL, MISNAMED, MODEL, UNRELATED, Result, returning

Fix = Callable[..., Result]

CLEAN, FOUND, ERROR = 0, 1, 2


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fix:
    """Runs training-phase-check in this process, in `tmp_path`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        return Result(check_command(arguments), *capsys.readouterr())

    return run


# Which of them writes


def test_check_finds_what_fix_finds_and_writes_nothing(model: Path, check: Fix, fix: Fix) -> None:
    checked = check("model.py")
    assert checked.code == FOUND
    assert model.read_text() == MODEL
    assert checked == fix("--check", "model.py")
    assert check("--diff", "model.py") == fix("--diff", "model.py")
    assert fix("model.py").code == CLEAN
    assert model.read_text() == FIXED_MODEL
    assert check("model.py") == Result(CLEAN, "All checks passed (1 file checked)\n", "")


@pytest.mark.parametrize(
    "options",
    [
        ["--output-format", "json"],
        ["--output-format", "sarif"],
        ["--statistics"],
        ["--unsafe-fixes"],
        ["--show-fixes"],
        ["--exit-non-zero-on-fix"],
        ["--output-file", "report.txt"],
        ["--write-baseline", "known.json"],
    ],
)
def test_no_option_makes_check_write(options: list[str], model: Path, check: Fix) -> None:
    check(*options, "model.py")
    assert model.read_text() == MODEL


@pytest.mark.parametrize("option", ["--add-noqa", "--fix-only"])
def test_check_refuses_what_writes(option: str, model: Path, check: Fix) -> None:
    done = check(option, "model.py")
    assert (done.code, done.out) == (ERROR, "")
    assert done.err == f"training-phase-check: {option} changes files: it is an option of training-phase-fix\n"
    assert model.read_text() == MODEL


def test_both_have_the_same_options() -> None:
    of_check, of_fix = (cli._parser(mode)._option_string_actions.keys() for mode in cli._NAMES)
    assert of_check == of_fix


@pytest.mark.parametrize("options", [[], ["--check"], ["--diff"], ["--output-format", "json"]])
def test_a_path_is_needed(options: list[str], model: Path, check: Fix, fix: Fix) -> None:
    for command, name in ((check, "training-phase-check"), (fix, "training-phase-fix")):
        done = command(*options)
        assert (done.code, done.out) == (ERROR, "")
        assert f"\nusage: {name} [OPTIONS] PATH [PATH ...]\n" in done.err
    assert model.read_text() == MODEL


@pytest.mark.parametrize("option", ["--uns", "--unsafe", "--ch", "--out=json", "--exp", "--list"])
def test_options_cannot_be_abbreviated(option: str, model: Path, fix: Fix) -> None:
    done = fix(option, "model.py")
    assert done.code == ERROR
    assert f"unknown option `{option.partition('=')[0]}`" in done.err
    assert model.read_text() == MODEL


@pytest.mark.parametrize("paths", [[""], ["model.py", ""], ["--", ""]])
def test_an_empty_path_is_not_this_folder(paths: list[str], model: Path, fix: Fix) -> None:
    """A shell makes one of `training-phase-fix "$FILE"` where the variable is not set."""
    assert fix(*paths) == Result(ERROR, "", "training-phase-fix: a PATH is empty; `.` is this folder\n")
    assert model.read_text() == MODEL


@pytest.mark.parametrize("option", ["--output-file", "--write-baseline"])
def test_output_never_takes_the_place_of_a_checked_file(option: str, model: Path, check: Fix) -> None:
    done = check(option, "./model.py", ".")
    assert done == Result(
        ERROR, "", "training-phase-check: model.py is a file to check: the output would take its place\n"
    )
    assert model.read_text() == MODEL


def test_a_folder_that_was_deleted_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    run = "import sys; from flake8_training_phase.cli import check; sys.exit(check(['model.py']))"
    path = os.pathsep.join([str(Path(cli.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", f"import os; os.rmdir({str(gone)!r}); {run}"],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "training-phase-check: the folder that it runs in is not there any more\n"
    assert (done.returncode, done.stderr) == (ERROR, said)


# What fix says of its work


@pytest.mark.parametrize(
    ("output_format", "fixed", "left"),
    [
        ("json-lines", '"code": "KTP101"', '"code": "KTP103"'),
        ("github", "::notice file=a.py,line=9,", "::error file=b.py,line=9,"),
        ("gitlab", '"description": "Fixed: KTP101 ', '"description": "KTP103 '),
        ("junit", '<testcase name="fixed: KTP101 ', '<testcase name="KTP103 '),
        ("sarif", '"kind": "informational"', '"ruleId": "KTP103"'),
        ("statistics", "1  KTP101  model-without-training          1 fixed", "1 [unsafe fix]"),
    ],
)
def test_formats_tell_what_was_fixed_and_what_is_left(
    output_format: str, fixed: str, left: str, tmp_path: Path, fix: Fix
) -> None:
    (tmp_path / "a.py").write_text(MODEL)
    (tmp_path / "b.py").write_text(MISNAMED)
    before = fix("--check", "--output-format", output_format, ".").out
    assert left in before
    assert fixed == '"code": "KTP101"' or fixed not in before
    done = fix("--output-format", output_format, ".").out
    assert left in done
    assert fixed in done
    assert fixed not in fix("--output-format", output_format, ".").out


def test_show_fixes(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "a.py").write_text(returning("self.drop(self.drop(x))"))
    (tmp_path / "b.py").write_text(MISNAMED)
    shown = ["a.py:", "    2 x KTP202 training-not-forwarded"]
    summary = "2 files checked, 2 findings {}, 1 left (1 fixable only with --unsafe-fixes)"
    would = fix("--diff", "--show-fixes", ".")
    assert would.err.splitlines() == [f"Would fix in {shown[0]}", shown[1], summary.format("would be fixed")]
    assert fix("--show-fixes", "--fix-only", ".").lines == [
        f"Fixed in {shown[0]}",
        shown[1],
        "2 files checked, 2 findings fixed",
    ]


def test_fix_only(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "a.py").write_text(MODEL)
    (tmp_path / "b.py").write_text(MISNAMED)
    # What is left is not told, so nothing is said to be left either.
    assert fix("--fix-only", ".") == Result(CLEAN, "2 files checked, 1 finding fixed\n", "")
    assert fix("--fix-only", ".") == Result(CLEAN, "2 files checked, 0 findings fixed\n", "")
    assert (tmp_path / "a.py").read_text() == FIXED_MODEL
    assert fix("--fix-only", "--exit-non-zero-on-fix", "--unsafe-fixes", ".").code == FOUND
    assert "--fix-only applies fixes and cannot be given with --check" in fix("--fix-only", "--check", ".").err


def test_quiet_and_verbose(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "a.py").write_text(MODEL)
    (tmp_path / "b.py").write_text(UNRELATED)
    quiet = fix("--check", "-q", ".")
    assert quiet.out == fix("--check", ".").out.removesuffix("2 files checked, 1 finding (1 with a safe fix)\n")
    assert fix("--check", "-q", "b.py") == Result(CLEAN, "", "")
    verbose = fix("--check", "-v", ".")
    assert verbose.out == fix("--check", ".").out
    assert verbose.err.splitlines() == [
        "a.py: checked: 1 left, 0 fixed, 0 known from the baseline; not changed",
        "a.py: its findings depend on b.py",  # It may make the model of `a.py` inside a layer.
        "b.py: checked: it has no findings",
    ]
    assert "not allowed with" in fix("-q", "-v", ".").err


MODEL_OF_TWO_FILES = """\
import keras
from blocks import Block
from company import Head


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.head = Head()

    def call(self, x, training=None):
        x = self.block(x, training=training)
        return self.head(x)
"""
BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def call(self, x, training=None):
        return x
"""
WHY_HEAD_IS_UNKNOWN = (
    "model.py:14:16: `self.head` in `Net.call` is unknown: it is assigned in line 10, and `Head` is imported in line 3"
    " from `company`, for which no file and no catalogue was found"
)


@pytest.mark.parametrize("options", [(), ("--output-format", "json"), ("--jobs", "2")], ids=" ".join)
def test_verbose_says_what_is_read_and_why_something_is_unknown(
    options: tuple[str, ...], tmp_path: Path, check: Fix
) -> None:
    (tmp_path / "model.py").write_text(MODEL_OF_TWO_FILES)
    (tmp_path / "blocks.py").write_text(BLOCK)
    for _ in range(2):  # The second time the findings are known from the first.
        assert check("-v", *options, "model.py").err.splitlines() == [
            "model.py: checked: it has no findings",
            "model.py: its findings depend on blocks.py",
            WHY_HEAD_IS_UNKNOWN,
        ]


def test_verbose_of_a_file_that_cannot_be_parsed(tmp_path: Path, check: Fix) -> None:
    (tmp_path / "model.py").write_text("import keras\n\ndef call(self, training=None:\n")
    [_, told] = check("-v", "model.py").err.splitlines()
    assert re.match(r"model\.py:3:\d+: nothing is known: syntax error: ", told)


def test_verbose_of_standard_input(tmp_path: Path, check: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MODEL_OF_TWO_FILES.encode())))
    assert WHY_HEAD_IS_UNKNOWN in check("-v", "--stdin-filename", "model.py", "-").err.splitlines()


def test_that_there_are_no_files_is_said(tmp_path: Path, check: Fix, fix: Fix) -> None:
    (tmp_path / "readme.txt").write_text("")
    for command in (check, fix):
        assert command(".") == Result(CLEAN, "", "No Python files found\n")
        assert command("-q", ".") == Result(CLEAN, "", "")
        assert command("--output-format", "json", ".") == Result(CLEAN, "[]\n", "No Python files found\n")


def test_fixes_that_could_not_be_written_are_counted_apart(
    tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text(f"{MODEL}\n\n{MISNAMED}\n\n{returning('self.drop(i for i in x)')}")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert fix(".").lines[-1] == (
        "1 file checked, 0 findings fixed, 3 left (1 fixable only with --unsafe-fixes, 1 whose fix could not be "
        "written, 1 without a fix), 1 error"
    )


# Standard input of an editor


@pytest.mark.parametrize(
    "options",
    [
        ["--keras-versions", "4"],
        ["--selct", "KTP1"],
        ["--baseline", "gone.json"],
        ["--config", "gone.toml"],
        ["model.py"],
    ],
)
def test_after_a_mistake_standard_input_comes_back_as_it_was(options: list[str], model: Path, fix: Fix) -> None:
    done = fix("-", *options, stdin=MODEL.encode())
    assert (done.code, done.out) == (ERROR, MODEL)
    assert done.err.startswith("training-phase-fix: ")


def test_after_a_mistake_in_a_pyproject_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.training-phase]\nkeras = '3'\n")
    command = [sys.executable, "-m", "flake8_training_phase", "--stdin-filename", "model.py", "-"]
    done = subprocess.run(command, cwd=tmp_path, input=b"\xff\r\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (ERROR, b"\xff\r\n")
    assert b"did you mean `keras-versions`" in done.stderr


@pytest.mark.parametrize("options", [["--check"], ["--diff"], ["--output-format", "json"]])
def test_no_text_comes_back_where_none_was_asked_for(options: list[str], fix: Fix) -> None:
    assert fix("-", "--keras-versions", "4", *options, stdin=MODEL.encode()).out == ""


# The pages of the rules


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("KTP202", ["KTP202"]),
        ("ktp202", ["KTP202"]),
        ("training-not-forwarded", ["KTP202"]),
        ("Training-Not-Forwarded", ["KTP202"]),
        ("KTP40", [code for code in rule_modules() if code.startswith("KTP4")]),
        ("ALL", [*rule_modules(), "KTP900"]),
        ("KTP900", ["KTP900"]),
        ("not-analysed", ["KTP900"]),
    ],
)
def test_explain(word: str, codes: list[str], check: Fix) -> None:
    shown = check("--explain", word)
    assert shown.code == CLEAN
    headings = [line for line in shown.lines if line.startswith("# KTP")]
    assert [line.split()[1] for line in headings] == codes
    explained = json.loads(check("--explain", word, "--output-format", "json").out)
    assert [one["code"] for one in explained] == codes
    assert all(one["page"].startswith(one["summary"][:20]) for one in explained)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("KTP999", "`KTP999` is not a flake8-training-phase rule"),
        ("training-not-forward", "no rule has the code `training-not-forward`; did you mean `training-not-forwarded`?"),
        ("KTP2O2", "no rule has the code `KTP2O2`; did you mean `KTP202`?"),
        ("F401", "`F401` is not a flake8-training-phase rule"),
        ("", "`` is not a flake8-training-phase rule"),
    ],
)
def test_what_cannot_be_explained(word: str, said: str, check: Fix) -> None:
    done = check("--explain", word)
    assert (done.code, done.out) == (ERROR, "")
    assert done.err == f"training-phase-check: {said}\n"


def test_list_rules_as_json(check: Fix) -> None:
    listed = json.loads(check("--list-rules", "--output-format", "json").out)
    assert [one["code"] for one in listed] == list(rule_modules())
    assert set(listed[0]) == {"code", "name", "severity", "on_by_default", "summary", "url"}
    assert check("--list-rules", "--output-format", "sarif").code == ERROR


def test_rules_are_not_written_to_a_file(tmp_path: Path, check: Fix) -> None:
    said = "training-phase-check: rules are printed to standard output, not to an --output-file\n"
    assert check("--list-rules", "--output-file", "rules.txt") == Result(ERROR, "", said)
    assert not (tmp_path / "rules.txt").exists()


# Watching and completion


@pytest.mark.skipif(importlib.util.find_spec("watchfiles") is None, reason="needs watchfiles")
def test_watch(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(FORGETFUL)
    command = [sys.executable, "-c", "import sys; from flake8_training_phase.cli import check; sys.exit(check())"]
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        watching = subprocess.Popen(
            [*command, "--watch", "--isolated", "--output-format", "concise", "model.py"],
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )
    try:
        wait_for(log, "1 finding")
        time.sleep(1)  # For the watcher to begin; it says nothing when it has.
        model.write_text(FIXED_MODEL)
        wait_for(log, "All checks passed")
        assert watching.poll() is None
    finally:
        watching.terminate()
        watching.wait()


def wait_for(log: Path, words: str) -> None:
    until = time.monotonic() + 60
    while words not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)


def test_watch_needs_paths_that_are_there(model: Path, fix: Fix) -> None:
    said = "training-phase-fix: --watch needs files or folders that are there, not gone.py\n"
    assert fix("--watch", "model.py", "gone.py") == Result(ERROR, "", said)
    assert model.read_text() == MODEL


def test_watch_needs_watchfiles(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    done = fix("--watch", "model.py")
    assert (done.code, "pip install 'flake8-training-phase[watch]'" in done.err) == (ERROR, True)
    assert model.read_text() == MODEL


@pytest.mark.skipif(importlib.util.find_spec("shtab") is None, reason="needs shtab")
@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion(shell: str, check: Fix) -> None:
    script = check("--print-completion", shell)
    assert (script.code, script.err) == (CLEAN, "")
    assert "training-phase-check" in script.out
    assert "unsafe-fixes" in script.out


def test_completion_needs_shtab(check: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert "pip install 'flake8-training-phase[completion]'" in check("--print-completion", "bash").err
