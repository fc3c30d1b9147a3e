"""The tool from Python: `check` and `fix`, over files and folders, with any `concurrent.futures.Executor`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.runs.results import FileResult
from flake8_training_phase.runs.session import results_of, written
from flake8_training_phase.sources.discovery import discover
from flake8_training_phase.sources.reading import OnError

if TYPE_CHECKING:
    from concurrent.futures import Executor

Paths = Iterable[str | PathLike[str]]


def check(
    paths: Paths, settings: Mapping[str, object] | None = None, executor: Executor | None = None
) -> list[FileResult]:
    """What there is to report of files, and of the files in folders; nothing is written.

    `settings` are those of `[tool.training-phase]` by the same keys, and go before those in files: `{"keras": "3"}`.
    `executor` is where files are examined, which has to see them by the same paths; without one it is done here. A
    file that cannot be read has its reason in `error`. Raises SettingsError.
    """
    return _results(paths, settings, executor, Fixes.NONE)


def fix(
    paths: Paths,
    settings: Mapping[str, object] | None = None,
    executor: Executor | None = None,
    unsafe: bool = False,
    write: bool = True,
) -> list[FileResult]:
    """Make the safe fixes, or all, and write the files that they change; the results hold what is left.

    Without `write` the fixed text is in `after.source.text` of the results only. The other parameters are those of
    `check`. Raises SettingsError before any file is written.
    """
    return _results(paths, settings, executor, Fixes.ALL if unsafe else Fixes.SAFE, write)


def _results(
    paths: Paths, settings: Mapping[str, object] | None, executor: Executor | None, fixes: Fixes, write: bool = False
) -> list[FileResult]:
    unreadable: list[FileResult] = []
    configuration = Configuration(settings or {})
    given = [Path(path) for path in paths]
    chosen = list(discover(given, configuration, _kept_in(unreadable)))
    results = results_of(chosen, fixes, Examiner(executor=executor))
    return [*unreadable, *(written(results, chosen, given) if write else results)]


def _kept_in(unreadable: list[FileResult]) -> OnError:
    def keep(path: Path, error: OSError) -> None:
        unreadable.append(FileResult(path, error=f"cannot be read: {error.strerror or error}"))

    return keep
