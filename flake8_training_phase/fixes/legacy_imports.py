"""Lets the fix that takes the last use of the backend module take its import as well.

Rules see one text at a time: an import that nothing uses cannot be told from one that a fix has left behind. So it
goes with the last use. Where several fixes of one round would take all uses together, the last of them holds the
import, so that it has to wait for a round in which it is alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.legacy_uses import LegacyUse, legacy_uses, root_name
from flake8_training_phase.analysis.phase_switches import phase_switches
from flake8_training_phase.fixes.changes import Change, DeleteStatement, DropImport, HoldImport, Plan, Replace, Unwrap
from flake8_training_phase.keras.legacy import LEGACY_NAMES, is_backend_module
from flake8_training_phase.sources.text import SourceText

_Import = ast.Import | ast.ImportFrom


def with_import(plan: Plan | None, use: LegacyUse, module: CheckedModule) -> Plan | None:
    """The plan, and the import of the backend with it when nothing else uses that."""
    root = root_name(use.node.func)
    if plan is None or root is None or not isinstance(use.node.func, ast.Attribute):
        return plan
    found = droppable_import(module, root.id)
    if found is None or not _is_backend(*found):
        return plan
    statement, alias = found
    gone = {node for change in plan.changes for node in _removed(change)}
    left = {node for node in ast.walk(module.tree) if isinstance(node, ast.Name) and node.id == root.id} - gone
    change: Change
    if not left:
        change = DropImport(statement, alias)
    else:
        others = _legacy_roots(module, root.id)
        if not left <= others:
            return plan
        change = HoldImport(statement, alone=_last(others | {root}) in gone)
    return replace(plan, changes=(*plan.changes, change))


def has_comments(node: ast.expr, kept: Iterable[ast.expr], source: SourceText) -> bool:
    """Whether a comment would go with an expression of which only some parts are kept."""
    return source.segment(node).count("#") > sum(source.segment(part).count("#") for part in kept)


def droppable_import(module: CheckedModule, name: str) -> tuple[_Import, ast.alias] | None:
    """The one import that binds a name; None where it has to stay, whatever uses it."""
    found = [
        (node, alias) for node in ast.walk(module.tree) if isinstance(node, _Import) for alias in _bound(node, name)
    ]
    if len(found) != 1 or module.module.path.name == "__init__.py" or _is_mentioned(module.tree, name):
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
    return statement, alias


def _bound(node: _Import, name: str) -> Iterator[ast.alias]:
    return (alias for alias in node.names if (alias.asname or alias.name) == name and alias.asname != alias.name)


def _is_mentioned(tree: ast.Module, name: str) -> bool:
    """Whether the name stands in a string, as in `__all__`."""
    return any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree))


def _plain_blocks(tree: ast.Module) -> Iterator[tuple[ast.stmt, ...]]:
    """The bodies of the module and its functions: what stands in them is not under a condition."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield tuple(node.body)


def _is_backend(statement: _Import, alias: ast.alias) -> bool:
    if isinstance(statement, ast.Import):
        return alias.asname is not None and is_backend_module(alias.name)
    return not statement.level and is_backend_module(f"{statement.module}.{alias.name}")


def _removed(change: Change) -> Iterator[ast.AST]:
    if isinstance(change, Replace):
        kept = {node for part in change.parts for node in ast.walk(part)}
        yield from (node for node in ast.walk(change.node) if node not in kept)
    elif isinstance(change, DeleteStatement):
        yield from ast.walk(change.statement)
    elif isinstance(change, Unwrap) and isinstance(change.statement, ast.With):
        for item in change.statement.items:
            yield from ast.walk(item)


def _legacy_roots(module: CheckedModule, name: str) -> set[ast.Name]:
    uses = (*legacy_uses(module, LEGACY_NAMES), *(switch.use for switch in phase_switches(module)))
    roots = (root_name(use.node.func) for use in uses)
    return {root for root in roots if root is not None and root.id == name}


def _last(names: set[ast.Name]) -> ast.Name:
    return max(names, key=lambda name: (name.lineno, name.col_offset))
