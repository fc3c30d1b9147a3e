"""Patterns of paths, as in a `.gitignore` file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flake8_training_phase.sources.wildcards import NoPattern, Pattern, read_pattern


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
        rules, parts = self._compared(path)
        if any(rules.match(parts[:depth], True) for depth in range(1, len(parts))):
            return True
        return rules.match(parts, is_folder)

    def in_folder(self, folder: str) -> Callable[[str, bool], bool | None]:
        """As `match`, of the names in a folder, and whether they are folders: of one of which everything around was
        asked for before. What is the same for all of them is looked up once.
        """
        rules, parts = self._compared(os.path.join(folder, "-"))  # noqa: PTH118 - paths as texts
        around = parts[:-1]

        def match(name: str, is_folder: bool) -> bool | None:
            return rules.match((*around, name), is_folder)

        return match

    def inside(self, root: str) -> Globs:
        """The patterns to go by in a folder that was named: not those that leave out the folder itself."""
        if not self.patterns or not _below(root, self.folder) or not self.match(root, is_folder=True):
            return self
        kept = (one for one in self.patterns if Globs(self.folder, (one,)).match(root, is_folder=True) is None)
        return Globs(self.folder, tuple(kept))

    def _compared(self, path: str) -> tuple[_Rules, Sequence[str]]:
        """The rules to hold against a path, and its parts below the folder."""
        relative = _below(path, self.folder)
        if relative is None:
            return _rules(_names_only(self.patterns)), (os.path.basename(path),)  # noqa: PTH119 - a path as text
        return _rules(self.patterns), relative.split(os.sep) if relative else ()  # noqa: PTH206 - a path as text


class _Rules:
    """Patterns in the order in which they decide."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._by_name: dict[str, list[tuple[int, Pattern]]] = {}
        """Those that mean only one name: most of them do, and a run asks for every file there is."""
        self._others: list[tuple[int, Pattern]] = []
        for rank, text in reversed(list(enumerate(patterns))):
            pattern = _read(text)
            if pattern is not None:
                named = self._others if pattern.name is None else self._by_name.setdefault(pattern.name, [])
                named.append((rank, pattern))

    def match(self, parts: Sequence[str], is_folder: bool) -> bool | None:
        """What the last of the patterns that match a path decides; the path is given as its parts."""
        if not parts:
            return None
        named = next((one for one in self._by_name.get(parts[-1], ()) if one[1].matches(parts, is_folder)), None)
        for rank, pattern in self._others:
            if named is not None and rank < named[0]:
                break
            if pattern.matches(parts, is_folder):
                return pattern.includes
        return None if named is None else named[1].includes


def absolute(path: Path) -> str:
    """A path from the root of the file system, without `.` and `..` in it; links stay."""
    return os.path.abspath(path)  # noqa: PTH100 - `Path.absolute` keeps `..`, and `Path.resolve` follows links


def is_pattern(text: str) -> bool:
    """Whether a text can be read as a pattern."""
    try:
        return read_pattern(text) is not None
    except NoPattern:
        return False


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
def _rules(patterns: tuple[str, ...]) -> _Rules:
    return _Rules(patterns)


def _read(text: str) -> Pattern | None:
    try:
        return read_pattern(text)
    except NoPattern:
        return None  # As git takes it: it means nothing.
