"""What the pages on editors and continuous integration tell people to write is valid, and does what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import FIXED_MODEL, FORGETFUL, MODEL, returning

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[1]
PROGRAMS = {
    "flake8": "-m flake8",
    "training-phase-check": "-c 'import sys; from flake8_training_phase.cli import check; sys.exit(check())'",
    "training-phase-fix": "-m flake8_training_phase",
}


GUARDED = returning("self.drop(x, training=training) if training else x").replace(
    "(self, x)", "(self, x, training=None)"
)
"""One KTP206, which is off by default."""


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(example: Any) -> list[str]:
    """The shell lines of an example for GitHub or GitLab, in order."""
    if isinstance(example, list):
        return [line for one in example for line in commands(one)]
    if not isinstance(example, dict):
        return []
    inner = [line for key, value in example.items() if key not in ("run", "script") for line in commands(value)]
    return [*example.get("script", ()), *([example["run"]] if "run" in example else ()), *inner]


EXAMPLES = [yaml.safe_load(text) for text in blocks("continuous-integration.md", "yaml")]
LINES = [line for example in EXAMPLES for line in commands(example) if line.split()[0] in PROGRAMS]


def test_the_examples_are_there() -> None:
    assert len(EXAMPLES) == 4
    assert [line.split()[0] for line in LINES] == ["flake8", *["training-phase-check"] * 3]


@pytest.mark.parametrize("line", LINES)
def test_commands_in_continuous_integration(line: str, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "model.py").write_text(MODEL)
    done = shell(line, tmp_path)
    assert done.returncode == 1
    assert "KTP101" in done.stdout + "".join(one.read_text() for one in tmp_path.glob("*.json")) or "--diff" in line
    assert (tmp_path / "src" / "model.py").read_text() == MODEL
    (tmp_path / "src" / "model.py").write_text(FIXED_MODEL)
    assert shell(line, tmp_path).returncode == 0


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a script with the programs of this Python."""
    program, _, rest = line.partition(" ")
    command = f"{shlex.quote(sys.executable)} {PROGRAMS[program]} {rest}"
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)


def test_the_diff_can_be_applied(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "model.py").write_text(FORGETFUL)
    diff = shell("training-phase-fix --diff src", tmp_path).stdout
    subprocess.run(["git", "apply"], input=diff, text=True, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "src" / "model.py").read_text() == FORGETFUL.replace("drop(x)", "drop(x, training=training)")


def test_hooks_are_those_of_the_repository() -> None:
    defined = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    used = [hook["id"] for example in EXAMPLES for repo in example.get("repos", ()) for hook in repo["hooks"]]
    assert used == ["training-phase-fix", "flake8"]
    assert set(defined) == {"training-phase-fix", "training-phase-check", "flake8-training-phase"}
    for name, one in defined.items():
        assert one["entry"].split()[0] in PROGRAMS
        assert one["language"] == "python"
        # flake8 itself does not read notebooks.
        assert one.get("types") == (["python"] if name == "flake8-training-phase" else None)
        assert one.get("types_or") == (None if name == "flake8-training-phase" else ["python", "jupyter"])


def test_settings_of_editors_are_json() -> None:
    from flake8_training_phase.server.options import Options

    options, _, _, server = [json.loads(text) for text in blocks("editors.md", "json")]
    assert Options.read(options).settings == options["settings"]
    plugin = server["pylsp"]["plugins"]["training_phase"]
    assert plugin.pop("enabled")
    assert Options.read(plugin).settings == {}


def test_what_visual_studio_code_is_told_to_show(tmp_path: Path) -> None:
    editor = json.loads(blocks("editors.md", "json")[1])
    assert editor["flake8.importStrategy"] == "fromEnvironment"
    (tmp_path / "model.py").write_text(GUARDED)
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=KTP"]
    by_default = subprocess.run([*command, "model.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert by_default.stdout == ""
    told = subprocess.run(
        [*command, *editor["flake8.args"], "model.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "KTP206" in told.stdout


def test_the_task_of_visual_studio_code(tmp_path: Path) -> None:
    [task] = json.loads(blocks("editors.md", "json")[2])["tasks"]
    assert (task["type"], task["problemMatcher"]) == ("process", [])
    assert task["command"] == "${workspaceFolder}/.venv/bin/training-phase-fix"
    model = tmp_path / "model.py"
    model.write_text(MODEL)
    arguments = [one.replace("${file}", str(model)) for one in task["args"]]
    subprocess.run(
        [sys.executable, *shlex.split(PROGRAMS["training-phase-fix"]), *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert model.read_text() == FIXED_MODEL
