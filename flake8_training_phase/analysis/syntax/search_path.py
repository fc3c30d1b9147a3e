"""The folders that a module adds to `sys.path`, to import from them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from flake8_training_phase.analysis.syntax.walking import nodes_in


def added_folders(tree: ast.Module, path: Path, bases: Iterable[Path]) -> Iterator[Path]:
    """The folders that the code of a file adds to Python's search path, as far as its own text says which they are.

    A relative path is looked for below each of the `bases`: the folders that the program may be run in.
    """
    paths = _Paths(tree, path)
    places = tuple(bases)
    for node in nodes_in(tree):
        for added in _added(node):
            found = paths.of(added)
            for base in places if found is not None else ():
                # Not resolved, as no other path of a project is: two names of one file would be two modules.
                yield Path(os.path.normpath(base / str(found)))


def _added(node: ast.AST) -> Iterable[ast.expr]:
    if (
        isinstance(node, ast.AugAssign)
        and _is_search_path(node.target)
        and isinstance(node.value, (ast.List, ast.Tuple))
    ):
        return node.value.elts
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return ()
    if node.func.attr == "addsitedir":
        return node.args[:1]
    if not _is_search_path(node.func.value):
        return ()
    if node.func.attr == "extend":
        return node.args[0].elts if isinstance(node.args[0], (ast.List, ast.Tuple)) else ()
    place = {"append": 0, "insert": 1}.get(node.func.attr)
    return () if place is None else node.args[place : place + 1]


def _is_search_path(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "path"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    )


class _Paths:
    """What the expressions of a module are, as paths: relative ones from the folder that the program is run in."""

    def __init__(self, tree: ast.Module, here: Path) -> None:
        self._here = here
        self._named = {
            target.id: one.value
            for one in tree.body
            if isinstance(one, ast.Assign)
            for target in one.targets
            if isinstance(target, ast.Name)
        }

    def of(self, node: ast.expr, depth: int = 20) -> str | None:
        """The path that an expression is; None for one that is not known, or nested deeper than that."""
        if depth == 0:
            return None
        deeper = depth - 1
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.Name):
            if node.id == "__file__":
                return str(self._here)
            return self.of(self._named[node.id], deeper) if node.id in self._named else None
        if isinstance(node, ast.Attribute):
            if node.attr in _SIGNS:
                return _SIGNS[node.attr]
            return _folder_of(self.of(node.value, deeper)) if node.attr == "parent" else None
        if isinstance(node, ast.Subscript):
            return self._ancestor(node, deeper)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)):
            glue = "/" if isinstance(node.op, ast.Div) else ""
            return _joined([self.of(node.left, deeper), self.of(node.right, deeper)], glue)
        return self._given(node, deeper) if isinstance(node, ast.Call) else None

    def _ancestor(self, node: ast.Subscript, depth: int) -> str | None:
        """`path.parents[n]`."""
        parents, place = node.value, node.slice
        if not isinstance(parents, ast.Attribute) or parents.attr != "parents" or not isinstance(place, ast.Constant):
            return None
        found = self.of(parents.value, depth)
        for _ in range(place.value + 1 if isinstance(place.value, int) and place.value in range(depth) else 0):
            found = _folder_of(found)
        return found

    def _given(self, call: ast.Call, depth: int) -> str | None:
        """What a function or a method gives."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in ("getcwd", "cwd"):
            return "."
        parts = [self.of(one, depth) for one in call.args]
        if name in _METHODS and isinstance(call.func, ast.Attribute) and (not parts or name == "joinpath"):
            parts.insert(0, self.of(call.func.value, depth))
        if name == "dirname":
            return _folder_of(parts[0]) if parts else None
        return _joined(parts, "/") if parts and name in _JOINING | _METHODS else None


_SIGNS = {"pardir": "..", "curdir": "."}
_METHODS = frozenset({"joinpath", "resolve", "absolute", "expanduser"})
"""Methods of a path that give one."""
_JOINING = frozenset({"join", "Path", "PurePath", "str", "fspath", "abspath", "realpath", "normpath"})
"""Functions that give the path that they are given, in one piece or in several."""


def _joined(parts: list[str | None], glue: str) -> str | None:
    known = [one for one in parts if one is not None]
    if len(known) < len(parts):
        return None
    return os.path.join(*known) if glue else "".join(known)  # noqa: PTH118 - an absolute part begins anew


def _folder_of(path: str | None) -> str | None:
    return None if path is None else os.path.normpath(os.path.join(path, ".."))  # noqa: PTH118 - of `.` it is `..`
