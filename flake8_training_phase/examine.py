"""Examines files one by one: read, pass the gate, check or fix in memory. Nothing is written here.

What goes in and comes out can be pickled, so that files can be examined in other processes, or on other machines
that see the same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.analysis.module import Module
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.findings import in_order
from flake8_training_phase.results import FileResult
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources.documents import Document, nothing_of, open_document
from flake8_training_phase.sources.gate import may_hold_findings

File = tuple[Path, Settings]
"""A file to examine, and the settings that hold for it."""


class Fixes(Enum):
    """Which fixes are made."""

    NONE = "none"
    SAFE = "safe"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is asked of every file in one round over the files."""

    token: str
    """Another one for each round of each run: what one round has read of a project is not kept for the next."""
    fixes: Fixes
    overlay: Mapping[Path, Document] = field(default_factory=dict)
    """Files as earlier rounds have made them, by absolute path; they are not written yet."""


def examine(files: Sequence[File], assignment: Assignment) -> list[FileResult]:
    """The results of files, in the same order."""
    return [_examined(path, settings, assignment) for path, settings in files]


def examine_document(document: Document, settings: Settings, fixes: Fixes, project: Project) -> FileResult:
    """The result of a file that was read already."""
    path = Path(document.name)
    if not may_hold_findings(document.source.text):
        return FileResult(path, examined=True)
    try:
        fixed = _fixed(document, settings, fixes, project)
        after = document if fixed.text == document.source.text else _with_text(document, fixed.text)
    except engine.Broken as error:
        fixed, after = engine.Fixed("", engine.broken_findings(error, document.source, settings), ()), document
    unread = (engine.Broken(one.reason, one.position, one.part) for one in after.unread)
    broken = [found for error in unread for found in engine.broken_findings(error, after.source, settings)]
    findings = in_order([*(replace(one, message=after.told(one.message)) for one in fixed.remaining), *broken])
    lookups = project.lookups_for(path.absolute())
    return FileResult(path, document, after, tuple(findings), fixed.made, lookups=lookups, examined=True)


def undecodable(path: Path, error: SyntaxError, settings: Settings) -> FileResult:
    """The result of a file whose bytes are not what its name promises."""
    nothing = nothing_of(str(path))
    findings = engine.broken_findings(engine.Broken(str(error)), nothing.source, settings)
    return FileResult(path, nothing, nothing, findings, examined=True)


def _fixed(document: Document, settings: Settings, fixes: Fixes, project: Project) -> engine.Fixed:
    if fixes is Fixes.NONE:
        found = engine.check(document.source, settings, document.name, project)
        return engine.Fixed(document.source.text, tuple(found), ())
    return engine.fix(document.source, settings, document.name, project, unsafe=fixes is Fixes.ALL)


def _with_text(document: Document, text: str) -> Document:
    try:
        return document.with_text(text)
    except (SyntaxError, ValueError) as error:
        raise engine.Broken(f"internal error, please report it: {error}") from error


def _examined(path: Path, settings: Settings, assignment: Assignment) -> FileResult:
    document = assignment.overlay.get(path.absolute())
    try:
        document = document or open_document(str(path), path.read_bytes())
    except OSError as error:
        return FileResult(path, error=f"cannot be read: {error.strerror or error}")
    except SyntaxError as error:
        return undecodable(path, error, settings)
    return examine_document(document, settings, assignment.fixes, _project(settings, assignment))


_projects: dict[tuple[str, Settings], Project] = {}


def _project(settings: Settings, assignment: Assignment) -> Project:
    """The project modules read so far in this process, for the same settings in the same round."""
    key = assignment.token, settings
    if key not in _projects:
        for old in [one for one in _projects if one[0] != assignment.token]:
            del _projects[old]
        project = _projects[key] = Project(settings.project)
        for path, document in assignment.overlay.items():
            project.add(Module(engine.parse(document.source), path, project))
    return _projects[key]
