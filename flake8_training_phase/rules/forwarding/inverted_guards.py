"""Dropout and noise that run only at inference, where they do nothing: under `if not training:`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import FALSE_LANE, LANES, TRUE_LANE, Instance, Value, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.guards import is_same_layer
from flake8_training_phase.analysis.queries.weights import has_weights, is_identity_at_inference
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer

_DROPS = re.compile(r"drop|noise|stochastic.?depth", re.IGNORECASE)
_MEANT = re.compile(r"^MC|monte.?carlo|bayes|uncertain", re.IGNORECASE)


def idle_calls(layer_class: LayerClass) -> Iterator[LayerCall]:
    """The calls of dropout and noise that have no effect, because they never run in training."""
    if layer_class.cls.phase_parameter != "training":
        return
    calls = [event for event in walk(layer_class.cls.trace.events) if isinstance(event, LayerCall)]
    in_training = [call for call in calls if call.lanes & TRUE_LANE]
    for call in layer_class.layer_calls:
        if call.lanes & TRUE_LANE or not call.lanes & FALSE_LANE or _may_be_on(call):
            continue
        if _only_drops(call.receiver) and not any(is_same_layer(call, other) for other in in_training):
            yield call


def guard_of(call: LayerCall) -> ast.UnaryOp | None:
    """The `not training` of a guard around only the call; None where more depends on it."""
    function = call.place.function
    for node in nodes_in(function) if function is not None else ():
        if isinstance(node, ast.IfExp) and node.body is call.node:
            return _negation(node.test)
        if isinstance(node, ast.If) and len(node.body) == 1 and not node.orelse:
            statement = node.body[0]
            if isinstance(statement, ast.Assign) and statement.value is call.node:
                return _negation(node.test)
    return None


def _negation(test: ast.expr) -> ast.UnaryOp | None:
    plain = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Name)
    return test if plain and isinstance(test, ast.UnaryOp) else None


def _may_be_on(call: LayerCall) -> bool:
    """Whether the call itself turns the layer on, or might: dropout at inference may be intended."""
    flags = [flag for flag, (lane, _) in zip(call.flag.by_lane, LANES, strict=True) if lane & call.lanes]
    return not call.flag.absent and any(flag is not False and flag is not None for flag in flags)


def _only_drops(receiver: Value) -> bool:
    if dependence(receiver) is not Dependence.YES or has_weights(receiver):
        return False
    found = [one for one in members(receiver) if isinstance(one, Instance)]
    if any(isinstance(one.type, KerasLayer) for one in found):
        return is_identity_at_inference(receiver) and not any(one.type.name.startswith("Random") for one in found)
    return all(_DROPS.search(one.type.name) and not _MEANT.search(one.type.name) for one in found)
