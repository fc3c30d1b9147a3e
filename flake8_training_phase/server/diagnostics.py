"""Findings as the diagnostics of the protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Finding
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.server.options import Options

SOURCE = "training-phase"

Diagnostic = dict[str, Any]
"""A diagnostic as it is sent to the editor."""


def diagnostics(
    file: EditorFile, findings: Iterable[Finding], options: Options, with_related: bool = True
) -> dict[str, list[Diagnostic]]:
    """The diagnostics of each text of a file, those that have none included."""
    shown: dict[str, list[Diagnostic]] = {uri: [] for uri in file.texts}
    for finding in findings:
        if options.level(finding.severity):
            uri, one = diagnostic(file, finding, options, with_related)
            shown[uri].append(one)
    return shown


def diagnostic(
    file: EditorFile, finding: Finding, options: Options, with_related: bool = True
) -> tuple[str, Diagnostic]:
    """A finding as a diagnostic, and the text it is in."""
    uri, place = file.range(finding.start, finding.end)
    shown: Diagnostic = {
        "range": place,
        "severity": options.level(finding.severity),
        "code": finding.code,
        "source": SOURCE,
        "message": finding.message,
        "codeDescription": {"href": rule_url(finding.code)},
    }
    if finding.related is not None and with_related:
        other, where = file.range(finding.related.start, finding.related.end)
        location = {"uri": other, "range": where}
        shown["relatedInformation"] = [{"location": location, "message": finding.related.message}]
    return uri, shown
