"""How values compare: known ones with each other, and the phase with a constant."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from flake8_training_phase.analysis.domain.flags import unknown_phase
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
    Partial,
    PhaseValue,
    Value,
    members,
)
from flake8_training_phase.keras.generations import Flag, Passed

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, others: one in others,
    ast.NotIn: lambda one, others: one not in others,
}


def chained_comparison(left: Value, operators: Sequence[ast.cmpop], rights: Sequence[Value]) -> Value:
    """The same of several in a row, `0 < rate < 1`: false as soon as one is, true where all are."""
    lefts = (left, *rights)
    found = [comparison(one, how, other) for one, how, other in zip(lefts, operators, rights, strict=False)]
    if Constant(False) in found:
        return Constant(False)
    return found[0] if len(set(found)) == 1 else UNKNOWN


def comparison(left: Value, comparison_operator: ast.cmpop, right: Value) -> Value:
    """Whether two values that have nothing of the phase in them compare so: a constant where both are known, or where
    it is the same for whatever they may be, as in `"relu" == "dice"` and `None == "dice"`.
    """
    pairs = product(members(left), members(right))
    outcomes = {_comparison(one, comparison_operator, other) for one, other in pairs}
    return outcomes.pop() if len(outcomes) == 1 else UNKNOWN


def _comparison(left: Value, comparison_operator: ast.cmpop, right: Value) -> Value:
    compare = _COMPARED[type(comparison_operator)]
    if isinstance(right, Constant) and right.value is None and isinstance(left, _OBJECTS):
        return Constant(isinstance(comparison_operator, (ast.IsNot, ast.NotEq)))
    if not isinstance(left, Constant) or left is SOME_NUMBER or right is SOME_NUMBER:
        return UNKNOWN
    other: object
    if isinstance(right, Constant):
        other = right.value
    elif isinstance(right, Container) and not right.keys and all(isinstance(one, Constant) for one in right.values):
        other = tuple(one.value for one in right.values if isinstance(one, Constant))
    else:
        return UNKNOWN
    try:
        return Constant(compare(left.value, other))
    except TypeError:
        return UNKNOWN


_OBJECTS = (Instance, ClassValue, FunctionValue, KerasMethod, Container, Partial, ModuleValue)
"""What is not None."""


def compared(phase: PhaseValue, how: ast.cmpop, wanted: Constant) -> PhaseValue:
    """Whether the phase is a constant."""
    if phase.may_be_number and isinstance(how, (ast.Is, ast.IsNot)) and isinstance(wanted.value, bool):
        return unknown_phase(phase.parameter)
    first, second, third = (_flag_compared(flag, how, wanted.value) for flag in phase.by_lane)
    return PhaseValue((first, second, third), phase.parameter)


def _flag_compared(flag: Flag, how: ast.cmpop, wanted: object) -> Flag:
    if flag is Passed.UNKNOWN:
        return Passed.UNKNOWN
    if isinstance(how, (ast.Is, ast.IsNot)):
        return (flag is wanted) == isinstance(how, ast.Is)
    if isinstance(how, (ast.Eq, ast.NotEq)):
        return (flag == wanted) == isinstance(how, ast.Eq)
    return Passed.UNKNOWN
