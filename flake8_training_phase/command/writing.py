"""Writes what a command has made that is no report."""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_training_phase.command.parser import UsageError
from flake8_training_phase.printable import printable_path


def write_text(text: str, file: Path | None) -> None:
    """Write a text to a file, which is replaced as a whole, or to standard output. Raises UsageError."""
    if file is None:
        sys.stdout.write(text)
        return
    from flake8_training_phase.sources import files

    try:
        files.create(file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{printable_path(file)}: cannot be written: {error.strerror or error}") from error
