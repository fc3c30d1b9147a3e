"""One JSON array, in the shape that other Python linters use; rows and columns count from 1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Edit, Finding, Position
from flake8_training_phase.output.report import Report
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = True


def write(report: Report, stream: TextIO) -> None:
    """All findings with their file names, as one array: those that are left, then those that were fixed."""
    print(json.dumps(list(objects(report)), indent=2), file=stream)


def objects(report: Report) -> Iterator[dict[str, object]]:
    """The findings in terms of JSON."""
    yield from (_as_object(*found, fixed=False) for found in report.findings())
    yield from (_as_object(*found, fixed=True) for found in report.fixed())


def _as_object(result: FileResult, finding: Finding, fixed: bool) -> dict[str, object]:
    """A finding in terms of JSON; positions in a notebook name the cell."""
    fix, other = finding.fix, finding.related
    return {
        "filename": str(result.path),
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "severity": finding.severity.value,
        "keras": list(finding.keras),
        "url": rule_url(finding.code),
        "fixed": fixed,
        **_range(result, finding.start, finding.end),
        "related": None if other is None else {"message": other.message, **_range(result, other.start, other.end)},
        "fix": None
        if fix is None
        else {
            "applicability": fix.applicability.value,
            "message": fix.message,
            "edits": [] if fixed else [_edit(result, edit) for edit in fix.edits],
        },
    }


def _edit(result: FileResult, edit: Edit) -> dict[str, object]:
    return {"content": edit.content, **_range(result, edit.start, edit.end)}


def _range(result: FileResult, start: Position, end: Position) -> dict[str, object]:
    return {"location": _position(result, start), "end_location": _position(result, end)}


def _position(result: FileResult, position: Position) -> dict[str, int]:
    place = result.place(position)
    cell = {} if place.cell is None else {"cell": place.cell}
    return {**cell, "row": place.row, "column": place.column + 1}
