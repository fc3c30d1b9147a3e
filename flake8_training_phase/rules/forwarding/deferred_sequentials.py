"""Where a class with a `build` of its own calls a Sequential that only its first call builds.

Keras 3 builds a Sequential without an Input by calling its layers on symbolic tensors, and writes into the graph what
they received there. Without a `build` of one's own that happens when Keras traces `call`, outside of any mode. With one
it happens in the first call, and the flag of that call stays in the graph (rows 23a to 23k).
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from flake8_training_phase.analysis.domain.arguments import defaults, parameter
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import Container, Instance, Value, members
from flake8_training_phase.analysis.models.functions import held_instances
from flake8_training_phase.analysis.phase.binding import phase_in_body
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Generation, Passed, Phase

_SHAPES = frozenset({"input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_tensor"})
"""Arguments of the first layer that give a Sequential its Input."""
_DEPTH = 4
"""How deep layers are followed into layers that have no `build` of their own."""


@dataclass(frozen=True, slots=True)
class DeferredCall:
    """A call that will build a Sequential."""

    call: LayerCall
    sequential: Instance
    builder: str
    """The class whose `build` leaves it out."""


def deferred_calls(layer_class: LayerClass) -> Iterator[DeferredCall]:
    """The calls in `call` of a class with its own `build` that build a Sequential when they first run."""
    build = layer_class.cls.find_method("build")
    if not isinstance(build, Method):
        return
    for call in layer_class.layer_calls:
        if not _is_off(call) and not _is_built(call, layer_class.cls):
            found = next(_deferred(call, _DEPTH), None)
            if found is not None:
                yield DeferredCall(call, found, build.owner.name)


def _is_off(call: LayerCall) -> bool:
    """Whether a call passes False in every mode: that may stay in the graph."""
    return call.flag.constant and call.flag.by_lane[0] is False


def _deferred(call: LayerCall, depth: int) -> Iterator[Instance]:
    for layer in members(call.receiver):
        if not isinstance(layer, Instance):
            continue
        if _is_deferred_sequential(layer):
            yield layer
        elif isinstance(layer.type, UserClass) and layer.type.call is not None and depth:
            if not isinstance(layer.type.find_method("build"), Method):
                for event in walk(layer.type.trace.events):
                    if isinstance(event, LayerCall) and not _is_off(event):
                        yield from _deferred(event, depth - 1)


def _is_deferred_sequential(layer: Instance) -> bool:
    """Whether it is surely a Sequential that has no Input, and surely behaves differently in training."""
    contents: tuple[Value, ...] = layer.contents
    if isinstance(layer.type, UserClass):
        if layer.type.call is not None or layer.type.keras_base_name != "Sequential":
            return False
        contents = contents or layer.type.base_contents(layer)
    elif layer.type.name != "Sequential":
        return False
    given = (value for name, value in layer.arguments.items() if name in ("#0", "layers"))
    known = all(isinstance(one, Instance) for one in (*contents, *_flattened(given)))
    first = contents[0] if contents else None
    return known and _takes_any_shape(first) and dependence(layer) is Dependence.YES


def _flattened(values: Iterable[Value]) -> Iterator[Value]:
    for value in values:
        for one in members(value):
            if isinstance(one, Container):
                yield from _flattened(one.values)
            else:
                yield one


def _takes_any_shape(first: Value | None) -> bool:
    """Whether the first layer of a Sequential brings no Input along."""
    if not isinstance(first, Instance) or first.has_hidden_arguments:
        return False
    if first.contents:
        return _is_deferred_sequential(first)
    is_input = isinstance(first.type, KerasLayer) and first.type.name in ("InputLayer", "Functional")
    return not is_input and _SHAPES.isdisjoint(first.arguments)


def _is_built(call: LayerCall, cls: UserClass) -> bool:
    """Whether a method other than `call` may build, or call, what is called here."""
    function = call.node.func
    if isinstance(function, ast.Attribute):
        own = {function.attr}
    else:
        # `for branch in self.branches: branch(x)`: whatever holds it.
        called = set(members(call.receiver))
        own = {name for name, value in cls.attributes().items() if not called.isdisjoint(held_instances((value,)))}
    return any(_builds(node, own) for node in _methods(cls))


def _methods(cls: UserClass) -> Iterator[ast.AST]:
    for one in cls.mro:
        for name, method in one.methods.items() if isinstance(one, UserClass) else ():
            if name != "call":
                yield from nodes_in(method)


def _builds(node: ast.AST, own: Collection[str]) -> bool:
    """Whether a node builds one of some attributes, or calls it; one that is not known may be any."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in own and isinstance(node.func.value, ast.Name):
        return True
    built = node.func.value
    if node.func.attr != "build" or (isinstance(built, ast.Call) and _names(built.func, "super")):
        return False
    return not isinstance(built, ast.Attribute) or built.attr in own


def keeps_training(layer_class: LayerClass, call: LayerCall, generation: Generation) -> bool:
    """Whether `fit()` leaves True in the graph, and a plain call leaves it to the graph which mode that is.

    A default of False, which is passed on, answers that, and so does a caller that has one. A flag without a default is
    asked for by every call.
    """
    flow = layer_class.module.flow(generation)
    if all(one.phase is not True for one in flow.report(layer_class.cls, RunMode.FIT).of(call)):
        return False
    return any(
        (context if flag is Passed.ABSENT else flag) is None
        for phase, context in _plain_entries(layer_class, flow)
        for flag in flow.flags(call.flag, phase)
    )


def _plain_entries(layer_class: LayerClass, flow: PhaseFlow) -> Iterator[tuple[Phase, Phase]]:
    """What the `call` of a class and its layers find in a plain call of what runs it, as far as the module shows."""
    cls, hosts = layer_class.cls, _hosts(layer_class)
    if not hosts and not _is_demanded(layer_class):
        yield flow.entry(cls, RunMode.NONE)
    accepts, default = flow.signature(cls)
    for host in hosts:
        phase, context = flow.entry(host.cls, RunMode.NONE)
        for call in _calls_of(layer_class, host):
            for flag in flow.flags(call.flag, phase):
                resolved = flow.generation.resolve(flag, context, default, accepts)
                yield phase_in_body(cls, resolved, flow.generation), resolved.context


def _is_demanded(layer_class: LayerClass) -> bool:
    call = layer_class.call
    return call is not None and parameter(call, "training") is not None and "training" not in dict(defaults(call))


def _hosts(layer_class: LayerClass) -> list[LayerClass]:
    """The other classes of the module whose `call` runs layers of a class."""
    classes = layer_class.module.layer_classes
    return [host for host in classes if host.cls is not layer_class.cls and any(_calls_of(layer_class, host))]


def _calls_of(layer_class: LayerClass, host: LayerClass) -> Iterator[LayerCall]:
    for call in host.layer_calls:
        if any(isinstance(one, Instance) and one.type is layer_class.cls for one in members(call.receiver)):
            yield call


class Use(Enum):
    """How a module runs the layers of a class, as far as it shows."""

    IN_CALL = "in the `call` of a model, or as a model of its own"
    UNSEEN = "not at all"
    IN_GRAPH = "in functional or Sequential models, which build it without a mode"


def use_of(layer_class: LayerClass, inside: frozenset[UserClass] = frozenset()) -> Use:
    """How the module runs layers of a class: by themselves, or in those that hold them."""
    cls = layer_class.cls
    uses = {_use_of_host(host, inside | {cls}) for host in _hosts(layer_class) if host.cls not in inside}
    if uses:
        return next(use for use in Use if use in uses)
    hosts = [host.cls.node for host in layer_class.module.layer_classes if host.cls.call is not None]
    hosted = {node for host in hosts for node in nodes_in(host)}
    outside = [node for node in nodes_in(layer_class.module.tree) if node not in hosted]
    made = [node for node in outside if isinstance(node, ast.Call) and _names(node.func, cls.name)]
    called = [node for node in outside if isinstance(node, ast.Call) and node.func in made]
    if cls.is_model and len(called) < len(made):
        return Use.IN_CALL
    return Use.IN_GRAPH if made else Use.UNSEEN


def _use_of_host(host: LayerClass, inside: frozenset[UserClass]) -> Use:
    use = use_of(host, inside)
    return Use.IN_CALL if host.cls.is_model and use is Use.UNSEEN else use


def _names(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
