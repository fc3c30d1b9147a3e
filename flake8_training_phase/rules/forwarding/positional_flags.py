"""Where layers and models are given the flag by position: `model(x, True)` in a step, `self.norm(x, self.train)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import defaults, parameter_names
from flake8_training_phase.analysis.domain.events import PassedBy
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Constant,
    Instance,
    Value,
    join,
    members,
)
from flake8_training_phase.analysis.entries.outer_calls import calls_outside, possible_layer_calls
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.flag_taint import PHASE_WORD
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import NodesByKind
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.misnamed import MISNAMED
from flake8_training_phase.rules.forwarding.positional_arguments import (
    is_switch,
    parameters,
    phase_name,
    takes_too_few,
)

_PHASE_NAMES = frozenset({"training", *MISNAMED})


@dataclass(frozen=True, slots=True)
class PositionalFlag:
    """One flag that is passed by position."""

    call: ast.Call
    argument: ast.expr
    receiver: Value
    keras: tuple[int, ...]
    """The major versions under which the call raises, or gives it to another parameter."""


def positional_flags(module: CheckedModule) -> Iterator[PositionalFlag]:
    """Those of a module that no `call` passes, where it is known what is called."""
    switches = module.once(_switches)
    calls = [node for node in module.nodes.of(ast.Call) if len(node.args) > 1]
    candidates = [
        call for call in calls if any(_is_flag(one, switches) for one in call.args[1:]) and not _is_text(call.args[0])
    ]
    candidates = possible_layer_calls(module, candidates)
    if not candidates:
        return
    receivers: dict[ast.Call, list[Value]] = {}
    inspected: set[ast.Call] = set()
    for run in calls_outside(module, candidates):
        receivers.setdefault(run.node, []).append(run.receiver)
        if run.inspected:
            inspected.add(run.node)
    for call, values in receivers.items():
        if call not in inspected:
            yield from _of_call(call, join(values), switches, module)


def stored_flags(module: CheckedModule) -> Iterator[PositionalFlag]:
    """Those in a `call` whose value is not known, but what is called is, and by its name what it stands for."""
    found = [
        call
        for layer_class in module.layer_classes
        for call in layer_class.layer_calls
        if call.flag.passed_by is PassedBy.UNKNOWN and len(call.node.args) > 1 and not call.node.keywords
    ]
    if found:
        switches = module.once(_switches)
        for call in found:
            yield from _of_call(call.node, call.receiver, switches, module)


def _of_call(call: ast.Call, receiver: Value, switches: set[str], module: CheckedModule) -> Iterator[PositionalFlag]:
    # What is not known may be a model that is loaded: where it is the known one, the call is wrong.
    found = [one for one in members(receiver) if not isinstance(one, Constant)]
    layers = [one for one in found if one is not UNKNOWN] or found
    places = {_flag_place(one, call, switches) for one in layers}
    place = places.pop() if len(places) == 1 else None
    if place is None:
        return
    majors = {
        generation.keras
        for one in layers
        if isinstance(one, Instance)
        for generation in module.generations_of_layer(one)
        if generation.keras == 3 or parameters(one)[place : place + 1] != [phase_name(one)]
    }
    if majors:
        yield PositionalFlag(call, call.args[place], receiver, tuple(sorted(majors)))


def _flag_place(layer: Value, call: ast.Call, switches: set[str]) -> int | None:
    """The place of the argument that is the flag: at that of its parameter, or wherever its name says so."""
    if not isinstance(layer, Instance) or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    if not isinstance(layer.type, KerasLayer):
        is_unfilled = layer.type.call is not None and not layer.type.phase_parameter
        if not layer.type.is_layer or layer.type.replaces_dunder_call or is_unfilled or takes_too_few(layer, call):
            return None
    names = parameters(layer)
    place = names.index(phase_name(layer)) if phase_name(layer) in names else 0
    if 0 < place < len(call.args):
        given = call.args[place]
        # A layer of Keras takes nothing else there.
        stored = isinstance(layer.type, KerasLayer) and PHASE_WORD.search(last_name(given)) is not None
        if stored or _is_flag(given, switches):
            return place
    named = (index for index, one in enumerate(call.args) if index and last_name(one) in _PHASE_NAMES)
    return next(named, None)


def _is_flag(node: ast.expr, switches: set[str]) -> bool:
    """Whether an expression is True or False, as far as it is written down."""
    if isinstance(node, ast.IfExp):
        return _is_flag(node.body, switches) and _is_flag(node.orelse, switches)
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or is_switch(node) or last_name(node) in switches | _PHASE_NAMES


def _is_text(node: ast.expr) -> bool:
    """Whether an expression is a literal text, as in `settings.get("verbose", False)`: no model runs on that."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _switches(module: CheckedModule) -> set[str]:
    """The names that a module gives True or False somewhere: as a value, as the default of a parameter, or where it
    calls a function of its own.
    """
    nodes = module.nodes
    functions = (*nodes.functions, *nodes.of(ast.Lambda))
    parameters = (name for one in functions for name, default in defaults(one) if is_switch(default))
    assigned = (target for one in nodes.of(ast.Assign) if is_switch(one.value) for target in one.targets)
    found = {*parameters, *(one.id for one in assigned if isinstance(one, ast.Name))}
    return found | _given_to_functions(nodes, found)


def _given_to_functions(nodes: NodesByKind, switches: set[str]) -> set[str]:
    """The parameters that get True or False, or a name of some that are, where the module calls its functions."""
    functions = {one.name: parameter_names(one) for one in nodes.functions}
    found = set[str]()
    for call in nodes.of(ast.Call):
        names = functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if names is not None:
            given = (*zip(names, call.args, strict=False), *((one.arg, one.value) for one in call.keywords))
            found.update(name for name, value in given if name and (is_switch(value) or last_name(value) in switches))
    return found
