"""What git leaves out: `.gitignore` files and `.git/info/exclude`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from flake8_training_phase.sources import reading
from flake8_training_phase.sources.globs import Globs
from flake8_training_phase.sources.reading import OnError


class GitIgnores:
    """The patterns of the folders below one that was named, each file read once."""

    def __init__(self, root: str, on_error: OnError) -> None:
        """The patterns for a folder that git itself may leave out: those about that folder are dropped. A file of
        patterns that is there and cannot be read goes to `on_error`.
        """
        self._root = root
        self._on_error = on_error
        self._levels: dict[Path, tuple[Globs, ...]] = {}
        self._top = _repository(Path(root)) or Path(root)

    def patterns(self, folder: Path) -> tuple[Globs, ...]:
        """The patterns that apply in a folder at or below the root; later ones win."""
        if folder not in self._levels:
            around: tuple[Globs, ...] = ()
            if _is_repository(folder):
                around = (self._read(_info(folder / ".git") / "exclude", folder),)
            elif folder not in (self._top, folder.parent):
                around = self.patterns(folder.parent)
            found = (*around, self._read(folder / ".gitignore", folder))
            self._levels[folder] = tuple(globs.inside(self._root) for globs in found if globs.patterns)
        return self._levels[folder]

    def _read(self, file: Path, folder: Path) -> Globs:
        """The patterns in a file."""
        try:
            data = reading.read(file, reading.MAX_IGNORES)
        except (FileNotFoundError, NotADirectoryError):
            return Globs()
        except OSError as error:
            self._on_error(file, error)
            return Globs()
        lines = data.decode("utf-8-sig", "surrogateescape").split("\n")
        return Globs(str(folder), tuple(line.removesuffix("\r") for line in lines if line.strip() and line[0] != "#"))


def is_ignored(patterns: Sequence[Globs], folder: Path) -> Callable[[str, bool], bool] | None:
    """Tells of a name in a folder, and whether it is a folder itself, if patterns that count there leave it out; None
    where there are none.
    """
    matches = [globs.in_folder(str(folder)) for globs in reversed(patterns) if globs.patterns]

    def ignored(name: str, is_folder: bool) -> bool:
        found = (match(name, is_folder) for match in matches)
        return next((one for one in found if one is not None), False)

    return ignored if matches else None


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
    """What is in a file of one line; nothing where there is none, or one that cannot be a path."""
    try:
        line = reading.read(file, reading.MAX_IGNORES).decode("utf-8", "surrogateescape").strip()
    except OSError:
        return ""
    return "" if "\0" in line else line
