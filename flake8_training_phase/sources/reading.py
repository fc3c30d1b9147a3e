"""Opens files of which nobody knows what they are: only regular ones, and only up to a size.

A repository can hold a link to `/dev/zero`, and a folder a pipe that nobody writes to: to read them would never end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

OnError = Callable[[Path, OSError], None]
"""Told of what cannot be read."""

MEGABYTE = 1_000_000

MAX_CODE = 32 * MEGABYTE
"""Bytes up to which a file of code is read."""
MAX_NOTEBOOK = 256 * MEGABYTE
"""Bytes up to which a notebook is read, which holds the pictures that it shows."""
MAX_SETTINGS = 4 * MEGABYTE
MAX_IGNORES = MEGABYTE

_BLOCK = 1 << 16
# What does not wait for the other end of a pipe; it does nothing to regular files.
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_AS_THEY_ARE = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def read(path: str | PathLike[str], limit: int, writable: bool = False) -> bytes:
    """The bytes of a regular file. Raises OSError, also for what is no regular file, for a file with more bytes than
    the limit, and for one that must be `writable` and is not.
    """
    with _regular(path, os.O_RDWR if writable else os.O_RDONLY) as descriptor:
        size = os.fstat(descriptor).st_size
        parts: list[bytes] = []
        done = 0
        # What grows meanwhile, or does not tell its size, is read to the limit all the same.
        while size <= limit and (part := os.read(descriptor, max(size - done + 1, _BLOCK))):
            parts.append(part)
            done += len(part)
            size = max(size, done)
        if size > limit:
            raise OSError(f"it is larger than {limit // MEGABYTE} MB")
        return b"".join(parts)


@contextmanager
def _regular(path: str | PathLike[str], flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | _NOT_WAITING | _AS_THEY_ARE)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)
