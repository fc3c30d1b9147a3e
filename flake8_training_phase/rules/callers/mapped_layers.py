"""Layers that are called in `Dataset.map`, where no model passes them the mode."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import TRUE_LANE, Instance, Value, members
from flake8_training_phase.analysis.entries.outer_calls import calls_outside, possible_layer_calls
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.draws import Draw, draws_of_call
from flake8_training_phase.analysis.queries.dropout_functions import draws
from flake8_training_phase.analysis.queries.layer_calls import defaults_to_true
from flake8_training_phase.analysis.syntax.definitions import Definitions, FunctionNode, FunctionScope, called_name
from flake8_training_phase.analysis.syntax.names import last_name, with_used
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.rules.callers.inference_branches import is_for_inference

_EVALUATES = re.compile(
    r"(^|_)(val|valid|validation|test|testing|eval|evaluation|dev|pred|predict|prediction|infer|inference)(_|$)"
    r"|(^|_)(val|test)(ds|set|data)",
    re.IGNORECASE,
)
"""Names of datasets and functions that have nothing to do with training."""
_WEIGHTS = frozenset({"add_weight", "add_variable", "Variable"})
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Idle:
    """What does nothing without the flag."""

    layer: str
    """The class."""
    effect: str
    """What does not happen, for messages."""


@dataclass(frozen=True, slots=True)
class MappedCall:
    """A call of a layer that does nothing there, because it is not passed the flag."""

    node: ast.Call
    """The call of the layer, or that of `map` when the layer itself is mapped."""
    receiver: Value
    idle: Idle
    is_direct: bool
    """The layer itself is mapped."""


def idle_mapped_calls(module: CheckedModule) -> Iterator[MappedCall]:
    """Those of a module, where the dataset is not one for validation or prediction."""
    definitions = Definitions(module.tree)
    maps = [(call, unit) for unit in definitions.units for call in unit.calls() if _is_map(call)]
    maps = [(call, unit) for call, unit in maps if not _is_for_evaluation(call, unit, definitions)]
    if not maps:
        return
    parents = parents_of(module.tree)
    maps = [(call, unit) for call, unit in maps if not is_for_inference(call, parents)]
    mapped: set[FunctionNode] = set()
    for call, unit in maps:
        function = definitions.function(call.args[0], unit)
        if function is not None:
            mapped.add(function)
        elif isinstance(call.args[0], (ast.Name, ast.Call)) and not unit_binds(unit, call.args[0]):
            value = module.scope.evaluate(call.args[0])
            if (idle := _idle(value)) is not None:
                yield MappedCall(call, value, idle, is_direct=True)
    yield from _in_functions(module, mapped, parents)


def _in_functions(
    module: CheckedModule, mapped: set[FunctionNode], parents: Mapping[ast.AST, ast.AST]
) -> Iterator[MappedCall]:
    """The calls in functions that are mapped over datasets, and in those that they call."""
    if not mapped:
        return
    reached = with_used(mapped, (one.node for one in module.functions))
    inside = {one: None for function in reached for one in nodes_in(function) if isinstance(one, ast.Call)}
    calls = possible_layer_calls(module, filter(_gives_no_flag, inside))
    done: set[ast.Call] = set()
    for run in calls_outside(module, calls):
        around = {*_functions_around(run.node, parents), *(entered.function for entered in run.chain)}
        if run.node in done or not run.flag.absent or run.symbolic or run.inspected or around.isdisjoint(mapped):
            continue
        if not is_for_inference(run.node, parents) and (idle := _idle(run.receiver)) is not None:
            done.add(run.node)
            yield MappedCall(run.node, run.receiver, idle, is_direct=False)


def unit_binds(unit: FunctionScope, node: ast.expr) -> bool:
    """Whether a function gives the name that is in a node a value of its own."""
    if isinstance(unit.node, ast.Module) or not isinstance(node, ast.Name):
        return False
    names = {one.arg for one in nodes_in(unit.node.args) if isinstance(one, ast.arg)}
    stored = {one.id for one in unit.nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return node.id in names | stored


def _is_map(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "map" and len(call.args) in (1, 2)


def _gives_no_flag(call: ast.Call) -> bool:
    return bool(call.args) and not any(one.arg in ("training", None) for one in call.keywords)


def _is_for_evaluation(call: ast.Call, unit: FunctionScope, definitions: Definitions) -> bool:
    """Whether a name says that the dataset is not for training: its own, that of its result, or of a function."""
    own = (last_name(one) for one in nodes_in(call.func) if one is not call.func)
    results = (name.rpartition(".")[2] for name in definitions.flow(unit).holding(call))
    return any(_EVALUATES.search(text) for text in (unit.name or "", *own, *results))


def _functions_around(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[FunctionNode]:
    around = parents.get(node)
    while around is not None:
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield around
        around = parents.get(around)


def _idle(value: Value) -> Idle | None:
    """The first layer in a value that is off without the flag; None where there is none, or where weights say that it
    is a network, which is right in inference mode.
    """
    off: list[Idle] = []
    for one in _layers(value, _DEPTH):
        cls = one.type
        if isinstance(cls, UserClass):
            drawn = _drawn_in_training(cls)
            if drawn is None:
                return None
            off.append(Idle(cls.name, f"`{ast.unparse(drawn.node.func)}` never runs"))
        elif cls.has_weights:
            return None
        elif dependence(one) is Dependence.YES and not defaults_to_true(cls):
            off.append(Idle(cls.name, f"{cls.name} does nothing"))
    return off[0] if off else None


def _drawn_in_training(cls: UserClass) -> Draw | None:
    """The first random thing that a layer of the project does itself, where it does all of them only when it receives
    the flag, and has no weights.
    """
    if cls.phase_parameter != "training" or cls.training_default is True or cls.replaces_dunder_call:
        return None
    if any(isinstance(one, ast.Call) and called_name(one) in _WEIGHTS for one in nodes_in(cls.node)):
        return None
    drawn = draws_of_call(cls, draws) if cls.trace.complete else ()
    return drawn[0] if drawn and all(one.lanes == TRUE_LANE for one in drawn) else None


def _layers(value: Value, depth: int) -> Iterator[Instance]:
    """What a layer runs without a constant flag, itself where it is one of Keras or draws; a class that is not
    understood.
    """
    for one in members(value):
        if not isinstance(one, Instance):
            continue
        cls = one.type
        if one.contents and depth:
            for inner in one.contents:
                yield from _layers(inner, depth - 1)
        elif isinstance(cls, KerasLayer) or cls.call is None or cls.training_default is True or not depth:
            yield one
        else:
            calls = [event for event in walk(cls.trace.events) if isinstance(event, LayerCall)]
            if not cls.trace.complete or not calls or _drawn_in_training(cls) is not None:
                yield one
            for call in calls:
                if not call.flag.constant:
                    yield from _layers(call.receiver, depth - 1)
