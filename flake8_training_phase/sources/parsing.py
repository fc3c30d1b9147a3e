"""From text to a syntax tree, or to the reason why there is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from flake8_training_phase.findings import Position
from flake8_training_phase.printable import printable
from flake8_training_phase.sources.text import SourceText, parsed

WHOLE = "file"
"""What cannot be analysed, where it is not a part of a file."""


class AnalysisError(Exception):
    """A file, or a part of it, cannot be analysed; the message says why."""

    def __init__(self, message: str, position: Position | None = None, part: str = WHOLE) -> None:
        super().__init__(printable(message))
        self.position = position or Position(1, 0)
        self.part = part


@contextmanager
def failures_as_analysis_errors(*passed: type[Exception]) -> Iterator[None]:
    """Whatever the analysis fails with becomes Broken, except for what is `passed` on: a defect of ours, or code
    that is nested too deeply, must not end a run over other files.
    """
    try:
        yield
    except RecursionError as error:
        raise AnalysisError("too deeply nested to be followed") from error
    except passed:
        raise
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        raise AnalysisError(f"internal error, please report it: {told}") from error


def parse(source: SourceText) -> ast.Module:
    """The syntax tree. Raises AnalysisError."""
    try:
        return parsed(source.text)
    except SyntaxError as error:
        row, column = max(error.lineno or 1, 1), max((error.offset or 1) - 1, 0)
        raise AnalysisError(f"syntax error: {error.msg}", Position(row, column)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise AnalysisError(f"cannot be parsed: {str(error) or type(error).__name__}") from error
