"""Runs code that makes functional models: its tensors remember the layers that they went through."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import Arguments
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Container,
    External,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.machine.interpreter import Interpreter
from flake8_training_phase.analysis.syntax.definitions import called_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.applications import application
from flake8_training_phase.keras.names import keras_path

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.around import Objects

_INPUTS = frozenset({"input", "inputs"})
_OUTPUTS = frozenset({"output", "outputs"})
_COMPUTED = (ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Attribute)


@dataclass(frozen=True, slots=True)
class Tensor(Value):
    """A tensor, as far as a functional model needs to know."""

    layers: tuple[Value, ...]
    """The layers it went through; something unknown for one that received a flag, and where others may be."""
    symbolic: bool = False
    """It stands for an input that was not given yet."""
    told: bool = False
    """One of the layers received a flag, which stays in the graph."""


class GraphMaker(Interpreter):
    """Runs functions, and knows the layers of the functional models that they make."""

    def graph(self, outputs: Value) -> tuple[Value, ...]:
        """The layers of the functional model with some outputs.

        Of one that holds a flag nothing is said: whether that or the flag of the model wins depends on the version of
        Keras (7g to 7l), and what was meant is not to be overridden by a fix.
        """
        tensor = derived_tensor([outputs])
        if not isinstance(tensor, Tensor):
            return ()
        return (UNKNOWN,) if tensor.told else tensor.layers

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """As the interpreter, but what is computed from tensors is a tensor."""
        if not isinstance(node, _COMPUTED):
            return super().evaluate(node, frame)
        before, events = len(self.events), self.events
        value = super().evaluate(node, frame)
        if value is UNKNOWN and isinstance(node, ast.Attribute) and node.attr in _OUTPUTS:
            value = self._output_inside(node.value, frame)
        if value is UNKNOWN:
            named = [frame.lookup(one.id) for one in nodes_in(node) if isinstance(one, ast.Name)]
            called = [output_of(one) for one in walk(events[before:]) if isinstance(one, LayerCall)]
            return derived_tensor([*named, *called])
        return value

    def _output_inside(self, part: ast.expr, frame: Frame) -> Value:
        """`base.get_layer("conv4").output`, `base.layers[-2].output`: in the models of `keras.applications` layers that
        behave differently in training are all along the way.
        """
        inner = part.func if isinstance(part, ast.Call) else part.value if isinstance(part, ast.Subscript) else None
        if not isinstance(inner, ast.Attribute) or inner.attr not in ("get_layer", "layers"):
            return UNKNOWN
        models = (
            members(self.evaluate(inner.value, frame)) if isinstance(inner.value, (ast.Name, ast.Attribute)) else ()
        )
        kept = [one for one in models if isinstance(one, Instance) and application(one.type.name) is one.type]
        return Tensor(tuple(kept), symbolic=True) if kept else UNKNOWN

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """As the interpreter, but what a layer gives is a tensor."""
        if isinstance(callee, External) and callee.path.endswith("Input") and keras_path(callee.path) is not None:
            return Tensor((), symbolic=True)
        before, events = len(self.events), self.events
        result = super().apply(callee, arguments, node, frame)
        if result is not UNKNOWN or isinstance(callee, ClassValue):
            return result
        given = (*arguments.positional, *arguments.keywords.values())
        called = [one for one in events[before:] if isinstance(one, LayerCall) and one.node is node]
        if called:
            # What is not known may come out of any other layer.
            before_it = [] if any(_tensors(given)) and not _has_unknown(given) else [Tensor((UNKNOWN,))]
            return derived_tensor([*given, *before_it, *map(output_of, called)])
        tensor = derived_tensor([callee, *given])
        if isinstance(tensor, Tensor) and not isinstance(callee, (External, Tensor)):
            return derived_tensor([tensor, Tensor((UNKNOWN,))])
        return tensor

    def item(self, value: Value, key: object) -> Value:
        """As the interpreter, but a layer may give several tensors under names: `encoder.outputs["P3"]`."""
        return value if isinstance(value, Tensor) else super().item(value, key)

    def elements(self, value: Value, frame: Frame) -> Value:
        """As the interpreter, but a layer may give several tensors, and each went through it."""
        return value if isinstance(value, Tensor) else super().elements(value, frame)

    def attribute(self, base: Value, name: str, frame: Frame) -> Value:
        """As the interpreter, but a model has tensors, and what belongs to a tensor is made from it."""
        if isinstance(base, Tensor):
            return base
        if name in _INPUTS | _OUTPUTS and isinstance(base, Instance) and base.type.is_layer:
            return Tensor((base,) if name in _OUTPUTS else (), symbolic=True)
        return super().attribute(base, name, frame)


class GraphOfNames(GraphMaker):
    """Evaluates a functional model that the statements of a scope make, whose tensors have a name each."""

    def __init__(self, program: Objects) -> None:
        super().__init__(program)
        self._tensors: dict[str, Value] = {}

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """As in a function, but the tensors are looked up, whatever the order of their statements."""
        value = super().evaluate(node, frame)
        bound = frame.scope.bound_once(node.id) if value is UNKNOWN and isinstance(node, ast.Name) else None
        if bound is None or not isinstance(node, ast.Name):
            return value
        if node.id not in self._tensors:
            self._tensors[node.id] = UNKNOWN
            self._tensors[node.id] = self.evaluate(bound, frame)
        return self._tensors[node.id]


def makes_graph(node: ast.expr) -> bool:
    """Whether an expression makes a functional model: `keras.Model(inputs, outputs)`."""
    is_model = isinstance(node, ast.Call) and called_name(node) in ("Model", "Functional")
    return is_model and len(node.args) + len(node.keywords) > 1  # type: ignore[attr-defined]


def output_of(call: LayerCall) -> Tensor:
    """What a call of a layer, or of one of several, gives."""
    return Tensor((call.receiver,)) if call.flag.absent else Tensor((UNKNOWN,), told=True)


def derived_tensor(values: Iterable[Value]) -> Value:
    """The tensor that is computed from some values; `UNKNOWN` when none of them is a tensor."""
    found = list(_tensors(values))
    if not found:
        return UNKNOWN
    layers = dict.fromkeys(layer for one in found for layer in one.layers)
    return Tensor(tuple(layers), any(one.symbolic for one in found), any(one.told for one in found))


def _tensors(values: Iterable[Value]) -> Iterator[Tensor]:
    for value in values:
        for one in members(value):
            if isinstance(one, Tensor):
                yield one
            elif isinstance(one, Container):
                yield from _tensors(one.values)


def _has_unknown(values: Iterable[Value]) -> bool:
    return any(
        one is UNKNOWN or (isinstance(one, Container) and _has_unknown(one.values))
        for value in values
        for one in members(value)
    )
