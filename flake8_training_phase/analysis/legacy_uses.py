"""Where a module uses the learning phase API, and what stands around each use."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.arguments import parameter
from flake8_training_phase.analysis.frames import Frame
from flake8_training_phase.analysis.interpreter import Interpreter
from flake8_training_phase.analysis.scopes import Scope
from flake8_training_phase.analysis.values import External, Value, members
from flake8_training_phase.keras.legacy import legacy_function

if TYPE_CHECKING:
    from flake8_training_phase.analysis.checked_module import CheckedModule
    from flake8_training_phase.analysis.layer_class import LayerClass

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class LegacyUse:
    """One call of a legacy function."""

    node: ast.Call
    name: str
    """The function's own name: `learning_phase`."""
    path: str
    """Its dotted name as the module spells it, imports resolved."""
    scope: Scope
    function: _Function | None
    """The function around it."""
    layer_class: LayerClass | None
    """The class whose `call` that function is, or stands in."""
    statement: ast.stmt
    block: tuple[ast.stmt, ...]
    """The statements among which `statement` stands."""
    parents: tuple[ast.AST, ...]
    """The nodes around it, the nearest first."""

    @property
    def phase_parameter(self) -> bool:
        """Whether the function around it has the flag."""
        return self.function is not None and parameter(self.function, "training") is not None

    def value_of(self, node: ast.expr) -> Value:
        """What an expression beside it is."""
        return _resolve(node, self.scope)


@dataclass(slots=True)
class _Where:
    scope: Scope
    functions: list[_Function] = field(default_factory=list)
    layer_class: LayerClass | None = None
    block: tuple[ast.stmt, ...] = ()
    statement: ast.stmt | None = None


def legacy_uses(module: CheckedModule, names: tuple[str, ...]) -> Iterator[LegacyUse]:
    """Every call of one of the legacy functions in a module."""
    calls = {layer_class.call: layer_class for layer_class in module.layer_classes if layer_class.call is not None}
    yield from _block(module.tree.body, _Where(module.scope), (), calls, names)


def _block(
    body: Sequence[ast.stmt],
    where: _Where,
    parents: tuple[ast.AST, ...],
    calls: dict[_Function, LayerClass],
    names: tuple[str, ...],
) -> Iterator[LegacyUse]:
    block = tuple(body)
    for statement in body:
        here = _Where(where.scope, where.functions, where.layer_class, block, statement)
        yield from _node(statement, here, parents, calls, names)


def _node(
    node: ast.AST,
    where: _Where,
    parents: tuple[ast.AST, ...],
    calls: dict[_Function, LayerClass],
    names: tuple[str, ...],
) -> Iterator[LegacyUse]:
    inner = where
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        layer_class = calls.get(node, where.layer_class)
        inner = _Where(
            where.scope.inner(node.body), [*where.functions, node], layer_class, where.block, where.statement
        )
    elif isinstance(node, ast.ClassDef):
        inner = _Where(where.scope, [], None, where.block, where.statement)
    elif isinstance(node, ast.Call):
        yield from _use(node, where, parents, names)
    around = (node, *parents)
    for _, value in ast.iter_fields(node):
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                yield from _block(value, inner, around, calls, names)
            else:
                for item in value:
                    if isinstance(item, ast.AST):
                        yield from _node(item, inner, around, calls, names)
        elif isinstance(value, ast.AST):
            yield from _node(value, inner, around, calls, names)


def _use(node: ast.Call, where: _Where, parents: tuple[ast.AST, ...], names: tuple[str, ...]) -> Iterator[LegacyUse]:
    last = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
    if last is None or where.statement is None:
        return
    for value in members(_resolve(node.func, where.scope)):
        name = legacy_function(value.path, names) if isinstance(value, External) else None
        if name is not None and isinstance(value, External):
            function = where.functions[-1] if where.functions else None
            yield LegacyUse(
                node,
                name,
                value.path,
                where.scope,
                function,
                where.layer_class,
                where.statement,
                where.block,
                parents,
            )
            return


def _resolve(node: ast.expr, scope: Scope) -> Value:
    return Interpreter(None).evaluate(node, Frame(None, scope))
