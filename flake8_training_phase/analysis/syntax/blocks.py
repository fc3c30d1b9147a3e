"""The statements that hold other statements."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

if sys.version_info >= (3, 11):
    TRY: tuple[type[ast.stmt], ...] = (ast.Try, ast.TryStar)
    """`try` with `except`, and with `except*`: they have the same fields."""
else:
    TRY = (ast.Try,)


def blocks(statement: ast.stmt | ast.Module | ast.ExceptHandler | ast.match_case) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement in the order of the text: of a `try` with its handlers, of a `match` with its cases."""
    yield getattr(statement, "body", [])
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body
    yield getattr(statement, "orelse", [])
    yield getattr(statement, "finalbody", [])


def is_written_alike(block: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> bool:
    """Whether two blocks are the same code."""
    pairs = zip(block, other, strict=False)
    return len(block) == len(other) and all(ast.dump(one) == ast.dump(another) for one, another in pairs)


def holder_of_changed_items(loop: ast.AST, attribute: str) -> ast.expr | None:
    """What holds the items that a loop goes through and gives an attribute: `self.base` in `for layer in
    self.base.layers: layer.trainable = False`; None for any other loop.
    """
    if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
        return None
    targets = [one for statement in loop.body if isinstance(statement, ast.Assign) for one in statement.targets]
    set_ = (one.value for one in targets if isinstance(one, ast.Attribute) and one.attr == attribute)
    if not any(isinstance(one, ast.Name) and one.id == loop.target.id for one in set_):
        return None
    held = loop.iter.value if isinstance(loop.iter, ast.Subscript) else loop.iter
    return held.value if isinstance(held, ast.Attribute) and held.attr == "layers" else held
