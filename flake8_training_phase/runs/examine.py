"""Examines files one by one: read, pass the gate, check or fix in memory. Nothing is written here.

This loads the analysis: a run that knows all of its files from earlier ones does without it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.adoption.baseline import EMPTY, Baseline
from flake8_training_phase.analysis.project import Project, Projects
from flake8_training_phase.findings import in_order
from flake8_training_phase.runs.assignment import Assignment, File, Fixes
from flake8_training_phase.runs.results import FileResult
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources.documents import Document, nothing_of, open_document
from flake8_training_phase.sources.gate import may_hold_findings
from flake8_training_phase.sources.parsing import Broken


def examine(files: Sequence[File], assignment: Assignment) -> list[FileResult]:
    """The results of files, in the same order."""
    return [_examined(path, settings, assignment) for path, settings in files]


def examine_document(
    document: Document, settings: Settings, fixes: Fixes, project: Project, baseline: Baseline = EMPTY
) -> FileResult:
    """The result of a file that was read already; what `baseline` holds is not fixed."""
    path = Path(document.name)
    if not may_hold_findings(document.source.text):
        return FileResult(path, examined=True)
    try:
        fixed = _fixed(document, settings, fixes, project, baseline)
        after = document if fixed.text == document.source.text else _with_text(document, fixed.text)
    except Broken as error:
        fixed, after = engine.Fixed("", engine.broken_findings(error, document.source, settings), ()), document
    unread = (Broken(one.reason, one.position, one.part) for one in after.unread)
    broken = [found for error in unread for found in engine.broken_findings(error, after.source, settings)]
    findings = in_order([*(replace(one, message=after.told(one.message)) for one in fixed.remaining), *broken])
    lookups = project.lookups_for(path.absolute())
    if after is not document:
        # Other files are to see what stands in the file, or in the overlay, whichever of them comes first.
        project.forget(path.absolute())
    return FileResult(path, document, after, tuple(findings), fixed.made, lookups=lookups, examined=True)


def examine_bytes(path: Path, data: bytes, settings: Settings, fixes: Fixes, baseline: Baseline = EMPTY) -> FileResult:
    """The result of what stands for a file: standard input."""
    try:
        document = open_document(str(path), data)
    except SyntaxError as error:
        return _undecodable(path, error, settings)
    project = Project(settings.project, settings.knowledge)
    return examine_document(document, settings, fixes, project, baseline)


def _undecodable(path: Path, error: SyntaxError, settings: Settings) -> FileResult:
    """The result of a file whose bytes are not what its name promises."""
    nothing = nothing_of(str(path))
    findings = engine.broken_findings(Broken(str(error)), nothing.source, settings)
    return FileResult(path, nothing, nothing, findings, examined=True)


def _fixed(document: Document, settings: Settings, fixes: Fixes, project: Project, baseline: Baseline) -> engine.Fixed:
    if fixes is Fixes.NONE:
        found = engine.check(document.source, settings, document.name, project)
        return engine.Fixed(document.source.text, tuple(found), ())
    unsafe, to_fix = fixes is Fixes.ALL, partial(baseline.new, Path(document.name))
    return engine.fix(document.source, settings, document.name, project, unsafe=unsafe, to_fix=to_fix)


def _with_text(document: Document, text: str) -> Document:
    try:
        return document.with_text(text)
    except (SyntaxError, ValueError) as error:
        raise Broken(f"internal error, please report it: {error}") from error


def _examined(path: Path, settings: Settings, assignment: Assignment) -> FileResult:
    document = assignment.overlay.get(path.absolute())
    try:
        document = document or open_document(str(path), path.read_bytes())
    except OSError as error:
        return FileResult(path, error=f"cannot be read: {error.strerror or error}")
    except SyntaxError as error:
        return _undecodable(path, error, settings)
    project = _project(settings, assignment)
    return examine_document(document, settings, assignment.fixes, project, assignment.baseline)


class _Read(threading.local):
    """The modules that this thread has read in the round that it is in."""

    token = ""
    projects = Projects()


_read = _Read()


def _project(settings: Settings, assignment: Assignment) -> Project:
    """The project modules read so far in this thread, for the same way of reading them in the same round."""
    if _read.token != assignment.token:
        texts = {path: document.source for path, document in assignment.overlay.items()}
        _read.token, _read.projects = assignment.token, Projects(texts)
    return _read.projects.of(settings)
