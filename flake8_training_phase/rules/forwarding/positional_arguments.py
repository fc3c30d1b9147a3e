"""What the `call` of a layer takes by position, and which arguments Keras 3 refuses there."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_training_phase.analysis.domain.arguments import defaults
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.keras.catalogue import KerasLayer


def takes_too_few(layer: Instance, call: ast.Call) -> bool:
    """Whether a `call` of the project has no place for some of the arguments: that raises with or without a flag."""
    method = layer.type.call if isinstance(layer.type, UserClass) else None
    if method is None or method.node.args.vararg is not None:
        return False
    return len(call.args) > len(parameters(layer))


def parameters(layer: Instance) -> list[str]:
    """What the `call` of a layer takes by position."""
    if isinstance(layer.type, KerasLayer):
        return list(layer.type.signature(2).parameters)
    return list(layer.type.call_parameters())


def phase_name(layer: Instance) -> str:
    """The parameter that means the phase."""
    return "training" if isinstance(layer.type, KerasLayer) else layer.type.phase_parameter or "training"


def names_between(layer: Instance, start: int, end: int) -> tuple[str, ...] | None:
    """The keywords for the arguments from one place to another; None where `call` has none for them, or every Keras has
    its own.
    """
    names = tuple(parameters(layer))
    if isinstance(layer.type, KerasLayer):
        is_known = names == layer.type.signature(3).parameters
    else:
        method = layer.type.call
        is_known = method is None or len(method.node.args.posonlyargs) <= start + 1  # `self` is one of them.
    return names[start:end] if is_known and len(names) >= end else None


def takes_position_only(layer: Instance) -> bool:
    """Whether the `call` of a layer takes the flag by position only: `def call(self, x, training=False, /)`."""
    method = layer.type.call if isinstance(layer.type, UserClass) else None
    return method is not None and any(one.arg == phase_name(layer) for one in method.node.args.posonlyargs)


def refused_from(layer: Instance, given: Sequence[ast.expr]) -> int:
    """The place of the first argument after the data that Keras 3 does not take by position, or may not: what is no
    tensor, and a `mask` that may be None, for which it gives the mask of the data again; their number when there is
    none.
    """
    method = layer.type.call if isinstance(layer.type, UserClass) else None
    with_default = {} if method is None else dict(defaults(method.node))
    names = parameters(layer)
    for place, one in enumerate(given[1:], 1):
        name = names[place] if place < len(names) else ""
        is_mask = method is not None and name.endswith("mask") and _may_be_none(one)
        if is_no_tensor(one) or is_mask or _is_option(with_default.get(name)):
            return place
    return len(given)


def is_no_tensor(node: ast.expr) -> bool:
    """Whether an expression is a literal such as `-1`, `"sum"`, None or `(1, 2)`, or says True or False."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) or is_no_tensor(node.operand)
    if isinstance(node, (ast.Tuple, ast.List)):
        return any(is_no_tensor(one) for one in node.elts)
    return isinstance(node, (ast.Constant, ast.JoinedStr, ast.Lambda))


def _is_option(default: ast.expr | None) -> bool:
    """Whether the default of a parameter shows that it takes no tensor: `axis=-1`, and not `context=None`."""
    is_none = isinstance(default, ast.Constant) and default.value is None
    return default is not None and not is_none and is_no_tensor(default)


def _may_be_none(node: ast.expr) -> bool:
    return not isinstance(node, (ast.Call, ast.Compare, ast.BinOp))


def is_switch(node: ast.expr) -> bool:
    """Whether an expression is a literal True or False."""
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)
