"""What is shown over a place in the code, in Markdown: the pages of its findings, and the modes of a layer call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_training_phase import engine
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.queries.call_modes import CallModes
from flake8_training_phase.findings import Finding, Position
from flake8_training_phase.keras.generations import Passed, Phase
from flake8_training_phase.rules import rule
from flake8_training_phase.server.checks import Checks
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.sources.parsing import AnalysisError

_ENTRIES = {
    RunMode.FIT: "`fit()`",
    RunMode.TRUE: "`model(x, training=True)`",
    RunMode.FALSE: "`model(x, training=False)`",
    RunMode.NONE: "`model(x)`",
    RunMode.PREDICT: "`predict()`",
}
_BETWEEN = "\n\n---\n\n"


def hover(file: EditorFile, position: Position, checks: Checks) -> str | None:
    """What there is to say of a position; None when that is nothing. Raises SettingsError."""
    findings = [one for one in checks.findings(file) if one.start <= position <= one.end]
    parts = [*_modes(file, position, checks), *_pages(findings)]
    return _BETWEEN.join(parts) or None


def _modes(file: EditorFile, position: Position, checks: Checks) -> Iterator[str]:
    source, settings, project = file.document.source, checks.settings(file), checks.project(file)
    try:
        calls = engine.modes_at(source, settings, file.document.name, project, position)
    except AnalysisError:
        return
    for call in calls:
        yield _table(call)


def _table(call: CallModes) -> str:
    """A table with a row for each way to run the model, and a column for each range of releases."""
    releases = list(call.by_releases)
    host = f"`{call.class_name}`" if call.is_model else "The model around it"
    lines = [
        f"**`{call.call}`** ({call.receiver}) in `{call.class_name}`",
        "",
        " | ".join([f"| {host} is run by", *releases]) + " |",
        "| --- " * (len(releases) + 1) + "|",
    ]
    for mode, entry in _ENTRIES.items():
        cells = (_words(call.by_releases[one][mode]) for one in releases)
        lines.append(" | ".join([f"| {entry}", *cells]) + " |")
    return "\n".join(lines)


def _words(phases: frozenset[Phase]) -> str:
    if not phases:
        return "does not run"
    if Passed.UNKNOWN in phases:
        return "unknown"
    return " or ".join("training mode" if trains else "inference mode" for trains in sorted(set(map(bool, phases))))


def _pages(findings: Iterable[Finding]) -> Iterator[str]:
    for code in dict.fromkeys(one.code for one in findings):
        page = rule(code)
        yield f"**{page.code} {page.name}**\n\n{page.page}"
