"""What git leaves out: `.gitignore` files and `.git/info/exclude`."""

from __future__ import annotations

import os
from pathlib import Path

from flake8_training_phase.sources.globs import Globs, is_pattern


class GitIgnores:
    """The patterns of the folders below one that somebody has named, each file read once."""

    def __init__(self, root: str) -> None:
        """What counts in a folder that git itself may leave out: what it says of that folder is forgotten."""
        self._root = root
        self._levels: dict[Path, tuple[Globs, ...]] = {}
        self._top = _repository(Path(root)) or Path(root)

    def match(self, path: str, folder: Path, is_folder: bool = False) -> bool:
        """Whether git leaves out something that stands in a folder at or below the root."""
        for globs in reversed(self._patterns(folder)):
            found = globs.match(path, is_folder)
            if found is not None:
                return found
        return False

    def _patterns(self, folder: Path) -> tuple[Globs, ...]:
        """The patterns that count in a folder: the later they stand, the more they say."""
        if folder not in self._levels:
            around: tuple[Globs, ...] = ()
            if _is_repository(folder):
                around = (_patterns(_info(folder / ".git") / "exclude", folder),)
            elif folder not in (self._top, folder.parent):
                around = self._patterns(folder.parent)
            found = (*around, _patterns(folder / ".gitignore", folder))
            self._levels[folder] = tuple(globs.inside(self._root) for globs in found if globs.patterns)
        return self._levels[folder]


def _repository(folder: Path) -> Path | None:
    return next((one for one in (folder, *folder.parents) if _is_repository(one)), None)


def _is_repository(folder: Path) -> bool:
    return os.path.exists(folder / ".git")  # noqa: PTH110 - never raise


def _info(git: Path) -> Path:
    """The folder `info` of a repository. In a submodule `.git` is a file that names the repository; in a further work
    tree it names a folder, and a file in there names the repository.
    """
    named = _line(git).removeprefix("gitdir:").strip()
    repository = git.parent / named if named else git
    return repository / _line(repository / "commondir") / "info"


def _line(file: Path) -> str:
    """What stands in a file of one line; nothing where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""


def _patterns(file: Path, folder: Path) -> Globs:
    """The patterns in a file, without those that git could not read either."""
    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return Globs()
    return Globs(str(folder), tuple(line for line in lines if line.strip() and line[0] != "#" and is_pattern(line)))
