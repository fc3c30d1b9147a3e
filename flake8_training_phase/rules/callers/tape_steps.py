"""Training steps under a `GradientTape`."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.entries.module_run import VARIABLES
from flake8_training_phase.analysis.syntax.definitions import (
    Block,
    Definitions,
    FunctionDef,
    FunctionScope,
    argument,
    called_name,
    calls_in,
    given_for,
    positional_names,
)
from flake8_training_phase.analysis.syntax.name_flow import mentioned
from flake8_training_phase.analysis.syntax.names import variables_in
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.rules.callers.steps import Owner, StepKind, TrainingStep
from flake8_training_phase.rules.callers.updates import Updates

_GRADIENTS = frozenset({"gradient", "jacobian", "batch_jacobian"})
_LAST_LINE = 10**9
_ALL_ROWS = range(_LAST_LINE)


@dataclass(frozen=True, slots=True)
class _Gradient:
    """Where a gradient is computed."""

    call: ast.Call
    sources: ast.expr | None
    unit: FunctionScope
    updates: bool
    """Whether the call makes the update as well: `minimize(loss, variables, tape=tape)`."""


class _Tapes:
    """The tapes that a function opens, and the calls that it gives them to, or that are methods of theirs."""

    def __init__(self, unit: FunctionScope, definitions: Definitions) -> None:
        self._unit = unit
        self._definitions = definitions
        self.opened = tuple(self._found())
        """The blocks under a tape, with the tape as the code writes it, from the first row to the last."""
        self._calls: dict[str, list[ast.Call]] = {}
        for call in sorted(unit.calls(), key=lambda call: call.lineno):
            for tape in dict.fromkeys(_possible_tapes(call)):
                self._calls.setdefault(tape, []).append(call)
        watching = (call for call in unit.calls() if called_name(call) == "watch")
        self.watched = {name for call in watching for one in call.args for name in mentioned(one)}
        """The names of what a tape watches."""

    def calls(self, tape: str, rows: range = _ALL_ROWS) -> list[ast.Call]:
        """The calls that have to do with a tape, in some rows."""
        calls = self._calls.get(tape, [])
        first, last = (bisect_left(calls, row, key=lambda call: call.lineno) for row in (rows.start, rows.stop))
        return calls[first:last]

    def rows(self) -> Iterator[tuple[ast.With | ast.AsyncWith, str, range]]:
        """The opened tapes with the rows up to where the same name is opened again: two blocks may share it."""
        reopened: dict[str, int] = {}
        found = []
        for block, tape in reversed(self.opened):
            end = reopened.get(tape, _LAST_LINE)
            found.append((block, tape, range(block.lineno, end)))
            reopened[tape] = block.lineno
        return reversed(found)

    def _found(self) -> Iterator[tuple[ast.With | ast.AsyncWith, str]]:
        for node in self._unit.nodes:
            if isinstance(node, (ast.With, ast.AsyncWith)):
                yield from ((node, tape) for tape in self._opened_by(node))

    def _opened_by(self, block: ast.With | ast.AsyncWith) -> Iterator[str]:
        for item in block.items:
            made, name = item.context_expr, item.optional_vars
            if isinstance(made, ast.Name):
                name, values = made, self._definitions.assigned_here(made.id, self._unit)
            else:
                values = [made]
            if isinstance(name, (ast.Name, ast.Attribute)):
                if any(isinstance(one, ast.Call) and called_name(one) == "GradientTape" for one in values):
                    yield ast.unparse(name)


def _possible_tapes(call: ast.Call) -> Iterator[str]:
    """What may be a tape that a call has to do with."""
    if called_name(call) in _GRADIENTS and isinstance(call.func, ast.Attribute):
        yield ast.unparse(call.func.value)
    else:
        yield from (ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "tape")
        yield from (ast.unparse(one) for one in call.args if isinstance(one, (ast.Name, ast.Attribute)))


class TapeSteps:
    """The training steps of a module that are taken under a tape."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._updates = Updates(definitions)
        self._tapes: dict[Block, _Tapes] = {}
        self.aside = frozenset(call for unit in definitions.units for call in self._calls_aside(unit))
        """The calls that teach nothing: a penalty on the inputs."""

    def of(self, unit: FunctionScope) -> Iterator[TrainingStep]:
        """Those of a unit."""
        for block, tape, rows in self._tapes_of(unit).rows():
            gradients = [
                one
                for one in (*self._gradients(tape, unit, rows), *self._gradients_in_methods(tape, unit))
                if one.updates or self._updates.are_given(one.call, one.unit)
            ]
            found = [owner for one in gradients for owner in owners(one.sources, one.unit, self._definitions)]
            if found:
                region = {call for statement in block.body for call in calls_in(statement)} - self.aside
                yield TrainingStep(unit.name, StepKind.TAPE, frozenset(region), tuple(found), aside=self.aside)

    def _tapes_of(self, unit: FunctionScope) -> _Tapes:
        if unit.node not in self._tapes:
            self._tapes[unit.node] = _Tapes(unit, self._definitions)
        return self._tapes[unit.node]

    def _gradients(self, tape: str, unit: FunctionScope, rows: range = _ALL_ROWS) -> Iterator[_Gradient]:
        """The gradients that are taken from a tape, in the unit or in a function of the module that it is given to."""
        for call in self._tapes_of(unit).calls(tape, rows):
            if called_name(call) in _GRADIENTS and isinstance(call.func, ast.Attribute):
                yield _Gradient(call, argument(call, 1, "sources", "source"), unit, updates=False)
            elif any(keyword.arg == "tape" and ast.unparse(keyword.value) == tape for keyword in call.keywords):
                if called_name(call) == "minimize":
                    yield _Gradient(call, argument(call, 1, "var_list"), unit, updates=True)
            else:
                yield from self._gradients_in_helper(tape, call, unit)

    def _gradients_in_methods(self, tape: str, unit: FunctionScope) -> Iterator[_Gradient]:
        """Those that other methods of the class take from a tape that is an attribute, and that they do not open."""
        if tape.startswith("self.") and unit.cls is not None:
            for other in self._definitions.units:
                if other.cls is unit.cls and all(opened != tape for _, opened in self._tapes_of(other).opened):
                    yield from self._gradients(tape, other)

    def _gradients_in_helper(self, tape: str, call: ast.Call, unit: FunctionScope) -> Iterator[_Gradient]:
        function = self._definitions.function(call.func, unit)
        if not isinstance(function, FunctionDef) or function is unit.node:
            return
        given = given_for(positional_names(function), call)
        helper = self._definitions.unit(function)
        for name in [name for name, value in given.items() if ast.unparse(value) == tape]:
            for found in self._gradients(name, helper):
                if found.updates or self._updates.are_given(found.call, helper):
                    sources = found.sources
                    here = given.get(sources.id) if isinstance(sources, ast.Name) else None
                    yield _Gradient(found.call, here or sources, unit if here is not None else helper, updates=True)

    def _calls_aside(self, unit: FunctionScope) -> set[ast.Call]:
        """The calls that no update comes from: under a tape for inputs alone, in `stop_gradient` or
        `stop_recording`.
        """
        found: set[ast.Call] = set()
        tapes = self._tapes_of(unit)
        names = {tape for _, tape in tapes.opened}
        for_inputs = {tape for tape in names if self._is_for_inputs(tape, unit)}
        for block, tape in tapes.opened:
            if tape in for_inputs:
                found.update(call for statement in block.body for call in calls_in(statement))
        for node in unit.nodes:
            if isinstance(node, ast.Call) and called_name(node) == "stop_gradient":
                found.update(one for argument_ in node.args for one in calls_in(argument_))
            elif isinstance(node, ast.With):
                made = [item.context_expr for item in node.items]
                if any(isinstance(one, ast.Call) and called_name(one) == "stop_recording" for one in made):
                    found.update(call for statement in node.body for call in calls_in(statement))
        return found

    def _is_for_inputs(self, tape: str, unit: FunctionScope) -> bool:
        """Whether all gradients that are taken from a tape are those of tensors."""
        asked = (one for one in self._tapes_of(unit).calls(tape) if called_name(one) in _GRADIENTS)
        sources = [argument(one, 1, "sources") for one in asked if isinstance(one.func, ast.Attribute)]
        return bool(sources) and not any(self._may_be_variables(one, unit) for one in sources)

    def _may_be_variables(self, sources: ast.expr | None, unit: FunctionScope) -> bool:
        """Whether a gradient may be that of a model's variables, and not of a tensor that the tape watches."""
        if sources is None or _has_variables(sources):
            return True
        if not variables_in(sources).isdisjoint(self._tapes_of(unit).watched):
            return False
        return any(True for _ in owners(sources, unit, self._definitions))


def _has_variables(node: ast.expr) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr in VARIABLES for one in nodes_in(node))


def owners(sources: ast.expr | None, unit: FunctionScope, definitions: Definitions, depth: int = 3) -> Iterator[Owner]:
    """The models whose variables an expression gives: `model` in `model.trainable_variables`."""
    for node in nodes_in(sources) if sources is not None else ():
        if isinstance(node, ast.Attribute) and node.attr in VARIABLES:
            yield Owner(node, ast.unparse(node.value))
        elif isinstance(node, (ast.Name, ast.Attribute)) and depth and isinstance(node.ctx, ast.Load):
            for value in definitions.assigned(node, unit):
                if value is not sources:
                    yield from owners(value, unit, definitions, depth - 1)
            if isinstance(node, ast.Name):
                yield from _owners_given(node.id, unit, definitions, depth - 1)


def _owners_given(name: str, unit: FunctionScope, definitions: Definitions, depth: int) -> Iterator[Owner]:
    """Those whose variables a function is given as a parameter, where the module calls it."""
    function = unit.node
    if not isinstance(function, FunctionDef) or definitions.assigned_here(name, unit):
        return
    for caller, call in definitions.calls_by_name.get(function.name, ()):
        given = given_for(positional_names(function), call).get(name)
        if given is not None and caller is not unit and definitions.function(call.func, caller) is function:
            for owner in owners(given, caller, definitions, depth):
                # What the caller calls `net` may be something else here; what it calls `self.net` is not.
                same = caller.cls is unit.cls and owner.text.startswith("self.")
                yield owner if same else Owner(owner.node, "")
