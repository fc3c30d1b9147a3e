"""The functional and Sequential models that a module makes, with the calls that make their graphs.

`graphs.py` knows which layers a functional model holds. Rules about graphs also ask where each of them was called, what
it received there, and what comes before it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import Arguments
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import FlagArgument, PassedBy
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Container,
    External,
    Instance,
    KerasMethod,
    Value,
    members,
)
from flake8_training_phase.analysis.entries.module_run import ModuleRun
from flake8_training_phase.analysis.machine.graphs import Tensor
from flake8_training_phase.analysis.models.functions import flattened
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import MODEL_NAMES, KerasLayer

_COMPUTED = (ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Attribute)
TRAINING_USES = frozenset({"compile", "fit", "fit_generator", "train_on_batch"})
_USES = TRAINING_USES | {"evaluate", "predict", "predict_on_batch", "predict_generator", "test_on_batch"}
"""The methods by which a module shows how it runs a model."""

_STARRED_INPUT = External("builtins.Input")
"""What `Input` is where only `from tensorflow.keras.layers import *` can bind it."""


@dataclass(frozen=True, slots=True, eq=False)
class GraphCall:
    """One call of a layer on a tensor that stands for an input, or its place in a Sequential."""

    node: ast.Call
    layer: Value
    flag: FlagArgument
    inputs: tuple[GraphCall, ...]
    """The calls whose outputs it is given."""

    @property
    def before(self) -> tuple[GraphCall, ...]:
        """All calls that it depends on, each after those that it depends on itself."""
        return tuple(in_order(self.inputs))


@dataclass(frozen=True, slots=True)
class GraphTensor(Tensor):
    """A tensor that knows which calls it comes from."""

    calls: tuple[GraphCall, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A functional or Sequential model."""

    node: ast.Call
    """What makes it."""
    model: Instance
    outputs: tuple[GraphCall, ...]

    @property
    def calls(self) -> tuple[GraphCall, ...]:
        """The calls in it, each after those that it depends on."""
        return tuple(in_order(self.outputs))


class GraphRun(ModuleRun):
    """What a module does when it is run, as far as it makes models out of calls of layers."""

    def __init__(self, module: CheckedModule) -> None:
        self.graph_calls: list[GraphCall] = []
        self.graphs: dict[Instance, Graph] = {}
        self.trainable: dict[Instance, list[Value]] = {}
        """What was assigned to `trainable` of each object, in order."""
        self.layers_of: dict[ast.Attribute, list[Instance]] = {}
        """Whose `layers` an expression asks for."""
        self.used: dict[Instance, set[str]] = {}
        """The models that are compiled, fitted, or asked for predictions, by which methods."""
        self.made_at: dict[Value, ast.Call] = {}
        self.filled: dict[UserClass, list[Value]] = {}
        """The layers that subclasses of Sequential and Model are given where they are made."""
        super().__init__(module)

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """As the run of the module; a call on a symbolic tensor is kept, and so is a model that is made of tensors."""
        if callee == _STARRED_INPUT:
            return GraphTensor((), symbolic=True)
        before = len(self.model_calls)
        result = super().apply(callee, arguments, node, frame)
        given = (*arguments.positional, *arguments.keywords.values())
        called = [one for one in self.model_calls[before:] if one.node is node and one.symbolic]
        if called and isinstance(result, Tensor):
            calls = tuple(GraphCall(node, one.receiver, one.flag, calls_of(given)) for one in called)
            self.graph_calls += calls
            return _with_calls(result, calls)
        if isinstance(result, Instance):
            self._made(callee, result, arguments, node)
        elif isinstance(callee, KerasMethod) and callee.name == "__init__":
            self._keep_graph(callee.bound_to, arguments, node)
            self._fill(callee.bound_to, given)
        return _with_calls(result, calls_of((callee, *given)))

    def _made(self, callee: Value, made: Instance, arguments: Arguments, node: ast.Call) -> None:
        self.made_at.setdefault(made, node)
        if isinstance(callee, ClassValue):
            if isinstance(callee.type, UserClass) and not _has_constructor(callee.type):
                self._fill(made, (*arguments.positional, *arguments.keywords.values()))
            if _is_sequential(made):
                self._keep_sequential(made, node)
            elif _is_functional(callee):
                self._keep_graph(made, arguments, node)

    def _fill(self, made: Instance, given: tuple[Value, ...]) -> None:
        if isinstance(made.type, UserClass) and made.type.keras_base_name in MODEL_NAMES:
            layers = [*flattened(given), *(call.layer for call in in_order(calls_of(given)))]
            self.filled.setdefault(made.type, []).extend(layers)

    def _keep_graph(self, model: Instance, arguments: Arguments, node: ast.Call) -> None:
        outputs = arguments.by_name(("inputs", "outputs")).get("outputs", UNKNOWN)
        found = calls_of((outputs,))
        if found:
            self.graphs[model] = Graph(node, model, found)

    def _keep_sequential(self, model: Instance, node: ast.Call) -> None:
        last: tuple[GraphCall, ...] = ()
        for layer in model.contents:
            where = self.made_at.get(layer, node)
            last = (GraphCall(where, layer, FlagArgument(PassedBy.NOTHING), last),)
        self.graphs[model] = Graph(node, model, last)

    def seen_graphs(self) -> list[Graph]:
        """The models that are made, without those of a run of the builder alone where another run shows their use."""
        called = {one for call in self.model_calls for one in members(call.receiver)}
        shown = {graph.node for model, graph in self.graphs.items() if model in called or model in self.used}
        return [
            graph
            for model, graph in self.graphs.items()
            if graph.node not in shown or model in called or model in self.used
        ]

    def method(self, base: Value, name: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value | None:
        """As the run of the module; a Sequential that gets one more layer is another one."""
        if name in _USES:
            for one in members(base):
                if isinstance(one, Instance):
                    self.used.setdefault(one, set()).add(name)
        result = super().method(base, name, arguments, node, frame)
        if name == "add" and result is not None and isinstance(base, Instance) and isinstance(node.func, ast.Attribute):
            grown = self.evaluate(node.func.value, frame)
            made = self.graphs.pop(base, None)
            if isinstance(grown, Instance) and made is not None:
                self._keep_sequential(grown, made.node)
        return result

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """As the run of the module; what is computed from tensors knows their calls."""
        if not isinstance(node, _COMPUTED):
            return super().evaluate(node, frame)
        if isinstance(node, ast.Attribute) and node.attr == "layers":
            asked = members(super().evaluate(node.value, frame))
            self.layers_of.setdefault(node, []).extend(one for one in asked if isinstance(one, Instance))
        before = len(self.graph_calls)
        value = super().evaluate(node, frame)
        if type(value) is not Tensor:
            return value
        named = [frame.lookup(one.id) for one in nodes_in(node) if isinstance(one, ast.Name)]
        return _with_calls(value, (*calls_of(named), *self.graph_calls[before:]))

    def attribute(self, base: Value, name: str, frame: Frame) -> Value:
        """As the run of the module; the output of a model comes from the calls of its graph."""
        value = super().attribute(base, name, frame)
        if isinstance(base, Instance) and base in self.graphs and isinstance(value, Tensor):
            return _with_calls(value, self.graphs[base].outputs if name.startswith("output") else ())
        return value

    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """As the run of the module; what `trainable` was set to is kept in order."""
        if name == "trainable":
            for one in members(base):
                if isinstance(one, Instance):
                    self.trainable.setdefault(one, []).append(value)
        super().set_attribute(base, name, value)


def in_order(outputs: Iterable[GraphCall]) -> Iterator[GraphCall]:
    """Some calls and all that they depend on, each after those that it depends on itself."""
    found: dict[GraphCall, None] = {}
    waiting = [(one, False) for one in reversed(tuple(outputs))]
    while waiting:
        call, is_ready = waiting.pop()
        if call in found:
            continue
        if is_ready:
            found[call] = None
        else:
            waiting += [(call, True), *((one, False) for one in reversed(call.inputs))]
    yield from found


def calls_of(values: Iterable[Value]) -> tuple[GraphCall, ...]:
    """The calls that some values come from."""
    found: dict[GraphCall, None] = {}
    for value in values:
        for one in members(value):
            if isinstance(one, GraphTensor):
                found |= dict.fromkeys(one.calls)
            elif isinstance(one, Container):
                found |= dict.fromkeys(calls_of(one.values))
    return tuple(found)


def _with_calls(value: Value, calls: tuple[GraphCall, ...]) -> Value:
    """A tensor with the calls it comes from; anything else as it is, and a tensor that knows them already."""
    if type(value) is not Tensor:
        return value
    return GraphTensor(value.layers, value.symbolic, value.told, tuple(dict.fromkeys(calls)))


def _is_sequential(made: Instance) -> bool:
    return isinstance(made.type, KerasLayer) and made.type.name == "Sequential"


def _is_functional(callee: ClassValue) -> bool:
    """Whether a class makes a functional model of what its constructor is given."""
    if isinstance(callee.type, UserClass):
        return callee.type.is_model and not _has_constructor(callee.type)
    return callee.type.name in ("Model", "Functional")


def _has_constructor(cls: UserClass) -> bool:
    return isinstance(cls.find_method("__init__"), Method)


def graph_run(module: CheckedModule) -> GraphRun:
    """The run of a module and of all its functions, for what they make of layers; made once for each module."""
    return module.once(_whole_run)


def _whole_run(module: CheckedModule) -> GraphRun:
    run = GraphRun(module)
    run.cover(set(nodes_in(module.tree)))
    return run
