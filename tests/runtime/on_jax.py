"""Which modes layers run in where JAX computes, or another backend: in the installed Keras, or a release of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.runtime.environments import Release, Unavailable, interpreter, versions
from tests.runtime.measure import ROOT

PROGRAMS = Path(__file__).parent / "tracer_programs"
BACKENDS = {"jax": "JAX", "tensorflow": "TensorFlow"}
"""The backends that each release is measured with, and how pages spell them."""

_SHOWN = ("keras", "jax", "tensorflow-cpu")


def measured_on_jax(release: Release, folder: Path, python: str) -> dict[str, Any]:
    """The `versions` that a release runs with and its `cells`, the words of each pattern by backend; or the `problem`.

    Environments are made below `folder`, from the interpreter `python`.
    """
    try:
        found_python = interpreter(release, folder, python)
    except Unavailable as error:
        return {"problem": f"cannot be installed: {error}"}
    installed = {name.replace("_", "-"): version for name, version in versions(found_python).items()}
    found = {name: installed[name] for name in _SHOWN}
    try:
        cells = {backend: backend_facts(backend, python=str(found_python)) for backend in BACKENDS}
    except RuntimeError as error:
        return {"versions": found, "problem": f"cannot be run: {str(error).strip().splitlines()[-1]}"}
    return {"versions": found, "cells": cells}


@cache
def backend_facts(backend: str, how: str = "measure", python: str = sys.executable) -> dict[str, str]:
    """The five words of each pattern of `backend_facts.py`: those that it measures, or those that the tracer sees
    (`trace`). Raises RuntimeError when it cannot be run.
    """
    found: dict[str, str] = json.loads(run_program("backend_facts.py", how, backend=backend, python=python))
    return found


def run_program(name: str, *arguments: str, backend: str = "tensorflow", python: str = sys.executable) -> str:
    """What one of the `tracer_programs` prints. Raises RuntimeError with its output when it fails."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}
    command = [python, str(PROGRAMS / name), *arguments]
    done = subprocess.run(command, check=False, env=environment, cwd=PROGRAMS, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout
