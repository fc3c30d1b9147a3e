"""The tests that decide whether a piece of code runs: of what is around it, and of each `if` before it that leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_training_phase.analysis.syntax.blocks import blocks

_ENDS = (ast.Continue, ast.Return, ast.Break, ast.Raise)
_HOLDERS = (ast.stmt, ast.Module, ast.ExceptHandler, ast.match_case)


@dataclass(frozen=True, slots=True)
class Decision:
    """One test, and what it decides."""

    test: ast.expr
    runs_if_true: bool
    """Whether the code runs where the test is true."""
    other: Sequence[ast.stmt | ast.expr]
    """What runs in the other case."""
    exit: ast.If | None = None
    """The `if` that leaves before the code is reached; None for a test around it."""


def decisions(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[Decision]:
    """The tests that decide whether a node runs, the nearest first."""
    child = node
    while (parent := parents.get(child)) is not None:
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            is_first = child is parent.body
            yield Decision(parent.test, is_first, [parent.orelse if is_first else parent.body])
        elif isinstance(parent, ast.If) and child is not parent.test:
            is_first = child in parent.body
            behind = _around(parent, parents)[1] if is_first and isinstance(parent.body[-1], _ENDS) else []
            yield Decision(parent.test, is_first, [*parent.orelse, *behind] if is_first else parent.body)
        if isinstance(child, ast.stmt):
            for one in reversed(_around(child, parents)[0]):
                if isinstance(one, ast.If) and isinstance(one.body[-1], _ENDS):
                    yield Decision(one.test, False, one.body, one)
        child = parent


def _around(statement: ast.stmt, parents: Mapping[ast.AST, ast.AST]) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements before and behind one in its block."""
    holder = parents.get(statement)
    block = next((one for one in blocks(holder) if statement in one), []) if isinstance(holder, _HOLDERS) else []
    place = block.index(statement) if block else 0
    return block[:place], block[place + 1 :]
