"""What is known of files from earlier runs, as results of this one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from flake8_training_phase.findings import Applicability, Fix
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import File, Fixes
from flake8_training_phase.runs.cache import Cache, Kept, key_of
from flake8_training_phase.sources.document import NOTHING
from flake8_training_phase.sources.documents import read_document


class Memory:
    """The files of one run, as far as their settings let results be kept."""

    def __init__(self, cache: Cache, files: Sequence[File]) -> None:
        self._cache = cache
        here = os.getcwd()  # noqa: PTH109 - of every file there is
        keys = {id(settings): key_of(settings) for _, settings in _distinct(files)}
        self._files = {
            index: (_absolute(path, here), keys[id(settings)])
            for index, (path, settings) in enumerate(files)
            if settings.cache
        }
        self._paths = [path for path, _ in files]
        cache.load([path for path, _ in self._files.values()])

    def results(self, fixes: Fixes) -> dict[int, FileResult]:
        """What is known of files, by their index: those whose findings still hold and leave no fix to make."""
        found = {}
        for index, (path, key) in self._files.items():
            kept = self._cache.kept(path, key, self._cache.digest(path))
            if kept is not None and not any(_is_made(finding.fix, fixes) for finding in kept.findings):
                result = self._result(index, kept)
                if result is not None:
                    found[index] = result
        return found

    def keep(self, results: Mapping[int, FileResult]) -> None:
        """Remember results; files that were changed or could not be read are nothing to remember."""
        self._cache.keep(self._worth_keeping(results))

    def _worth_keeping(self, results: Mapping[int, FileResult]) -> Iterator[Kept]:
        for index, result in results.items():
            if index in self._files and result.examined and not result.changed:
                path, key = self._files[index]
                yield Kept(path, key, self._cache.digest(path), result.findings, result.lookups)

    def _result(self, index: int, kept: Kept) -> FileResult | None:
        path = self._paths[index]
        try:
            document = read_document(path) if kept.findings else NOTHING
        except OSError:
            return None
        except SyntaxError:
            document = NOTHING
        return FileResult(path, document, document, kept.findings, examined=True, lookups=kept.lookups)


def _distinct(files: Sequence[File]) -> Iterable[File]:
    """A file for each of the settings: files that are checked alike share theirs, which take long to compare."""
    return {id(file[1]): file for file in files}.values()


def _absolute(path: Path, here: str) -> str:
    folder, separator, name = str(path).rpartition(os.sep)
    return _prefix(folder or separator, here) + name


@cache
def _prefix(folder: str, here: str) -> str:
    """What absolute paths of files in a folder begin with: joined once, not for each of them."""
    return os.path.join(os.path.abspath(os.path.join(here, folder)), "")  # noqa: PTH100, PTH118 - keeps the separator


def _is_made(fix: Fix | None, fixes: Fixes) -> bool:
    if fix is None or fixes is Fixes.NONE:
        return False
    return fixes is Fixes.ALL or fix.applicability is Applicability.SAFE
