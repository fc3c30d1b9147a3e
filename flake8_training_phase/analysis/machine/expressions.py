"""Evaluates the expressions of a function to values."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flake8_training_phase.analysis.domain.arguments import NO_CALL, Arguments, FunctionNode, arguments_of
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.comparisons import chained_comparison, compared
from flake8_training_phase.analysis.domain.events import Branch, Event, Loop
from flake8_training_phase.analysis.domain.flags import truth, unknown_phase
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.merging import join_lanes
from flake8_training_phase.analysis.domain.operations import computed, either, joined_text, parameter_of
from flake8_training_phase.analysis.domain.values import (
    SIGNATURE_TEST,
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    FunctionValue,
    Instance,
    OpaqueKwargs,
    PhaseValue,
    Range,
    Union,
    Value,
    each,
    join,
    key_of,
    members,
)
from flake8_training_phase.analysis.models.instance_tests import asked_for_type, is_instance, type_compared
from flake8_training_phase.analysis.syntax.definitions import filtered_name
from flake8_training_phase.keras.generations import Passed

MAX_STEPS = 20_000
"""Statements and calls after which a class is given up as unknown: helpers that call helpers grow exponentially."""


class TooComplex(Exception):
    """The code takes more steps to follow than it is worth."""


class Expressions(ABC):
    """The interpreter's expressions."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.conditions = 0
        """How many branches and loops around what is run now may as well not be taken."""
        self._steps = 0

    @abstractmethod
    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """Call `callee`, and give what it returns."""

    @abstractmethod
    def method(self, base: Value, name: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value | None:
        """Call a method of a container or a layer; None when `base` has no such method of its own."""

    @abstractmethod
    def attribute(self, base: Value, name: str, frame: Frame) -> Value:
        """What `base.name` is."""

    @abstractmethod
    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember `base.name = value`."""

    @abstractmethod
    def replace_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember `base.name = value`, which is what it was before with a change to it."""

    @abstractmethod
    def imports(self, node: ast.Import | ast.ImportFrom, frame: Frame) -> Iterable[tuple[str, Value]]:
        """The names that an import inside a function binds."""

    def consume_budget(self) -> None:
        """Count one step. Raises TooComplex when there were too many."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooComplex

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """What an expression is; its calls are run on the way."""
        evaluate = _EXPRESSIONS.get(type(node))
        return UNKNOWN if evaluate is None else evaluate(self, node, frame)

    def item(self, value: Value, key: object) -> Value:
        """What `value[key]` is."""
        if isinstance(value, Container):
            return value.get(key)
        return value if isinstance(value, ClassValue) else UNKNOWN  # `Block[int]` is a generic `Block`.

    def elements(self, value: Value, frame: Frame) -> Value:
        """What iterating over `value` gives, any of its elements at once."""
        if isinstance(value, Instance):
            value = self._iterated(value, frame)
        if isinstance(value, Container):
            if value.pairs:
                return Container((UNKNOWN, join(value.values)))
            return join(value.values)
        if isinstance(value, Range):
            return value.position
        return join(self.elements(one, frame) for one in _usable(value)) if isinstance(value, Union) else UNKNOWN

    def _iterated(self, value: Instance, frame: Frame) -> Value:
        """What an object is iterated over as: a named tuple, or what its own `__iter__` gives."""
        as_tuple = self.as_tuple(value, frame)
        found = self._special_method(value, "__iter__", (), frame) if as_tuple is value else as_tuple
        return UNKNOWN if isinstance(found, Instance) else found

    def _special_method(self, value: Instance, name: str, given: tuple[Value, ...], frame: Frame) -> Value:
        """What a method of a class gives that Python calls for an operator or a statement: `__getitem__`."""
        method = self.attribute(value, name, frame) if isinstance(value.type, UserClass) else UNKNOWN
        if not isinstance(method, FunctionValue):
            return UNKNOWN
        outer, self.events = self.events, []
        try:
            return self.apply(method, arguments_of(given), NO_CALL, frame)
        finally:
            self.events = outer  # There is no call in the code that could be told anything.

    def as_tuple(self, value: Value, frame: Frame) -> Value:
        """A named tuple as a tuple of what it holds; any other value as it is."""
        fields = value.type.tuple_fields if isinstance(value, Instance) and isinstance(value.type, UserClass) else ()
        return Container(tuple(self.attribute(value, name, frame) for name in fields)) if fields else value

    def only_instances(self, value: Value, classes: Value, positive: bool) -> Value:
        """The members of `value` that are (or are not) of one of `classes`, as far as that is known."""
        kept = [one for one in members(value) if is_instance(one, classes) is not (not positive)]
        return join(kept) if kept else UNKNOWN

    def _name(self, node: ast.Name, frame: Frame) -> Value:
        return frame.lookup(node.id)

    def _constant(self, node: ast.Constant, frame: Frame) -> Value:
        return Constant(node.value)

    def _attribute(self, node: ast.Attribute, frame: Frame) -> Value:
        base = self.evaluate(node.value, frame)
        if "training_arg" in node.attr:
            return SIGNATURE_TEST  # `layer._expects_training_arg`, `layer._call_has_training_arg`
        if base is UNKNOWN:
            return UNKNOWN
        return each(base, lambda one: self.attribute(one, node.attr, frame))

    def _call(self, node: ast.Call, frame: Frame) -> Value:
        self.consume_budget()
        function = node.func
        if isinstance(function, ast.Attribute):
            base = self.evaluate(function.value, frame)
            arguments = self._arguments(node, frame)
            called = self.method(base, function.attr, arguments, node, frame)
            if called is not None:
                return called
            callee = each(base, lambda one: self.attribute(one, function.attr, frame))
        else:
            callee = self.evaluate(function, frame)
            arguments = self._arguments(node, frame)
        return self.apply(callee, arguments, node, frame)

    def _arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        positional: list[Value] = []
        starred, stars_known = False, True
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                value = self.evaluate(argument.value, frame)
                starred = starred or value != Container(())
                if stars_known and isinstance(value, Container) and not value.keys and not value.pairs:
                    positional.extend(value.values)
                else:
                    stars_known = False
            else:
                positional.append(self.evaluate(argument, frame))
        keywords: dict[str, Value] = {}
        hidden: list[Value] = []
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, frame)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, Container) and value.all_named:
                keywords |= {str(key): held for key, held in zip(value.keys, value.values, strict=True)}
            else:
                hidden.append(value)
                keywords |= dict(value.known) if isinstance(value, OpaqueKwargs) else {}
        absent_keys = [value.absent_keys if isinstance(value, OpaqueKwargs) else frozenset[str]() for value in hidden]
        unknown = absent_keys[0].intersection(*absent_keys) if absent_keys else frozenset[str]()
        rest_of_call = bool(hidden) and all(isinstance(one, OpaqueKwargs) and one.of_call for one in hidden)
        return Arguments(node, tuple(positional), keywords, starred, bool(hidden), unknown, rest_of_call, stars_known)

    def _subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base = each(self.evaluate(node.value, frame), lambda one: self.as_tuple(one, frame))
        if isinstance(node.slice, ast.Slice):
            return self._slice(base, node.slice, frame)
        index = self.evaluate(node.slice, frame)
        key = index.value if isinstance(index, Constant) else key_of(index) or index
        return join(
            self._special_method(one, "__getitem__", (index,), frame)
            if isinstance(one, Instance)
            else self.item(one, key)
            for one in _usable(base)
        )

    def _slice(self, base: Value, node: ast.Slice, frame: Frame) -> Value:
        bounds = [self.evaluate(one, frame) if one else Constant(None) for one in (node.lower, node.upper, node.step)]
        known = [one.value for one in bounds if isinstance(one, Constant)]
        if len(known) < 3 or not all(one is None or type(one) is int for one in known):
            return base
        return each(base, lambda one: one.part(slice(*known)) if isinstance(one, Container) else one)

    def _tuple(self, node: ast.Tuple | ast.List | ast.Set, frame: Frame) -> Value:
        values: list[Value] = []
        for element in node.elts:
            if isinstance(element, ast.Starred):
                value = self.evaluate(element.value, frame)
                values.extend(value.values if isinstance(value, Container) else (UNKNOWN,))
            else:
                values.append(self.evaluate(element, frame))
        return Container(tuple(values))

    def _dict(self, node: ast.Dict, frame: Frame) -> Value:
        keys: list[str | None] = []
        values: list[Value] = []
        for key, held in zip(node.keys, node.values, strict=True):
            value = self.evaluate(held, frame)
            if key is None:
                if isinstance(value, Container):
                    values.extend(value.values)
                    keys.extend(value.keys or (None,) * len(value.values))
                continue
            keys.append(self.key(key, frame))
            values.append(value)
        return Container(tuple(values), tuple(keys))

    def key(self, node: ast.expr, frame: Frame) -> str | None:
        """The key of a dict that an expression is, where that is a text that is known, if only in part."""
        return key_of(self.evaluate(node, frame))

    def defined(self, node: FunctionNode, frame: Frame) -> FunctionValue:
        """A function that is defined inside another one, or a lambda."""
        return FunctionValue(node, frame.scope, frame, frame.environment)

    def _named(self, node: ast.NamedExpr, frame: Frame) -> Value:
        value = self.evaluate(node.value, frame)
        frame.outside_comprehensions.environment[node.target.id] = value
        return value

    def _joined_text(self, node: ast.JoinedStr, frame: Frame) -> Value:
        parts: list[Value] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                value = self.evaluate(part.value, frame)
                parts.append(value if part.conversion == -1 and part.format_spec is None else UNKNOWN)
            else:
                parts.append(self.evaluate(part, frame))
        return joined_text(parts)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame) -> Value:
        return Container(self._comprehended(node, (node.elt,), frame))

    def _dict_comprehension(self, node: ast.DictComp, frame: Frame) -> Value:
        key, value = self._comprehended(node, (node.key, node.value), frame)
        filtered = filtered_name(node)
        rest = frame.lookup(filtered) if filtered is not None else UNKNOWN
        # Less than all of what may be in a `**kwargs` is as unknown as all of it.
        return replace(rest, known=()) if isinstance(rest, OpaqueKwargs) else Container((value,), (key_of(key),))

    def _comprehended(
        self,
        node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
        parts: tuple[ast.expr, ...],
        frame: Frame,
    ) -> tuple[Value, ...]:
        """What the parts of any element of a comprehension are."""
        # A comprehension has names of its own: a frame inside the frame.
        inner = Frame.of_comprehension(frame)
        body: list[Event] = []
        outer, self.events = self.events, body
        try:
            for generator in node.generators:
                self.assign(generator.target, self.elements(self.evaluate(generator.iter, inner), inner), inner)
                for condition in generator.ifs:
                    self.evaluate(condition, inner)
                    self.narrow(condition, inner, positive=True)
            values = tuple(self.evaluate(part, inner) for part in parts)
        finally:
            self.events = outer
        if body:
            self.events.append(Loop(body))
        return values

    @abstractmethod
    def assign(self, target: ast.expr, value: Value, frame: Frame) -> None:
        """Bind a target of an assignment, a loop or a `with`."""

    @abstractmethod
    def decide(self, test: ast.expr, condition: Value, frame: Frame) -> tuple[int, int]:
        """As `split`, for a condition of the code: one that tells training from inference is an event."""

    @abstractmethod
    def split(self, condition: Value, live: int) -> tuple[int, int]:
        """The live lanes in which a condition may be true, and those in which it may be false."""

    @abstractmethod
    def narrow(self, test: ast.expr, frame: Frame, positive: bool) -> None:
        """Take from names what the outcome of a test rules out."""

    def _conditional(self, node: ast.IfExp, frame: Frame) -> Value:
        condition = self.evaluate(node.test, frame)
        lanes_if, lanes_else = self.decide(node.test, condition, frame)
        inspects = frame.inspects_signatures
        frame.inspects_signatures = inspects or condition is SIGNATURE_TEST
        ways: list[list[Event]] = [[], []]
        before = frame.environment
        frame.environment = before.fork()
        self.narrow(node.test, frame, positive=True)
        first = self._under(lanes_if, node.body, ways[0], frame)
        frame.environment = before.fork()
        self.narrow(node.test, frame, positive=False)
        second = self._under(lanes_else, node.orelse, ways[1], frame)
        frame.environment, frame.inspects_signatures = before, inspects
        if any(ways):
            self.events.append(Branch(ways))
        return join_lanes(first, lanes_if, second, lanes_else)

    def _under(self, lanes: int, node: ast.expr, events: list[Event], frame: Frame) -> Value:
        """The value of an expression that runs only in some lanes."""
        if not lanes:
            return UNKNOWN
        live, outer = frame.live, self.events
        frame.live, self.events = lanes, events
        self.conditions += 1
        try:
            return self.evaluate(node, frame)
        finally:
            frame.live, self.events = live, outer
            self.conditions -= 1

    def _boolean(self, node: ast.BoolOp, frame: Frame) -> Value:
        result = self.evaluate(node.values[0], frame)
        stops_on = isinstance(node.op, ast.Or)
        for operand in node.values[1:]:
            lanes_true, lanes_false = self.split(result, frame.live)
            way: list[Event] = []
            value = self._under(lanes_false if stops_on else lanes_true, operand, way, frame)
            if way:
                self.events.append(Branch([way, []]))
            result = either(result, value, stops_on)
        return result

    def _unary(self, node: ast.UnaryOp, frame: Frame) -> Value:
        value = self.evaluate(node.operand, frame)
        if isinstance(node.op, ast.Not):
            first, second, third = (Passed.UNKNOWN if known is None else not known for known in truth(value))
            if isinstance(value, PhaseValue):
                return PhaseValue((first, second, third), value.parameter)
            return UNKNOWN if first is Passed.UNKNOWN else Constant(first)
        if value is SIGNATURE_TEST:
            return value
        if isinstance(node.op, ast.USub) and isinstance(value, Constant) and isinstance(value.value, (int, float)):
            return Constant(-value.value)
        return UNKNOWN

    def _compare(self, node: ast.Compare, frame: Frame) -> Value:
        left = self.evaluate(node.left, frame)
        if left == Constant("training") and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return SIGNATURE_TEST
        rights = [self.evaluate(comparator, frame) for comparator in node.comparators]
        asked = asked_for_type(node.left)
        if asked is not None and len(rights) == 1:
            return type_compared(self.evaluate(asked, frame), node.ops[0], rights[0])
        parameter = parameter_of(left) or next((name for right in rights if (name := parameter_of(right))), None)
        if len(rights) == 1:
            if isinstance(left, PhaseValue) and isinstance(rights[0], Constant):
                return compared(left, node.ops[0], rights[0])
        return chained_comparison(left, node.ops, rights) if parameter is None else unknown_phase(parameter)

    def _binary(self, node: ast.BinOp, frame: Frame) -> Value:
        # A long sum is a deep tree: its operands are taken in a loop.
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        result = self.evaluate(chain[-1].left, frame)
        for one in reversed(chain):
            right = self.evaluate(one.right, frame)
            if parameter_of(result) or parameter_of(right):
                self.phase_used(one, frame)
            result = computed(one.op, result, right)
        return result

    @abstractmethod
    def phase_used(self, node: ast.expr, frame: Frame) -> None:
        """Write down that what is computed here is another thing in training: `x + noise * tf.cast(training, …)`."""

    def _inner(self, node: ast.Await | ast.Starred | ast.FormattedValue, frame: Frame) -> Value:
        return self.evaluate(node.value, frame)

    def _yield(self, node: ast.Yield | ast.YieldFrom, frame: Frame) -> Value:
        if node.value is not None:
            value = self.evaluate(node.value, frame)
            given = self.elements(value, frame) if isinstance(node, ast.YieldFrom) else value
            frame.returned.append(Container((given,)))
        return UNKNOWN


def _usable(value: Value) -> Iterable[Value]:
    """What a value may be where something is taken out of it: not None, nor a container that is yet to be filled."""
    return [one for one in members(value) if one not in (Constant(None), Container(()))] or [value]


_EXPRESSIONS: dict[type[ast.expr], Callable[[Expressions, Any, Frame], Value]] = {
    ast.Name: Expressions._name,
    ast.Constant: Expressions._constant,
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.Subscript: Expressions._subscript,
    ast.Tuple: Expressions._tuple,
    ast.List: Expressions._tuple,
    ast.Set: Expressions._tuple,
    ast.Dict: Expressions._dict,
    ast.Lambda: lambda run, node, frame: run.defined(node, frame),
    ast.NamedExpr: Expressions._named,
    ast.JoinedStr: Expressions._joined_text,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comprehension,
    ast.IfExp: Expressions._conditional,
    ast.BoolOp: Expressions._boolean,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.BinOp: Expressions._binary,
    ast.Await: Expressions._inner,
    ast.Starred: Expressions._inner,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield,
}
