"""Parameters of `call` that decide the flag of a layer, and that Keras never fills: texts, opposites, second flags."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import defaults, parameter
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Constant
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.dropout_functions import is_dropout
from flake8_training_phase.analysis.queries.flag_taint import PHASE_WORD
from flake8_training_phase.analysis.queries.functional_calls import guarded_calls
from flake8_training_phase.analysis.queries.kept_defaults import KeptDefault
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.misnamed import AMBIGUOUS, MISNAMED, OPPOSITE


@dataclass(frozen=True, slots=True)
class UnfilledParameter:
    """A parameter that keeps its default in `fit()` and `predict()`, and what it decides."""

    argument: ast.arg
    default: ast.expr
    flag: bool | None
    """The flag with that default."""
    subject: str
    """The first thing that gets it, or runs by it, for messages."""
    calls: tuple[LayerCall, ...] = ()
    """The layers that are given the parameter itself."""


def deciding_parameters(layer_class: LayerClass) -> Iterator[UnfilledParameter]:
    """`mode` of `call(self, x, mode="train")`, where it is compared with a text: `training=(mode == "train")`,
    `if mode == "train":`; `mode=Mode.TRAIN` as well; and `deterministic` of `training=not deterministic`.
    """
    method = layer_class.cls.call
    for argument, default, value in _optional(layer_class):
        is_opposite = argument.arg in OPPOSITE and isinstance(value.value, bool) and not layer_class.cls.phase_parameter
        is_choice = argument.arg != layer_class.cls.phase_parameter and (
            isinstance(value.value, str) or (isinstance(default, ast.Name) and type(value.value) is int)
        )
        if (is_choice or is_opposite) and method is not None and not _is_given(layer_class, argument.arg):
            kept = KeptDefault(method, argument.arg, value)
            found = [*_told(layer_class, kept)]
            words = (argument.arg, str(value.value), last_name(default))
            if is_opposite or any(PHASE_WORD.search(one) for one in words):
                found += _run(layer_class, kept)
            for subject, flag in found[:1]:
                yield UnfilledParameter(argument, default, flag, subject)


def _told(layer_class: LayerClass, kept: KeptDefault) -> Iterator[tuple[str, bool]]:
    """The layers whose flag a parameter decides, and the flag as long as it keeps its default."""
    for call in _reaching(layer_class):
        decided = kept.outcome(call.flag.node) if call.flag.node is not None else None
        if decided is not None:
            yield placed_title(call), decided


def _run(layer_class: LayerClass, kept: KeptDefault) -> Iterator[tuple[str, bool]]:
    """What runs in training mode if a parameter says so, and whether it does as long as that keeps its default."""
    for call in _reaching(layer_class):
        is_on = isinstance(call.flag.node, ast.Constant) and call.flag.node.value is True
        runs = kept.runs(call.node) if is_on else None
        if runs is not None:
            yield placed_title(call), runs
    for dropout in guarded_calls(layer_class, is_dropout):
        runs = kept.runs(dropout.node) if dropout.function is layer_class.call else None
        if runs is not None:
            yield f"`{ast.unparse(dropout.node.func)}` (line {dropout.node.lineno})", runs


def second_flags(layer_class: LayerClass) -> Iterator[UnfilledParameter]:
    """`is_training` of `call(self, x, training=None, is_training=False)`, where a layer is given it."""
    if layer_class.cls.phase_parameter != "training":
        return
    for argument, default, value in _optional(layer_class):
        named = argument.arg in MISNAMED and argument.arg not in AMBIGUOUS
        if named and (value.value is None or isinstance(value.value, bool)):
            calls = tuple(call for call in _reaching(layer_class) if _names(call.flag.node, argument))
            if calls and not _is_given(layer_class, argument.arg):
                yield UnfilledParameter(argument, default, value.value, placed_title(calls[0]), calls)


def _optional(layer_class: LayerClass) -> Iterator[tuple[ast.arg, ast.expr, Constant]]:
    """The parameters of a `call` of the class's own, but for the flag, that have a constant for a default, written
    there or named, and are not assigned: each with its default, and what that is.
    """
    call = layer_class.call
    if call is None or layer_class.cls.call is None or layer_class.cls.call.owner is not layer_class.cls:
        return
    given = {name: one for name, one in defaults(call) if name != layer_class.cls.phase_parameter}
    nodes = nodes_in(call) if given else ()
    stored = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    for name, default in given.items():
        argument = parameter(call, name)
        if argument is not None and name not in stored and isinstance(default, (ast.Constant, ast.Name, ast.Attribute)):
            value = layer_class.cls.scope.evaluate(default)
            if isinstance(value, Constant):
                yield argument, default, value


def _reaching(layer_class: LayerClass) -> Iterator[LayerCall]:
    """The layers of `call` itself that are given something by the name of the flag, and change with it."""
    for call in layer_class.layer_calls:
        if call.place.function is layer_class.call and call.flag.name == "training" and reaches_phase(call):
            yield call


def _names(node: ast.expr | None, argument: ast.arg) -> bool:
    return isinstance(node, ast.Name) and node.id == argument.arg


def _is_given(layer_class: LayerClass, name: str) -> bool:
    """Whether any call in the module passes a parameter of that name by keyword."""
    return any(node.arg == name for node in layer_class.module.nodes.of(ast.keyword))
