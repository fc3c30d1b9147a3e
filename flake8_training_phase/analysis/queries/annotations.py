"""How a module writes the type of something that may be None."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.syntax.walking import NodesByKind, nodes_in


def optional_bool(nodes: NodesByKind, scope: Scope) -> str:
    """The type of an optional flag, as the module writes such types; in quotes where it writes none and may have to run
    on a Python before 3.10, which cannot evaluate a union. `Union` is for other types where there is a way beside it.
    """
    spellings: Counter[str] = Counter()
    for annotation in _annotations(nodes):
        spellings.update(filter(None, map(_spelling, nodes_in(annotation))))
    if spellings:
        return max(spellings, key=lambda one: (not one.endswith("[bool, None]"), spellings[one]))
    if scope.binds("Optional"):
        return "Optional[bool]"
    future = (one for one in nodes.of(ast.ImportFrom) if one.module == "__future__")
    delayed = any(alias.name == "annotations" for one in future for alias in one.names)
    return "bool | None" if delayed else '"bool | None"'


def _annotations(nodes: NodesByKind) -> Iterator[ast.expr]:
    of_parameters = (one.annotation for one in nodes.of(ast.arg))
    of_variables = (one.annotation for one in nodes.of(ast.AnnAssign))
    of_results = (one.returns for one in nodes.functions)
    return (one for one in (*of_parameters, *of_variables, *of_results) if one is not None)


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
