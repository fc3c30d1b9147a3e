"""Tensors, as far as functional models need to know them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.values import UNKNOWN, Instance, Items, Value, members


@dataclass(frozen=True, slots=True)
class Output(Value):
    """A tensor, as far as a functional model needs to know: the layers it went through."""

    layers: tuple[Value, ...]
    symbolic: bool = False
    """It stands for an input that nobody has given yet."""


def output_of(receiver: Value) -> Output:
    """What a call of a layer, or of one of several, gives."""
    return Output(tuple(one for one in members(receiver) if isinstance(one, Instance)))


def through(values: Iterable[Value]) -> Value:
    """The tensor that is computed from some values; `UNKNOWN` when none of them is a tensor."""
    found = list(_tensors(values))
    if not found:
        return UNKNOWN
    layers = dict.fromkeys(layer for one in found for layer in one.layers)
    return Output(tuple(layers), any(one.symbolic for one in found))


def _tensors(values: Iterable[Value]) -> Iterator[Output]:
    for value in values:
        for one in members(value):
            if isinstance(one, Output):
                yield one
            elif isinstance(one, Items):
                yield from _tensors(one.values)
