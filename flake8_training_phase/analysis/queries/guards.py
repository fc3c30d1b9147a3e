"""The layer calls that run only in training, and what is around them: the `if training:` that guards them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.events import Branch, Event, Inlined, LayerCall, Loop, PhaseTest, walk
from flake8_training_phase.analysis.domain.values import FALSE_LANE, TRUE_LANE, members
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.syntax.blocks import blocks
from flake8_training_phase.analysis.syntax.definitions import argument, called_name
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of

_Parents = Mapping[ast.AST, ast.AST]
_Blocks = ("body", "orelse", "finalbody")
_CONDITIONS = frozenset({"cond", "smart_cond"})
_OF_CONDITIONS = ("pred", "true_fn", "false_fn")


@dataclass(frozen=True, slots=True)
class Choice:
    """An expression that is one of two: `body if test else orelse`, `tf.cond(test, lambda: body, lambda: orelse)`."""

    node: ast.IfExp | ast.Call
    test: ast.expr
    body: ast.expr
    orelse: ast.expr

    @classmethod
    def of(cls, node: ast.AST) -> Choice | None:
        """What an expression chooses between; None for one that does not."""
        if isinstance(node, ast.IfExp):
            return cls(node, node.test, node.body, node.orelse)
        if isinstance(node, ast.Call) and called_name(node) in _CONDITIONS:
            test, first, second = (argument(node, place, name) for place, name in enumerate(_OF_CONDITIONS))
            if test is not None and isinstance(first, ast.Lambda) and isinstance(second, ast.Lambda):
                return cls(node, test, first.body, second.body)
        return None


@dataclass(frozen=True, slots=True)
class Guarded:
    """A call that runs only in training, and puts its result in the place of what goes on without it at inference."""

    event: LayerCall | Inlined
    """The layer call, or the call of a function that makes some."""
    calls: tuple[LayerCall, ...]
    """The layer calls that run by it."""
    guard: ast.If | Choice
    """The condition; for an early return the `if` that returns."""
    statement: ast.stmt

    @property
    def is_whole_body(self) -> bool:
        """Whether the guard is `if training:` or `… if training else …`, and guards nothing else."""
        if not isinstance(self.guard.test, ast.Name) or self.guard.test.id != self.event.forwardable_name:
            return False
        if isinstance(self.guard, Choice):
            return any(node is self.event.node for node in _spine(self.guard.body))
        return self.guard.body == [self.statement] and not self.guard.orelse and _assigned(self.statement) is not None

    @property
    def ends_the_call(self) -> bool:
        """Whether inference returns where training goes on: it may want the features, not what is made of them."""
        guard = self.guard
        behind = isinstance(guard, ast.If) and self.statement.lineno > (guard.end_lineno or guard.lineno)
        return behind or isinstance(self.statement, ast.Return)

    @property
    def is_all_there_is(self) -> bool:
        """Whether nothing but calls, one inside the other, is in what the guard decides on."""
        value = self.guard.body if isinstance(self.guard, Choice) else getattr(self.statement, "value", None)
        return isinstance(value, ast.AST) and isinstance(_source(value), ast.Name)


def guards(layer_class: LayerClass) -> Iterator[tuple[Guarded, ...]]:
    """The calls that run only in training and replace the tensor that goes on, by their guard, where no other call
    of the same layer runs at inference.
    """
    by_guard: dict[ast.If | Choice, list[Guarded]] = {}
    for one in _guarded_calls(layer_class):
        by_guard.setdefault(one.guard, []).append(one)
    return (tuple(found) for found in by_guard.values())


def _guarded_calls(layer_class: LayerClass) -> Iterator[Guarded]:
    events = layer_class.cls.trace.events
    tests = {event.node for event in walk(events) if isinstance(event, PhaseTest)}
    if not tests:
        return
    at_inference = [event for event in walk(events) if isinstance(event, LayerCall) and event.lanes & FALSE_LANE]
    for event in _sites(events):
        here = event.place.scope.root is layer_class.module.scope
        calls = _layer_calls(event)
        # A function that is written where it is used is run by whoever is given it.
        function = event.function if isinstance(event, Inlined) else None
        written = function if isinstance(function, ast.Lambda) else event.node
        if not here or event.place.function is None or not hasattr(written, "lineno"):
            continue
        if not calls or any(is_same_layer(one, other) for one in calls for other in at_inference):
            continue
        found = _replacement(written, parents_of(event.place.function), tests)
        if found is not None:
            yield Guarded(event if written is event.node else calls[0], calls, *found)


def _sites(events: Iterable[Event]) -> Iterator[LayerCall | Inlined]:
    """The outermost calls that run in training only."""
    for event in events:
        if isinstance(event, (LayerCall, Inlined)) and event.lanes & (TRUE_LANE | FALSE_LANE) == TRUE_LANE:
            yield event
        elif isinstance(event, Inlined):
            yield from _sites(event.events)
        elif isinstance(event, Loop):
            yield from _sites(event.body)
        elif isinstance(event, Branch):
            for way in event.ways:
                yield from _sites(way)


def _layer_calls(event: LayerCall | Inlined) -> tuple[LayerCall, ...]:
    return tuple(one for one in walk([event]) if isinstance(one, LayerCall))


def is_same_layer(one: LayerCall, other: LayerCall) -> bool:
    """Whether two calls may be of one layer, as far as they do not name different elements of one container."""
    if _are_other_elements(one.node.func, other.node.func):
        return False
    if any(member is another for member in members(one.receiver) for another in members(other.receiver)):
        return True
    return ast.dump(one.node.func) == ast.dump(other.node.func)


def _are_other_elements(one: ast.expr, other: ast.expr) -> bool:
    """`self.norms[i]` and `self.norms[-1]`."""
    if not isinstance(one, ast.Subscript) or not isinstance(other, ast.Subscript):
        return False
    return ast.dump(one.value) == ast.dump(other.value) and ast.dump(one.slice) != ast.dump(other.slice)


def _replacement(
    written: ast.Call | ast.Lambda, parents: _Parents, tests: set[ast.expr]
) -> tuple[ast.If | Choice, ast.stmt] | None:
    """The guard and the statement of a call whose result goes on instead of what goes on at inference. It may be all
    that a function does which is written where it is used.
    """
    call = _given(written)
    if not isinstance(call, ast.Call):
        return None
    child: ast.AST = written
    guard: Choice | None = None
    while not isinstance(child, ast.stmt):
        parent = parents.get(child)
        if parent is None or isinstance(parent, ast.Lambda):
            return None
        choice = Choice.of(parent) if guard is None else None
        given = _given(child)
        if choice is not None and choice.test in tests and given is not choice.test:
            guard = choice
            if not _chooses(call, given, choice):
                return None
        child = parent
    if _is_random(child):
        return None  # Noise on what inference takes as it is: `mean + self.scale(mean) * random.normal(…)`.
    if guard is not None:
        return guard, child
    around = _guard_around(child, parents, tests)
    if around is not None:
        return (around, child) if _replaces_in_guard(call, child, around, parents) else None
    leaving = _early_return(child, parents, tests)
    return None if leaving is None else (leaving, child)


def _given(node: ast.AST) -> ast.AST:
    """What is chosen where a choice is given a function, by keyword or not."""
    value = node.value if isinstance(node, ast.keyword) else node
    return value.body if isinstance(value, ast.Lambda) else value


def _chooses(call: ast.Call, given: ast.AST, choice: Choice) -> bool:
    """Whether an expression is at inference what the call makes its result of."""
    other = choice.orelse if given is choice.body else choice.body
    return ast.dump(_source(call)) == ast.dump(other)


def _is_random(statement: ast.AST) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr.startswith("random") for one in nodes_in(statement))


def _guard_around(statement: ast.stmt, parents: _Parents, tests: set[ast.expr]) -> ast.If | None:
    """The nearest `if` around a statement that tells training from inference."""
    node: ast.AST | None = parents.get(statement)
    while node is not None and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(node, ast.If) and node.test in tests:
            return node
        node = parents.get(node)
    return None


def _replaces_in_guard(call: ast.Call, statement: ast.stmt, guard: ast.If, parents: _Parents) -> bool:
    inside, other = _sides(statement, guard)
    if isinstance(statement, ast.Return):
        behind = other or _next_statements(guard, parents)
        taken = behind[0] if behind else None
        return statement.value is not None and isinstance(taken, ast.Return) and _same(taken.value, statement.value)
    name = _assigned(statement)
    source = _source(call)
    if name is None or not isinstance(source, ast.Name) or source.id != name or not _goes_on(name, guard, parents):
        return False
    if any(isinstance(node, ast.Return) for one in inside for node in nodes_in(one)):
        return False
    if any(_stores(one, name) or isinstance(one, (ast.Return, ast.Raise)) for one in other):
        return False
    # What is first made inside the guard is nothing that goes on without it.
    first = next((one for one in _simple_statements(inside) if _stores(one, name)), None)
    return first is not None and _assigned(first) == name and (isinstance(first, ast.AugAssign) or _uses(first, name))


def _goes_on(name: str, guard: ast.If, parents: _Parents) -> bool:
    """Whether a name is read after the guard, or the guard is in a loop."""
    node: ast.AST = guard
    while (node := parents.get(node, ast.Pass())) in parents:
        if isinstance(node, (ast.For, ast.While)):
            return True
    reads = (one for one in parents if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load))
    return any(one.lineno > (guard.end_lineno or guard.lineno) for one in reads)


def _sides(statement: ast.stmt, guard: ast.If) -> tuple[Sequence[ast.stmt], Sequence[ast.stmt]]:
    """The block of a guard around a statement, and the other one."""
    in_body = any(node is statement for one in guard.body for node in nodes_in(one))
    return (guard.body, guard.orelse) if in_body else (guard.orelse, guard.body)


def _early_return(statement: ast.stmt, parents: _Parents, tests: set[ast.expr]) -> ast.If | None:
    """The `if not training: return x` before a statement that makes something else of `x`."""
    value = statement.value if isinstance(statement, (ast.Assign, ast.Return)) else None
    source = None if value is None else _source(value)
    if not isinstance(source, ast.Name) or (isinstance(statement, ast.Assign) and _assigned(statement) != source.id):
        return None
    for before in _statements_before(statement, parents):
        if isinstance(before, ast.If) and before.test in tests:
            first = before.body[0]
            if isinstance(first, ast.Return) and first.value is not None and ast.dump(first.value) == ast.dump(source):
                return before if _only_returns(source, before, parents) else None
    return None


def _only_returns(source: ast.Name, before: ast.If, parents: _Parents) -> bool:
    """Whether all that is returned after an early return is made of the one tensor that it returns."""
    returned = [node for node in parents if isinstance(node, ast.Return) and node.lineno > before.lineno]
    return all(node.value is not None and ast.dump(_source(node.value)) == ast.dump(source) for node in returned)


def _statements_before(statement: ast.stmt, parents: _Parents) -> Iterator[ast.stmt]:
    node: ast.AST = statement
    while node in parents:
        parent = parents[node]
        for name in _Blocks:
            block = getattr(parent, name, None)
            if isinstance(block, list) and node in block:
                yield from block[: block.index(node)]
        node = parent


def _next_statements(statement: ast.stmt, parents: _Parents) -> Sequence[ast.stmt]:
    parent = parents[statement]
    for name in _Blocks:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return block[block.index(statement) + 1 :]
    return ()


def _simple_statements(block: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        inner = [one for block in blocks(statement) for one in block]
        if inner:
            yield from _simple_statements(inner)
        else:
            yield statement


def _same(taken: ast.expr | None, made: ast.expr) -> bool:
    return taken is not None and ast.dump(taken) == ast.dump(_source(made))


def _spine(node: ast.AST) -> Iterator[ast.AST]:
    """A call, the call that is its first argument, and so on."""
    yield node
    while isinstance(node, ast.Call) and node.args:
        node = node.args[0]
        yield node


def _source(node: ast.AST) -> ast.AST:
    """What a chain of calls starts from: the `x` of `self.norm(self.dense(x))`."""
    return list(_spine(node))[-1]


def _assigned(statement: ast.stmt) -> str | None:
    """The one name that a statement assigns."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AugAssign):
        target = statement.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _uses(statement: ast.stmt, name: str) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(value, ast.AST) and _loads(value, name)


def _loads(node: ast.AST, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in nodes_in(node))


def _stores(statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Store) for one in nodes_in(statement)
    )
