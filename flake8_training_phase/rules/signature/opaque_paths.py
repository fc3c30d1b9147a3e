"""Layers that a `call` may run in a way that cannot be followed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.models.functions import flattened
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import LayerClass

_ALL_LAYERS = frozenset({"layers", "submodules", "_layers", "_flatten_layers"})
"""Attributes of Keras that give every layer an object holds."""


def unseen_layers(layer_class: LayerClass) -> dict[str, list[Instance]]:
    """The mode-dependent layers that `call` reaches for and is not seen to run, by the attribute that holds them."""
    seen = {one for call in layer_class.layer_calls for one in members(call.receiver)}
    reached = set(_reached(layer_class))
    everything = bool(reached & _ALL_LAYERS)
    found = {}
    for name, value in layer_class.cls.attributes().items():
        unseen = [one for one in _phase_dependent(value) if one not in seen]
        if unseen and (everything or name in reached):
            found[name] = unseen
    return found


def _phase_dependent(value: Value) -> list[Instance]:
    return [one for one in flattened([value]) if isinstance(one, Instance) and dependence(one) is Dependence.YES]


def _reached(layer_class: LayerClass) -> Iterator[str]:
    """The attributes of `self` that `call` reads; not where it only reads something of what they hold."""
    own = layer_class.own_name
    called = {id(node.func) for node in layer_class.call_nodes if isinstance(node, ast.Call)}
    only_read = {
        id(node.value) for node in layer_class.call_nodes if isinstance(node, ast.Attribute) and id(node) not in called
    }
    for node in layer_class.call_nodes:
        if isinstance(node, ast.Attribute) and layer_class.is_of_self(node):
            if id(node) not in only_read:
                yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == own:
                yield "layers"
