"""What each setting changes in what is reported, from pyproject.toml and from options, in each front end."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flake8.main.cli import main

from flake8_training_phase.rules import rule
from tests.helpers import FORGETFUL, HEAD, MISNAMED, MODEL, UNRELATED, Result
from tests.test_knowledge import written

Fix = Callable[..., Result]

GUARDED = f"""{HEAD}\
    def call(self, x, training=None):
        if training:
            x = self.drop(x, training=training)
        return x
"""
"""One KTP206, which is off by default."""

BASE = MODEL.replace("class Model(", "class Base(")
DERIVED = "from base import Base\n\n\nclass Derived(Base):\n    def call(self, x):\n        return self.drop(x)\n"

TWO = {"model.py": MODEL, "other/forgetful.py": FORGETFUL}
ONE_AND_TWO = [("model.py", "KTP101"), ("other/forgetful.py", "KTP202")]


@dataclass(frozen=True)
class Case:
    """A setting in use."""

    key: str
    toml: str
    """The value in pyproject.toml."""
    options: tuple[str, ...]
    """The same on the command line of training-phase-fix."""
    without: list[tuple[str, str]] = field(default_factory=lambda: ONE_AND_TWO)
    """What is found in which file when nothing is set."""
    with_it: list[tuple[str, str]] = field(default_factory=list)
    files: Mapping[str, str] = field(default_factory=lambda: TWO)


CASES = [
    Case("select", '["KTP1"]', ("--select", "KTP1"), with_it=ONE_AND_TWO[:1]),
    Case("ignore", '["KTP1"]', ("--ignore", "KTP1"), with_it=ONE_AND_TWO[1:]),
    Case(
        "extend-select",
        '["KTP206"]',
        ("--extend-select", "KTP206"),
        [],
        [("model.py", "KTP206")],
        {"model.py": GUARDED},
    ),
    Case(
        "per-file-ignores",
        '{ "other" = ["KTP2"], "*.py" = ["KTP4"] }',
        ("--per-file-ignores", "other:KTP2", "--per-file-ignores", "*.py:KTP4"),
        with_it=ONE_AND_TWO[:1],
    ),
    Case("exclude", '["other"]', ("--exclude", "other"), with_it=ONE_AND_TWO[:1]),
    Case("extend-exclude", '["mod*.py"]', ("--extend-exclude", "mod*.py"), with_it=ONE_AND_TWO[1:]),
    Case(
        "respect-gitignore",
        "false",
        ("--no-respect-gitignore",),
        ONE_AND_TWO[:1],
        ONE_AND_TWO,
        {**TWO, ".gitignore": "other/\n"},
    ),
    Case("keras-versions", '"2"', ("--keras-versions", "2"), with_it=ONE_AND_TWO[1:]),
    Case(
        "follow-imports",
        "false",
        ("--no-follow-imports",),
        [("base.py", "KTP101"), ("derived.py", "KTP101")],
        [("base.py", "KTP101")],
        {"base.py": BASE, "derived.py": DERIVED},
    ),
]


def found(fix: Fix, *options: str) -> list[tuple[str, str]]:
    """What the command finds below this folder."""
    shown = json.loads(fix("--check", "--output-format", "json", *options, ".").out)
    return [(one["filename"], one["code"]) for one in shown]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_in_the_command(case: Case, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, dict(case.files))
    assert found(fix) == case.without
    assert found(fix, *case.options) == case.with_it
    written(tmp_path, {"pyproject.toml": f"[tool.training-phase]\n{case.key} = {case.toml}\n"})
    assert found(fix) == case.with_it
    assert found(fix, "--isolated") == case.without


def silent_from_now_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rule whose findings the tests look at find nothing more: what is found was found before."""
    monkeypatch.setattr(rule("KTP101"), "check", lambda module: iter(()))


def test_python(tmp_path: Path, fix: Fix) -> None:
    library = BASE.replace("class Base(", "class Block(").replace("keras.Model", "keras.layers.Layer")
    user = MODEL.replace("import keras\n", "import keras\nimport my_lib\n").replace(
        "keras.layers.Dropout(0.5)", "my_lib.Block()"
    )
    written(tmp_path, {"env/lib/python3.12/site-packages/my_lib.py": library, "app/model.py": user})
    written(tmp_path, {"app/pyproject.toml": '[tool.training-phase]\nfollow-imports = ["my_lib"]\n'})
    assert fix("--check", "app").code == 0
    assert "Block from my_lib" in fix("--check", "--python", "env", "app").out
    written(tmp_path, {"app/pyproject.toml": '[tool.training-phase]\nfollow-imports = ["my_lib"]\npython = "../env"\n'})
    assert "Block from my_lib" in fix("--check", "app").out


def test_cache(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"model.py": MODEL})
    before = found(fix)
    silent_from_now_on(monkeypatch)
    assert found(fix) == before == [("model.py", "KTP101")]
    assert found(fix, "--no-cache") == []


def test_cache_that_the_settings_leave_out(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": "[tool.training-phase]\ncache = false\n"})
    before = found(fix, "--cache")
    silent_from_now_on(monkeypatch)
    assert found(fix) == []
    assert found(fix, "--cache") == before == [("model.py", "KTP101")]


def test_fixable(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MODEL, "other.py": FORGETFUL})
    shown = json.loads(fix("--check", "--output-format", "json", "--fixable", "KTP1", ".").out)
    assert [(one["code"], one["fix"] is not None) for one in shown] == [("KTP101", True), ("KTP202", False)]
    assert fix("--fixable", "KTP1", ".").code == 1
    assert "training=training" in (tmp_path / "model.py").read_text()
    assert (tmp_path / "other.py").read_text() == FORGETFUL
    assert fix("--fixable", "ALL", ".").code == 0


def test_unfixable(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": '[tool.training-phase]\nunfixable = ["KTP"]\n'})
    assert fix(".").lines[-1] == "1 file checked, 0 findings fixed, 1 left (1 without a fix)"
    assert fix("--fixable", "KTP101", ".").lines == ["1 file checked, 1 finding fixed, 0 left"]


def test_unsafe_fixes(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MISNAMED, "pyproject.toml": "[tool.training-phase]\nunsafe-fixes = true\n"})
    assert fix("--no-unsafe-fixes", "--diff", ".").out == ""
    assert fix("model.py").lines == ["1 file checked, 1 finding fixed, 0 left"]


def test_output_format(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": '[tool.training-phase]\noutput-format = "json"\n'})
    assert json.loads(fix("--check", ".").out) == json.loads(fix("--check", "--output-format", "json", ".").out)
    assert fix("--check", "--output-format", "concise", ".").lines[0].startswith("model.py:9:5: KTP101")
    assert fix("--diff", ".").out.startswith("--- a/model.py")
    # An editor that filters its text through the fixer gets text back, whatever the settings say.
    assert "training=training" in fix("-", stdin=MODEL.encode()).out
    written(tmp_path, {"pyproject.toml": '[tool.training-phase]\noutput-format = "jsn"\n'})
    assert "not `jsn`; did you mean `json`?" in fix("--check", ".").err


def test_baseline(tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"src/model.py": MODEL, "pyproject.toml": '[tool.training-phase]\nbaseline = "known.json"\n'})
    assert fix("--check", ".").err == "training-phase-fix: known.json: cannot be read: No such file or directory\n"
    fix("--write-baseline", "known.json", ".")
    assert fix("--check", ".").lines == ["All checks passed (1 file checked, 1 known from the baseline)"]
    monkeypatch.chdir(tmp_path / "src")
    assert fix("--check", ".").code == 0
    assert fix("--check", "--baseline", "", ".").code == 1


def test_catalogues(tmp_path: Path, fix: Fix) -> None:
    entry = '{"name": "Drop", "at": ["my_lib"], "base": "Layer", "call": ["x", "training"], "depends": "always"}'
    catalogue = f'{{"format": 1, "package": "my_lib", "release": "", "layers": [{entry}]}}'
    text = MODEL.replace("import keras\n", "import keras\nimport my_lib\n").replace(
        "keras.layers.Dropout(0.5)", "my_lib.Drop()"
    )
    written(tmp_path, {"model.py": text, "my_lib.json": catalogue})
    assert found(fix) == []
    assert found(fix, "--catalogues", "my_lib.json") == [("model.py", "KTP101")]


def test_settings_for_the_whole_run_are_those_of_the_folder_it_runs_in(tmp_path: Path, fix: Fix) -> None:
    written(
        tmp_path,
        {
            "inner/model.py": MISNAMED,
            "inner/pyproject.toml": '[tool.training-phase]\nunsafe-fixes = true\noutput-format = "json"\n',
        },
    )
    assert fix("inner").lines[-1] == "1 file checked, 0 findings fixed, 1 left (1 fixable only with --unsafe-fixes)"


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("training_phase", "training_phase"),
        ("flake8-training-phase", "flake8-training-phase"),
        ("flake8-training_phase.per-file-ignores", "flake8-training_phase"),
        ("flake8.training-phase", "flake8.training-phase"),
        ("training.phase", "training.phase"),
    ],
)
def test_a_table_with_almost_the_right_name_is_an_error(table: str, name: str, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": f"[tool.{table}]\nkeras-versions = '2'\n"})
    said = (
        f"training-phase-fix: {tmp_path}/pyproject.toml: the table [tool.{name}] must be named [tool.training-phase]\n"
    )
    assert fix(".") == Result(2, "", said)


def test_a_table_that_is_of_no_tool_is_an_error(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": "[training-phase]\nkeras-versions = '2'\n"})
    assert fix(".").err.endswith("the table [training-phase] must be named [tool.training-phase]\n")


def test_no_rule_is_fixable(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": "[tool.training-phase]\nfixable = []\n"})
    assert fix(".").lines[-1] == "1 file checked, 0 findings fixed, 1 left (1 without a fix)"
    assert fix("--fixable", "ALL", "--diff", ".").err == "1 file checked, 1 finding would be fixed, 0 left\n"
    assert fix("--isolated", "--fixable", "", "--diff", ".").out == ""


def test_what_others_write_into_a_pyproject_is_no_error(tmp_path: Path, fix: Fix) -> None:
    text = '[project]\ndependencies = ["flake8-training-phase"]\n[tool.training-phases]\n[tool.training]\nx = 1\n'
    written(tmp_path, {"model.py": MODEL, "pyproject.toml": text})
    assert fix("--check", ".").code == 1


@pytest.mark.parametrize("option", ["--select", "--extend-select"])
def test_ktp_alone_means_what_is_on_by_default(option: str, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": GUARDED, "other.py": MODEL})
    assert found(fix, option, "KTP") == [("other.py", "KTP101")]
    assert found(fix, option, "KTP2") == [
        ("model.py", "KTP206"),
        *([("other.py", "KTP101")] if "ext" in option else []),
    ]
    assert len(found(fix, option, "ALL")) == 2


def test_show_settings(tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "inner" / "pyproject.toml"
    written(
        tmp_path, {"inner/model.py": MODEL, "inner/pyproject.toml": '[tool.training-phase]\nkeras-versions = "3"\n'}
    )
    lines = fix("--show-settings", "--ignore", "KTP1", "inner/model.py", "inner", ".").lines
    ignore, project = 'ignore = ["KTP1"]  # command line', "follow-imports = true  # default"
    assert [line for line in lines if line.startswith(("# ", "keras-versions =", "ignore =", "follow-imports ="))] == [
        *("# inner/model.py", ignore, f'keras-versions = "3"  # {path}', project),
        *("# inner", ignore, f'keras-versions = "3"  # {path}', project),
        *("# .", ignore, 'keras-versions = "all"  # default', project),
    ]


def test_each_file_has_the_settings_of_its_own_project(tmp_path: Path, fix: Fix) -> None:
    written(
        tmp_path,
        {
            "one/model.py": MODEL,
            "one/pyproject.toml": '[tool.training-phase]\nkeras-versions = "2"\n',
            "two/package/model.py": MODEL,
            "two/pyproject.toml": '[tool.training-phase]\nselect = ["KTP1"]\n',
            "two/package/pyproject.toml": "[project]\n",
            "two/package/forgetful.py": FORGETFUL,
        },
    )
    assert found(fix) == [("two/package/model.py", "KTP101")]
    assert found(fix, "--keras-versions", "3") == [("one/model.py", "KTP101"), ("two/package/model.py", "KTP101")]
    fix(".")
    assert (tmp_path / "one" / "model.py").read_text() == MODEL
    assert (tmp_path / "two" / "package" / "model.py").read_text() != MODEL


def test_standard_input_has_the_settings_of_the_file_it_stands_for(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"inner/pyproject.toml": '[tool.training-phase]\nper-file-ignores = { "m*.py" = ["KTP1"] }\n'})
    assert fix("--check", "--stdin-filename", "inner/model.py", "-", stdin=MODEL.encode()).code == 0
    assert fix("--check", "--stdin-filename", "inner/other.py", "-", stdin=MODEL.encode()).code == 1
    assert fix("--check", "-", stdin=MODEL.encode()).code == 1


def test_nothing_is_written_when_some_settings_are_wrong(tmp_path: Path, fix: Fix) -> None:
    wrong = "[tool.training-phase]\nslect = []\n"
    written(tmp_path, {"a/model.py": MODEL, "z/model.py": MODEL, "z/pyproject.toml": wrong})
    stopped = fix(".")
    assert (stopped.code, stopped.out) == (2, "")
    path = tmp_path / "z" / "pyproject.toml"
    assert stopped.err == f"training-phase-fix: {path}: unknown setting `slect`; did you mean `select`?\n"
    assert (tmp_path / "a" / "model.py").read_text() == MODEL


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "pyproject.toml", "--isolated"], "not allowed with"),
        (["--config", "gone.toml"], "gone.toml cannot be read"),
        (["--per-file-ignores", "KTP1"], "per-file-ignores: `KTP1` must be a pattern, a colon and codes"),
        (["--per-file-ignores", "a:KTP2O2"], "per-file-ignores: no rule has the code `KTP2O2`; did you mean `KTP202`?"),
        (["--training-layers", "a-b"], "training-layers: `a-b` is no name"),
        (["--show-files", "--keras-modules", "a=4"], "keras-modules: `a=4` must end with =2 or =3"),
    ],
)
def test_wrong_options(arguments: list[str], said: str, tmp_path: Path, fix: Fix) -> None:
    stopped = fix(*arguments, ".")
    assert (stopped.code, stopped.out) == (2, "")
    assert said in stopped.err


# flake8

Lint = Callable[..., list[str]]


@pytest.fixture
def flake8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Lint:
    """Runs flake8 for our codes in this process, in `tmp_path`, and gives what it prints, without the messages."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> list[str]:
        capfd.readouterr()
        main(["--select", "KTP", "-j", "1", *arguments])
        return sorted(" ".join(line.split()[:2]) for line in capfd.readouterr().out.splitlines())

    return run


MODEL_FOUND, FORGETFUL_FOUND = "./model.py:9:5: KTP101", "./other/forgetful.py:10:16: KTP202"


def test_what_is_stronger_in_flake8(tmp_path: Path, flake8: Lint) -> None:
    written(tmp_path, TWO)
    assert flake8() == [MODEL_FOUND, FORGETFUL_FOUND]
    written(tmp_path, {"pyproject.toml": '[tool.training-phase]\nkeras-versions = "2"\n'})
    assert flake8() == [FORGETFUL_FOUND]
    assert flake8("--training-phase-isolated") == [MODEL_FOUND, FORGETFUL_FOUND]
    written(tmp_path, {"setup.cfg": "[flake8]\ntraining-phase-keras-versions = all\n"})
    assert flake8() == [MODEL_FOUND, FORGETFUL_FOUND]
    assert flake8("--training-phase-keras-versions", "2") == [FORGETFUL_FOUND]
    written(tmp_path, {"setup.cfg": "[flake8]\ntraining-phase-config = other/shared.toml\n"})
    written(tmp_path, {"other/shared.toml": '[tool.training-phase]\nkeras-versions = "3"\n'})
    assert flake8() == [MODEL_FOUND, FORGETFUL_FOUND]


def test_a_switch_in_flake8(tmp_path: Path, flake8: Lint) -> None:
    written(tmp_path, {"base.py": BASE, "derived.py": DERIVED})
    alone, both = ["./base.py:9:5: KTP101"], ["./base.py:9:5: KTP101", "./derived.py:5:5: KTP101"]
    assert flake8() == both
    assert flake8("--training-phase-no-follow-imports") == alone
    written(tmp_path, {"setup.cfg": "[flake8]\ntraining-phase-follow-imports = false\n"})
    assert flake8() == alone
    assert flake8("--training-phase-follow-imports", "true") == both


def test_cache_in_flake8(tmp_path: Path, flake8: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"model.py": MODEL})
    assert flake8() == [MODEL_FOUND]
    silent_from_now_on(monkeypatch)
    assert flake8() == [MODEL_FOUND]
    assert flake8("--training-phase-no-cache") == []
    written(tmp_path, {"pyproject.toml": "[tool.training-phase]\ncache = false\n"})
    assert flake8() == []
    assert flake8("--training-phase-cache") == [MODEL_FOUND]


def test_what_is_shown_and_checked_is_for_flake8_to_say(tmp_path: Path, flake8: Lint) -> None:
    table = 'select = ["KTP4"]\nignore = ["ALL"]\nper-file-ignores = { "*" = ["KTP"] }\nexclude = ["*"]\n'
    written(tmp_path, {**TWO, "pyproject.toml": f"[tool.training-phase]\n{table}"})
    assert flake8() == [MODEL_FOUND, FORGETFUL_FOUND]
    assert flake8("--per-file-ignores", "other/*:KTP2") == [MODEL_FOUND]
    assert flake8("--exclude", "other") == [MODEL_FOUND]


def test_each_file_has_the_settings_of_its_own_project_in_flake8(tmp_path: Path, flake8: Lint) -> None:
    written(tmp_path, {"one/model.py": MODEL, "two/model.py": MODEL})
    written(tmp_path, {"one/pyproject.toml": '[tool.training-phase]\nkeras-versions = "2"\n'})
    assert flake8() == ["./two/model.py:9:5: KTP101"]


def test_a_mistake_in_a_file_is_told_where_it_counts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "pyproject.toml"
    written(tmp_path, {"model.py": MODEL, "unrelated.py": UNRELATED})
    written(tmp_path, {"pyproject.toml": '[tool.training-phase]\nselect = ["KTP2O2"]\n'})
    main(["--select", "KTP", "-j", "1", str(tmp_path)])
    said = f"file not analysed: {wrong}: select: no rule has the code `KTP2O2`; did you mean `KTP202`?"
    assert capfd.readouterr().out == f"{tmp_path}/model.py:1:1: KTP900 {said}\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--training-phase-training-layers", "a-b"], "flake8-training-phase: training-layers: `a-b` is no name"),
        (["--training-phase-config", "gone.toml"], "gone.toml cannot be read"),
        (
            ["--training-phase-config", "wrong.toml"],
            "wrong.toml: unknown setting `keras`; did you mean `keras-versions`?",
        ),
    ],
)
def test_a_mistake_in_an_option_ends_flake8(
    options: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"model.py": MODEL, "wrong.toml": "[tool.training-phase]\nkeras = 2\n"})
    assert main([*options, "."]) == 1
    printed = capfd.readouterr()
    assert "There was a critical error during execution of Flake8" in printed.out + printed.err
    assert said in printed.out + printed.err
    assert "Traceback" not in printed.err


def test_clean_files_cost_flake8_no_look_at_settings(
    tmp_path: Path, flake8: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {"unrelated.py": UNRELATED, "pyproject.toml": "[tool.training-phase]\nslect = []\n"})
    asked: list[Path] = []
    monkeypatch.setattr("flake8_training_phase.configuration.pyproject.read_table", asked.append)
    assert flake8() == []
    assert asked == []
    written(tmp_path, {"model.py": MODEL, "again.py": MODEL})
    assert len(flake8()) == 2
    assert asked.count(tmp_path / "pyproject.toml") == 1
