"""training-phase-fix: options in, files changed, reports and exit codes out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flake8_training_phase import __version__, engine
from flake8_training_phase.codes import rule_modules
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.documentation import rule_url
from flake8_training_phase.keras.targets import FORMS
from flake8_training_phase.rules import rule
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, FORGETFUL, HEAD, MISNAMED, MODEL, UNRELATED, Result, returning, run
from tests.test_fixes import TWO_CLASSES

Fix = Callable[..., Result]

CLEAN, FOUND, ERROR = 0, 1, 2


# What it does with files


def test_fix_in_place(model: Path, fix: Fix) -> None:
    assert fix("model.py") == Result(CLEAN, "1 file checked, 1 finding fixed, 0 left\n", "")
    assert model.read_text() == FIXED_MODEL


def test_this_folder_is_the_default(model: Path, fix: Fix) -> None:
    assert fix(".").code == CLEAN
    assert model.read_text() == FIXED_MODEL


def test_a_second_run_changes_nothing(model: Path, fix: Fix) -> None:
    fix(".")
    before = model.stat()
    assert fix(".") == Result(CLEAN, "All checks passed (1 file checked)\n", "")
    after = model.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


CHECKED = """\
model.py:9:5: KTP101 [*] `Model.call` takes no `training`, \
so `fit()` runs `self.drop` (Dropout, line 10) in inference mode in Keras 3. Add `training=None`
     9 |     def call(self, x):
       |     ^^^^^^^^^^^^^^^^
    10 |         return self.drop(x)
       |                ------------ this layer is called without `training`
       = fix: Add `training=None` to `call` and pass it on
1 file checked, 1 finding (1 with a safe fix)
"""


def test_check(model: Path, fix: Fix) -> None:
    assert fix("--check", ".") == Result(FOUND, CHECKED, "")
    assert model.read_text() == MODEL


DIFF = """\
--- a/model.py
+++ b/model.py
@@ -6,5 +6,5 @@
         super().__init__()
         self.drop = keras.layers.Dropout(0.5)
{blank}
-    def call(self, x):
-        return self.drop(x)
+    def call(self, x, training=None):
+        return self.drop(x, training=training)
""".format(blank=" ")


def test_diff(model: Path, fix: Fix) -> None:
    assert fix("--diff", ".") == Result(FOUND, DIFF, "1 file checked, 1 finding would be fixed, 0 left\n")
    assert model.read_text() == MODEL
    model.write_text(FIXED_MODEL)
    assert fix("--diff", ".") == Result(CLEAN, "", "All checks passed (1 file checked)\n")


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        MODEL.replace("\n", "\r\n"),
        MODEL.rstrip(),
        FORGETFUL + "\x0c\n" * 9 + FORGETFUL,
        returning("'ü', self.drop(x)"),
    ],
    ids=["lf", "crlf", "no_newline", "form_feeds", "accents"],
)
def test_the_diff_makes_the_fixed_file(text: str, tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_bytes(text.encode())
    done = subprocess.run(
        [sys.executable, "-m", "flake8_training_phase", "--diff", "."], cwd=tmp_path, capture_output=True, check=False
    )
    assert run("flake8_training_phase", ".", cwd=tmp_path).code == CLEAN
    fixed = model.read_bytes()
    model.write_bytes(text.encode())
    subprocess.run(["patch", "--binary", "-p1"], cwd=tmp_path, input=done.stdout, check=True, capture_output=True)
    assert model.read_bytes() == fixed != text.encode()


@pytest.mark.parametrize(
    "name", ["a b.py", "two  spaces .py", "ü.py", 'a"b.py', "a\tb.py", "folder/deep er/m.py", "-m.py"]
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_git_applies_a_diff_whatever_the_name(name: str, tmp_path: Path) -> None:
    model = tmp_path / name
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(MODEL.encode())
    diff = run("flake8_training_phase", "--diff", ".", cwd=tmp_path).out
    subprocess.run(["git", "apply"], cwd=tmp_path, input=diff.encode(), check=True, capture_output=True)
    assert model.read_bytes() == FIXED_MODEL.encode()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_the_diff_of_a_link_is_that_of_its_file_once(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "link.py").symlink_to("model.py")
    assert fix("--diff", ".").out == DIFF
    assert fix("--diff", "link.py").out == DIFF


def test_unsafe_fixes(tmp_path: Path, fix: Fix) -> None:
    model = tmp_path / "model.py"
    model.write_text(MISNAMED)
    left = fix(".")
    assert left.code == FOUND
    assert left.lines[0].startswith("model.py:9:23: KTP103 [unsafe fix] ")
    assert left.lines[-1] == "1 file checked, 0 findings fixed, 1 left (1 fixable only with --unsafe-fixes)"
    assert model.read_text() == MISNAMED
    assert fix("--diff", ".").out == ""
    assert "+    def call(self, x, training=" in fix("--diff", "--unsafe-fixes", ".").out
    assert fix("--unsafe-fixes", ".").code == CLEAN
    assert "is_training" not in model.read_text()


def test_fixes_in_one_file_can_call_for_fixes_in_another(tmp_path: Path, fix: Fix) -> None:
    block, _, model = TWO_CLASSES.partition("\n\n\nclass Model")
    (tmp_path / "z_block.py").write_text(f"{block}\n")
    (tmp_path / "a_model.py").write_text(f"import keras\n\nfrom z_block import Block\n\n\nclass Model{model}")
    wanted = fix("--isolated", "--diff", ".")
    assert wanted.out.count("\n+") == 5
    assert fix("--isolated", ".").lines == [
        "a_model.py: fixed because of the fixes in z_block.py",
        "2 files checked, 2 findings fixed, 0 left",
    ]
    assert "self.block(x, training=training)" in (tmp_path / "a_model.py").read_text()
    assert fix("--isolated", ".").lines == ["All checks passed (2 files checked)"]


def test_several_files(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "one.py").write_text(MODEL)
    (tmp_path / "two.py").write_text(FORGETFUL)
    (tmp_path / "three.py").write_text(UNRELATED)
    found = fix("--check", ".")
    assert [line.partition(" [*]")[0] for line in found.lines if line[0] != " "] == [
        "one.py:9:5: KTP101",
        "two.py:10:16: KTP202",
        "3 files checked, 2 findings (2 with a safe fix)",
    ]


# Options


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["KTP101", "KTP202"]),
        (["--select", "KTP101"], ["KTP101"]),
        (["--select", "ktp2,KTP4"], ["KTP202"]),
        (["--select", "ALL", "--ignore", "KTP1"], ["KTP202"]),
        (["--ignore", "KTP101"], ["KTP202"]),
        (["--ignore", "ALL"], []),
        (["--ignore", "KTP2 KTP101"], []),
        (["--keras-versions", "2"], ["KTP202"]),
        (["--keras-versions", "3"], ["KTP101", "KTP202"]),
        (["--keras-versions", "all"], ["KTP101", "KTP202"]),
        (["--keras-versions", "3.8"], ["KTP101", "KTP202"]),
        (["--keras-versions", "2.15"], ["KTP202"]),
        (["--keras-versions", "2,3.10+"], ["KTP101", "KTP202"]),
    ],
)
def test_what_is_reported(options: list[str], expected: list[str], tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "one.py").write_text(MODEL)
    (tmp_path / "two.py").write_text(FORGETFUL)
    found = fix("--check", "--output-format", "json", *options, ".")
    assert [one["code"] for one in json.loads(found.out)] == expected
    assert found.code == (FOUND if expected else CLEAN)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], False),
        (["--ignore", "KTP101"], False),
        (["--extend-select", "KTP202"], True),
        (["--select", "KTP2"], True),
        (["--select", "ALL"], True),
    ],
)
def test_a_rule_that_is_off_by_default(
    options: list[str], shown: bool, tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule("KTP202"), "on_by_default", False)
    (tmp_path / "model.py").write_text(FORGETFUL)
    assert fix("--check", *options, ".").code == (FOUND if shown else CLEAN)
    (listed,) = [line for line in fix("--list-rules").lines if line.startswith("KTP202")]
    assert listed.endswith("(off by default)")


def test_pyproject_and_isolated(model: Path, fix: Fix) -> None:
    (model.parent / "pyproject.toml").write_text('[tool.training-phase]\nkeras-versions = "2"\n')
    assert fix("--check", ".").code == CLEAN
    assert fix("--check", "--keras-versions", "3", ".").code == FOUND
    assert fix("--check", "--isolated", ".").code == FOUND


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", "KTP2O2"], "select: no rule has the code `KTP2O2`; did you mean `KTP202`?"),
        (["--ignore", "E501"], "ignore: `E501` is not a flake8-training-phase rule"),
        (["--select", "F401"], "select: `F401` is not a flake8-training-phase rule\n"),
        (["--extend-select", "KTP1O1"], "extend-select: no rule has the code `KTP1O1`; did you mean `KTP101`?"),
        (["--explain", "KTP2O2"], "no rule has the code `KTP2O2`; did you mean `KTP202`?"),
        (["--keras-versions", "4"], "keras-versions must be `2`, `3`, `all`, a release such as `3.8`"),
        (["--selct", "KTP202"], "training-phase-fix: unknown option `--selct`; did you mean `--select`?\n"),
        (["--nonsense=1"], "training-phase-fix: unknown option `--nonsense`"),
        (["--write-baseline", "-"], "argument --write-baseline: must be the name of a file, not `-`\n"),
        (["--check", "--output-file", "-"], "argument -o/--output-file: must be the name of a file, not `-`\n"),
        (["--output-format", "jsn"], "json-lines, junit, sarif, statistics or text, not `jsn`; did you mean `json`?\n"),
        (["--color", "alway"], "argument --color: must be auto, always or never, not `alway`; did you mean `always`?"),
        (["--check", "--diff"], "not allowed with"),
        (["--diff", "--output-format", "json"], "--diff prints a diff and cannot be given with --output-format"),
        (["-", "model.py"], "- stands for standard input"),
    ],
)
def test_wrong_options(arguments: list[str], said: str, model: Path, fix: Fix) -> None:
    found = fix(*arguments, ".")
    assert (found.code, found.out) == (ERROR, "")
    assert said in found.err
    assert model.read_text() == MODEL


def test_options_and_paths_in_any_order(model: Path, fix: Fix) -> None:
    other = model.with_name("other.py")
    other.write_text(MODEL)
    assert fix("model.py", "--check", "other.py", "-j1").lines[-1].startswith("2 files checked, 2 findings")


def test_wrong_settings(model: Path, fix: Fix) -> None:
    (model.parent / "pyproject.toml").write_text("[tool.training-phase]\nkeras-versions = 4\n")
    found = fix(".")
    assert (found.code, found.out) == (ERROR, "")
    assert found.err == f"training-phase-fix: {model.parent}/pyproject.toml: keras-versions must be {FORMS}; not `4`\n"


def test_explain(fix: Fix) -> None:
    page = fix("--explain", "ktp202")
    assert page.code == CLEAN
    assert page.out.startswith("# KTP202 training-not-forwarded\n\n")
    assert "## Fix safety" in page.out


def test_rules_are_listed_in_columns(fix: Fix) -> None:
    rows = [re.split(r"  +", line) for line in fix("--list-rules").lines]
    assert {row[2] for row in rows} == {"bug", "fragile", "legacy"}
    assert {len(row) for row in rows} == {4}


def test_list_rules(fix: Fix) -> None:
    listed = fix("--list-rules")
    assert listed.code == CLEAN
    assert [line.split()[0] for line in listed.lines] == list(rule_modules())


def test_version(tmp_path: Path, fix: Fix) -> None:
    assert fix("--version") == Result(CLEAN, f"training-phase-fix {__version__}\n", "")
    assert run("flake8_training_phase", "--version", cwd=tmp_path).out == f"training-phase-fix {__version__}\n"


# Standard input


def test_standard_input(fix: Fix) -> None:
    done = fix("-", stdin=MODEL.encode())
    assert done == Result(CLEAN, FIXED_MODEL, "1 file checked, 1 finding fixed, 0 left\n")


def test_standard_input_keeps_bytes(tmp_path: Path) -> None:
    text = MODEL.replace("\n", "\r\n").replace("import keras", "import keras  # café").encode("latin-1")
    command = [sys.executable, "-m", "flake8_training_phase", "-"]
    done = subprocess.run(command, cwd=tmp_path, input=b"\xef\xbb\xbf" + text, capture_output=True, check=True)
    assert done.stdout == b"\xef\xbb\xbf" + fixed_bytes(text)


@pytest.mark.parametrize("data", [b"def f(:\n" + MODEL.encode(), b"# coding: foo\n" + MODEL.encode()])
def test_standard_input_that_cannot_be_read_comes_back_as_it_was(data: bytes, fix: Fix) -> None:
    done = fix("-", "--stdin-filename", "model.py", stdin=data)
    assert (done.code, done.out) == (FOUND, data.decode())
    assert done.err.startswith("model.py:1:")
    assert done.err.count("KTP900") == 1


def test_check_and_diff_of_standard_input(fix: Fix) -> None:
    assert fix("--check", "-", "--stdin-filename", "model.py", stdin=MODEL.encode()) == Result(FOUND, CHECKED, "")
    assert fix("--diff", "-", "--stdin-filename", "model.py", stdin=MODEL.encode()).out == DIFF


# Text


def carets(text: str, fix: Fix) -> list[str]:
    """The reported line and the one under it, without what is before the code."""
    shown = [line for line in fix("--check", "-", stdin=text.encode()).lines if " | " in line or line.endswith("|")]
    return [line.partition(" | ")[2] for line in shown]


@pytest.mark.parametrize(
    ("expression", "under"),
    [
        ("self.drop(x)", "               ^^^^^^^^^^^^"),
        ("['é', self.drop(x)]", "                     ^^^^^^^^^^^^"),
        # Wide characters take two columns, combining ones none.
        ("['日本', self.drop(x)]", "                        ^^^^^^^^^^^^"),
        ("['😀', self.drop(x)]", "                      ^^^^^^^^^^^^"),
        ("['e\u0301', self.drop(x)]", "                     ^^^^^^^^^^^^"),
        ("['a\u200d\ufe0f', self.drop(x)]", "                     ^^^^^^^^^^^^"),
        ("[self.drop('日本')]", "                ^^^^^^^^^^^^^^^^^"),
        # What goes on in the next line is marked as far as the line goes.
        ("self.drop(\n            x)", "               ^^^^^^^^^^"),
    ],
)
def test_carets(expression: str, under: str, fix: Fix) -> None:
    line = f"        return {expression.splitlines()[0]}"
    assert carets(returning(expression), fix) == [line, under]


def test_carets_behind_tabs(fix: Fix) -> None:
    text = returning("self.drop(x)").replace("    ", "\t")
    assert carets(text, fix) == ["\t\treturn self.drop(x)", "\t\t       ^^^^^^^^^^^^"]


def test_what_is_fixable_is_marked(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "a.py").write_text(MODEL)
    (tmp_path / "b.py").write_text(MISNAMED)
    (tmp_path / "c.py").write_text(returning("self.drop(i for i in x)"))
    shown = [line.partition(": ")[2] for line in fix("--check", ".").lines if ".py:" in line]
    assert [line[:12] for line in shown] == ["KTP101 [*] `", "KTP103 [unsa", "KTP202 `self"]


# JSON


def parsed(done: Result) -> list[dict[str, Any]]:
    return json.loads(done.out)  # type: ignore[no-any-return]


def test_json(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "model.py").write_text(FORGETFUL)
    (found,) = parsed(fix("--check", "--output-format", "json", "."))
    assert found == {
        "filename": "model.py",
        "code": "KTP202",
        "name": "training-not-forwarded",
        "message": "`self.drop` (Dropout) is called without `training` "
        "and works only by inheriting the caller's mode. Pass `training=training`",
        "severity": "fragile",
        "keras": [2, 3],
        "url": rule_url("KTP202"),
        "fixed": False,
        "location": {"row": 10, "column": 16},
        "end_location": {"row": 10, "column": 28},
        "related": None,
        "fix": {
            "applicability": "safe",
            "message": "Pass `training=training`",
            "edits": [
                {
                    "content": ", training=training",
                    "location": {"row": 10, "column": 27},
                    "end_location": {"row": 10, "column": 27},
                }
            ],
        },
    }


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """The text after edits in JSON's terms, made by hand: from the last to the first."""
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: (edit["location"]["row"], edit["location"]["column"]), reverse=True):
        start, end = edit["location"], edit["end_location"]
        before = lines[start["row"] - 1][: start["column"] - 1]
        after = lines[end["row"] - 1][end["column"] - 1 :]
        lines[start["row"] - 1 : end["row"]] = (before + edit["content"] + after).split("\n")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        MISNAMED,
        returning("['😀', self.drop('ü')]"),
        returning("self.drop(\n            x,  # comment\n        )"),
        returning("self.drop(\n            x  # comment\n        )"),
    ],
)
def test_edits_made_by_hand_give_the_fixers_text(text: str, fix: Fix) -> None:
    (found,) = parsed(fix("--check", "--output-format", "json", "-", stdin=text.encode()))
    assert edited(text, found["fix"]["edits"]) == fix("--unsafe-fixes", "-", stdin=text.encode()).out


def test_json_of_what_was_fixed_and_what_is_left(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "a.py").write_text(MODEL)
    (tmp_path / "b.py").write_text(MISNAMED)
    done = fix("--output-format", "json", ".")
    shown = [(one["filename"], one["code"], one["fixed"]) for one in parsed(done)]
    assert shown == [("b.py", "KTP103", False), ("a.py", "KTP101", True)]
    assert (done.code, done.err) == (FOUND, "")
    done = fix("--output-format", "json", "--unsafe-fixes", ".")
    [fixed] = parsed(done)
    # Where it was, and nothing to edit any more.
    assert (fixed["filename"], fixed["location"], fixed["fix"]["edits"]) == ("b.py", {"row": 9, "column": 23}, [])
    assert done.code == CLEAN


@pytest.mark.parametrize("mode", [[], ["--check"], ["--unsafe-fixes"]])
@pytest.mark.parametrize("data", [MODEL.encode(), UNRELATED.encode(), b"", b"# coding: foo\n", b"def call(:import"])
def test_json_of_standard_input_is_nothing_but_json(mode: list[str], data: bytes, fix: Fix) -> None:
    done = fix("--output-format", "json", "-", *mode, stdin=data)
    assert done.code == (FOUND if parsed(done) else CLEAN)
    assert done.err == ""


def test_json_with_an_error_is_still_json(model: Path, fix: Fix) -> None:
    done = fix("--check", "--output-format", "json", "model.py", "gone.py")
    assert [one["code"] for one in parsed(done)] == ["KTP101"]
    assert (done.code, done.err) == (ERROR, "gone.py: cannot be read: No such file or directory\n")


# Odd files


def fixed_bytes(data: bytes) -> bytes:
    """What the fixer must make of `MODEL`, however it is written down."""
    before, after = b"def call(self, x)", b"def call(self, x, training=None)"
    assert data.count(before) == data.count(b"self.drop(x)") == 1
    return data.replace(before, after).replace(b"self.drop(x)", b"self.drop(x, training=training)")


ODD = {
    "crlf": MODEL.replace("\n", "\r\n").encode(),
    "cr": MODEL.replace("\n", "\r").encode(),
    "mixed": MODEL.replace("\n", "\r\n", 5).encode(),
    "mixed_in_call": MODEL.replace("):\n        return", "):\r\n        return").encode(),
    "bom": b"\xef\xbb\xbf" + MODEL.encode(),
    "tabs": MODEL.replace("    ", "\t").encode(),
    "form_feed": MODEL.replace("\nclass", "\x0c\nclass").encode(),
    "no_final_newline": MODEL.rstrip().encode(),
    "blank_end": (MODEL + "  \n\n\t\n").encode(),
    "latin_1": f"# café\n{MODEL}".encode("latin-1"),
    "declared_latin_1": f"# coding: latin-1\n# café\n{MODEL}".encode("latin-1"),
    "declared_shift_jis": f"# coding: shift_jis\n# 日本\n{MODEL}".encode("shift_jis"),
    "utf_8": f"# 日本 😀 \u2028 \x85\n{MODEL}".encode(),
    "trailing_spaces": MODEL.replace("\n", "  \n").encode(),
    "invalid_escapes": MODEL.replace("import keras", "import keras\nx = '\\d'").encode(),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_no_other_byte_changes(data: bytes, tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(data)
    assert fix(".") == Result(CLEAN, "1 file checked, 1 finding fixed, 0 left\n", "")
    assert path.read_bytes() == fixed_bytes(data)


# `file not analysed` is one message of two lines, or none, and never a traceback.
BROKEN = {
    "nul": (MODEL.encode() + b"x = '\0'\n", 1),
    "nul_beside_noqa": (b"    x(  # noqa: KTP202\r\n    )\r\n    def call(\0,\x87 x: keras.Input):\r\n", 1),
    "unknown_encoding": (b"# -*- coding: foo -*-\n" + MODEL.encode(), 1),
    "no_text_encoding": (b"# -*- coding: rot13 -*-\n" + MODEL.encode(), 1),
    "syntax_error": (MODEL.encode() + b"def f(:\n", 1),
    "python_2": (MODEL.encode() + b"print 'x'\n", 1),
    "indentation": (MODEL.encode() + b"  x\n", 1),
    "tabs_and_spaces": (MODEL.replace("        return", "\treturn").encode(), 1),
    "conflict": (b"<<<<<<< ours\n" + MODEL.encode(), 1),
    "deep_elif": (MODEL.encode() + b"if x: pass\n" + b"elif x: pass\n" * 1500, 1),
    "empty": (b"", 0),
    "bom_only": (b"\xef\xbb\xbf", 0),
    "newlines": (b"\r\n\r\n", 0),
    "binary": (bytes(range(256)), 0),
    "utf_16": (MODEL.encode("utf-16"), 1),
    "utf_16_without_mark": (MODEL.encode("utf-16-le"), 1),
    "utf_32": (MODEL.encode("utf-32"), 1),
    "utf_32_without_mark": (MODEL.encode("utf-32-be"), 1),
    "rot13": (b"# coding: rot13\n" + MODEL.encode(), 1),
    "zlib": (b"# coding: zlib\n" + MODEL.encode(), 1),
    "no_layer": (b"import keras\nprint 'x'\n", 1),
    "no_keras": (b"import os\nprint 'x'\n", 0),
}


@pytest.mark.parametrize(("data", "messages"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("options", [(), ("--check",), ("--diff",)])
def test_files_that_cannot_be_analysed(
    data: bytes, messages: int, options: tuple[str, ...], tmp_path: Path, fix: Fix
) -> None:
    path, model = tmp_path / "broken.py", tmp_path / "model.py"
    path.write_bytes(data)
    model.write_text(MODEL)
    done = fix(*options, ".")
    said = done.out + done.err
    assert said.count("KTP900") == said.count("file not analysed") == messages
    assert "Traceback" not in said
    assert path.read_bytes() == data
    # The others go on.
    assert model.read_text() == (MODEL if options else FIXED_MODEL)
    assert done.code == (FOUND if messages or options else CLEAN)


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="other versions of Python parse it")
def test_an_expression_that_is_too_deep_for_python(model: Path, fix: Fix) -> None:
    deep = model.with_name("deep.py")
    deep.write_text(returning(f"self.drop({'+'.join(['1'] * 3000)})"))
    done = fix(".")
    assert done.lines[0].startswith("deep.py:1:1: KTP900 file not analysed: cannot be parsed: maximum recursion depth")
    assert done.out.count("KTP") == 1
    assert (done.code, model.read_text()) == (FOUND, FIXED_MODEL)


def test_a_rule_that_fails(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(module: object) -> object:
        raise ZeroDivisionError("by\nnothing")

    monkeypatch.setattr(rule("KTP202"), "check", check)
    done = fix(".")
    assert done.lines[0] == (
        "model.py:1:1: KTP900 file not analysed: internal error, please report it: ZeroDivisionError: by nothing"
    )
    assert (done.code, model.read_text()) == (FOUND, MODEL)


@pytest.mark.parametrize(
    ("options", "text", "code"),
    [
        (["--ignore", "KTP900"], "def call(:import\n", CLEAN),
        (["--select", "KTP202"], "def call(:import\n", CLEAN),
        (["--select", "KTP900"], "def call(:import\n", FOUND),
        ([], "# flake8: noqa\ndef call(:import\n", CLEAN),
        ([], "def call(:import  # noqa: KTP900\n", CLEAN),
    ],
)
def test_not_analysed_can_be_left_out_like_any_code(
    options: list[str], text: str, code: int, tmp_path: Path, fix: Fix
) -> None:
    (tmp_path / "broken.py").write_text(text)
    assert fix(*options, ".").code == code


# Odd paths


def test_missing_paths(model: Path, fix: Fix) -> None:
    reasons = ["cannot be read: No such file or directory", "cannot be read: File name too long"]
    checked = fix("--check", "gone.py", "model.py", "n" * 5000)
    assert [line.partition(": ")[2] for line in checked.err.splitlines()] == reasons
    assert (checked.code, checked.lines[-1]) == (ERROR, "1 file checked, 1 finding (1 with a safe fix), 2 errors")
    done = fix("gone.py", "model.py", "n" * 5000)
    assert (done.code, done.out) == (ERROR, "")
    assert [line.partition(": ")[2] for line in done.err.splitlines()] == ["nothing was written", *reasons]
    assert model.read_text() == MODEL


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a path that is no file")
def test_nothing_is_written_beside_a_path_that_is_no_file(model: Path, fix: Fix) -> None:
    done = fix("model.py", "/dev/null")
    assert done.err == (
        "training-phase-fix: nothing was written\n/dev/null: cannot be read: it is not a regular file\n"
    )
    assert (done.code, model.read_text()) == (ERROR, MODEL)


def test_nothing_is_written_beside_a_file_that_may_not_be_read(
    model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    (model.parent / "secret.py").write_text(MODEL)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "secret.py")
    done = fix("model.py", "secret.py")
    assert done.err == "training-phase-fix: nothing was written\nsecret.py: cannot be read: Permission denied\n"
    assert (done.code, model.read_text()) == (ERROR, MODEL)


def test_what_comes_after_two_dashes_is_a_path(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "-m.py").write_text(MODEL)
    assert fix("--check", "-m.py").err == "training-phase-fix: unknown option `-m.py`\n"
    assert fix("--check", "--", "-m.py").lines[0].startswith("-m.py:9:5: KTP101")
    assert fix("--", "-m.py").code == CLEAN
    assert (tmp_path / "-m.py").read_text() == FIXED_MODEL
    assert fix("--check", "--", "-", stdin=MODEL.encode()).code == FOUND


def test_a_subcommand_is_a_missing_path(model: Path, fix: Fix) -> None:
    assert fix("check", "model.py").code == ERROR
    assert model.read_text() == MODEL


def test_links_and_folders(model: Path, fix: Fix) -> None:
    folder = model.parent
    (folder / "folder.py").mkdir()
    (folder / "broken.py").symlink_to("gone.py")
    (folder / "loop.py").symlink_to("loop.py")
    (folder / "link.py").symlink_to("model.py")
    done = fix("broken.py", "loop.py", "folder.py", "link.py")
    assert done.code == ERROR
    assert [line.partition(": ")[0] for line in done.err.splitlines()[1:]] == ["broken.py", "loop.py"]
    assert model.read_text() == MODEL
    assert fix("folder.py", "link.py").code == CLEAN
    assert (folder / "link.py").is_symlink()
    assert model.read_text() == FIXED_MODEL
    assert fix("--check", ".").err.count("cannot be read") == 2


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (tmp_path / name).write_text(FORGETFUL)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    shown = run("flake8_training_phase", "--check", ".", cwd=tmp_path)
    assert (shown.code, shown.err) == (FOUND, "")
    assert shown.lines[0].startswith(r"caf\udce9.py:10:16: KTP202")
    (found,) = json.loads(run("flake8_training_phase", "--check", "--output-format", "json", ".", cwd=tmp_path).out)
    assert found["filename"] == name
    assert run("flake8_training_phase", "--diff", ".", cwd=tmp_path).code == FOUND
    assert run("flake8_training_phase", ".", cwd=tmp_path).code == CLEAN


def test_a_terminal_without_the_character(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(returning("['😀', self.drop(x)]"), encoding="utf-8")
    command = [sys.executable, "-m", "flake8_training_phase", "--check", "."]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (FOUND, b"")
    assert rb"['\U0001f600', self.drop(x)]" in done.stdout


# Writing


def test_mode_and_link_stay(model: Path, fix: Fix) -> None:
    model.chmod(0o755)
    link = model.with_name("link.py")
    link.symlink_to("model.py")
    assert fix("link.py").code == CLEAN
    assert model.stat().st_mode & 0o777 == 0o755
    assert link.is_symlink()
    assert model.read_text() == FIXED_MODEL


@pytest.mark.parametrize("failing", ["pathlib.Path.replace", "os.fsync", "os.fdopen", "shutil.copymode"])
def test_nothing_half_written(failing: str, model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(failing, fail)
    done = fix(".")
    assert done.code == ERROR
    assert done.err == "model.py: cannot be written: No space left on device\n"
    # The finding is still there, and so the report says.
    assert done.lines[0].startswith("model.py:9:5: KTP101 [*]")
    assert done.lines[-1].startswith("1 file checked, 0 findings fixed, 1 left")
    assert model.read_text() == MODEL
    assert list(model.parent.iterdir()) == [model]


@pytest.fixture
def without_privileges(fix: Fix) -> Iterator[Path]:
    """A folder to work in for a user to whom permissions mean something."""
    # What is imported late must be there: that user may not read the packages.
    engine.fix(SourceText(MODEL), Settings(), "model.py")
    folder = Path(tempfile.mkdtemp()).resolve()
    folder.chmod(0o777)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o700)
        shutil.rmtree(folder)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_what_may_not_be_read_or_written(without_privileges: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = without_privileges
    monkeypatch.chdir(folder)
    for name in ("a_readonly.py", "b_secret.py", "c_closed/model.py", "d_frozen/model.py", "e_open.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(MODEL)
    (folder / "a_readonly.py").chmod(0o444)
    (folder / "b_secret.py").chmod(0o000)
    (folder / "d_frozen").chmod(0o555)
    (folder / "c_closed").chmod(0o000)
    assert fix("--isolated", ".", "c_closed/model.py").code == ERROR
    assert (folder / "e_open.py").read_text() == MODEL
    done = fix("--isolated", ".")
    assert done.code == ERROR
    assert sorted(done.err.splitlines()) == [
        "a_readonly.py: cannot be written: Permission denied",
        "b_secret.py: cannot be read: Permission denied",
        "c_closed: cannot be read: Permission denied",
        "d_frozen/model.py: cannot be written: Permission denied",
    ]
    assert done.lines[-1].startswith("3 files checked, 1 finding fixed, 2 left")
    assert (folder / "a_readonly.py").read_text() == (folder / "d_frozen/model.py").read_text() == MODEL
    assert (folder / "e_open.py").read_text() == FIXED_MODEL


def test_libcst_is_not_loaded_for_files_without_findings(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(FIXED_MODEL)
    (tmp_path / "other.py").write_text(f"{UNRELATED}{HEAD}")
    script = "import sys; from flake8_training_phase.cli import main; main(['.']); print('libcst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
