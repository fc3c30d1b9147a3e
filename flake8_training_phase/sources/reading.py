"""Opens files of unknown kind: only regular ones, and only up to a size.

A repository can hold a link to `/dev/zero`, and a folder a pipe without a writer: to read them would never end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from os import PathLike
from pathlib import Path

OnError = Callable[[Path, OSError], None]
"""Called with what cannot be read."""

MEGABYTE = 1_000_000

MAX_CODE = 32 * MEGABYTE
"""Bytes up to which a file of code is read."""
MAX_NOTEBOOK = 256 * MEGABYTE
"""Bytes up to which a notebook is read, which holds the pictures that it shows."""
MAX_SETTINGS = 4 * MEGABYTE
MAX_IGNORES = MEGABYTE

ANY_MODULE = "*.py"
"""Behind a folder: the modules in it, whichever there are. What depends on that depends on this path."""
ANY_LINK = "*.pth"
"""Behind a folder of installed packages, in the same way: the files that name more folders."""
ANY_FOLDER = "*"
"""Behind a folder, in the same way: what has no suffix there, as folders have none."""

NOT_REGULAR = "it is not a regular file"
"""Why a pipe or a device is not read."""

_BLOCK = 1 << 16
# What does not wait for the other end of a pipe; it does nothing to regular files.
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_AS_THEY_ARE = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def read(path: str | PathLike[str], limit: int, writable: bool = False) -> bytes:
    """The bytes of a regular file. Raises OSError, also for what is no regular file, for a file with more bytes than
    the limit, and for one that must be `writable` and is not.
    """
    descriptor = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | _NOT_WAITING | _AS_THEY_ARE)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(NOT_REGULAR)
        data = b"" if status.st_size > limit else _content(descriptor, status.st_size, limit)
    finally:
        os.close(descriptor)
    if status.st_size > limit or len(data) > limit:
        raise OSError(f"it is larger than {limit // MEGABYTE} MB")
    return data


def _content(descriptor: int, size: int, limit: int) -> bytes:
    """The content of an open file that reports its size: some do not, or grow meanwhile."""
    parts: list[bytes] = []
    done = 0
    while done <= limit:
        asked = max(size - done + 1, _BLOCK)
        part = os.read(descriptor, asked)
        parts.append(part)
        done += len(part)
        if not part or (len(part) < asked and done >= size > 0):
            break
    return b"".join(parts)
