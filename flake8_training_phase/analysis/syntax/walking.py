"""Walks syntax trees: as `ast.walk` does, in the same order, in a third of the time."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)

_NO_NODES = frozenset(
    (
        *("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module"),
        *("name", "rest", "simple", "tag", "type_comment", "type_ignores"),
    )
)
"""Fields that hold texts and numbers, and `ctx`, which are never searched."""

_LEAVES = (ast.Constant, ast.Global, ast.Nonlocal, ast.MatchSingleton)
_fields: dict[type[ast.AST], tuple[str, ...]] = dict.fromkeys(_LEAVES, ())
"""Of each kind of node the fields that hold nodes."""


def nodes_in(root: ast.AST) -> Iterator[ast.AST]:
    """A node and all that are below it, level by level."""
    found: list[ast.AST | None] = [root]
    for node in found:
        if node is None:  # The key of a `**` in a dict, a parameter without a default.
            continue
        yield node
        kind = type(node)
        if kind not in _fields:
            _fields[kind] = tuple(field for field in kind._fields if field not in _NO_NODES)
        for field in _fields[kind]:
            value = getattr(node, field, None)
            if type(value) is list:
                found += value
            elif value is not None:
                found.append(value)


class NodesByKind:
    """The nodes of a tree by their kind, for all who look for some of one: the tree is walked once."""

    def __init__(self, tree: ast.AST) -> None:
        self._found: dict[type[ast.AST], list[Any]] = {}
        for node in nodes_in(tree):
            self._found.setdefault(type(node), []).append(node)

    def of(self, kind: type[Node]) -> Sequence[Node]:
        """Those of a kind, in the order of `nodes_in`."""
        return self._found.get(kind, ())

    @property
    def functions(self) -> Sequence[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Those that define functions."""
        return (*self.of(ast.FunctionDef), *self.of(ast.AsyncFunctionDef))


def parents_of(root: ast.AST) -> dict[ast.AST, ast.AST]:
    """The node around each node below one."""
    return {child: node for node in nodes_in(root) for child in ast.iter_child_nodes(node)}
