"""The real flake8, in a process of its own, on files."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_training_phase.flake8_plugin import TrainingPhasePlugin
from flake8_training_phase.rules import all_rules, rule
from tests.helpers import FORGETFUL, HEAD, MODEL, UNRELATED, flake8, returning, run
from tests.rule_examples import bad_examples

KTP101 = (
    "KTP101 `Model.call` takes no `training`, "
    "so `fit()` runs `self.drop` (Dropout, line 10) in inference mode in Keras 3. Add `training=None`"
)
KTP202 = (
    "KTP202 `self.drop` (Dropout) is called without `training` "
    "and works only by inheriting the caller's mode. Pass `training=training`"
)


def places(lines: list[str]) -> list[str]:
    """`file:row:column: code` of each line of flake8's output."""
    return [" ".join(line.split()[:2]) for line in lines]


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.py").write_text(MODEL)
    (tmp_path / "two.py").write_text(FORGETFUL)
    (tmp_path / "three.py").write_text(UNRELATED)
    found = flake8(".", cwd=tmp_path)
    assert sorted(found.lines) == [f"./models/one.py:9:5: {KTP101}", f"./two.py:10:16: {KTP202}"]
    assert (found.code, found.err) == (1, "")


def test_parallel_runs_find_the_same(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"model_{number}.py").write_text(MODEL if number % 2 else FORGETFUL)
    one = flake8("-j", "1", ".", cwd=tmp_path)
    two = flake8("-j", "2", ".", cwd=tmp_path)
    assert len(one.lines) == 6
    assert sorted(one.lines) == sorted(two.lines)


def test_standard_input(tmp_path: Path) -> None:
    found = flake8("--stdin-display-name", "app/model.py", "-", cwd=tmp_path, stdin=MODEL.encode())
    assert found.lines == [f"app/model.py:9:5: {KTP101}"]


PLACES: dict[str, tuple[bytes, str]] = {
    "plain": (FORGETFUL.encode(), "10:16"),
    "bom": (b"\xef\xbb\xbf" + FORGETFUL.encode(), "10:16"),
    "bom_first_line": (b"\xef\xbb\xbffrom keras.backend import learning_phase; learning_phase()\n", "1:43"),
    "crlf": (FORGETFUL.replace("\n", "\r\n").encode(), "10:16"),
    "cr": (FORGETFUL.replace("\n", "\r").encode(), "10:16"),
    "tabs": (FORGETFUL.replace("    ", "\t").encode(), "10:10"),
    "form_feed": (FORGETFUL.replace("\nclass", "\n\x0c\nclass").encode(), "11:16"),
    "form_feed_in_line": (FORGETFUL.replace("\nclass", "\n\x0cclass").encode(), "10:16"),
    "vertical_tab_and_separators": (
        FORGETFUL.replace("import keras", "import keras  # \x0b\x1c\x85\u2028").encode(),
        "10:16",
    ),
    "emoji": (returning("['😀', self.drop(x)]").encode(), "10:22"),
    "accents": (returning("['é', 'ü', self.drop(x)]").encode(), "10:27"),
    "latin_1": (returning("['é', self.drop(x)]").encode("latin-1"), "10:22"),
    "declared_latin_1": (b"# coding: latin-1\n" + returning("['é', self.drop(x)]").encode("latin-1"), "11:22"),
    "no_final_newline": (FORGETFUL.rstrip().encode(), "10:16"),
    "continued": (returning("(x +\n\\\n   self.drop(x))").encode(), "12:4"),
}


def test_rows_and_columns(tmp_path: Path) -> None:
    for name, (data, _) in PLACES.items():
        (tmp_path / f"{name}.py").write_bytes(data)
    found = flake8(".", cwd=tmp_path)
    expected = {f"./{name}.py:{place}:" for name, (_, place) in PLACES.items()}
    assert {line.split()[0] for line in found.lines} == expected
    assert len(found.lines) == len(PLACES)


NOQA: dict[str, tuple[str, bool]] = {
    "bare": (returning("self.drop(x)  # noqa"), True),
    "this_code": (returning("self.drop(x)  # noqa: KTP202"), True),
    "this_prefix": (returning("self.drop(x)  # noqa: KTP2"), True),
    "another": (returning("self.drop(x)  # noqa: E501"), False),
    "another_of_ours": (returning("self.drop(x)  # noqa: KTP101"), False),
    "whole_file": (returning("self.drop(x)") + "# flake8: noqa\n", True),
    "multi_line_string": (returning("self.drop('''\n''')  # noqa: KTP202"), True),
    "multi_line_call": (returning("self.drop(\n            x)  # noqa: KTP202"), False),
    "continued": (returning("self.drop(\\\n            x)  # noqa: KTP202"), True),
}


def names(lines: list[str]) -> set[str]:
    """The files that lines of a report speak of, without folder and suffix."""
    return {Path(line.partition(":")[0]).stem for line in lines}


def test_noqa_means_the_same_to_flake8_and_to_the_fixer(tmp_path: Path) -> None:
    for name, (text, _) in NOQA.items():
        (tmp_path / f"{name}.py").write_text(text)
    loud = {name for name, (_, silent) in NOQA.items() if not silent}
    by_flake8 = flake8(".", cwd=tmp_path)
    assert names(by_flake8.lines) == loud

    checked = run("flake8_training_phase", "--isolated", "--check", ".", cwd=tmp_path)
    assert names([line for line in checked.lines if ".py:" in line]) == loud

    run("flake8_training_phase", "--isolated", ".", cwd=tmp_path)
    changed = {name for name, (text, _) in NOQA.items() if (tmp_path / f"{name}.py").read_text() != text}
    # Where a finding is shown all the same, no fix touches the line if one of our codes is silenced there.
    assert changed == {"another"}


def test_select_ignore_and_keras(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(MODEL)
    (tmp_path / "two.py").write_text(FORGETFUL)
    assert places(flake8("--extend-ignore", "KTP1", ".", cwd=tmp_path).lines) == ["./two.py:10:16: KTP202"]
    assert places(flake8("--training-phase-keras-versions", "2", ".", cwd=tmp_path).lines) == ["./two.py:10:16: KTP202"]
    assert places(flake8("--training-phase-keras-versions", "2.15", ".", cwd=tmp_path).lines) == [
        "./two.py:10:16: KTP202"
    ]
    (tmp_path / "setup.cfg").write_text("[flake8]\nselect = KTP\ntraining-phase-keras-versions = 2\n")
    assert places(run("flake8", ".", cwd=tmp_path).lines) == ["./two.py:10:16: KTP202"]


@pytest.mark.parametrize("where", ["option", "configuration"])
def test_a_keras_that_is_none(tmp_path: Path, where: str) -> None:
    (tmp_path / "one.py").write_text(MODEL)
    (tmp_path / "setup.cfg").write_text(
        "[flake8]\ntraining-phase-keras-versions = 4\n" if where == "configuration" else ""
    )
    found = run("flake8", *(["--training-phase-keras-versions", "4"] if where == "option" else []), ".", cwd=tmp_path)
    assert found.code == 1
    assert "must be `2`, `3`, `all`, a release such as `3.8`" in found.out


def test_a_syntax_error_is_flake8s_to_report(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(MODEL + "def f(:\n")
    (tmp_path / "model.py").write_text(MODEL)
    found = run("flake8", "--isolated", "--select", "KTP,E9", ".", cwd=tmp_path)
    broken, model = sorted(places(found.lines))
    assert (broken.partition(":11:")[0], broken[-4:], model) == ("./broken.py", "E999", "./model.py:9:5: KTP101")


# Rules and settings that the package does not have yet, in this process: flake8's own `main`.


def flake8_here(capfd: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    """What flake8 prints for our codes when it runs in this process, where a test can change a rule."""
    from flake8.main.cli import main

    capfd.readouterr()
    main(["--isolated", "-j", "1", *map(str, arguments)])
    return [line for line in capfd.readouterr().out.splitlines() if " KTP" in line]


@pytest.fixture
def forgetful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "forgetful.py").write_text(FORGETFUL)
    return "forgetful.py"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], False),
        (["--ignore", "E501"], False),
        (["--extend-ignore", "E501"], False),
        (["--select", "E,F,W"], False),
        (["--extend-select", "KTP202"], True),
        (["--select", "KTP202"], True),
        (["--select", "KTP2"], True),
        (["--select", "KTP"], False),
        (["--extend-select", "KTP"], False),
        (["--extend-select", "KTP202", "--ignore", "E501"], True),
    ],
)
def test_a_rule_that_is_off_by_default(
    arguments: list[str],
    shown: bool,
    forgetful: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(rule("KTP202"), "on_by_default", False)
    assert places(flake8_here(capfd, *arguments, forgetful)) == (["forgetful.py:10:16: KTP202"] if shown else [])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ZeroDivisionError("by\nnothing"), "internal error, please report it: ZeroDivisionError: by nothing"),
        (RecursionError("maximum recursion depth exceeded"), "too deeply nested to be followed"),
    ],
)
def test_a_rule_that_fails(
    error: Exception,
    said: str,
    forgetful: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    original = type(rule("KTP202")).check
    checked = rule("KTP202")

    def check(module: object) -> object:
        if "FAIL" in module.source.text:  # type: ignore[attr-defined]
            raise error
        return original(checked, module)  # type: ignore[arg-type]

    monkeypatch.setattr(checked, "check", check)
    (tmp_path / "a_failing.py").write_text(f"{MODEL}# FAIL\n")
    found = flake8_here(capfd, "--select", "KTP", "a_failing.py", forgetful)
    assert found == [f"a_failing.py:1:1: KTP900 file not analysed: {said}", f"forgetful.py:10:16: {KTP202}"]


def test_code_that_is_too_deep_for_us() -> None:
    # pyflakes cannot take it either, which ends a flake8 run: so the plugin alone.
    text = MODEL + "if x:\n    pass\n" + "elif x:\n    pass\n" * 1500
    plugin = TrainingPhasePlugin(ast.parse(text), text.splitlines(keepends=True), "model.py")
    TrainingPhasePlugin.configuration = TrainingPhasePlugin.projects = None
    found = [(row, column, message) for row, column, message, _ in plugin.run()]
    assert found == [(1, 0, "KTP900 file not analysed: too deeply nested to be followed")]


def test_messages_fit_one_line(tmp_path: Path) -> None:
    for one in all_rules():
        for example in bad_examples(one.code):
            (tmp_path / f"{one.code}_{example.name}.py").write_text(example.bad)
    found = flake8("--format", "%(path)s|%(code)s|%(text)s", ".", cwd=tmp_path)
    assert found.lines
    assert all(line.count("|KTP") == 1 and line.startswith("./KTP") for line in found.lines)


def test_messages_of_names_that_span_lines_fit_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        HEAD + "    def call(self, x, training=None):\n        return (self\n            .drop\n            (x))\n"
    )
    assert flake8("model.py", cwd=tmp_path).lines == [f"model.py:10:17: {KTP202}"]


IMPORTS = """
import sys
from flake8.main.cli import main
main(["--isolated", "--select", "KTP", "-j", "1", {path!r}])
print([name for name in {modules!r} if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        # A file that is not Keras loads nothing of the analysis.
        (UNRELATED, ("libcst", "flake8_training_phase.engine", "flake8_training_phase.analysis.domain.modules")),
        # A Keras file is analysed, but nobody asked for a fix.
        (MODEL, ("libcst", "flake8_training_phase.fixes.render")),
    ],
)
def test_what_flake8_does_not_import(text: str, absent: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text)
    script = IMPORTS.format(path="module.py", modules=absent)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    *found, loaded = done.stdout.splitlines()
    assert bool(found) is (text is MODEL)
    assert loaded == "[]"
