"""Patterns of paths, as in a `.gitignore` file."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Globs(NamedTuple):
    """Patterns, and the folder they are relative to; the last that matches a path decides, `!` takes it out again."""

    folder: str = ""
    patterns: tuple[str, ...] = ()

    def match(self, path: str, is_folder: bool = False) -> bool | None:
        """Whether the patterns mean an absolute path, or something around it below their folder; None when none
        says anything of it.

        Of a path that is not below their folder, those without a slash look at the name.
        """
        if not self.patterns:
            return None
        relative = _below(path, self.folder)
        patterns = self.patterns
        if relative is None:
            patterns, relative = _names_only(patterns), os.path.basename(path)  # noqa: PTH119 - a path as text
        if not relative:
            return None
        names = _names(patterns)
        if names is not None:
            return names.match(relative)
        return _spec(patterns).check_file(relative + "/" * is_folder).include

    def inside(self, root: str) -> Globs:
        """The patterns to go by in a folder that somebody has named: not those that leave out the folder itself."""
        if not self.patterns or not _below(root, self.folder) or not self.match(root, is_folder=True):
            return self
        kept = (one for one in self.patterns if Globs(self.folder, (one,)).match(root, is_folder=True) is None)
        return Globs(self.folder, tuple(kept))


class _Names(NamedTuple):
    """Patterns that are names, or the ends of names."""

    names: frozenset[str]
    ends: tuple[str, ...]

    def match(self, relative: str) -> bool | None:
        """As `Globs.match`, of a path below the folder."""
        parts = relative.split(os.sep)  # noqa: PTH206 - a path as text
        found = not self.names.isdisjoint(parts) or (self.ends and any(part.endswith(self.ends) for part in parts))
        return True if found else None


_NAME = re.compile(r"[\w.-]*\w[\w.-]*")


def absolute(path: Path) -> str:
    """A path from the root of the file system, without `.` and `..` in it; links stay."""
    return os.path.abspath(path)  # noqa: PTH100 - `Path.absolute` keeps `..`, and `Path.resolve` follows links


def is_pattern(text: str) -> bool:
    """Whether a text can be read as a pattern."""
    try:
        _spec((text,))
    except (ValueError, re.error):
        return False
    return True


def _below(path: str, folder: str) -> str | None:
    """The way from a folder to a path below it; None when it is not there."""
    if path == folder:
        return ""
    start = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(start) :] if path.startswith(start) else None


@cache
def _names_only(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in patterns if "/" not in one.rstrip("/"))


@cache
def _names(patterns: tuple[str, ...]) -> _Names | None:
    """The patterns as names, if that is all they are, as the default ones: to load pathspec takes longer than all that
    a run does over files that have not changed.
    """
    names = [one for one in patterns if not one.startswith("*")]
    ends = [one[1:] for one in patterns if one.startswith("*")]
    return _Names(frozenset(names), tuple(ends)) if all(map(_NAME.fullmatch, names + ends)) else None


@cache
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)
