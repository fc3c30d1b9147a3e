"""Findings as JSON, in the shape that other Python linters use; rows and columns count from 1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from flake8_training_phase.findings import Edit, Finding, Position
from flake8_training_phase.results import FileResult


def write(results: Iterable[FileResult], stream: TextIO) -> None:
    """All findings with their file names, as one array."""
    found = [_finding(str(result.path), finding) for result in results for finding in result.findings]
    print(json.dumps(found, indent=2), file=stream)


def _finding(filename: str, finding: Finding) -> dict[str, object]:
    fix = finding.fix
    return {
        "filename": filename,
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "severity": finding.severity.value,
        "keras": list(finding.keras),
        "location": _position(finding.start),
        "end_location": _position(finding.end),
        "fix": None
        if fix is None
        else {
            "applicability": fix.applicability.value,
            "message": fix.message,
            "edits": [_edit(edit) for edit in fix.edits],
        },
    }


def _edit(edit: Edit) -> dict[str, object]:
    return {"content": edit.content, "location": _position(edit.start), "end_location": _position(edit.end)}


def _position(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column + 1}
