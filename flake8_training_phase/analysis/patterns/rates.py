"""Attributes that hold a rate before they hold the layer that is made with it.

`__init__` keeps `self.dropout = dropout`, and `build` makes it `self.dropout = Dropout(self.dropout)`. By the time that
`call` runs, it is the layer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from flake8_training_phase.analysis.arguments import defaults
from flake8_training_phase.analysis.classes import UserClass
from flake8_training_phase.analysis.events import LayerCall
from flake8_training_phase.analysis.layer_class import takes_keyword
from flake8_training_phase.analysis.syntax import nodes_in
from flake8_training_phase.analysis.values import UNKNOWN, Instance, members

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def takes_flag(call: LayerCall) -> bool:
    """Whether `training=` can be passed to whatever a call may reach, which is not the number that was there before."""
    if takes_keyword(call.receiver):
        return True
    layers = [one for one in members(call.receiver) if isinstance(one, Instance)]
    others = [one for one in members(call.receiver) if not isinstance(one, Instance)]
    known = bool(layers) and all(takes_keyword(one) for one in layers) and all(one is UNKNOWN for one in others)
    return known and _held_a_rate(call, {one.type.name for one in layers})


def _held_a_rate(call: LayerCall, layers: Set[str]) -> bool:
    """Whether the attribute that is called is assigned nothing but these layers, and a parameter that is a number."""
    callee, owner = call.node.func, call.place.owner
    if owner is None or not isinstance(callee, ast.Attribute) or ast.unparse(callee.value) != "self":
        return False
    classes = [one.node for one in owner.ancestors if isinstance(one, UserClass)]
    stores = [store for cls in classes for store in _stores(cls, callee.attr)]
    return bool(stores) and all(value is not None and _is_one_of(value, rates, layers) for value, rates in stores)


def _stores(cls: ast.ClassDef, attribute: str) -> Iterator[tuple[ast.expr | None, frozenset[str]]]:
    """What an attribute is assigned in a class, None for what is no plain assignment, and the numbers at hand there."""
    for function in (one for one in nodes_in(cls) if isinstance(one, _Function)):
        nodes = list(nodes_in(function))
        values = {target: one.value for one in nodes if isinstance(one, ast.Assign) for target in one.targets}
        for node in nodes:
            if isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Store):
                yield values.get(node), frozenset(name for name, value in defaults(function) if _is_number(value))


def _is_one_of(value: ast.expr, rates: Set[str], layers: Set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in rates
    return isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] in layers


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and type(value.value) in (int, float)
