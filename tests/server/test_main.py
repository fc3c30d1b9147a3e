"""The command that starts the server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_training_phase.server import main


def test_without_the_extra_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "find_spec", lambda name: None)
    assert main.main(["--stdio"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "training-phase-lsp: the extra `lsp` is not installed: pip install 'flake8-training-phase[lsp]'\n"
    )


def test_nothing_else_needs_pygls(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "sys.modules['pygls'] = sys.modules['lsprotocol'] = None\n"
        "import flake8_training_phase.cli, flake8_training_phase.server.actions, flake8_training_phase.server.hover\n"
        "from flake8_training_phase.rules import all_rules\n"
        "all_rules()\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
