"""The functional and Sequential models that a file makes by itself, not inside of a layer or model class."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from flake8_training_phase.analysis.domain.arguments import Arguments
from flake8_training_phase.analysis.domain.events import FlagArgument, LayerCall, PassedBy, ProgramPoint
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import ALL_LANES, UNKNOWN, Instance, Value, members
from flake8_training_phase.analysis.entries.graph_run import Graph, GraphCall, GraphRun, GraphTensor, calls_of
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.functions import Function
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer


class _RunForMaps(GraphRun):
    """A run of a module that also keeps the calls whose callee is unknown: a map shows them as unknown."""

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """As the run for rules; the call of something unknown on a symbolic tensor is kept."""
        result = super().apply(callee, arguments, node, frame)
        if callee is not UNKNOWN or not isinstance(result, GraphTensor) or not result.symbolic:
            return result
        inputs = calls_of((*arguments.positional, *arguments.keywords.values()))
        call = GraphCall(node, UNKNOWN, FlagArgument(PassedBy.NOTHING), inputs)
        return GraphTensor(result.layers, result.symbolic, result.told, (call,))


@dataclass(frozen=True, slots=True, eq=False)
class MadeModel:
    """A functional or Sequential model."""

    name: str
    """Of the function that makes it, or of the variable that it is assigned to."""
    model: Instance
    node: ast.Call
    """What makes it."""
    function: ast.FunctionDef | ast.AsyncFunctionDef | None
    """The function around that; None at the top of the module."""
    calls: tuple[LayerCall, ...]
    """In the order in which Keras runs them."""
    is_sequential: bool
    is_part: bool
    """Another model, or a class, of the file runs it."""


class ModuleGraphs:
    """The graphs of the models that a file makes."""

    def __init__(self, module: CheckedModule) -> None:
        self._module = module
        self._run = _RunForMaps(module)
        self._here = set(nodes_in(module.tree))
        self._run.cover(self._here)
        largest: dict[ast.Call, Graph] = {}
        for graph in self._run.seen_graphs():
            known = largest.get(graph.node)
            if graph.outputs and (known is None or len(known.calls) < len(graph.calls)):
                largest[graph.node] = graph
        self._by_node = largest
        """Of several runs of a function that makes one, that with the most calls; of other files as well."""
        self._calls: dict[Graph, tuple[LayerCall, ...]] = {}

    def made_models(self) -> list[MadeModel]:
        """The models that the file makes, in the order of the code."""
        module = self._module
        graphs = [graph for node, graph in self._by_node.items() if node in self._here]
        graphs.sort(key=lambda one: (one.node.lineno, one.node.col_offset))
        called = _called_in_classes(module)
        inner = {one for graph in graphs for call in graph.calls for one in members(call.layer)}
        found = []
        for graph in graphs:
            function = _around(graph.node, module)
            if function is not None and function.cls is not None and function.cls.is_layer:
                continue  # A part of what a class holds, and shown there.
            found.append(
                MadeModel(
                    name=_name(graph, graphs, function, module),
                    model=graph.model,
                    node=graph.node,
                    function=function.node if function is not None else None,
                    calls=self._layer_calls(graph),
                    is_sequential=_is_sequential(graph.model),
                    is_part=graph.model in inner or (function is not None and function.node.name in called),
                )
            )
        return found

    def calls_in(self, layer: Instance) -> tuple[LayerCall, ...]:
        """The calls in the graph of a functional model that holds more than is known of it as a layer: a constant flag.

        Empty for anything else.
        """
        if not isinstance(layer.type, KerasLayer) or layer.type.name != "Functional" or UNKNOWN not in layer.contents:
            return ()
        node = self._made_at.get(layer)
        graph = self._run.graphs.get(layer) or (self._by_node.get(node) if node is not None else None)
        return () if graph is None else self._layer_calls(graph)

    def _layer_calls(self, graph: Graph) -> tuple[LayerCall, ...]:
        """The calls of a graph as Keras runs them: the same objects each time, because they are parts of paths."""
        if graph not in self._calls:
            self._calls[graph] = tuple(self._as_layer_call(one) for one in _run_order(graph))
        return self._calls[graph]

    def _as_layer_call(self, call: GraphCall) -> LayerCall:
        place = ProgramPoint(None, None, self._scope_of(call.node), is_call_method=False)
        return LayerCall(call.node, call.layer, call.flag, ALL_LANES, place, forwardable_name=None, inspected=False)

    def _scope_of(self, node: ast.Call) -> Scope:
        """The scope of the module that a call is in: a function of another file may make a part of a graph."""
        here = self._module.scope
        return here if node in self._here else self._elsewhere.get(node, here)

    @cached_property
    def _elsewhere(self) -> dict[ast.AST, Scope]:
        """The calls in the other modules that were read."""
        modules = [one for one in self._module.project.modules.values() if one.scope is not self._module.scope]
        return {node: one.scope for one in modules for node in nodes_in(one.tree) if isinstance(node, ast.Call)}

    @cached_property
    def _made_at(self) -> dict[Instance, ast.Call]:
        """Where the objects are made that the classes of the file hold."""
        program = self._module.module.program
        states = [program.state(one.cls.instance).made for one in self._module.layer_classes]
        return {made.instance: made.node for made in chain(*states, program.constructions(self._module.module).made)}


def _called_in_classes(module: CheckedModule) -> set[str]:
    """The names of the functions that layer classes of the file call."""
    nodes = (node for one in module.layer_classes for node in nodes_in(one.cls.node))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def _around(node: ast.AST, module: CheckedModule) -> Function | None:
    around = [one for one in module.functions if node in nodes_in(one.node)]
    return max(around, key=lambda one: one.node.lineno, default=None)


def _name(graph: Graph, graphs: Sequence[Graph], function: Function | None, module: CheckedModule) -> str:
    variable = next(iter(_assigned(graph.node, module.tree)), "")
    if function is None:
        return variable or f"line {graph.node.lineno}"
    owner = f"{function.cls.name}." if function.cls is not None else ""
    beside = [one for one in graphs if one.node in nodes_in(function.node)]
    name = f"{owner}{function.node.name}"
    if graph is beside[-1]:
        return name
    return f"{name}.{variable or f'line {graph.node.lineno}'}"


def _assigned(node: ast.Call, tree: ast.Module) -> Iterator[str]:
    """The names that the value of a call is assigned to."""
    for statement in nodes_in(tree):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is node:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (ast.unparse(target) for target in targets)


def _is_sequential(model: Instance) -> bool:
    name = model.type.name if isinstance(model.type, KerasLayer) else model.type.keras_base_name
    return name == "Sequential"


def _run_order(graph: Graph) -> list[GraphCall]:
    """The calls as Keras runs them: the farthest from the outputs first."""
    if _is_sequential(graph.model):
        return list({call.layer: call for call in graph.calls}.values())
    depths: dict[GraphCall, int] = {}
    for call in reversed(graph.calls):
        depth = depths.setdefault(call, 0)
        for before in call.inputs:
            depths[before] = max(depths.get(before, 0), depth + 1)
    return sorted(graph.calls, key=lambda call: -depths[call])
