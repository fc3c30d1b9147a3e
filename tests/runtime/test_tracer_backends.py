"""The tracer where JAX or torch computes, and under a strategy with two replicas: each in a process of its own.

A process has one backend, and TensorFlow makes two devices of a CPU only before it does anything else.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.runtime.measure import ROOT
from tests.runtime.on_jax import backend_facts, run_program
from tests.runtime.version_page import rows_of_backends


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_models_on_a_backend(backend: str) -> None:
    if not (find_spec("keras") and find_spec(backend)):
        pytest.skip(f"keras with {backend} is not installed")
    run_program("backends.py", backend=backend)


@pytest.mark.parametrize("how", ["measure", "trace"])
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_table_of_backends_is_what_is_found(backend: str, how: str) -> None:
    if not (find_spec("keras") and find_spec(backend)):
        pytest.skip(f"keras with {backend} is not installed")
    page = (ROOT / "docs" / "what-happens-to-training.md").read_text(encoding="utf-8")
    spelled = "JAX" if backend == "jax" else "TensorFlow, PyTorch"
    written = {row.pattern: row.words for row in rows_of_backends(page) if row.backend == spelled}
    assert backend_facts(backend, how) == written


@pytest.mark.parametrize("package", ["keras", "tf_keras"])
@pytest.mark.parametrize("kind", ["Sequential", "Model"])
def test_strategy_with_two_replicas(package: str, kind: str) -> None:
    if not (find_spec(package) and find_spec("tensorflow")):
        pytest.skip(f"{package} with TensorFlow is not installed")
    run_program("two_replicas.py", package, kind)
