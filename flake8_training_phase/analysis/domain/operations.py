"""What operators give: `+`, `|`, `and`, `or`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import reduce

from flake8_training_phase.analysis.domain.flags import flags_of, truth
from flake8_training_phase.analysis.domain.name_patterns import ANY_NAME, after_percent, is_pattern
from flake8_training_phase.analysis.domain.values import (
    SIGNATURE_TEST,
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    ElementIndex,
    FunctionValue,
    Instance,
    Partial,
    PhaseValue,
    TextPattern,
    Value,
    join,
    members,
    text_of,
)
from flake8_training_phase.keras.generations import Flag, Passed

_HOLDS_LAYERS = (ClassValue, Container, FunctionValue, Instance, Partial)
"""What is a layer, makes one, or holds some."""


def computed(operator: ast.operator, left: Value, right: Value) -> Value:
    """What an operator between two values gives."""
    if isinstance(operator, ast.Add) and isinstance(left, ElementIndex):
        return left.moved(right)
    if isinstance(operator, ast.Sub) and left == right == Constant(1):
        return Constant(0)  # `Dropout(1 - keep_prob)`: other numbers make no difference.
    if isinstance(operator, ast.Mod) and (text := text_of(left)) is not None:
        return joined_text((Constant(after_percent(text)),))
    if isinstance(operator, ast.Add) and any(isinstance(one, TextPattern) or text_of(one) for one in (left, right)):
        return joined_text((left, right))
    if isinstance(operator, ast.Add) and isinstance(left, Container) and isinstance(right, Container):
        return Container(left.values + right.values)
    if isinstance(operator, ast.BitOr) and isinstance(left, Container) and isinstance(right, Container):
        return reduce(lambda items, pair: items.with_item(*pair), right.pairs_by_key, left)
    return left if isinstance(operator, ast.Mult) and isinstance(left, Container) else UNKNOWN


def joined_text(parts: Iterable[Value]) -> Value:
    """The text that some values make one after the other: `f"{kind}_{i}"`."""
    found = [part.name if isinstance(part, TextPattern) else text_of(part) for part in parts]
    text = "".join(ANY_NAME if one is None else one for one in found)
    while ANY_NAME * 2 in text:
        text = text.replace(ANY_NAME * 2, ANY_NAME)
    if text == ANY_NAME:
        return UNKNOWN
    return TextPattern(text) if is_pattern(text) else Constant(text)


def parameter_of(value: Value) -> str | None:
    """The parameter that a value is made from, where it is one of the phase."""
    return value.parameter if isinstance(value, PhaseValue) else None


def either(first: Value, second: Value, stops_on: bool) -> Value:
    """The value of `first or second` (`stops_on` true) or `first and second`."""
    if first is SIGNATURE_TEST or second is SIGNATURE_TEST:
        return SIGNATURE_TEST
    parameter = parameter_of(first) or parameter_of(second)
    if parameter is None:
        known = truth(first)[0]
        if known is not None:
            return first if known is stops_on else second
        if isinstance(second, Constant) and truth(second)[0] is stops_on:
            return Constant(stops_on)  # Whatever comes first, the outcome is as true or false as this.
        held = (*members(first), *members(second))
        return join(held) if any(isinstance(one, _HOLDS_LAYERS) for one in held) else UNKNOWN
    flags = [
        _either_flag(known, one, other, stops_on)
        for known, one, other in zip(truth(first), flags_of(first), flags_of(second), strict=True)
    ]
    return PhaseValue((flags[0], flags[1], flags[2]), parameter)


def _either_flag(known: bool | None, first: Flag, second: Flag, stops_on: bool) -> Flag:
    if known is None:
        # An unknown first operand: the result is known only when both lead to the same truth.
        same = second is not Passed.UNKNOWN and bool(second) is stops_on
        return stops_on if same else Passed.UNKNOWN
    return first if known is stops_on else second
