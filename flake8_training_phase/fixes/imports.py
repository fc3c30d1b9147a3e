"""Takes one name out of an import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst
from libcst.helpers import ensure_type

from flake8_training_phase.findings import Edit, Position
from flake8_training_phase.fixes.changes import DropImport, ReserveImport
from flake8_training_phase.fixes.trimming import trimmed
from flake8_training_phase.sources.text import SourceText

_Import = cst.Import | cst.ImportFrom


def without_import(change: DropImport, source: SourceText) -> Iterator[Edit]:
    """The edits that take the name out; the statement goes with its last name."""
    names = change.statement.names
    start, end = source.start(change.statement), source.end(change.statement)
    if len(names) == 1:
        alone = start.row > 1 and not source.line(start.row - 1).strip() and not source.line(end.row + 1).strip()
        yield Edit(Position(start.row - alone, 0), Position(end.row + 1, 0), "")
        return
    begin, old = source.offset(start), source.segment(change.statement)
    new = _without_name(old, names.index(change.alias))
    yield from trimmed(source, begin, old, new)


def _without_name(text: str, place: int) -> str:
    """An import of several names without one of them."""
    module = cst.parse_module(text)
    line = ensure_type(module.body[0], cst.SimpleStatementLine)
    statement = line.body[0]
    if not isinstance(statement, (cst.Import, cst.ImportFrom)) or isinstance(statement.names, cst.ImportStar):
        return text
    kept = [one for number, one in enumerate(statement.names) if number != place]
    changed = statement.with_changes(names=kept)
    if place == len(kept):
        changed = _ended(changed, kept, statement.names[-1].comma)
    return module.with_changes(body=[line.with_changes(body=[changed])]).code


def _ended(statement: _Import, kept: Sequence[cst.ImportAlias], comma: cst.Comma | cst.MaybeSentinel) -> _Import:
    """The import, whose last name ends as the one did that was dropped behind it; where each is on a line of its own,
    it keeps its line, with the comment there.
    """
    own, closing = kept[-1].comma, statement.rpar if isinstance(statement, cst.ImportFrom) else None
    end = comma.whitespace_after if isinstance(comma, cst.Comma) else closing.whitespace_before if closing else None
    if (
        isinstance(own, cst.Comma)
        and isinstance(own.whitespace_after, cst.ParenthesizedWhitespace)
        and isinstance(end, cst.ParenthesizedWhitespace)
    ):
        space = own.whitespace_after.with_changes(indent=end.indent, last_line=end.last_line)
        last = kept[-1].with_changes(comma=own.with_changes(whitespace_after=space))
        if closing is not None and not isinstance(comma, cst.Comma):
            statement = statement.with_changes(rpar=closing.with_changes(whitespace_before=cst.SimpleWhitespace("")))
        return statement.with_changes(names=[*kept[:-1], last])
    return statement.with_changes(names=[*kept[:-1], kept[-1].with_changes(comma=comma)])


def held_import(change: ReserveImport, source: SourceText) -> Iterator[Edit]:
    """An edit that changes nothing, and cannot be made together with that of another who holds the import."""
    start, end = source.start(change.statement), source.end(change.statement)
    yield Edit(start, end, source.segment(change.statement)) if change.alone else Edit(start, start, "")
