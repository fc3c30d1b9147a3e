"""`--show-fixes`: which fixes were applied in which file."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from flake8_training_phase.output.report import Report


def write(report: Report, verb: str, stream: TextIO) -> None:
    """A line for each file that fixes have changed, and one below it for each rule, with how often it was fixed."""
    for result in report.results:
        if result.made:
            print(f"{verb} in {result.path}:", file=stream)
            counts = Counter((finding.code, finding.name) for finding in result.made)
            for (code, name), count in sorted(counts.items()):
                print(f"    {count} x {code} {name}", file=stream)
