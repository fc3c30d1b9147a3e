"""The pytest plugin: fixtures to trace models in tests. It imports nothing before a test asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flake8_training_phase.runtime import Trace


@pytest.fixture(scope="session")
def trace_training() -> Callable[..., Trace]:
    """The function `flake8_training_phase.runtime.trace_training`: runs a model and records each layer's phase."""
    from flake8_training_phase import runtime

    return runtime.trace_training


@pytest.fixture(scope="session")
def assert_training_reaches() -> Callable[..., Trace]:
    """The function `flake8_training_phase.runtime.assert_training_reaches`: fails where a phase is wrong."""
    from flake8_training_phase import runtime

    return runtime.assert_training_reaches
