"""Writes the files that are checked."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from flake8_training_phase.sources import reading

_BY_HANDLE = "/proc/self/fd/{}"
"""Another name of a file that is open."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_MAX_NAME = 60
"""Characters of a file's name that its temporary file begins with: a name with more added may be too long."""


def leads_out(path: Path, given: Sequence[Path]) -> bool:
    """Whether a file that was found below the paths given is a link to a file that is not; one that was named is
    wanted wherever it leads. Raises OSError.
    """
    if path in given:
        return False
    target = _resolved(path)
    return not any(target.is_relative_to(_resolved(one)) for one in given)


def write(path: Path, data: bytes, known: bytes) -> None:
    """Replace the content of a file, all or nothing; its mode and owner stay, and a link stays a link.

    Other hard links to it keep the old content: to write all of them at once is to write in place, which can be cut
    short, and reaches files that were not named (a package installer shares files with its cache in this way).

    Raises OSError, also for a file that does not hold what is `known` of it any more.
    """
    target = _resolved(path)
    # A file that may not be written to must not be replaced either.
    now = reading.read(target, reading.MAX_NOTEBOOK, writable=True)
    if now == data:
        return  # It was written already, under another name.
    if now != known:
        raise OSError("it has changed since it was read")
    _replace(target, data)


def create(path: Path, data: bytes) -> None:
    """Write a file that may not be there yet, all or nothing. Raises OSError."""
    target = _resolved(path)
    if target.is_file():
        with target.open("r+b"):  # As above.
            _replace(target, data)
    elif target.exists():
        target.write_bytes(data)  # A device, a pipe: nothing that can be replaced.
    else:
        with _replacing(target, data) as name:
            name.chmod(0o666 & ~_umask())


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:  # What links that lead in a circle raised before Python 3.13.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from error


def _replace(target: Path, data: bytes) -> None:
    with _replacing(target, data) as made:
        _keep_owner(target, made)
        _keep_attributes(target, made)
        shutil.copymode(target, made)


@contextlib.contextmanager
def _replacing(target: Path, data: bytes) -> Iterator[Path]:
    """A new file with this content, which takes the place of `target` when nothing fails.

    Where the system can, it has no name until it is whole: whatever ends this process before that leaves nothing.
    """
    name = target.with_name(f".{target.name[:_MAX_NAME]}.{secrets.token_hex(4)}.tmp")
    try:
        handle = _nameless(target.parent)
        made = name if handle is None else Path(_BY_HANDLE.format(handle))
        with os.fdopen(os.open(name, _NEW, 0o600) if handle is None else handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            yield made
            if made != name:
                os.link(made, name, src_dir_fd=file.fileno())  # With a handle, a link of `/proc` is followed.
        name.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            name.unlink()
        raise


def _nameless(folder: Path) -> int | None:
    """A new file that has no name yet, opened to be written; None where there is no such thing."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
            if Path(_BY_HANDLE.format(handle)).exists():
                return handle
            os.close(handle)
    return None


def _keep_owner(target: Path, made: Path) -> None:
    """Give a new file the owner and group of another, as far as this user may."""
    if hasattr(os, "chown"):
        was = target.stat()
        with contextlib.suppress(OSError):
            os.chown(made, was.st_uid, was.st_gid)


def _keep_attributes(target: Path, made: Path) -> None:
    """Give a new file the extended attributes of another, access control lists among them, as far as this user may."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # A file system that has none.
            for name in os.listxattr(target):
                with contextlib.suppress(OSError):
                    os.setxattr(made, name, os.getxattr(target, name))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
