"""Takes the `if` or `with` off a block: its body moves to its place, comments and line ends stay."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
from libcst.helpers import ensure_type

_AROUND = "if True:\n"
"""What makes a module of indented lines."""


def unwrapped(text: str) -> str | None:
    """The lines of an `if` or `with` statement, and of the comments that belong to its body, as they are without its
    header; None where it has an `else`. Raises cst.ParserSyntaxError for what is no statement by itself.
    """
    around = _AROUND if text[:1].isspace() else ""
    module = cst.parse_module(around + text)
    place = ensure_type(ensure_type(module.body[0], cst.If).body, cst.IndentedBlock) if around else module
    statement = place.body[0]
    if not isinstance(statement, (cst.If, cst.With)) or (isinstance(statement, cst.If) and statement.orelse):
        return None
    body, footer = _contents(statement.body)
    left = place.with_changes(body=[*body, *place.body[1:]], footer=[*footer, *place.footer])
    code = ensure_type(module.deep_replace(place, left), cst.Module).code.removeprefix(around)
    # libcst (1.8.6) does not see that a module ends with a line end when that is a carriage return alone.
    return f"{code}\r" if text.endswith("\r") and not code.endswith("\r") else code


def _contents(suite: cst.BaseSuite) -> tuple[Sequence[cst.BaseStatement], Sequence[cst.EmptyLine]]:
    """The statements of a body, and the comments after them; a comment in the header goes before the first."""
    if isinstance(suite, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(suite.body, trailing_whitespace=suite.trailing_whitespace)], ()
    block = ensure_type(suite, cst.IndentedBlock)
    body = list(block.body)
    if block.header.comment is not None:
        told = cst.EmptyLine(comment=block.header.comment, newline=block.header.newline)
        body[0] = body[0].with_changes(leading_lines=[told, *getattr(body[0], "leading_lines", ())])
    return body, block.footer
