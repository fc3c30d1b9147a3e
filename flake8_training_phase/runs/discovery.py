"""Finds the files that are checked, and the effective settings for each."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.documents import SUFFIXES_IN_FOLDERS
from flake8_training_phase.sources.gitignore import GitIgnores, is_ignored
from flake8_training_phase.sources.globs import Globs, absolute
from flake8_training_phase.sources.reading import OnError


def discover(
    paths: Sequence[Path], configuration: Configuration, on_error: OnError, force_exclude: bool = False
) -> Iterator[tuple[Path, Settings]]:
    """The files to check with their settings: those named, and those below the folders named, in order, each once.

    What the settings leave out is checked all the same when it is named itself, unless `force_exclude` is set. What
    cannot be read (a missing path, a closed folder) goes to `on_error`. Raises SettingsError.
    """
    seen: set[Path] = set()
    for path in paths:
        if force_exclude and is_excluded(path, configuration):
            continue
        for found, settings in _below(path, configuration, on_error):
            if len(paths) > 1:  # Below one path no file comes twice.
                if found in seen:
                    continue
                seen.add(found)
            yield found, settings


def is_excluded(path: Path, configuration: Configuration) -> bool:
    """Whether `exclude` or `extend-exclude` leaves out a path, or a folder it is in. Raises SettingsError."""
    name = absolute(path)
    settings = configuration.for_folder(Path(name).parent).settings
    is_folder = os.path.isdir(path)  # noqa: PTH112 - never raise
    return any(globs.match(name, is_folder) for globs in (settings.exclude, settings.extend_exclude))


def _below(path: Path, configuration: Configuration, on_error: OnError) -> Iterator[tuple[Path, Settings]]:
    """The files at or below a path, each with its settings."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:
        on_error(path, error if isinstance(error, OSError) else OSError(str(error)))
        return
    if not is_folder:
        yield path, configuration.for_file(path)
        return
    walk = _Walk(absolute(path), on_error)
    for folder, folders, files in os.walk(path, onerror=lambda error: on_error(Path(error.filename), error)):
        here = Path(absolute(Path(folder)))
        settings = configuration.for_folder(here).settings
        of_all = None if settings.per_file_ignores.entries else settings.for_file(here)
        keeps = walk.keeps(here, settings)
        folders[:] = sorted(name for name in folders if keeps(name, True))
        for name in sorted(files):
            if name.endswith(SUFFIXES_IN_FOLDERS) and keeps(name, False):
                path = Path(folder, name)
                yield path, of_all or settings.for_file(path)


class _Walk:
    """What is left out below one folder that was named."""

    def __init__(self, root: str, on_error: OnError) -> None:
        self._root = root
        self._git = GitIgnores(root, on_error)
        self._excludes: dict[tuple[Globs, Globs], tuple[Globs, ...]] = {}

    def keeps(self, folder: Path, settings: Settings) -> Callable[[str, bool], bool]:
        """Whether a name in a folder is kept, and whether it is a folder itself."""
        key = (settings.exclude, settings.extend_exclude)
        if key not in self._excludes:
            self._excludes[key] = tuple(globs.inside(self._root) for globs in key)
        excludes = [globs.in_folder(str(folder)) for globs in self._excludes[key] if globs.patterns]
        ignored = is_ignored(self._git.patterns(folder), folder) if settings.respect_gitignore else None

        def keep(name: str, is_folder: bool) -> bool:
            for match in excludes:
                if match(name, is_folder):
                    return False
            return ignored is None or not ignored(name, is_folder)

        return keep
