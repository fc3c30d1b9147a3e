"""Code that falls back to the learning phase where no flag was passed, and what uses the flag afterwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse
from flake8_training_phase.analysis.syntax.names import last_name, root_of
from flake8_training_phase.analysis.syntax.walking import nodes_in

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Fallback:
    """`if training is None: training = K.learning_phase()`, in one of its forms."""

    name: str
    """The flag."""
    expression: ast.expr | None
    """What stands for the flag, when it is not assigned to itself: `training or K.learning_phase()`."""
    statement: ast.stmt | None
    """What only assigns the flag to itself, and can go."""
    block: tuple[ast.stmt, ...] = ()


def fallback(use: LegacyUse) -> Fallback | None:
    """The fallback that a read is part of."""
    found = _statement(use)
    if found is not None:
        return found
    expression = _expression(use)
    if expression is None:
        return None
    name, node = expression
    if _value_assigned(use.statement, name) is node:
        return Fallback(name, None, use.statement, use.block)
    return Fallback(name, node, None)


def in_fallback(use: LegacyUse) -> bool:
    """Whether a read only runs where there is no flag, whatever is done with it."""
    inner: ast.AST = use.node
    for parent in use.parents:
        if isinstance(parent, ast.If):
            if inner in parent.body and tested_for_none(parent.test, not_none=False) is not None:
                return True
            if inner in parent.orelse and tested_for_none(parent.test, not_none=True) is not None:
                return True
        if isinstance(parent, (_Function, ast.Lambda)):
            return False
        inner = parent
    return False


def tested_for_none(test: ast.expr, not_none: bool) -> str | None:
    """The name that a condition compares with None."""
    operators = (ast.IsNot, ast.NotEq) if not_none else (ast.Is, ast.Eq)
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and isinstance(test.ops[0], operators):
        right = test.comparators[0]
        if len(test.ops) == 1 and isinstance(right, ast.Constant) and right.value is None:
            return test.left.id
    return None


def takes_none(use: LegacyUse, name: str, without: ast.AST) -> bool:
    """Whether all that uses the flag takes None for inference: layers, and Python's own truth."""
    callees = _Callees.of(use)
    aside = {*nodes_in(without), *_flags_of_layers(use)}
    return any(_is_parameter(one, name) for one in use.functions) and all(
        _function_takes_none(function, name, aside, callees, 0) for function in use.functions[-1:]
    )


def name_takes_none(use: LegacyUse, name: str) -> bool:
    """Whether all that uses a local name takes None for inference."""
    return use.function is not None and _function_takes_none(
        use.function, name, _flags_of_layers(use), _Callees.of(use), 0
    )


def _flags_of_layers(use: LegacyUse) -> set[ast.AST]:
    """What is passed to layers as the flag, by position too."""
    calls = use.layer_class.layer_calls if use.layer_class is not None else ()
    return {call.flag.node for call in calls if call.flag.node is not None}


def value_takes_none(use: LegacyUse, node: ast.AST) -> bool:
    """Whether None would do for inference in the place of a read, or of an expression it is part of."""
    parents: list[ast.AST] = [use.node, *use.parents]
    parents = parents[parents.index(node) + 1 :]
    while isinstance(parents[0], ast.BoolOp):
        node, *parents = parents
    parent = parents[0]
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        return name_takes_none(use, parent.targets[0].id)
    around = parents[1] if len(parents) > 1 else parent
    return any(one is node for one in _harmless_in(parent, around, _Callees.of(use), 0))


def _is_parameter(function: _Function, name: str) -> bool:
    arguments = function.args
    return any(one.arg == name for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def _statement(use: LegacyUse) -> Fallback | None:
    around = next((parent for parent in use.parents if isinstance(parent, ast.If)), None)
    if around is None or around.orelse or around.body != [use.statement] or around not in use.parents[:2]:
        return None
    name = tested_for_none(around.test, not_none=False)
    if name is None or _value_assigned(use.statement, name) is not use.node:
        return None
    outer = use.parents[use.parents.index(around) + 1 :]
    block = getattr(outer[0], "body", []) if outer else []
    return Fallback(name, None, around, tuple(block)) if around in block else None


def _expression(use: LegacyUse) -> tuple[str, ast.expr] | None:
    """`K.learning_phase() if training is None else training`, either way round, or `training or …`."""
    parent = use.parents[0]
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and len(parent.values) == 2:
        first, last = parent.values
        return (first.id, parent) if isinstance(first, ast.Name) and last is use.node else None
    if not isinstance(parent, ast.IfExp):
        return None
    for name, chosen, other in (
        (tested_for_none(parent.test, not_none=False), parent.body, parent.orelse),
        (tested_for_none(parent.test, not_none=True), parent.orelse, parent.body),
        (getattr(parent.test, "id", None), parent.orelse, parent.body),
    ):
        if name is not None and chosen is use.node and isinstance(other, ast.Name) and other.id == name:
            return name, parent
    return None


def _value_assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    return statement.value if isinstance(target, ast.Name) and target.id == name else None


@dataclass(frozen=True, slots=True)
class _Callees:
    """What the code around a read may call."""

    methods: dict[str, _Function]
    """The methods of the class around, and the functions nested in those around the read."""
    scope: Scope

    @classmethod
    def of(cls, use: LegacyUse) -> _Callees:
        """Those of a read."""
        classes = [parent for parent in use.parents if isinstance(parent, ast.ClassDef)][:1]
        blocks = [*classes, *use.functions]
        return cls({one.name: one for block in blocks for one in block.body if isinstance(one, _Function)}, use.scope)

    def may_be_layer(self, called: ast.expr) -> bool:
        """Whether something is a layer as far as is known. What a module imports or defines may want a bool."""
        root = root_of(called)
        if not isinstance(root, ast.Name) or not self.scope.binds(root.id):
            return True
        return any(isinstance(one, Instance) for one in members(self.scope.evaluate(called)))


def _function_takes_none(function: _Function, name: str, aside: set[ast.AST], callees: _Callees, depth: int) -> bool:
    harmless: set[ast.AST] = set()
    for parent in nodes_in(function):
        for child in ast.iter_child_nodes(parent):
            harmless.update(_harmless_in(child, parent, callees, depth))
    uses = (one for one in nodes_in(function) if isinstance(one, ast.Name) and one.id == name)
    return all(one in aside or one in harmless or isinstance(one.ctx, ast.Store) for one in uses)


def _harmless_in(node: ast.AST, parent: ast.AST, callees: _Callees, depth: int) -> Iterator[ast.AST]:
    """The parts of a node that may be None as well as False."""
    if isinstance(node, ast.keyword) and node.arg == "training":
        if isinstance(parent, ast.Call) and _call_takes_none(parent.func, callees, depth):
            yield node.value
    elif isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield from _conditions(node.test)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _conditions(node.operand)


def _conditions(test: ast.expr) -> Iterator[ast.AST]:
    yield test
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _conditions(value)


def _call_takes_none(called: ast.expr, callees: _Callees, depth: int) -> bool:
    callee = callees.methods.get(last_name(called))
    if callee is None:
        return callees.may_be_layer(called)
    if callee.name == "call":
        return True
    return depth < _DEEP and _function_takes_none(callee, "training", set(), callees, depth + 1)


_DEEP = 4
