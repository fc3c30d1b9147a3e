"""What `bool`, `int` and `float` make of values, and what they raise on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flake8_training_phase.analysis.domain.arguments import Arguments
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.values import (
    SOME_NUMBER,
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    FunctionValue,
    Instance,
    KerasMethod,
    ModuleValue,
    PhaseValue,
    Value,
    members,
)
from flake8_training_phase.analysis.models.run import Run

_NO_NUMBERS = (ClassValue, Container, FunctionValue, KerasMethod, ModuleValue)


def _bool(run: Run, arguments: Arguments, frame: Frame) -> Value:
    first = arguments.first
    return Constant(bool(first.value)) if isinstance(first, Constant) else _of_phase(first)


def _int(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return _of_phase(arguments.first) if _converted(int, run, arguments, frame) else UNKNOWN


def _float(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """`float(0)` is 0.0: a rate that drops nothing stays one."""
    first = arguments.first
    if not _converted(float, run, arguments, frame):
        return UNKNOWN
    if first is SOME_NUMBER:
        return first
    is_number = isinstance(first, Constant) and isinstance(first.value, (int, float, str))
    return Constant(float(first.value)) if is_number else _of_phase(first)  # type: ignore[attr-defined]


def _of_phase(value: Value) -> Value:
    """`bool(training)`, `int(training)`: the same phase, except for None, which is no longer a phase."""
    if not isinstance(value, PhaseValue):
        return UNKNOWN
    flags = [False if flag is None else flag for flag in value.by_lane]
    return PhaseValue((flags[0], flags[1], flags[2]), value.parameter)


def _converted(number: Callable[[Any], object], run: Run, arguments: Arguments, frame: Frame) -> bool:
    """Whether a value may be made a number; where it surely may not, Python raises."""
    of_one = len(arguments.positional) == 1 and not arguments.keywords and not arguments.is_open
    if not of_one or not all(_is_refused(one, number) for one in members(arguments.first)):
        return True
    run.raises(frame)
    return False


def _is_refused(value: Value, number: Callable[[Any], object]) -> bool:
    """Whether `int` or `float` raises on a value."""
    if isinstance(value, Instance):
        return value.type.is_layer
    if not isinstance(value, Constant):
        return isinstance(value, _NO_NUMBERS)
    if value is SOME_NUMBER:
        return False
    try:
        number(value.value)
    except (TypeError, ValueError, OverflowError):
        return True
    return False


BUILTINS: dict[str, Callable[[Run, Arguments, Frame], Value]] = {"bool": _bool, "int": _int, "float": _float}
