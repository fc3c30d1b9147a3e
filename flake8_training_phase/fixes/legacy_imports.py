"""Lets the fix that takes the last use of the backend module take its import as well.

Rules see one text at a time: an import that nothing uses cannot be distinguished from one left behind by a fix. So it
goes with the last use. Where several fixes of one round would take all uses together, the last of them holds the
import, so that it has to wait for a round in which it is alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.values import ModuleValue, members
from flake8_training_phase.analysis.neighbours import name_of
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import legacy_uses, root_name
from flake8_training_phase.analysis.queries.phase_switches import phase_switches
from flake8_training_phase.analysis.syntax.walking import NodesByKind, nodes_in
from flake8_training_phase.fixes.changes import (
    Change,
    DeleteStatement,
    DropImport,
    FixPlan,
    Replace,
    ReserveImport,
    Unwrap,
)
from flake8_training_phase.keras.legacy import LEGACY_NAMES, is_backend_module
from flake8_training_phase.sources.text import SourceText

_Import = ast.Import | ast.ImportFrom


def with_import(plan: FixPlan | None, module: CheckedModule) -> FixPlan | None:
    """The plan, and the import of the backend with it when nothing else uses that."""
    if plan is None:
        return None
    gone = {node for change in plan.changes for node in _removed(change) if isinstance(node, ast.Name)}
    changes = (_import_change(name, gone, module) for name in sorted({node.id for node in gone}))
    return replace(plan, changes=(*plan.changes, *(change for change in changes if change is not None)))


def _import_change(name: str, gone: set[ast.Name], module: CheckedModule) -> Change | None:
    imported = module.once(_Imports).named(name)
    if imported is None:
        return None
    if imported.uses <= gone:
        return DropImport(imported.statement, imported.alias)
    if imported.others <= gone:
        return ReserveImport(imported.statement, alone=imported.last in gone)
    return None


@dataclass(frozen=True, slots=True)
class _Imported:
    """An import of the backend that can go."""

    statement: _Import
    alias: ast.alias
    uses: frozenset[ast.Name]
    others: frozenset[ast.Name]
    """The uses that call no legacy function."""
    last: ast.Name


class _Imports:
    """The imports of a module, each looked for once: a module may hold a fix for every line."""

    def __init__(self, module: CheckedModule) -> None:
        self._module = module
        self._found: dict[str, _Imported | None] = {}

    def named(self, name: str) -> _Imported | None:
        """The import of the backend that a name is bound by; None where it has to stay."""
        if name not in self._found:
            self._found[name] = self._imported(name)
        return self._found[name]

    def _imported(self, name: str) -> _Imported | None:
        found = droppable_import(self._module, name)
        if found is None or not _is_backend(*found, self._module):
            return None
        names = self._module.nodes.of(ast.Name)
        uses = frozenset(node for node in names if node.id == name)
        last = max(uses, key=lambda use: (use.lineno, use.col_offset))
        return _Imported(*found, uses, uses - _legacy_roots(self._module), last)


def has_comments(node: ast.expr, kept: Iterable[ast.expr], source: SourceText) -> bool:
    """Whether a comment would go with an expression of which only some parts are kept."""
    return source.segment(node).count("#") > sum(source.segment(part).count("#") for part in kept)


def droppable_import(module: CheckedModule, name: str) -> tuple[_Import, ast.alias] | None:
    """The one import that binds a name; None where it has to stay, whatever uses it."""
    found = [
        (node, alias) for node in nodes_in(module.tree) if isinstance(node, _Import) for alias in _bound(node, name)
    ]
    if len(found) != 1 or module.module.is_package or _is_mentioned(module.nodes, name):
        return None
    statement, alias = found[0]
    block = next((block for block in _plain_blocks(module.tree) if statement in block), None)
    end = statement.end_lineno or statement.lineno
    if end >= len(module.source.lines):
        return None
    rows = range(statement.lineno, end + 1)
    lines = [module.source.line(row) for row in rows]
    before = lines[0].encode()[: statement.col_offset]
    behind = lines[-1].encode()[statement.end_col_offset :].strip()
    if block is None or len(block) < 3 or "#" in "".join(lines) or before.strip() or behind:
        return None  # Of a short function nothing might be left.
    return None if _is_taken_elsewhere(module, name) else (statement, alias)


def _bound(node: _Import, name: str) -> Iterator[ast.alias]:
    return (alias for alias in node.names if (alias.asname or alias.name) == name and alias.asname != alias.name)


def _is_mentioned(nodes: NodesByKind, name: str) -> bool:
    """Whether the name is in a string, as in `__all__`."""
    return any(one.value == name for one in nodes.of(ast.Constant))


def _is_taken_elsewhere(module: CheckedModule, name: str) -> bool:
    """Whether a file that imports the module takes the name from it: `from compat import K`, `compat.K`."""
    return any(
        _takes(node, name, module.module.path, other)
        for other in module.project.importers(module.module, {name}, for_fixes=True)
        for node in nodes_in(other.tree)
    )


def _takes(node: ast.AST, name: str, path: Path, other: Module) -> bool:
    if isinstance(node, ast.ImportFrom):
        is_from = (node.module or "").rpartition(".")[2] == name_of(path)
        return is_from and any(alias.name in (name, "*") for alias in node.names)
    if isinstance(node, ast.Attribute) and node.attr == name:
        holders = members(other.scope.evaluate(node.value))
        return any(isinstance(one, ModuleValue) and one.module.path == path for one in holders)
    return False


def _plain_blocks(tree: ast.Module) -> Iterator[tuple[ast.stmt, ...]]:
    """The bodies of the module and its functions: what is in them is not under a condition."""
    for node in nodes_in(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield tuple(node.body)


def _is_backend(statement: _Import, alias: ast.alias, module: CheckedModule) -> bool:
    spelled = module.scope.knowledge.spelled
    if isinstance(statement, ast.Import):
        return alias.asname is not None and is_backend_module(spelled(alias.name))
    return not statement.level and is_backend_module(spelled(f"{statement.module}.{alias.name}"))


def _removed(change: Change) -> Iterator[ast.AST]:
    """What a change leaves nothing of."""
    if isinstance(change, Replace):
        kept = {node for part in change.parts for node in nodes_in(part)}
        yield from (node for node in nodes_in(change.node) if node not in kept)
    elif isinstance(change, DeleteStatement):
        yield from nodes_in(change.statement)
    elif isinstance(change, Unwrap) and isinstance(change.statement, ast.With):
        for item in change.statement.items:
            yield from nodes_in(item)


def _legacy_roots(module: CheckedModule) -> set[ast.Name]:
    """The names by which the legacy functions are called."""
    uses = (*legacy_uses(module, LEGACY_NAMES), *(switch.use for switch in phase_switches(module)))
    return {root for use in uses if (root := root_name(use.node.func)) is not None}
