"""What comes of one document: its findings, or its fixed text.

This loads the analysis: a run of which no file passes the gate, or all are known from earlier ones, does without it.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.adoption.baseline import EMPTY, Baseline
from flake8_training_phase.analysis.project import Project, Projects
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Unknown, in_order
from flake8_training_phase.message_length import fitted
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import Assignment, Fixes
from flake8_training_phase.sources.document import NOTHING, Document
from flake8_training_phase.sources.parsing import AnalysisError


def analysed(document: Document, settings: Settings, assignment: Assignment) -> FileResult:
    """The result of a file that was read."""
    project = _project(settings, assignment)
    result = examine_document(document, settings, assignment.fixes, project, assignment.baseline)
    return replace(result, unknown=_unknown(result, settings, project)) if assignment.explains else result


def undecodable(path: Path, error: SyntaxError, settings: Settings) -> FileResult:
    """The result of a file whose bytes are not what its name promises."""
    findings = engine.broken_findings(AnalysisError(str(error)), NOTHING.source, settings)
    return FileResult(path, findings=findings, examined=True)


def with_unfinished(result: FileResult, settings: Settings, rounds: int) -> FileResult:
    """The result of a file in which the fixes of other files, after so many rounds, may have made others possible."""
    said = engine.unfinished(result.after.source, settings, rounds)
    return replace(result, findings=tuple(in_order([*said, *result.findings])))


def examine_document(
    document: Document, settings: Settings, fixes: Fixes, project: Project, baseline: Baseline = EMPTY
) -> FileResult:
    """The result of a file that was read already; what `baseline` holds is not fixed."""
    path = Path(document.name)
    try:
        fixed = _fixed(document, settings, fixes, project, baseline)
        after = document if fixed.text == document.source.text else _with_text(document, fixed.text)
    except AnalysisError as error:
        fixed, after = engine.Fixed("", engine.broken_findings(error, document.source, settings), ()), document
    unread = [AnalysisError(one.reason, one.position, one.part) for one in after.unread]
    broken = engine.unread_findings(unread, after.source, settings)
    found = (replace(one, message=fitted(after.told(one.message))) for one in fixed.remaining)
    findings = in_order([*found, *broken])
    lookups = project.lookups_for(path.absolute())
    if after is not document:
        # Other files are to see what is in the file, or in the overlay, whichever of them comes first.
        project.forget(path.absolute())
    return FileResult(path, document, after, tuple(findings), fixed.made, lookups=lookups, examined=True)


def _fixed(document: Document, settings: Settings, fixes: Fixes, project: Project, baseline: Baseline) -> engine.Fixed:
    if fixes in (Fixes.NONE, Fixes.UNSEEN):
        is_seen = fixes is Fixes.NONE
        found = engine.check(document.source, settings, document.name, project, with_fixes=is_seen)
        return engine.Fixed(document.source.text, tuple(found), ())
    unsafe, to_fix = fixes is Fixes.ALL, partial(baseline.new, Path(document.name))
    return engine.fix(document.source, settings, document.name, project, unsafe=unsafe, to_fix=to_fix)


def _unknown(result: FileResult, settings: Settings, project: Project) -> tuple[Unknown, ...]:
    try:
        return engine.unknown(result.after.source, settings, result.after.name, project)
    except AnalysisError as error:
        return (Unknown(error.position, f"nothing is known: {error}"),)


def _with_text(document: Document, text: str) -> Document:
    try:
        return document.with_text(text)
    except (SyntaxError, ValueError) as error:
        raise AnalysisError(f"internal error, please report it: {error}") from error


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
