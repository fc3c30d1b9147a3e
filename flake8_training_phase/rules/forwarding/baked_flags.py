"""The constant flags that are written into functional models, and what they affect in each layer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flake8_training_phase.analysis.domain.arguments import defaults
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, PassedBy, walk
from flake8_training_phase.analysis.domain.values import Constant, Instance, Value, members
from flake8_training_phase.analysis.entries.graph_run import TRAINING_USES, GraphCall, GraphRun, graph_run
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence, given_to_run
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.layer_calls import defaults_to_true
from flake8_training_phase.analysis.syntax.walking import NodesByKind, nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Generation
from flake8_training_phase.rules.forwarding.trainability import Trainability, trainability


@dataclass(frozen=True, slots=True)
class Held:
    """What behaves differently in training, in a layer or below it."""

    normalization: bool = False
    """A BatchNormalization, which `trainable = False` keeps in inference mode."""
    dropout: bool = False
    """Dropout, noise, a recurrent layer or attention with dropout: only the flag decides."""

    def __or__(self, other: Held) -> Held:
        return Held(self.normalization or other.normalization, self.dropout or other.dropout)

    @property
    def title(self) -> str:
        """For messages, where the layer itself is none of these."""
        return "dropout" if self.dropout else "BatchNormalization"


@dataclass(frozen=True, slots=True)
class BakedFlag:
    """A call with a constant flag in the graph of a functional model."""

    call: GraphCall
    flag: bool
    layer: Instance
    held: Held
    trainability: Trainability
    is_default: bool
    """The flag is the default of a builder that is not called here."""
    generations: tuple[Generation, ...]
    """Those that put the flag of the model in its place."""

    @property
    def is_leaf(self) -> bool:
        """Whether it is the layer itself that behaves differently, not one inside it."""
        own_call = isinstance(self.layer.type, UserClass) and self.layer.type.call is not None
        is_model = isinstance(self.layer.type, KerasLayer) and self.layer.type.is_model
        return not (self.layer.contents or is_model or own_call)


def baked_flags(module: CheckedModule) -> Iterator[BakedFlag]:
    """The constant flags in the functional models that a module makes, each place once."""
    if _SYMBOLIC.search(module.source.text) is None:
        return
    tests = _in_tests(module.nodes)
    if not _gives_flags(module.nodes, tests):
        return
    run = graph_run(module)
    found: dict[ast.Call, BakedFlag] = {}
    builders = _builders(module.tree)
    only_called = _only_called(run)
    baked: dict[GraphCall, BakedFlag | None] = {}
    for graph in run.seen_graphs():
        for call in graph.calls:
            if call.node not in found and call.node not in tests and call.flag.passed_by is PassedBy.KEYWORD:
                if call not in baked:
                    baked[call] = _baked(call, run, module, builders)
                one = baked[call]
                if one is not None and not (graph.model in only_called and _keeps_flag(graph.model, one.flag, run)):
                    found[call.node] = one
    yield from sorted(found.values(), key=lambda one: (one.call.node.lineno, one.call.node.col_offset))


_SYMBOLIC = re.compile(r"\bInput\b|\.(inputs?|outputs?)\b")
"""What a text that makes graphs begins them with."""


def _gives_flags(nodes: NodesByKind, tests: set[ast.AST]) -> bool:
    """Whether a module gives a flag in a call that a graph may come from."""
    functions = (one for one in nodes.of(ast.FunctionDef) if one.name == "call")
    elsewhere = tests.union(*map(nodes_in, functions))
    return any(
        any(keyword.arg == "training" for keyword in one.keywords) for one in nodes.of(ast.Call) if one not in elsewhere
    )


_Builders = dict[ast.AST, dict[str, bool]]
"""By node inside a function: the parameters of that function whose default is True or False."""


def _baked(call: GraphCall, run: GraphRun, module: CheckedModule, builders: _Builders) -> BakedFlag | None:
    flag, is_default = _flag(call, builders)
    if flag is None:
        return None
    for layer in members(call.layer):
        if isinstance(layer, Instance) and _takes_flag(layer):
            replacing = tuple(one for one in module.generations_of_layer(layer) if _replaces_flags(one))
            held = held_by(layer, run)
            state = trainability(layer, run, module)
            if state is Trainability.FROZEN:
                held = Held(dropout=held.dropout)
            if replacing and held != Held():
                return BakedFlag(call, flag, layer, held, state, is_default, replacing)
    return None


def _replaces_flags(generation: Generation) -> bool:
    """Whether a functional model runs its layers with its own flag, whatever is in the graph (rows 7g to 7l)."""
    return generation.shared_context and generation.graph_forwards_flag


def _takes_flag(layer: Instance) -> bool:
    """Whether a flag that is given to a layer stays in a graph of any Keras: not without the parameter (row 7j)."""
    return isinstance(layer.type, KerasLayer) or (layer.type.is_layer and layer.type.accepts_training)


def _flag(call: GraphCall, builders: _Builders) -> tuple[bool | None, bool]:
    """The constant that a call passes, and whether it is only the default of a parameter."""
    first = call.flag.by_lane[0]
    if call.flag.constant and isinstance(first, bool):
        return first, False
    name = call.flag.node.id if isinstance(call.flag.node, ast.Name) else ""
    return builders.get(call.node, {}).get(name), True


def _builders(tree: ast.Module) -> _Builders:
    found: _Builders = {}
    for function in nodes_in(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = dict(defaults(function))
            literal = {name: one.value for name, one in given.items() if isinstance(one, ast.Constant)}
            flags = {name: value for name, value in literal.items() if isinstance(value, bool)}
            if flags:
                assigned = {one.id for one in nodes_in(function) if isinstance(one, ast.Name) and _is_stored(one)}
                flags = {name: value for name, value in flags.items() if name not in assigned}
                found |= dict.fromkeys(nodes_in(function), flags)
    return found


def _in_tests(nodes: NodesByKind) -> set[ast.AST]:
    """What is in functions that test: they say what a flag in a graph is to do."""
    functions = (one for one in nodes.of(ast.FunctionDef) if one.name.startswith("test"))
    return {node for function in functions for node in nodes_in(function)}


def _is_stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _only_called(run: GraphRun) -> set[Instance]:
    """The models that are called, always without a flag, and not to build the graph of another."""
    plain: dict[Instance, bool] = {}
    for call in run.model_calls:
        for model in members(call.receiver):
            if isinstance(model, Instance):
                plain[model] = plain.get(model, True) and call.flag.absent and not call.symbolic
    return {model for model, is_plain in plain.items() if is_plain}


def _keeps_flag(model: Instance, flag: bool, run: GraphRun) -> bool:
    """Whether a model is run in no way that would replace a flag in its graph (rows 7g and 7l): `fit()` says True
    itself.
    """
    asked = run.used.get(model, set[str]())
    return not (asked - TRAINING_USES if flag else asked)


def held_by(value: Value, run: GraphRun) -> Held:
    """What behaves differently in training in a layer; nothing where that is not known."""
    return _all_of(_of_layer(one, run, set()) for one in members(value) if isinstance(one, Instance))


def _all_of(found: Iterable[Held]) -> Held:
    held = Held()
    for one in found:
        held |= one
    return held


def _of_layer(layer: Instance, run: GraphRun, seen: set[UserClass]) -> Held:
    if isinstance(layer.type, UserClass) and layer.type.call is not None:
        return _of_class(layer.type, run, seen)
    contents = layer.contents
    if isinstance(layer.type, UserClass):
        contents = contents or layer.type.base_contents(layer)
    if contents:
        inside = (one for held in contents for one in members(held) if isinstance(one, Instance))
        return _all_of(_of_layer(one, run, seen) for one in inside)
    given = given_to_run(layer)
    if given:
        others = {name: value for name, value in layer.arguments.items() if name not in given}
        inside = (one for held in given.values() for one in members(held) if isinstance(one, Instance))
        around = replace(layer, arguments=others)
        return _of_layer(around, run, seen) | _all_of(_of_layer(one, run, seen) for one in inside)
    base = layer.type.keras_base if isinstance(layer.type, UserClass) else layer.type
    if base is None or defaults_to_true(base) or dependence(layer) is not Dependence.YES:
        return Held()
    return Held(base.stops_when_frozen, not base.stops_when_frozen or _drops_when_frozen(layer))


def _drops_when_frozen(layer: Instance) -> bool:
    frozen = replace(layer, arguments={**layer.arguments, "trainable": Constant(False)})
    return isinstance(layer.type, KerasLayer) and dependence(frozen) is Dependence.YES


def _of_class(cls: UserClass, run: GraphRun, seen: set[UserClass]) -> Held:
    if cls in seen or not cls.trace.complete or any(map(defaults_to_true, _keras_ancestors(cls))):
        return Held()
    seen.add(cls)
    calls = (one for one in walk(cls.trace.events) if isinstance(one, LayerCall) and not one.flag.constant)
    layers = (layer for call in calls for layer in members(call.receiver) if isinstance(layer, Instance))
    found = _all_of(_of_layer(one, run, seen) for one in layers)
    # A class that asks for the mode itself, or runs the `call` of Dropout.
    return Held(dropout=True) if found == Held() and dependence(cls.instance) is Dependence.YES else found


def _keras_ancestors(cls: UserClass) -> list[KerasLayer]:
    return [one for one in cls.mro if isinstance(one, KerasLayer)]
