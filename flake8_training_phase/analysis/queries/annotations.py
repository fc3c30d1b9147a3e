"""How a module writes the type of something that may be None."""

from __future__ import annotations

import ast
from collections import Counter

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.syntax.walking import nodes_in


def optional_bool(tree: ast.Module, scope: Scope) -> str:
    """The type of an optional flag, as the module writes such types; in quotes where it writes none and may have to run
    on a Python before 3.10, which cannot evaluate a union. `Union` is for other types where there is a way beside it.
    """
    spellings: Counter[str] = Counter()
    delayed = False
    for node in nodes_in(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            delayed = delayed or any(one.name == "annotations" for one in node.names)
        annotated = getattr(node, "annotation", None) or getattr(node, "returns", None)
        if isinstance(annotated, ast.expr):
            spellings.update(filter(None, map(_spelling, nodes_in(annotated))))
    if spellings:
        return max(spellings, key=lambda one: (not one.endswith("[bool, None]"), spellings[one]))
    if scope.binds("Optional"):
        return "Optional[bool]"
    return "bool | None" if delayed else '"bool | None"'


def _spelling(node: ast.AST) -> str | None:
    """The type of an optional flag, written as a type in an annotation is."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return "bool | None"
    if isinstance(node, ast.Subscript):
        name = ast.unparse(node.value)
        if name.rpartition(".")[2] == "Optional":
            return f"{name}[bool]"
        if name.rpartition(".")[2] == "Union":
            return f"{name}[bool, None]"
    return None
