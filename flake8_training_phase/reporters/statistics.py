"""For people: the number of findings per rule, instead of where they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TextIO

from flake8_training_phase.findings import Applicability
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.report import Report

FOR_PROGRAMS = False

_MARKS = {Applicability.SAFE: "[*]", Applicability.UNSAFE: "[unsafe fix]", None: ""}
_FIXED = "fixed"


def write(report: Report, stream: TextIO) -> None:
    """A line for each rule: how often it was violated, its name, how many of these were fixed and how many can be.
    The most frequent first.
    """
    painter = Painter(report.coloured)
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _, finding in report.findings():
        found[finding.code, finding.name][_MARKS[finding.fix.applicability if finding.fix else None]] += 1
    for _, finding in report.fixed():
        found[finding.code, finding.name][_FIXED] += 1
    rows = sorted(found.items(), key=lambda row: (-row[1].total(), row[0]))
    width = len(str(rows[0][1].total())) if rows else 0
    for (code, name), kinds in rows:
        count = painter(Style.BOLD, str(kinds.total()).rjust(width))
        shown = ", ".join(f"{kinds[kind]} {kind}" for kind in (_FIXED, "[*]", "[unsafe fix]") if kinds[kind])
        print(f"{count}  {painter(Style.BOLD_RED, code)}  {name:32}{shown}".rstrip(), file=stream)
