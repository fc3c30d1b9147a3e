"""The tracer where JAX or torch computes, and under a strategy with two replicas: each in a process of its own.

A process has one backend, and TensorFlow makes two devices of a CPU only before it does anything else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "tracer_programs"


def run_program(name: str, *arguments: str, backend: str = "tensorflow") -> str:
    """What a program prints that asserts; its output is shown where it fails."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(PROGRAMS / name), *arguments]
    done = subprocess.run(command, env=environment, cwd=PROGRAMS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_models_on_a_backend(backend: str) -> None:
    if not (find_spec("keras") and find_spec(backend)):
        pytest.skip(f"keras with {backend} is not installed")
    run_program("backends.py", backend=backend)


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_table_of_backends_is_what_is_measured(backend: str) -> None:
    if not (find_spec("keras") and find_spec(backend)):
        pytest.skip(f"keras with {backend} is not installed")
    written = [row for rows in rows_of_backends(on_jax=backend == "jax") for row in rows]
    assert run_program("backend_facts.py", backend=backend).splitlines() == written


def rows_of_backends(on_jax: bool) -> Iterator[list[str]]:
    """The words of each row of the table, once for each kind of layer that it is about."""
    page = (ROOT / "docs" / "what-happens-to-training.md").read_text(encoding="utf-8")
    table = page.split("### On JAX")[1].split("KTP202 reports")[0]
    rows = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]
    for row, (told, on_others) in enumerate(zip(rows[2::2], rows[3::2], strict=True)):
        yield [" ".join((told if on_jax else on_others)[2:])] * KINDS[row]


KINDS = (1, 1, 1, 2, 1, 3)
"""How many kinds of layers each row of the table names."""


@pytest.mark.parametrize("package", ["keras", "tf_keras"])
@pytest.mark.parametrize("kind", ["Sequential", "Model"])
def test_strategy_with_two_replicas(package: str, kind: str) -> None:
    if not (find_spec(package) and find_spec("tensorflow")):
        pytest.skip(f"{package} with TensorFlow is not installed")
    run_program("two_replicas.py", package, kind)
