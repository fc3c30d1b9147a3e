"""Training steps in torch: `loss.backward()`, and an optimizer after it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.entries.module_run import VARIABLES
from flake8_training_phase.analysis.syntax.definitions import Definitions, FunctionScope, called_name, calls_in
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.rules.callers.steps import Owner, StepKind, TrainingStep

_UPDATES = frozenset({"step", "apply", "apply_gradients"})
_NO_GRADIENT = frozenset({"no_grad", "inference_mode"})
_Place = tuple[int, int]
_BEGINNING, _END = (0, 0), (10**9, 0)


def torch_steps(unit: FunctionScope, definitions: Definitions) -> Iterator[TrainingStep]:
    """The steps of a unit. What comes before a `backward()`, and after the one before it, is what it goes through."""
    backward = [call for call in unit.calls() if _is_backward(call)]
    backward.sort(key=_place)
    updates = [call for call in unit.calls() if called_name(call) in _UPDATES]
    outside = {
        call
        for node in unit.nodes
        if isinstance(node, ast.With) and any(_stops_gradient(item.context_expr) for item in node.items)
        for statement in node.body
        for call in calls_in(statement)
    }
    start = _BEGINNING
    for index, call in enumerate(backward):
        place = _place(call)
        end = _place(backward[index + 1]) if index + 1 < len(backward) else _END
        owners = _owners(unit, place, end) or _owners(unit, start, place) or _owners_elsewhere(definitions)
        region = {one for one in _beside(call, unit) if start < _place(one) < place} - outside
        if owners and any(place < _place(one) < end for one in updates):
            yield TrainingStep(unit.name, StepKind.TORCH, frozenset(region), owners)
        start = place


def _beside(call: ast.Call, unit: FunctionScope) -> Iterator[ast.Call]:
    """The calls in the innermost loop around a call; all of the unit where it is in none."""
    loops = [node for node in unit.nodes if isinstance(node, (ast.For, ast.While)) and call in nodes_in(node)]
    return calls_in(loops[-1]) if loops else unit.calls()


def _is_backward(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "backward"


def _stops_gradient(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and called_name(node) in _NO_GRADIENT


def _owners(unit: FunctionScope, start: _Place, end: _Place) -> tuple[Owner, ...]:
    """The owners of the variables that are mentioned between two places."""
    found = (node for node in unit.nodes if isinstance(node, ast.Attribute) and node.attr in VARIABLES)
    return tuple(Owner(node, ast.unparse(node.value)) for node in found if start < _place(node) < end)


def _owners_elsewhere(definitions: Definitions) -> tuple[Owner, ...]:
    """What an optimizer is made for, wherever that is: `torch.optim.Adam(model.parameters())`."""
    return tuple(owner for unit in definitions.units for owner in _owners(unit, _BEGINNING, _END))


def _place(node: ast.expr) -> _Place:
    return node.lineno, node.col_offset
