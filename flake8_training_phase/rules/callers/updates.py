"""What the functions of a module hand to an optimizer."""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.syntax.definitions import Block, Definitions, FunctionScope, called_name
from flake8_training_phase.analysis.syntax.name_flow import Needed

_UPDATES = frozenset({"apply_gradients", "apply", "minimize", "assign_sub", "assign_add"})


class Updates:
    """The updates of a module, and what they are made with."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._updating = {unit.node for name in _UPDATES for unit, _ in definitions.calls_by_name.get(name, ())}
        """The functions that call an optimizer."""
        self._given: dict[Block, Needed] = {}

    def are_given(self, gradient: ast.Call, unit: FunctionScope) -> bool:
        """Whether a gradient is handed to an optimizer, here or by who called the function that gives it back."""
        if unit.node not in self._given:
            self._given[unit.node] = self._given_by(unit)
        return self._definitions.flow(unit).is_needed(gradient, self._given[unit.node])

    def _given_by(self, unit: FunctionScope) -> Needed:
        """What the updates of a unit, and those of its callers, are given."""
        given = [
            one
            for call in unit.calls()
            if self._updates(call, unit)
            for one in (*call.args, *(keyword.value for keyword in call.keywords))
        ]
        if self._has_updating_caller(unit):
            given += (one.value for one in unit.nodes if isinstance(one, ast.Return) and one.value is not None)
        return self._definitions.flow(unit).needed_by(given)

    def _updates(self, call: ast.Call, unit: FunctionScope) -> bool:
        return called_name(call) in _UPDATES or self._definitions.function(call.func, unit) in self._updating

    def _has_updating_caller(self, unit: FunctionScope) -> bool:
        callers = self._definitions.calls_by_name.get(unit.name, ()) if unit.name is not None else ()
        return any(one is not unit and one.node in self._updating for one, _ in callers)
