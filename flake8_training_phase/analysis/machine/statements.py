"""Runs the statements of a function, following every path at once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flake8_training_phase.analysis.domain.events import Branch, Event, Exit, Loop, PhaseTest, ProgramPoint
from flake8_training_phase.analysis.domain.flags import flags_of, truth
from flake8_training_phase.analysis.domain.frames import Environment, Frame
from flake8_training_phase.analysis.domain.freezing import with_trainable
from flake8_training_phase.analysis.domain.merging import is_flag, join_lanes
from flake8_training_phase.analysis.domain.records import made_class
from flake8_training_phase.analysis.domain.scopes import inner_statements
from flake8_training_phase.analysis.domain.values import (
    FALSE_LANE,
    LANES,
    NONE_LANE,
    SIGNATURE_TEST,
    TRUE_LANE,
    UNKNOWN,
    Container,
    FunctionValue,
    Instance,
    Partial,
    PhaseValue,
    Range,
    Value,
    each,
    join,
    members,
)
from flake8_training_phase.analysis.machine.expressions import Expressions
from flake8_training_phase.analysis.models.patterns import captured, fits
from flake8_training_phase.analysis.syntax.blocks import TRY, holder_of_changed_items, is_written_alike
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.generations import Passed


class Statements(Expressions):
    """The interpreter's statements."""

    _in_first_round = False
    """The first round of a loop is run by itself."""

    def block(self, body: Sequence[ast.stmt], frame: Frame) -> None:
        """Run statements until the path ends in every lane."""
        for statement in body:
            if not frame.live:
                return
            self.consume_budget()
            run = _STATEMENTS.get(type(statement))
            if run is not None:
                run(self, statement, frame)

    def into(self, events: list[Event], body: Sequence[ast.stmt], frame: Frame) -> None:
        """Run statements with their events written to a list of their own."""
        outer, self.events = self.events, events
        self.conditions += 1
        try:
            self.block(body, frame)
        finally:
            self.events = outer
            self.conditions -= 1

    def _expression(self, statement: ast.Expr, frame: Frame) -> None:
        if not isinstance(statement.value, ast.Constant):
            self.evaluate(statement.value, frame)

    def _assign(self, statement: ast.Assign, frame: Frame) -> None:
        value = self.evaluate(statement.value, frame)
        for target in statement.targets:
            at_top = target.id if isinstance(target, ast.Name) and frame.function is None else ""
            is_class = at_top and made_class(at_top, statement.value) is not None
            self.assign(target, frame.scope.lookup(at_top) if is_class else value, frame)

    def _annotated(self, statement: ast.AnnAssign, frame: Frame) -> None:
        if statement.value is not None:
            self.assign(statement.target, self.evaluate(statement.value, frame), frame)

    def _augmented(self, statement: ast.AugAssign, frame: Frame) -> None:
        value = self.evaluate(statement.value, frame)
        if isinstance(statement.op, ast.Add) and isinstance(statement.target, (ast.Name, ast.Attribute)):
            held = self.evaluate(statement.target, frame)
            more = value.values if isinstance(value, Container) else (UNKNOWN,)
            if any(isinstance(one, Container) for one in members(held)):
                longer = (Container(one.values + more) if isinstance(one, Container) else one for one in members(held))
                self.replace(statement.target, join(longer), frame)

    def _return(self, statement: ast.Return, frame: Frame) -> None:
        value = UNKNOWN if statement.value is None else self.evaluate(statement.value, frame)
        if frame.live:
            frame.returned.append(value)
            self._leave(frame, of_loop=False)

    def _raise(self, statement: ast.Raise, frame: Frame) -> None:
        self.raises(frame)

    def raises(self, frame: Frame) -> None:
        """Leave the path that runs: something raises there."""
        self._leave(frame, of_loop=False)

    def _leave_loop(self, statement: ast.stmt, frame: Frame) -> None:
        self._leave(frame, of_loop=True)

    def _leave(self, frame: Frame, of_loop: bool) -> None:
        self.events.append(Exit(frame.live, of_loop))
        frame.live = 0

    def _if(self, statement: ast.If, frame: Frame) -> None:
        condition = self.evaluate(statement.test, frame)
        tells_apart = not isinstance(condition, PhaseValue) or not is_written_alike(statement.body, statement.orelse)
        lanes_if, lanes_else = (
            self.decide(statement.test, condition, frame) if tells_apart else self.split(condition, frame.live)
        )
        inspects = frame.inspects_signatures
        frame.inspects_signatures = inspects or condition is SIGNATURE_TEST
        before = frame.environment
        ways: list[list[Event]] = [[], []]
        frame.environment, frame.live = before.fork(), lanes_if
        self.narrow(statement.test, frame, positive=True)
        self.into(ways[0], statement.body, frame)
        after_if, live_if = frame.environment, frame.live
        frame.environment, frame.live = before.fork(), lanes_else
        self.narrow(statement.test, frame, positive=False)
        self.into(ways[1], statement.orelse, frame)
        frame.inspects_signatures = inspects
        if any(ways):
            self.events.append(Branch(ways))
        frame.join(after_if, live_if, frame.environment, frame.live, before)

    def decide(self, test: ast.expr, condition: Value, frame: Frame) -> tuple[int, int]:
        """As `split`, for a condition of the code: one that tells training from inference is an event."""
        lanes_if, lanes_else = self.split(condition, frame.live)
        told_apart = TRUE_LANE | FALSE_LANE
        if isinstance(condition, PhaseValue) and condition.parameter is not None and frame.function is not None:
            if any(lanes & told_apart in (TRUE_LANE, FALSE_LANE) for lanes in (lanes_if, lanes_else)):
                trains = TRUE_LANE | NONE_LANE in (lanes_if, lanes_else)
                self.events.append(PhaseTest(test, condition.parameter, frame.live, place(frame), trains))
        return lanes_if, lanes_else

    def split(self, condition: Value, live: int) -> tuple[int, int]:
        """The live lanes in which a condition may be true, and those in which it may be false."""
        may_be_true = may_be_false = 0
        for (lane, _), known in zip(LANES, truth(condition), strict=True):
            if known is not False:
                may_be_true |= lane
            if known is not True:
                may_be_false |= lane
        return may_be_true & live, may_be_false & live

    def narrow(self, test: ast.expr, frame: Frame, positive: bool) -> None:
        """Take from names what the outcome of `isinstance` tests on them rules out."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self.narrow(test.operand, frame, not positive)
            return
        if isinstance(test, ast.BoolOp):
            if isinstance(test.op, ast.And) is positive:
                for operand in test.values:
                    self.narrow(operand, frame, positive)
            else:
                self._narrow_to_any(test.values, frame, positive)
            return
        if not (isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == "isinstance"):
            return
        if len(test.args) == 2 and isinstance(test.args[0], ast.Name):
            classes = self.evaluate(test.args[1], frame)
            value = frame.lookup(test.args[0].id)
            frame.environment[test.args[0].id] = self.only_instances(value, classes, positive)

    def _narrow_to_any(self, tests: list[ast.expr], frame: Frame, positive: bool) -> None:
        """As `narrow`, where one of several tests came out so."""
        before = frame.environment
        found: list[Environment] = []
        for test in tests:
            frame.environment = before.fork()
            self.narrow(test, frame, positive)
            found.append(frame.environment)
        frame.environment = before
        for name in set().union(*found):
            values = [one[name] if name in one else frame.lookup(name) for one in found]
            if any(value is not before.get(name) for value in values):
                before[name] = join(values)

    def _loop(self, statement: ast.For | ast.AsyncFor | ast.While, frame: Frame) -> None:
        elements: Value = UNKNOWN
        if isinstance(statement, ast.While):
            self.evaluate(statement.test, frame)
        else:
            elements = self.elements(self.evaluate(statement.iter, frame), frame)
        first: list[Event] = []
        later = self._told_otherwise_later(statement, frame)
        held = {name: frame.environment[name] for name in later}
        if later:
            self._in_first_round = True
            first = self._round(statement, elements, frame)
            self._in_first_round = False
            frame.environment.update(later)
        self._join_later_rounds(statement, frame)
        body = self._round(statement, elements, frame)
        if later:
            self.events.append(Branch([[*first, *body], []]))
        elif body:
            self.events.append(Loop(body))
        holder = holder_of_changed_items(statement, "trainable")
        if isinstance(holder, (ast.Name, ast.Attribute)):
            self.set_trainable(holder, self.evaluate(holder, frame), UNKNOWN, frame)
        for name, value in held.items():
            frame.environment[name] = join_lanes(value, frame.live, frame.environment[name], frame.live)
        self.block(statement.orelse, frame)

    def _round(self, statement: ast.For | ast.AsyncFor | ast.While, elements: Value, frame: Frame) -> list[Event]:
        """Run the body once, for any number of rounds."""
        before, live = frame.environment, frame.live
        frame.environment = before.fork()
        body: list[Event] = []
        if not isinstance(statement, ast.While):
            self.assign(statement.target, elements, frame)
        self.into(body, statement.body, frame)
        # After the loop every lane that came in lives again: it may have run no time, or left by a break.
        frame.join(before.fork(), live, frame.environment, frame.live, before)
        return body

    def _told_otherwise_later(self, loop: ast.For | ast.AsyncFor | ast.While, frame: Frame) -> dict[str, Value]:
        """The flags that every round changes, with what they are in all but the first: joined, they would be unknown.

        The loop is then taken to have two rounds, or none, but not where one inside another would double that.
        """
        later: dict[str, Value] = {}
        if self._in_first_round:
            return later
        for name, assigned in _assigned_names([one for one in loop.body if isinstance(one, ast.Assign)]):
            held = frame.environment.get(name)
            if held is not None and is_flag(held) and _is_simple(assigned):
                value = self.evaluate(assigned, frame)
                joined = flags_of(join_lanes(held, frame.live, value, frame.live))
                if is_flag(value) and Passed.UNKNOWN in joined and Passed.UNKNOWN not in flags_of(held):
                    later[name] = value
        leaves_early = bool(later) and any(isinstance(one, (ast.Continue, ast.Break)) for one in nodes_in(loop))
        return {} if leaves_early else later

    def _join_later_rounds(self, loop: ast.For | ast.AsyncFor | ast.While, frame: Frame) -> None:
        """Make of the flags, layers and functions that a loop changes what they may be in any of its rounds.

        Its body is run once, for all rounds: running it again for every change doubles with each loop inside another.
        """
        for name, assigned in _assigned_names(loop.body):
            held = frame.environment.get(name)
            if held is not None and (is_flag(held) or (_may_be_called(held) and _is_simple(assigned))):
                later = self.evaluate(assigned, frame) if _is_simple(assigned) else UNKNOWN
                frame.environment[name] = join_lanes(held, frame.live, later, frame.live)

    def _assert(self, statement: ast.Assert, frame: Frame) -> None:
        self.evaluate(statement.test, frame)
        self.narrow(statement.test, frame, positive=True)

    def _with(self, statement: ast.With | ast.AsyncWith, frame: Frame) -> None:
        for item in statement.items:
            value = self.evaluate(item.context_expr, frame)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, frame)
        self.block(statement.body, frame)

    def _try(self, statement: ast.Try, frame: Frame) -> None:
        before, live = frame.environment, frame.live
        frame.environment = before.fork()
        ways: list[list[Event]] = [[]]
        self.into(ways[0], [*statement.body, *statement.orelse], frame)
        # `try: layer(x, training=training)`, `except TypeError: layer(x)` asks for the signature as well.
        inspects, frame.inspects_signatures = frame.inspects_signatures, True
        for handler in statement.handlers:
            way: list[Event] = []
            after, after_live = frame.environment, frame.live
            frame.environment, frame.live = before.fork(), live
            self.into(way, handler.body, frame)
            if handler.name is not None:  # Python takes the name away again, whatever it was before.
                frame.environment[handler.name] = UNKNOWN
            ways.append(way)
            frame.join(after, after_live, frame.environment, frame.live, before)
        before.continue_in(frame.environment)
        frame.inspects_signatures = inspects
        if any(ways):
            self.events.append(Branch(ways))
        self.block(statement.finalbody, frame)

    def _match(self, statement: ast.Match, frame: Frame) -> None:
        subject = self.evaluate(statement.subject, frame)
        before, left = frame.environment, frame.live
        after, live = before.fork(), 0
        ways: list[list[Event]] = [[]]  # The empty way: no case fits.
        for case in statement.cases:
            frame.environment = before.fork()
            frame.live, left = self.split(fits(case.pattern, subject, lambda node: self.evaluate(node, frame)), left)
            frame.environment.update(captured(case.pattern, subject))
            if case.guard is not None:
                fitting = frame.live
                frame.live, refused = self.split(self.evaluate(case.guard, frame), fitting)
                left |= refused
            way: list[Event] = []
            self.into(way, case.body, frame)
            ways.append(way)
            frame.join(after, live, frame.environment, frame.live, before)
            after, live = frame.environment, frame.live
        frame.join(after, live, before.fork(), left, before)
        if any(ways):
            self.events.append(Branch(ways))

    def _function(self, statement: ast.FunctionDef | ast.AsyncFunctionDef, frame: Frame) -> None:
        frame.environment[statement.name] = self.defined(statement, frame)
        nested = nodes_in(statement) if frame.function is not None else ()
        for name in (name for node in nested if isinstance(node, ast.Nonlocal) for name in node.names):
            # Whenever the function runs, the name may be something else: it is no phase to hand on.
            if isinstance(frame.lookup(name), PhaseValue):
                frame.environment[name] = UNKNOWN

    def _class(self, statement: ast.ClassDef, frame: Frame) -> None:
        body = frame.function.body if isinstance(frame.function, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
        frame.environment[statement.name] = frame.scope.inner(body).define(statement)

    def _global(self, statement: ast.Global, frame: Frame) -> None:
        frame.shared.update(statement.names)

    def set_global(self, name: str, value: Value, frame: Frame) -> None:
        """Bind a name that a function shares with the module: here it is known in the function alone."""
        frame.environment[name] = value

    def _delete(self, statement: ast.Delete, frame: Frame) -> None:
        frame.environment.update({one.id: UNKNOWN for one in statement.targets if isinstance(one, ast.Name)})

    def _import(self, statement: ast.Import | ast.ImportFrom, frame: Frame) -> None:
        frame.environment.update(self.imports(statement, frame))

    def assign(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """Bind a target of an assignment, a loop or a `with`."""
        if isinstance(target, ast.Name):
            if target.id in frame.shared:
                self.set_global(target.id, value, frame)
            else:
                frame.environment[target.id] = value
        elif isinstance(target, ast.Attribute):
            base = self.evaluate(target.value, frame)
            self.set_attribute(base, target.attr, value)
            if target.attr == "trainable":
                self.set_trainable(target.value, base, value, frame)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, frame)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, Container((value,)), frame)
        elif isinstance(target, ast.Subscript):
            self._set_item(target, value, frame)

    def set_trainable(self, target: ast.expr, layers: Value, value: Value, frame: Frame) -> None:
        """Remember that what an expression gives learns, or does not: BatchNormalization is another layer then."""
        said = UNKNOWN if self.conditions else value
        after = each(layers, lambda one: with_trainable(one, said))
        if after is not layers:
            self.replace(target, after, frame)

    def replace(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """As `assign`, where the value is what the target held before, with a change to it."""
        if isinstance(target, ast.Attribute):
            self.replace_attribute(self.evaluate(target.value, frame), target.attr, value)
        else:
            self.assign(target, value, frame)

    def _unpack(self, targets: list[ast.expr], value: Value, frame: Frame) -> None:
        value = each(value, lambda one: self.as_tuple(one, frame))
        exact = _spread(targets, value) if isinstance(value, Container) and not value.keys else None
        if exact is not None:
            for target, element in zip(targets, exact, strict=True):
                self.assign(target.value if isinstance(target, ast.Starred) else target, element, frame)
            return
        element = each(value, lambda one: UNKNOWN if isinstance(one, Range) else self.elements(one, frame))
        for target in targets:
            self.assign(target, element, frame)

    def _set_item(self, target: ast.Subscript, value: Value, frame: Frame) -> None:
        held = self.evaluate(target.value, frame)
        if any(isinstance(one, Container) for one in members(held)):
            key = self.key(target.slice, frame)
            longer = (one.with_item(key, value) if isinstance(one, Container) else one for one in members(held))
            self.replace(target.value, join(longer), frame)


def _spread(targets: list[ast.expr], items: Container) -> tuple[Value, ...] | None:
    """What each of some targets is bound to; None where that is not known: a list that a comprehension makes is longer
    than what is known of it.
    """
    starred = [place for place, target in enumerate(targets) if isinstance(target, ast.Starred)]
    if not starred:
        return items.values if len(items.values) == len(targets) else None
    first, behind = starred[0], len(targets) - starred[0] - 1
    last = len(items.values) - behind
    if last <= first or items.pairs:
        return None
    return (*items.values[:first], Container(items.values[first:last]), *items.values[last:])


def _is_simple(node: ast.expr) -> bool:
    """Whether nothing happens where an expression is evaluated."""
    return not any(isinstance(one, (ast.Call, ast.NamedExpr)) for one in nodes_in(node))


def _may_be_called(value: Value) -> bool:
    return any(isinstance(one, (Instance, FunctionValue, Partial)) for one in members(value))


def _assigned_names(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that statements assign, those of blocks inside them included, with what they are given."""
    for statement in inner_statements(body):
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value


def place(frame: Frame) -> ProgramPoint:
    """The place of a frame in the code."""
    return ProgramPoint(frame.function, frame.owner, frame.scope, frame.is_call_method)


_STATEMENTS: dict[type[ast.stmt], Callable[[Statements, Any, Frame], None]] = {
    ast.Expr: Statements._expression,
    ast.Assert: Statements._assert,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Delete: Statements._delete,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Break: Statements._leave_loop,
    ast.Continue: Statements._leave_loop,
    ast.If: Statements._if,
    ast.For: Statements._loop,
    ast.AsyncFor: Statements._loop,
    ast.While: Statements._loop,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    **dict.fromkeys(TRY, Statements._try),
    ast.Match: Statements._match,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
    ast.Global: Statements._global,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import,
}
