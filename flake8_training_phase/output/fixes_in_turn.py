"""Which files were fixed only because of the fixes in other files: a check alone reports nothing to fix in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from flake8_training_phase.output.report import Report
from flake8_training_phase.printable import printable, printable_path

_SHOWN = 3
"""How many of the other files are named."""


def write(report: Report, verb: str, stream: TextIO) -> None:
    """A line for each such file, which names the others."""
    for result in report.results:
        if result.because_of:
            others = _named(result.because_of)
            print(f"{printable_path(result.path)}: {verb} because of the fixes in {others}", file=stream)


def _named(paths: Sequence[Path]) -> str:
    names = ", ".join(printable(str(path)) for path in paths[:_SHOWN])
    more = len(paths) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names
