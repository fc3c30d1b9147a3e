"""Reads and writes the files that are checked."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
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
    with _replacing(target, data) as name:
        shutil.copymode(target, name)


def create(path: Path, data: bytes) -> None:
    """Write a file that may not be there yet, all or nothing. Raises OSError."""
    target = path.resolve()
    if target.is_file():
        write(target, data)
    elif target.exists():
        target.write_bytes(data)  # A device, a pipe: nothing that can be replaced.
    else:
        with _replacing(target, data) as name:
            name.chmod(0o666 & ~_umask())


@contextlib.contextmanager
def _replacing(target: Path, data: bytes) -> Iterator[Path]:
    """A new file with this content, which takes the place of `target` when nothing fails."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield made
        made.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            made.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
