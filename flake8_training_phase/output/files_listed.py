"""`--verbose`: what was done with each file."""

from __future__ import annotations

from typing import TextIO

from flake8_training_phase.output.report import Report
from flake8_training_phase.runs.results import FileResult


def write(report: Report, stream: TextIO) -> None:
    """A line for each file."""
    for result in report.results:
        print(f"{result.path}: {_what_was_done(result)}", file=stream)


def _what_was_done(result: FileResult) -> str:
    if result.error is not None and not result.examined:
        return "not checked, because it could not be read"
    if not result.examined:
        return "not checked, because it is excluded"
    if result.before is None and not result.findings:
        return "checked: it has no findings"
    counts = [f"{len(result.findings)} left", f"{len(result.made)} fixed", f"{result.known} known from the baseline"]
    written = "could not be written" if result.error is not None else "changed" if result.changed else "not changed"
    return f"checked: {', '.join(counts)}; {written}"
