"""Functional and Sequential models in which the default `training=True` of one layer reaches those after it.

Keras 3 up to 3.15 runs a graph that is called without a flag with the defaults of its layers, in one call context:
after a `Resizing` a BatchNormalization finds True there (rows E1b and E6b).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.values import ClassValue, Instance, Value, members
from flake8_training_phase.analysis.entries.graph_run import Graph, GraphCall, GraphRun, graph_run
from flake8_training_phase.analysis.models.functions import FUNCTIONAL
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.phase.modes import Leaves
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.layer_calls import defaults_to_true
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Generation, Phase
from flake8_training_phase.sources.gate import SPREADING_DEFAULT, SPREADING_NAME, SPREADING_PARTS


@dataclass(frozen=True, slots=True)
class GraphLeak:
    """The first layer of a model that runs in training mode because of the default of one before it."""

    writer: GraphCall
    victim: GraphCall
    generations: tuple[Generation, ...]


def graph_leaks(module: CheckedModule) -> Iterator[GraphLeak]:
    """The models of a module that do so, as far as it may call them without a flag."""
    if not _may_make_writers(module):
        return
    run = graph_run(module)
    here = set(nodes_in(module.tree))
    in_calls = {
        node for one in here if isinstance(one, ast.FunctionDef) and one.name == "call" for node in nodes_in(one)
    }
    said: set[ast.Call] = set()
    for graph in run.seen_graphs():
        if _may_be_called_plainly(graph.model, run, in_calls, set()):
            leak = _leak(graph, module)
            if leak is not None and leak.victim.node in here and leak.victim.node not in said:
                said.add(leak.victim.node)
                yield leak


def _may_make_writers(module: CheckedModule) -> bool:
    """Whether a module has a default of True, or makes what may be a layer of Keras or of the project that has one:
    `RandomPolicy()` is none. Only then it is worth a run of the whole module.
    """
    text = module.source.text
    if SPREADING_DEFAULT.search(text) or SPREADING_PARTS.search(text):
        return True
    made = (node for name, nodes in module.module.calls.items() if SPREADING_NAME.match(name) for node in nodes)
    return any(not _makes_no_layer(one) for node in made for one in members(module.scope.evaluate(node.func)))


def _makes_no_layer(value: Value) -> bool:
    return isinstance(value, ClassValue) and not value.type.is_layer


def _may_be_called_plainly(model: Instance, run: GraphRun, in_calls: set[ast.AST], seen: set[Instance]) -> bool:
    """Whether a model is called without a flag, or goes where that is not seen; what a `call` hands on may be None.

    A part of another model runs as that one does.
    """
    if model in seen:
        return False
    seen.add(model)
    calls = [one for one in run.model_calls if model in members(one.receiver)]
    direct = [one for one in calls if not one.symbolic]
    if any(one.flag.absent or (not one.flag.constant and one.node in in_calls) for one in direct):
        return True
    around = [graph.model for graph in run.graphs.values() if any(model in members(one.layer) for one in graph.calls)]
    if around:
        return any(_may_be_called_plainly(one, run, in_calls, seen) for one in around)
    return not direct and model not in run.used


def _leak(graph: Graph, module: CheckedModule) -> GraphLeak | None:
    calls = graph.calls
    if not any(_may_write(one.layer) for one in calls):
        return None
    generations = [one for one in module.generations_of_layer(graph.model) if _spreads(one)]
    for victim in calls:
        before = victim.before
        if dependence(victim.layer) is not Dependence.YES or not any(_may_write(one.layer) for one in before):
            continue
        if not _order_is_sure(victim, before, calls):
            continue
        hit = tuple(one for one in generations if _is_hit(victim, before, one))
        writer = _writer(victim, before, hit[-1]) if hit else None
        if writer is not None:
            return GraphLeak(writer, victim, hit)
    return None


def _spreads(generation: Generation) -> bool:
    return generation.shared_context and generation.graph_forwards_flag and generation.default_enters_context


def _may_write(layer: Value) -> bool:
    """Whether a layer, or one in it, has the default `training=True`, or leaves one that is inside it."""
    for one in members(layer):
        if isinstance(one, Instance):
            held = one.contents or (one.type.base_contents(one) if isinstance(one.type, UserClass) else ())
            if defaults_to_true(one.type) or _leaves_true(one.type) or any(map(_may_write, held)):
                return True
    return False


def _leaves_true(type_: KerasLayer | UserClass) -> bool:
    """Whether a catalogue says so of a layer of a package."""
    return isinstance(type_, KerasLayer) and any(left is True for _, left in type_.leaves)


def _order_is_sure(victim: GraphCall, before: tuple[GraphCall, ...], calls: tuple[GraphCall, ...]) -> bool:
    """Whether nothing that may run between a layer and those before it says something else to the call context."""
    if any(not one.flag.absent for one in (*before, victim)):
        return False
    beside = [one for one in calls if one not in before and one is not victim and victim not in one.before]
    return not any(_may_reset(one) for one in beside)


def _may_reset(call: GraphCall) -> bool:
    """Whether a call may leave something other than it finds: a flag, the default False of a Dropout or an LSTM."""
    return not call.flag.absent or not all(_keeps_context(one) for one in members(call.layer))


def _keeps_context(layer: Value) -> bool:
    if not isinstance(layer, Instance) or not isinstance(layer.type, KerasLayer) or layer.contents:
        return False
    return all(signature.default is not False for signature in layer.type.signatures.values())


def _is_hit(victim: GraphCall, before: tuple[GraphCall, ...], generation: Generation) -> bool:
    """Whether a layer runs in training mode after others when the model is called without a flag, and not alone."""
    behind = [one.layer for one in before if not _reacts(one)]
    return True not in _phases([victim.layer], generation) and True in _phases([*behind, victim.layer], generation)


def _reacts(call: GraphCall) -> bool:
    """Whether a call before is a layer of the same kind: it hands on what it finds."""
    return dependence(call.layer) is Dependence.YES and not _may_write(call.layer) and _keeps_all(call.layer)


def _keeps_all(layer: Value) -> bool:
    return all(_keeps_context(one) for one in members(layer))


def _writer(victim: GraphCall, before: tuple[GraphCall, ...], generation: Generation) -> GraphCall | None:
    """The last call before whose default a layer receives."""
    writing = (one for one in reversed(before) if _may_write(one.layer))
    return next((one for one in writing if True in _phases([one.layer, victim.layer], generation)), None)


def _phases(layers: list[Value], generation: Generation) -> frozenset[Phase]:
    """What the layers of a graph run in that are off unless a flag says otherwise, when it is called without a flag."""
    graph = Instance(FUNCTIONAL, frozenset({generation.keras}), {}, False, tuple(layers))
    return PhaseFlow(generation, Leaves.OFF_BY_DEFAULT).untold(graph)[0]
