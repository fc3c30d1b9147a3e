"""What values are as flags and as conditions: True, False, None or unknown, in each lane."""

from __future__ import annotations

from flake8_training_phase.analysis.domain.values import (
    ClassValue,
    Constant,
    FunctionValue,
    Instance,
    PhaseValue,
    Value,
)
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Flag, Passed


def unknown_phase(parameter: str | None) -> PhaseValue:
    """Something made from the phase, in an unknown way."""
    return PhaseValue((Passed.UNKNOWN, Passed.UNKNOWN, Passed.UNKNOWN), parameter)


def flags_of(value: Value) -> tuple[Flag, Flag, Flag]:
    """What passing `value` as `training` passes, by lane."""
    if isinstance(value, PhaseValue):
        return value.by_lane
    if isinstance(value, Constant) and (value.value is None or value.value in (0, 1)):
        flag = None if value.value is None else bool(value.value)
        return (flag, flag, flag)
    return (Passed.UNKNOWN, Passed.UNKNOWN, Passed.UNKNOWN)


def truth(value: Value) -> tuple[bool | None, bool | None, bool | None]:
    """Whether `value` is true, by lane; None where it cannot be known."""
    if isinstance(value, PhaseValue):
        first, second, third = (None if flag is Passed.UNKNOWN else bool(flag) for flag in value.by_lane)
        return first, second, third
    if isinstance(value, Constant):
        known = bool(value.value)
        return known, known, known
    if isinstance(value, (FunctionValue, ClassValue)) or (
        isinstance(value, Instance) and isinstance(value.type, KerasLayer)
    ):
        return True, True, True
    return None, None, None
