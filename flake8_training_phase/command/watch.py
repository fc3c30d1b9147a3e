"""`--watch`: runs again whenever a file changes that a run depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.sources.documents import SUFFIXES_IN_FOLDERS


def rounds(paths: Sequence[Path]) -> Iterator[None]:
    """Once at first, and then each time that something relevant has changed below the paths, until Ctrl-C.

    Raises SettingsError when watchfiles is not installed.
    """
    try:
        import watchfiles
    except ImportError as error:
        raise SettingsError("--watch needs watchfiles: pip install 'flake8-training-phase[watch]'") from error
    yield
    for _ in watchfiles.watch(*paths, watch_filter=_relevant(paths), raise_interrupt=True):
        yield


def _relevant(paths: Sequence[Path]) -> Callable[[object, str], bool]:
    named = {str(path.resolve()) for path in paths}

    def is_relevant(change: object, path: str) -> bool:
        name = Path(path).name
        # The fixer's own temporary files begin with a dot.
        is_checked = name.endswith(SUFFIXES_IN_FOLDERS) and not name.startswith(".")
        return is_checked or name == "pyproject.toml" or str(Path(path).resolve()) in named

    return is_relevant
