"""For people and editors: one line for each finding."""

from __future__ import annotations

from typing import TextIO

from flake8_training_phase.findings import Applicability, Finding, Severity
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.report import Report, shown_place
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = False


def write(report: Report, stream: TextIO) -> None:
    """The findings, a line each."""
    painter = Painter(report.coloured)
    for result, finding in report.findings():
        print(headline(result, finding, painter), file=stream)


def headline(result: FileResult, finding: Finding, painter: Painter) -> str:
    """Place, code, whether there is a fix, and message in one line."""
    mark = ""
    if finding.fix is not None:
        safe = finding.fix.applicability is Applicability.SAFE
        mark = painter(Style.GREEN, "[*]") + " " if safe else painter(Style.YELLOW, "[unsafe fix]") + " "
    code = painter(Style.BOLD_RED if finding.severity is Severity.BUG else Style.BOLD_YELLOW, finding.code)
    return f"{painter(Style.BOLD, shown_place(result, finding))}: {code} {mark}{finding.message}"
