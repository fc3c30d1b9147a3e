"""The command training-phase-map."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_training_phase.command.map import main
from flake8_training_phase.configuration.settings import declared
from tests.generate_docs import ROOT
from tests.maps.models import FINE_TUNED, NESTED


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    (tmp_path / "model.py").write_text(FINE_TUNED)
    (tmp_path / "nested.py").write_text(NESTED)
    return tmp_path


def test_a_class_of_a_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nested.py::Block"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Block  nested.py:10\n")
    assert err == ""


def test_what_no_other_class_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nested.py", "model.py"]) == 0
    assert re.findall(r"^(\w+)  \w+\.py", capsys.readouterr().out, re.MULTILINE) == ["Encoder", "FineTuned"]


def test_releases_are_a_setting(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "pyproject.toml").write_text('[tool.training-phase]\nkeras-versions = "2"\n')
    main(["model.py"])
    assert "Keras 3" not in capsys.readouterr().out
    main(["--keras-versions", "3.8", "model.py"])
    assert "Keras 3.8: 1 of 2" in capsys.readouterr().out


def test_standard_input(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FINE_TUNED.encode())))
    assert main(["-", "--stdin-filename", "typed.py"]) == 0
    assert capsys.readouterr().out.startswith("FineTuned  typed.py:10\n")


def test_standard_input_that_is_half_typed(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message is about the file that the editor has open."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{FINE_TUNED}        self.head(\n".encode())))
    assert main(["-", "--stdin-filename", "typed.py"]) == 2
    assert capsys.readouterr().err == "training-phase-map: typed.py: line 13: syntax error: '(' was never closed\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no PATH was given\nusage: training-phase-map [OPTIONS] PATH[::CLASS] [PATH[::CLASS] ...]"),
        (["gone.py"], "gone.py: cannot be read: No such file or directory"),
        (
            ["model.py::FineTune"],
            "model.py: no layer or model is named `FineTune`; did you mean `FineTuned`?",
        ),
        (["broken.py"], "broken.py: line 2: syntax error: invalid syntax"),
        (["empty.py"], "empty.py: has no layer with a `call`, and makes no model"),
        (
            ["model.py", "--format", "htm"],
            "argument --format: must be text, html, svg, mermaid or json, not `htm`; did you mean `html`?",
        ),
        (["model.py", "--keras", "3"], "unknown option `--keras`; did you mean `--keras-versions`?"),
        (
            ["model.py", "nested.py", "--format", "svg"],
            "svg shows one class, named as PATH::CLASS; there are FineTuned, Encoder",
        ),
        (["model.py", "--output-file", "gone/map.txt"], "gone/map.txt: cannot be written: No such file or directory"),
    ],
)
def test_a_mistake_is_one_message(
    arguments: list[str], message: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "broken.py").write_text("x = 1\ndef\n")
    (here / "empty.py").write_text("import keras\n")
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"training-phase-map: {message}\n"


def test_the_other_files_are_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gone.py", "model.py"]) == 2
    assert "FineTuned" in capsys.readouterr().out


@pytest.mark.parametrize(("output_format", "start"), [("html", "<!doctype html>"), ("svg", "<svg "), ("json", "{")])
def test_a_map_in_a_file(output_format: str, start: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model.py", "--format", output_format, "--output-file", "out"]) == 0
    assert (here / "out").read_text("utf-8").startswith(start)
    assert capsys.readouterr() == ("", "")


def test_data_of_several_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--format", "json", "model.py", "nested.py"])
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["maps"]] == ["FineTuned", "Encoder"]


def test_a_terminal_without_the_characters_gets_others(here: Path) -> None:
    command = [sys.executable, "-m", "flake8_training_phase.command.map", "model.py"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, env=environment, check=True, cwd=here)
    assert b"+- self.backbone" in done.stdout


def test_the_width_that_the_environment_gives(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["model.py"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 40
    assert main(["model.py", "--output-file", "out"]) == 0
    assert max(map(len, (here / "out").read_text("utf-8").splitlines())) > 80


def test_help_loads_no_analysis() -> None:
    script = (
        "import sys\nfrom flake8_training_phase.command.map import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([one for one in sys.modules if 'training_phase.analysis' in one], file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True, cwd=ROOT
    )
    assert done.stderr == "[]\n"


def test_its_settings_are_settings() -> None:
    from flake8_training_phase.command.map import _SETTINGS

    assert set(_SETTINGS) <= set(declared())
