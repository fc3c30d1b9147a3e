"""What can be done about findings, as the code actions of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flake8_training_phase.adoption.silencing import silenced
from flake8_training_phase.findings import Applicability, Finding, Fix
from flake8_training_phase.results import FileResult
from flake8_training_phase.server.diagnostics import diagnostic
from flake8_training_phase.server.documents import EditorFile, TextEdit
from flake8_training_phase.server.options import Options
from flake8_training_phase.server.units import EditorRange, overlap
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.edits import apply_edits

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.training-phase"

Action = dict[str, Any]
"""A code action as it is sent to the editor; its edits are in `changes`, by text."""
Edits = dict[str, list[TextEdit]]


def is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client that asks for some kinds only wants actions of this one: `source` means all that begin so."""
    return not only or any(kind == one or kind.startswith(f"{one}.") for one in only)


def quick_fixes(
    file: EditorFile, findings: Iterable[Finding], uri: str, where: EditorRange, options: Options
) -> Iterator[Action]:
    """The actions for the findings in a range of one of the texts: a fix, and a comment that silences."""
    for finding in findings:
        shown_in, shown = diagnostic(file, finding, options)
        if shown_in != uri or not shown["severity"] or not overlap(shown["range"], where):
            continue
        fixed = None if finding.fix is None else _fixed(file.document, finding.fix)
        if finding.fix is not None and fixed is not None:
            safe = finding.fix.applicability is Applicability.SAFE
            title = f"{finding.code}: {finding.fix.message}{'' if safe else ' (unsafe)'}"
            yield _action(title, QUICK_FIX, file.edits(fixed)) | {"isPreferred": safe, "diagnostics": [shown]}
        silent = silenced(FileResult(file.path, file.document, file.document, (finding,)), "").after
        if silent is not file.document:
            title = f"{finding.code}: Silence with `# noqa: {finding.code}`"
            yield _action(title, QUICK_FIX, file.edits(silent)) | {"isPreferred": False, "diagnostics": [shown]}


def has_safe_fix(findings: Iterable[Finding]) -> bool:
    """Whether there is something for `fix_all` to do."""
    return any(one.fix is not None and one.fix.applicability is Applicability.SAFE for one in findings)


def fix_all(file: EditorFile, fixed: Callable[[], FileResult] | None) -> Action:
    """The action that makes all safe fixes; without its edits when they are not worked out yet."""
    title = "Training phase: Fix all safe problems"
    if fixed is None:
        return _action(title, FIX_ALL, None)
    result = fixed()
    return _action(title, FIX_ALL, file.edits(result.after if result.changed else file.document))


def _action(title: str, kind: str, changes: Edits | None) -> Action:
    return {"title": title, "kind": kind} if changes is None else {"title": title, "kind": kind, "changes": changes}


def _fixed(document: Document, fix: Fix) -> Document | None:
    try:
        return document.with_text(apply_edits(document.source, fix.edits))
    except (SyntaxError, ValueError):  # A notebook whose cells have no place for it.
        return None
