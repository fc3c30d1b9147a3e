"""The ways in which a model or layer is run, and which of its layers are looked at."""

from __future__ import annotations

from enum import Enum

from flake8_training_phase.keras.generations import Flag, Passed


class RunMode(Enum):
    """How the outermost model or layer is run, and the phase that is asked for by it."""

    FIT = ("fit()", True)
    TRUE = ("training=True", True)
    FALSE = ("training=False", False)
    NONE = ("a call without a flag", False)
    PREDICT = ("predict()", False)

    @property
    def wanted(self) -> bool:
        """The phase that a user asks for in this mode."""
        return self.value[1]

    @property
    def flag(self) -> Flag:
        """What a caller passes."""
        return Passed.ABSENT if self is RunMode.NONE else self.value[1]

    def __str__(self) -> str:
        return str(self.value[0])


class Leaves(Enum):
    """Which of the mode-dependent layers that a call reaches are looked at."""

    ALL = "all"
    ON_BY_DEFAULT = "on by default"
    """Those that run in training mode when nothing says which mode it is, as Keras's `Random*` layers do."""
    OFF_BY_DEFAULT = "off by default"
    """The others: Dropout, BatchNormalization."""

    def include(self, on_by_default: bool) -> bool:
        """Whether a layer with that default is looked at."""
        return self is Leaves.ALL or (self is Leaves.ON_BY_DEFAULT) is on_by_default
