"""Dropout and noise that run only at inference, under `if not training:`. Layers do nothing there, functions drop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import FunctionNode
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import FALSE_LANE, LANES, TRUE_LANE, Instance, Value, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.draws import draws_of_call
from flake8_training_phase.analysis.queries.dropout_functions import dropouts_by_phase, drops
from flake8_training_phase.analysis.queries.functional_calls import FunctionalCall
from flake8_training_phase.analysis.queries.guards import is_same_layer
from flake8_training_phase.analysis.queries.weights import has_weights, is_identity_at_inference
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.rules.forwarding.meant_dropout import drops_on_purpose, hides_input

_RATE = re.compile(r"drop|keep|prob|rate|surviv", re.IGNORECASE)
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


def inverted_drops(layer_class: LayerClass) -> Iterator[FunctionalCall]:
    """The functions that drop at inference where nothing does in training: `x if training else tf.nn.dropout(x, 1)`."""
    if layer_class.call is None or layer_class.cls.phase_parameter != "training" or drops_on_purpose(layer_class):
        return
    calls = [call for call in dropouts_by_phase(layer_class) if _asks_only_for_flag(call, layer_class)]
    if not calls or hides_input(layer_class):
        return
    draws = draws_of_call(layer_class.cls, drops)
    events = [event for event in walk(layer_class.cls.trace.events) if isinstance(event, LayerCall)]
    layers = [event.lanes for event in events if _only_drops(event.receiver)]
    if not any(lanes & TRUE_LANE for lanes in (*layers, *(one.lanes for one in draws))):
        reached = {one.node for one in draws if one.lanes & FALSE_LANE}
        yield from (call for call in calls if call.node in reached)


def _asks_only_for_flag(call: FunctionalCall, layer_class: LayerClass) -> bool:
    """Whether nothing but the flag and a rate decides if a call runs: an attribute may ask for dropout at inference."""
    known = {"training", layer_class.own_name}
    tests = [*_tests(call.function, call.node)]
    if layer_class.call is not None and call.function is not layer_class.call:
        tests += _tests(layer_class.call)  # Whichever of them the helper is called under.
    words = {word for test in tests for word in _words(test)}
    return all(word in known or _RATE.search(word) for word in words)


def _tests(function: FunctionNode, node: ast.AST | None = None) -> Iterator[ast.expr]:
    """The conditions of a function; of one node in it, those around the node and those that may end the function."""
    for one in nodes_in(function):
        if isinstance(one, (ast.If, ast.IfExp, ast.While, ast.Match)):
            if node is None or any(inner is node or isinstance(inner, ast.Return) for inner in nodes_in(one)):
                yield one.subject if isinstance(one, ast.Match) else one.test


def _words(test: ast.expr) -> Iterator[str]:
    for one in nodes_in(test):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def guard_of(call: ast.Call, function: FunctionNode | None) -> ast.UnaryOp | None:
    """The `not training` of a guard around only a call in a function; None where more depends on it."""
    for node in nodes_in(function) if function is not None else ():
        if isinstance(node, ast.IfExp) and node.body is call:
            return _negation(node.test)
        if isinstance(node, ast.If) and len(node.body) == 1 and not node.orelse:
            statement = node.body[0]
            if isinstance(statement, ast.Assign) and statement.value is call:
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
