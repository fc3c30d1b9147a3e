"""Commands of GitHub Actions, which shows them as annotations of the lines they are about.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import TextIO

from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.output.paths import below_root
from flake8_training_phase.output.report import Report, shown_place
from flake8_training_phase.printable import printable
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = True


def write(report: Report, stream: TextIO) -> None:
    """A command for each finding: `error` for a bug, `warning` for what is fragile or legacy, `notice` for what was
    fixed.
    """
    for result, finding in report.findings():
        level = "error" if finding.severity is Severity.BUG else "warning"
        print(_command(level, result, finding), file=stream)
    for result, finding in report.fixed():
        print(_command("notice", result, finding, "Fixed: "), file=stream)


def _command(level: str, result: FileResult, finding: Finding, before_message: str = "") -> str:
    properties = {
        "file": below_root(result.path, "GITHUB_WORKSPACE"),
        **_region(result, finding),
        "title": f"{finding.code} {finding.name}",
    }
    written = ",".join(f"{name}={_escaped_property(str(value))}" for name, value in properties.items())
    # The log shows the message alone, so it has to say where.
    message = f"{shown_place(result, finding)}: {before_message}{finding.code} {finding.message}"
    return f"::{level} {written}::{_escaped(f'{message} ({rule_url(finding.code)})')}"


def _region(result: FileResult, finding: Finding) -> dict[str, int]:
    start, end = result.place(finding.start), result.place(finding.end)
    if start.cell is not None:
        return {}  # The lines of a cell are not the lines of its file.
    if start.row != end.row:
        return {"line": start.row, "endLine": end.row}  # Columns are only for what is in one line.
    return {"line": start.row, "col": start.column + 1, "endLine": end.row, "endColumn": end.column + 1}


def _escaped(text: str) -> str:
    return printable(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
