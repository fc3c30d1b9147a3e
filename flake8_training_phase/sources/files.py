"""Finds and writes the files that are checked."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flake8_training_phase.sources.documents import SUFFIXES_IN_FOLDERS

EXCLUDED_FOLDERS = frozenset(
    {
        "__pycache__",
        "__pypackages__",
        "build",
        "dist",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Folders that hold no code of the project; those whose names begin with a dot are left out too."""

OnError = Callable[[Path, OSError], None]


def python_files(paths: Sequence[Path], on_error: OnError) -> Iterator[Path]:
    """The files to check: those named, and those with code below the folders named, in order, each once.

    What cannot be read (a missing path, a closed folder) goes to `on_error`.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in _below(path, on_error):
            if found not in seen:
                seen.add(found)
                yield found


def _below(path: Path, on_error: OnError) -> Iterator[Path]:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:
        on_error(path, error if isinstance(error, OSError) else OSError(str(error)))
        return
    if not is_folder:
        yield path
        return
    for folder, folders, files in os.walk(path, onerror=lambda error: on_error(Path(error.filename), error)):
        folders[:] = sorted(name for name in folders if name not in EXCLUDED_FOLDERS and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(SUFFIXES_IN_FOLDERS))


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
