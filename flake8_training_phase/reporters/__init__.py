"""The output formats, one per file: `json_lines.py` is the format `json-lines`.

To add a format is to add a file with these two names; `--output-format` finds it by its name and loads it when it is
asked for:

- `FOR_PROGRAMS`: whether the output is read by a program, so that nothing else may be printed with it.
- `write(report, stream)`: write the findings of a run.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, TextIO, cast

from flake8_training_phase.output.report import Report


class Reporter(Protocol):
    """What each module here offers."""

    FOR_PROGRAMS: bool

    def write(self, report: Report, stream: TextIO) -> None:
        """Write the findings of a run."""


def reporter(name: str) -> Reporter:
    """The reporter of a format. Raises ImportError when there is none of that name."""
    return cast("Reporter", import_module(f"{__name__}.{name.replace('-', '_')}"))
