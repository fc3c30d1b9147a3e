"""Takes the `if` or `with` off a block: the header goes, the body moves to its place, comments and line ends stay."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Edit, Position
from flake8_training_phase.sources.text import SourceText

_COLON = re.compile(r"\s*:[ \t]*")


def unwrapped(statement: ast.If | ast.With, source: SourceText) -> list[Edit] | None:
    """The edits that leave only the body; None where the text has a shape that they would not be sure of."""
    start = source.start(statement)
    test_end = source.end(statement.test if isinstance(statement, ast.If) else statement.items[-1].context_expr)
    indent = source.line(start.row)[: start.column]
    behind = source.line(test_end.row)[test_end.column :]
    colon = _COLON.match(behind)
    if getattr(statement, "orelse", None) or indent.strip() or test_end.row != start.row or colon is None:
        return None
    if not source.segment(statement).startswith(("if", "with")):  # An `elif` belongs to the `if` before it.
        return None
    first = source.start(statement.body[0])
    if first.row == start.row:
        return [Edit(start, first, "")] if len(statement.body) == 1 else None
    rest = behind[colon.end() :]
    if (rest and not rest.startswith("#")) or _has_long_string(statement):
        return None
    body_indent = source.line(first.row)[: first.column]
    if body_indent.strip() or not body_indent.startswith(indent):
        return None
    return [_without_header(start, source, rest), *_dedented(statement, indent, body_indent, source)]


def _has_long_string(statement: ast.If | ast.With) -> bool:
    """Whether a string spans lines: the beginning of these belongs to it."""
    return any(
        isinstance(node, (ast.Constant, ast.JoinedStr)) and node.lineno != node.end_lineno
        for node in nodes_in(statement)
    )


def _without_header(start: Position, source: SourceText, comment: str) -> Edit:
    if comment:
        return Edit(start, Position(start.row, len(source.line(start.row))), comment)
    return Edit(Position(start.row, 0), Position(start.row + 1, 0), "")


def _dedented(statement: ast.If | ast.With, indent: str, body_indent: str, source: SourceText) -> Iterator[Edit]:
    """The lines of the body, and the comments after it that are as deep, moved to the left."""
    end = source.end(statement).row
    for row in range(statement.lineno + 1, len(source.lines) + 1):
        line = source.line(row)
        deep = line.startswith(body_indent)
        if row > end and line.strip():
            deep = deep and line.lstrip().startswith("#")
            if not deep:
                return
        if deep and line.strip():
            yield Edit(Position(row, len(indent)), Position(row, len(body_indent)), "")
