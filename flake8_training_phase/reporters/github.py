"""Commands of GitHub Actions, which shows them as annotations of the lines they are about.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TextIO

from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.output.paths import below_root
from flake8_training_phase.output.report import Report, shown_place
from flake8_training_phase.printable import printable
from flake8_training_phase.runs.results import FileResult

FOR_PROGRAMS = True


def write(report: Report, stream: TextIO) -> None:
    """A command for each finding: `error` for a bug, `warning` for what is fragile or legacy."""
    for result, finding in report.findings():
        properties = {
            "file": below_root(result.path, "GITHUB_WORKSPACE"),
            **_region(result, finding),
            "title": f"{finding.code} {finding.name}",
        }
        level = "error" if finding.severity is Severity.BUG else "warning"
        written = ",".join(f"{name}={_escaped_property(str(value))}" for name, value in properties.items())
        # The log shows the message alone, so it has to say where.
        message = _escaped(f"{shown_place(result, finding)}: {finding.code} {finding.message}")
        print(f"::{level} {written}::{message}", file=stream)


def _region(result: FileResult, finding: Finding) -> dict[str, int]:
    start, end = result.place(finding.start), result.place(finding.end)
    if start.cell is not None:
        return {}  # The lines of a cell are not the lines of its file.
    if start.row != end.row:
        return {"line": start.row, "endLine": end.row}  # Columns are only for what stands in one line.
    return {"line": start.row, "col": start.column + 1, "endLine": end.row, "endColumn": end.column + 1}


def _escaped(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
