"""The learning phase API of Keras 2, which Keras 3 does not have.

Measured in `facts/phase-table.md`, section 17: on Keras 3 every one of these names is an AttributeError, and the
private copy in `tensorflow.python.keras.backend` does nothing to the layers of any public Keras.
"""

from __future__ import annotations

import re

from flake8_training_phase.keras.names import is_backend_function

_OWN_MODULE = re.compile(r"\.backend\.(tensorflow|theano|cntk)_backend\.")

PHASE_READS = ("learning_phase", "symbolic_learning_phase", "global_learning_phase_is_set")
"""Functions that answer with the global learning phase."""

PHASE_SWITCHES = ("in_train_phase", "in_test_phase")
"""Functions that choose one of two values by the phase: `in_train_phase(x, alt, training=None)`."""

PHASE_SETTERS = ("set_learning_phase", "deprecated_internal_set_learning_phase")
"""Functions that set the global learning phase."""

PHASE_SCOPES = ("learning_phase_scope", "eager_learning_phase_scope", "deprecated_internal_learning_phase_scope")
"""Context managers that set it for as long as their block runs."""

LEGACY_NAMES = (*PHASE_READS, *PHASE_SWITCHES, *PHASE_SETTERS, *PHASE_SCOPES)


def legacy_function(dotted: str, names: tuple[str, ...]) -> str | None:
    """Which of `names` a dotted name means, in any spelling of the backend, or None."""
    name = dotted.rpartition(".")[2]
    # What Keras had as `keras.backend` it had as the module of each backend too, until there were no others.
    plain = _OWN_MODULE.sub(".backend.", dotted)
    return name if name in names and is_backend_function(plain, name) else None


def is_backend_module(dotted: str) -> bool:
    """Whether a dotted name is the backend module of a Keras."""
    return legacy_function(f"{dotted}.learning_phase", PHASE_READS) is not None and "backend" in dotted
