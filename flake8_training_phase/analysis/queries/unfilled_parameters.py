"""Parameters of `call` that decide the flag of a layer, and that Keras never fills: a text, a second flag."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import FunctionNode, defaults, parameter
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.misnamed import AMBIGUOUS, MISNAMED


@dataclass(frozen=True, slots=True)
class UnfilledParameter:
    """A parameter that keeps its default in `fit()` and `predict()`, and the layers whose flag is made from it."""

    argument: ast.arg
    default: ast.Constant
    flag: bool | None
    """What the layers are given with that default."""
    calls: tuple[LayerCall, ...]


def text_parameters(layer_class: LayerClass) -> Iterator[UnfilledParameter]:
    """`mode` of `call(self, x, mode="train")`, where it is compared with a text: `training=(mode == "train")`."""
    for argument, default in _optional(layer_class):
        if isinstance(default.value, str):
            found = [(call, _compared(layer_class, call, argument, default.value)) for call in _reaching(layer_class)]
            calls = {call: flag for call, flag in found if flag is not None}
            if calls and not _is_given(layer_class, argument.arg):
                yield UnfilledParameter(argument, default, next(iter(calls.values())), tuple(calls))


def second_flags(layer_class: LayerClass) -> Iterator[UnfilledParameter]:
    """`is_training` of `call(self, x, training=None, is_training=False)`, where a layer is given it."""
    if layer_class.cls.phase_parameter != "training":
        return
    for argument, default in _optional(layer_class):
        named = argument.arg in MISNAMED and argument.arg not in AMBIGUOUS
        if named and (default.value is None or isinstance(default.value, bool)):
            calls = tuple(call for call in _reaching(layer_class) if _names(call.flag.node, argument))
            if calls and not _is_given(layer_class, argument.arg):
                yield UnfilledParameter(argument, default, default.value, calls)


def _optional(layer_class: LayerClass) -> Iterator[tuple[ast.arg, ast.Constant]]:
    """The parameters of a `call` of the class's own that have a constant for a default, and are not assigned."""
    call = layer_class.call
    if call is None or layer_class.cls.call is None or layer_class.cls.call.owner is not layer_class.cls:
        return
    stored = {one.id for one in nodes_in(call) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    for name, default in defaults(call):
        argument = parameter(call, name)
        if argument is not None and name not in stored and isinstance(default, ast.Constant):
            yield argument, default


def _reaching(layer_class: LayerClass) -> Iterator[LayerCall]:
    """The layers of `call` itself that are given something by the name of the flag, and change with it."""
    for call in layer_class.layer_calls:
        if call.place.function is layer_class.call and call.flag.name == "training" and reaches_phase(call):
            yield call


def _names(node: ast.expr | None, argument: ast.arg) -> bool:
    return isinstance(node, ast.Name) and node.id == argument.arg


def _compared(layer_class: LayerClass, call: LayerCall, argument: ast.arg, default: str) -> bool | None:
    """What a flag is when the parameter has its default; None when it is no comparison of the parameter with a text."""
    assert layer_class.call is not None
    test = _written(layer_class.call, call.flag.node)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    sides = [test.left, test.comparators[0]]
    wanted = next((one.value for one in sides if isinstance(one, ast.Constant)), None)
    if not any(_names(one, argument) for one in sides) or not isinstance(wanted, str):
        return None
    if isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        return (wanted == default) is isinstance(test.ops[0], ast.Eq)
    return None


def _written(function: FunctionNode, node: ast.expr | None) -> ast.expr | None:
    """The expression that a name holds, when the function assigns it once; the node itself when it is no name."""
    if not isinstance(node, ast.Name):
        return node
    named = [one for one in nodes_in(function) if isinstance(one, ast.Assign) and _names_target(one, node.id)]
    return named[0].value if len(named) == 1 else None


def _names_target(node: ast.Assign, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in node.targets)


def _is_given(layer_class: LayerClass, name: str) -> bool:
    """Whether somebody in the module passes a parameter of that name by keyword."""
    return any(isinstance(node, ast.keyword) and node.arg == name for node in nodes_in(layer_class.module.tree))
