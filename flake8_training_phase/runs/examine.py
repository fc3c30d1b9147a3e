"""Examines files one by one: read, pass the gate, check or fix in memory. Nothing is written here."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import Assignment, File
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.documents import open_document, read_document
from flake8_training_phase.sources.gate import needs_a_look


def examine_bytes(path: Path, data: bytes, settings: Settings, assignment: Assignment) -> FileResult:
    """The result of standard input, which takes the place of a file."""
    try:
        document = open_document(str(path), data)
    except SyntaxError as error:
        return _undecodable(path, error, settings)
    return _gated(document, settings, assignment)


def examined_soon(file: File, assignment: Assignment) -> FileResult | None:
    """The result of a file that needs no analysis; None for one that does."""
    path, _ = file
    document = assignment.overlay.get(path.absolute()) if assignment.overlay else None
    try:
        text = (document or read_document(path)).source.text
    except (OSError, SyntaxError):
        return examine(file, assignment)
    return None if needs_a_look(text) else FileResult(path, examined=True)


def examine(file: File, assignment: Assignment) -> FileResult:
    """The result of a file."""
    path, settings = file
    document = assignment.overlay.get(path.absolute()) if assignment.overlay else None
    try:
        document = document or read_document(path)
    except OSError as error:
        return FileResult(path, error=f"cannot be read: {error.strerror or error}")
    except SyntaxError as error:
        return _undecodable(path, error, settings)
    return _gated(document, settings, assignment)


def _gated(document: Document, settings: Settings, assignment: Assignment) -> FileResult:
    if not needs_a_look(document.source.text):
        return FileResult(Path(document.name), examined=True)
    from flake8_training_phase.runs.analyse import analysed

    return analysed(document, settings, assignment)


def _undecodable(path: Path, error: SyntaxError, settings: Settings) -> FileResult:
    from flake8_training_phase.runs.analyse import undecodable

    return undecodable(path, error, settings)
