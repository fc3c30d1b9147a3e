"""Which files an editor watches for the server, and what it means when one of them has changed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

GLOBS = ("**/pyproject.toml", "**/*.py")


class WatchedFiles(IntEnum):
    """What has happened to a file, by the numbers of the protocol."""

    CREATED = 1
    CHANGED = 2
    DELETED = 3


def touches_settings(changes: Iterable[tuple[Path, int]]) -> bool:
    """Whether settings have to be read again."""
    return any(path.name == "pyproject.toml" for path, _ in changes)


def touches_imports(changes: Iterable[tuple[Path, int]]) -> bool:
    """Whether imports may lead elsewhere than they did: a file has come or gone."""
    return any(path.suffix == ".py" and kind != WatchedFiles.CHANGED for path, kind in changes)
