"""For people: how often each rule speaks, instead of what it says."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TextIO

from flake8_training_phase.findings import Applicability, Finding
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.report import Report

FOR_PROGRAMS = False


def write(report: Report, stream: TextIO) -> None:
    """A line for each code that was found: how often, its name, and how many can be fixed. The most frequent first."""
    painter = Painter(report.coloured)
    found: defaultdict[tuple[str, str], list[Finding]] = defaultdict(list)
    for _, finding in report.findings():
        found[finding.code, finding.name].append(finding)
    rows = sorted(found.items(), key=lambda row: (-len(row[1]), row[0]))
    width = len(str(len(rows[0][1]))) if rows else 0
    for (code, name), findings in rows:
        count = painter(Style.BOLD, str(len(findings)).rjust(width))
        print(f"{count}  {painter(Style.BOLD_RED, code)}  {name:32}{_fixable(findings)}".rstrip(), file=stream)


def _fixable(findings: list[Finding]) -> str:
    kinds = Counter(finding.fix.applicability for finding in findings if finding.fix is not None)
    marks = ((Applicability.SAFE, "[*]"), (Applicability.UNSAFE, "[unsafe fix]"))
    return ", ".join(f"{kinds[kind]} {mark}" for kind, mark in marks if kinds[kind])
