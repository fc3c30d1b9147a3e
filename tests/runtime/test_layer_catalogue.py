"""The committed catalogue of layers is what the installed packages say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.conftest import installed

ROOT = Path(__file__).parents[2]
LAYERS_JSON = ROOT / "flake8_training_phase" / "keras" / "layers.json"


def test_catalogue_is_what_is_installed() -> None:
    for package, wanted in json.loads(LAYERS_JSON.read_text(encoding="utf-8"))["versions"].items():
        if installed(package) != wanted:
            pytest.skip(f"the catalogue was made with {package} {wanted}, installed is {installed(package)}")
    # In a process of its own: it chooses the Keras generation by environment variables.
    command = [sys.executable, "-m", "tests.runtime.layer_catalogue", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
