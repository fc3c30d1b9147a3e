"""A Code Quality report for GitLab, which shows what a merge request adds and takes away.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TextIO

from flake8_training_phase.adoption.fingerprints import digests
from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.output.paths import below_root
from flake8_training_phase.output.report import Report
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = True

_SEVERITIES = {Severity.BUG: "critical", Severity.FRAGILE: "major", Severity.LEGACY: "minor"}


def write(report: Report, stream: TextIO) -> None:
    """All findings as one array."""
    issues = [issue for result in report.results for issue in _issues(result)]
    issues += [issue for result in report.as_it_was() for issue in _issues(result, was_fixed=True)]
    print(json.dumps(issues, indent=2), file=stream)


def _issues(result: FileResult, was_fixed: bool = False) -> Iterator[dict[str, object]]:
    path = below_root(result.path, "CI_PROJECT_DIR")
    for finding, digest in zip(result.findings, digests(path, result), strict=True):
        yield {
            "description": f"{'Fixed: ' if was_fixed else ''}{finding.code} {finding.message}",
            "check_name": finding.code,
            "fingerprint": digest,
            "severity": "info" if was_fixed else _SEVERITIES[finding.severity],
            "location": {"path": path, "lines": _lines(result, finding)},
            "content": {"body": rule_url(finding.code)},
        }


def _lines(result: FileResult, finding: Finding) -> dict[str, int]:
    start, end = result.place(finding.start), result.place(finding.end)
    if start.cell is not None:
        return {"begin": 1, "end": 1}  # The lines of a cell are not the lines of its file.
    return {"begin": start.row, "end": end.row}
