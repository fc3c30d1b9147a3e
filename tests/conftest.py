"""Fixtures of all tests."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase.cli import main
from flake8_training_phase.runs.cache import CACHE_VARIABLE
from tests.helpers import MODEL, Result

collect_ignore = ["rules", "cases"]
"""Code that is checked: not tests, whatever its files are called."""


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results are kept during a test: not in the user's folder."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Runs training-phase-fix in this process, in `tmp_path`: `fix("--check", "x.py", stdin=b"…")`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file with a finding that can be fixed."""
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path
