"""Where a module uses the learning phase API, and what is around each use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import External, Value, members
from flake8_training_phase.analysis.syntax.blocks import TRY
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.legacy import is_backend_module, legacy_function

if TYPE_CHECKING:
    from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_VERSION_TEST = re.compile(r"(?<![a-zA-Z])version|VERSION|hasattr\(.*phase", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LegacyUse:
    """One call of a legacy function."""

    node: ast.Call
    name: str
    """The function's own name: `learning_phase`."""
    path: str
    """Its dotted name as the module spells it, imports resolved."""
    scope: Scope
    functions: tuple[_Function, ...]
    """The functions around it, the outermost first; those around a class do not count."""
    layer_class: LayerClass | None
    """The class whose `call` that function is, or is inside of."""
    statement: ast.stmt
    block: tuple[ast.stmt, ...]
    """The statements among which `statement` is."""
    parents: tuple[ast.AST, ...]
    """The nodes around it, the nearest first."""

    @property
    def function(self) -> _Function | None:
        """The function around it."""
        return self.functions[-1] if self.functions else None

    @property
    def phase_parameter(self) -> bool:
        """Whether `training` is there to be read: a parameter of a function or lambda around it."""
        lambdas = [parent for parent in self.parents if isinstance(parent, ast.Lambda)]
        for function in (*lambdas, *reversed(self.functions)):
            if parameter(function, "training") is not None:
                return True
            if isinstance(function, _Function) and binds(function, "training"):
                return False
        return False

    @property
    def in_call(self) -> bool:
        """Whether it is in the `call` of a layer, or in a function inside that."""
        return self.layer_class is not None

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
    stars: tuple[str, ...] = ()
    """The backend modules that all is imported from: `from keras.backend import *`."""
    late: Mapping[str, str] = field(default_factory=dict)
    """The global names that functions import into, with what they import: `global tf; import tensorflow as tf`."""


def legacy_uses(module: CheckedModule, names: tuple[str, ...]) -> tuple[LegacyUse, ...]:
    """Every call of one of the legacy functions in a module."""
    return module.once(_LegacyUses).of(names)


class _LegacyUses:
    """The calls of legacy functions in a module, looked for once: many rules ask, and a fix for each finding."""

    def __init__(self, module: CheckedModule) -> None:
        self._module = module
        self._calls = {one.call: one for one in module.layer_classes if one.call is not None}
        self._where = _Where(module.scope, stars=tuple(_star_imports(module.tree)), late=_late_imports(module.tree))
        self._found: dict[tuple[str, ...], tuple[LegacyUse, ...]] = {}

    def of(self, names: tuple[str, ...]) -> tuple[LegacyUse, ...]:
        """Every call of one of some functions."""
        if names not in self._found:
            self._found[names] = tuple(use for use in self._uses(names) if not is_guarded(use))
        return self._found[names]

    def _uses(self, names: tuple[str, ...]) -> Iterator[LegacyUse]:
        return _block(self._module.tree.body, self._where, (), self._calls, names)


def _star_imports(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module is not None and [one.name for one in node.names] == ["*"]:
            if not node.level and is_backend_module(node.module):
                yield node.module


def _late_imports(tree: ast.Module) -> dict[str, str]:
    """The global names that functions bind by an import, with the dotted names of what they import."""
    found: dict[str, str] = {}
    functions = [node for node in nodes_in(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for function in functions:
        nodes = list(nodes_in(function))
        shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
        imported = dict(pair for node in nodes for pair in _imported(node)) if shared else {}
        found |= {name: path for name, path in imported.items() if name in shared}
        for node in nodes if imported else ():
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in imported:
                names = {one.id for one in node.targets if isinstance(one, ast.Name)}
                found |= dict.fromkeys(names & shared, imported[node.value.id])
    return found


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a node binds if it is an import, with the dotted names of what they are."""
    if isinstance(node, ast.Import):
        yield from ((one.asname or one.name, one.name) for one in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)


def _block(
    body: Sequence[ast.stmt],
    where: _Where,
    parents: tuple[ast.AST, ...],
    calls: dict[_Function, LayerClass],
    names: tuple[str, ...],
) -> Iterator[LegacyUse]:
    block = tuple(body)
    for statement in body:
        here = replace(where, block=block, statement=statement)
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
        scope = where.scope.inner(node.body)
        inner = replace(where, scope=scope, functions=[*where.functions, node], layer_class=layer_class)
    elif isinstance(node, ast.ClassDef):
        inner = replace(where, functions=[], layer_class=None)
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
    if _is_shadowed(node.func, where.functions, parents):
        return
    paths = [value.path for value in members(_resolve(node.func, where.scope)) if isinstance(value, External)]
    if paths == [f"builtins.{last}"]:
        paths = [f"{star}.{last}" for star in where.stars]
    root = root_name(node.func)
    if not paths and root is not None and root.id in where.late:
        paths = [where.late[root.id] + ast.unparse(node.func)[len(root.id) :]]
    for path in paths:
        name = legacy_function(path, names)
        if name is not None:
            yield LegacyUse(
                node,
                name,
                path,
                where.scope,
                tuple(where.functions),
                where.layer_class,
                where.statement,
                where.block,
                parents,
            )
            return


def root_name(node: ast.expr) -> ast.Name | None:
    """The name that a dotted name begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node if isinstance(node, ast.Name) else None


def binds(function: _Function, name: str) -> bool:
    """Whether a function gives a name a value of its own."""
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for statement in function.body
        for node in nodes_in(statement)
    )


def _is_shadowed(node: ast.expr, functions: Sequence[_Function], parents: tuple[ast.AST, ...]) -> bool:
    """Whether a dotted name begins with a parameter, so that its value is unknown."""
    root = root_name(node)
    lambdas = [parent for parent in parents if isinstance(parent, ast.Lambda)]
    return root is not None and any(parameter(function, root.id) is not None for function in (*functions, *lambdas))


def is_guarded(use: LegacyUse) -> bool:
    """Whether the code around it has asked before if the name exists, or catches that it does not."""
    inner: ast.AST = use.node
    for parent in use.parents:
        if isinstance(parent, (ast.If, ast.IfExp)) and inner is not parent.test and asks_for_version(parent.test):
            return True
        if isinstance(parent, TRY) and inner in parent.body and any(map(_catches, parent.handlers)):
            return True
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return False
        inner = parent
    return False


def asks_for_version(test: ast.expr) -> bool:
    """Whether a condition looks at what this Keras or TensorFlow is or has."""
    return _VERSION_TEST.search(ast.unparse(test)) is not None


def _catches(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return handler.type is None or "AttributeError" in caught or caught in ("Exception", "BaseException")


def _resolve(node: ast.expr, scope: Scope) -> Value:
    return scope.evaluate(node)
