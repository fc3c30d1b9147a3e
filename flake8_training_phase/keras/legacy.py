"""The learning phase API of Keras 2, which Keras 3 does not have.

Measured in `facts/phase-table.md`, section 17: on Keras 3 every one of these names is an AttributeError, and the
private copy in `tensorflow.python.keras.backend` does nothing to the layers of any public Keras.
"""

from __future__ import annotations

from flake8_training_phase.keras.names import is_backend_function

PHASE_READS = ("learning_phase", "symbolic_learning_phase", "global_learning_phase_is_set")
"""Functions that answer with the global learning phase."""

PHASE_SWITCHES = ("in_train_phase", "in_test_phase")
"""Functions that choose one of two values by the phase: `in_train_phase(x, alt, training=None)`."""


def legacy_function(dotted: str, names: tuple[str, ...]) -> str | None:
    """Which of `names` a dotted name means, in any spelling of the backend, or None."""
    name = dotted.rpartition(".")[2]
    return name if name in names and is_backend_function(dotted, name) else None
