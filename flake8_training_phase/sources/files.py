"""Reads and writes the files that are checked."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from flake8_training_phase.sources.text import SourceText


def read(path: Path) -> SourceText:
    """The text of a file. Raises OSError, and SyntaxError for an unknown declared encoding."""
    return SourceText.decode(path.read_bytes())


def write(path: Path, data: bytes) -> None:
    """Replace the content of a file, all or nothing; its mode stays, and a link stays a link. Raises OSError."""
    target = path.resolve()
    with target.open("r+b"):
        pass  # A file that may not be written to must not be replaced either.
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(target, name)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
