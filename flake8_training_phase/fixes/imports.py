"""Takes one name out of an import."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.findings import Edit, Position
from flake8_training_phase.fixes.changes import DropImport, ReserveImport
from flake8_training_phase.sources.text import SourceText


def without_import(change: DropImport, source: SourceText) -> Iterator[Edit]:
    """The edits that take the name out; the statement goes with its last name."""
    names = change.statement.names
    start, end = source.start(change.statement), source.end(change.statement)
    if len(names) == 1:
        alone = start.row > 1 and not source.line(start.row - 1).strip() and not source.line(end.row + 1).strip()
        yield Edit(Position(start.row - alone, 0), Position(end.row + 1, 0), "")
        return
    place = names.index(change.alias)
    first, last = source.start(change.alias), source.end(change.alias)
    on_its_line = source.line(first.row)[: first.column].strip() + source.line(last.row)[last.column :].strip()
    if on_its_line in ("", ","):
        yield Edit(Position(first.row, 0), Position(last.row + 1, 0), "")
    elif place + 1 < len(names):
        yield Edit(first, source.start(names[place + 1]), "")
    else:
        yield Edit(source.end(names[place - 1]), last, "")


def held_import(change: ReserveImport, source: SourceText) -> Iterator[Edit]:
    """An edit that changes nothing, and cannot be made together with that of another who holds the import."""
    start, end = source.start(change.statement), source.end(change.statement)
    yield Edit(start, end, source.segment(change.statement)) if change.alone else Edit(start, start, "")
