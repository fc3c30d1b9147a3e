"""Where a module, or one that imports it, calls the layers of one of its classes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.hosts import importers


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of a layer of the class, or of what holds one (a `Sequential`), in the `call` of another class."""

    host: UserClass
    call: LayerCall
    inside_container: bool
    """The layer is in a container, which calls it."""


def call_sites(layer_class: LayerClass) -> Iterator[CallSite]:
    """The calls, in other layers of the module, of layers that run the `call` of this class."""
    for host in layer_class.module.layer_classes:
        yield from _sites(layer_class.cls, host.cls, host.layer_calls)


def call_sites_elsewhere(cls: UserClass) -> Iterator[CallSite]:
    """The calls in layers of the modules that import a class."""
    for module in importers(cls.module, cls.name):
        for host in module.classes():
            if host.is_layer:
                yield from _sites(cls, host, (one for one in walk(host.trace.events) if isinstance(one, LayerCall)))


def _sites(cls: UserClass, host: UserClass, calls: Iterable[LayerCall]) -> Iterator[CallSite]:
    for call in calls:
        found = [one for one in members(call.receiver) if isinstance(one, Instance)]
        if any(_runs(one, cls) for one in found):
            yield CallSite(host, call, inside_container=False)
        elif any(_runs(held, cls) for one in found for held in _contents(one.contents)):
            yield CallSite(host, call, inside_container=True)


def functional_call(layer_class: LayerClass) -> ast.Call | None:
    """The first call, written `Block(…)(x)`, that gives no flag, as functional models are made."""
    for node in layer_class.module.nodes.of(ast.Call):
        if isinstance(node.func, ast.Call) and _name(node.func.func) == layer_class.name:
            if len(node.args) == 1 and not any(one.arg in ("training", None) for one in node.keywords):
                return node
    return None


def _name(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def _runs(layer: Value, cls: UserClass) -> bool:
    return isinstance(layer, Instance) and isinstance(layer.type, UserClass) and layer.type.call == cls.call


def _contents(values: tuple[Value, ...]) -> Iterator[Instance]:
    """The layers in a container, and in the containers in it."""
    for value in values:
        for one in members(value):
            if isinstance(one, Instance):
                yield one
                yield from _contents(one.contents)
