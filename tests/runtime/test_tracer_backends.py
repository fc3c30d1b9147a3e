"""The tracer where JAX or torch computes, and under a strategy with two replicas: each in a process of its own.

A process has one backend, and TensorFlow makes two devices of a CPU only before it does anything else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "tracer_programs"


def run_program(name: str, *arguments: str, backend: str = "tensorflow") -> None:
    """Run a program that asserts; its output is shown where it fails."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(PROGRAMS / name), *arguments]
    done = subprocess.run(command, env=environment, cwd=PROGRAMS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_models_on_a_backend(backend: str) -> None:
    if not (find_spec("keras") and find_spec(backend)):
        pytest.skip(f"keras with {backend} is not installed")
    run_program("backends.py", backend=backend)


@pytest.mark.parametrize("package", ["keras", "tf_keras"])
@pytest.mark.parametrize("kind", ["Sequential", "Model"])
def test_strategy_with_two_replicas(package: str, kind: str) -> None:
    if not (find_spec(package) and find_spec("tensorflow")):
        pytest.skip(f"{package} with TensorFlow is not installed")
    run_program("two_replicas.py", package, kind)
