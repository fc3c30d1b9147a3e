"""The statements that hold other statements."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

if sys.version_info >= (3, 11):
    TRY: tuple[type[ast.stmt], ...] = (ast.Try, ast.TryStar)
    """`try` with `except`, and with `except*`: they have the same fields."""
else:
    TRY = (ast.Try,)


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement in the order of the text: of a `try` with its handlers, of a `match` with its cases."""
    yield getattr(statement, "body", [])
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body
    yield getattr(statement, "orelse", [])
    yield getattr(statement, "finalbody", [])
