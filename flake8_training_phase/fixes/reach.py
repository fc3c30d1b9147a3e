"""Which classes of a module edits can reach: the others run as before, and need not be asked about."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_training_phase.analysis.syntax.names import names_in, with_users

_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def reached_names(tree: ast.Module, rows: Iterable[int]) -> frozenset[str] | None:
    """The names of the definitions at the top of a module that are in some rows, and of all that use one of them, at
    any distance; None where a row is in no definition: then nothing is out of reach.
    """
    definitions = [one for one in tree.body if isinstance(one, _Definition)]
    wanted = set(rows)
    inside: set[int] = set()
    edited: set[str] = set()
    for one in definitions:
        found = wanted.intersection(range(_first_row(one), (one.end_lineno or one.lineno) + 1))
        if found:
            inside |= found
            edited.add(one.name)
    if inside != wanted:
        return None
    return with_users(edited, ((one.name, names_in(one)) for one in definitions))


def _first_row(definition: _Definition) -> int:
    return min((definition.lineno, *(one.lineno for one in definition.decorator_list)))
