"""The effective settings of a file: those of the options, over those of the nearest pyproject.toml, over defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from flake8_training_phase.configuration.errors import SettingsError, nearest
from flake8_training_phase.configuration.pyproject import TABLE, Pyprojects
from flake8_training_phase.configuration.settings import Settings, declared
from flake8_training_phase.printable import shortened
from flake8_training_phase.sources.globs import Globs, absolute

DEFAULT = "default"
"""Where a value is from that was not given."""
ACTIVE_ENVIRONMENT = "VIRTUAL_ENV"
"""The variable that names the environment somebody works in."""


class Resolved(NamedTuple):
    """Settings, and where each of them is from."""

    settings: Settings
    origins: Mapping[str, str]
    """By the key of the setting: `DEFAULT`, the name of the front end, or the path of a file."""


class Configuration:
    """What the options of a front end say, and the files behind them."""

    def __init__(
        self,
        given: Mapping[str, object],
        *,
        front_end: str = "command line",
        config: Path | None = None,
        isolated: bool = False,
        taken: frozenset[str] | None = None,
    ) -> None:
        """Settings from options, by key, and from files.

        `config` is a file to read instead of those found above the checked files, `isolated` reads none. `taken` are
        the keys that count when they are in a file, if not all do. Raises SettingsError.
        """
        self._isolated = isolated
        self._taken = frozenset(declared()) if taken is None else taken
        self._front_end = front_end
        self._here = absolute(Path())
        self._given = _read(given, self._here)
        self._files = Pyprojects()
        self._config = config
        self._by_file: dict[Path | None, Resolved] = {}
        self._by_folder: dict[str, Resolved] = {}
        if config is not None and self._files.table(Path(absolute(config))) is None:
            raise SettingsError(f"{config} has no table [tool.{TABLE}]")
        if config is not None:
            self.for_folder(config.parent)  # What is wrong in it is said at once.

    def for_folder(self, folder: Path) -> Resolved:
        """The settings for what is in a folder. Raises SettingsError."""
        name = absolute(folder)
        if name not in self._by_folder:
            file = self._file(name)
            if file not in self._by_file:
                self._by_file[file] = self._resolved(file)
            self._by_folder[name] = self._by_file[file]
        return self._by_folder[name]

    def for_file(self, path: Path) -> Settings:
        """The settings for checking a file. Raises SettingsError."""
        return self.for_folder(path.parent).settings.for_file(path)

    def _file(self, folder: str) -> Path | None:
        if self._isolated:
            return None
        if self._config is not None:
            return Path(absolute(self._config))
        return self._files.nearest(Path(folder))

    def _resolved(self, file: Path | None) -> Resolved:
        folder = self._here if file is None else str(file.parent)
        # The folders left out by default are looked for where the settings of a user would be.
        values: dict[str, object] = {"exclude": Globs(folder, Settings().exclude.patterns)}
        origins = dict.fromkeys(declared(), DEFAULT)
        if file is not None:
            try:
                found = _read(self._files.table(file) or {}, folder)
            except SettingsError as error:
                raise SettingsError(f"{file}: {error}") from error
            found = {key: value for key, value in found.items() if key in self._taken}
            values |= found
            origins |= dict.fromkeys(found, str(file))
        values |= self._given
        origins |= dict.fromkeys(self._given, self._front_end)
        active = os.environ.get(ACTIVE_ENVIRONMENT)
        if active and isinstance(values.get("follow-imports"), tuple) and values.get("python") is None:
            values["python"], origins["python"] = Path(absolute(Path(active))), ACTIVE_ENVIRONMENT
        fields = {declared()[key].name: value for key, value in values.items()}
        return Resolved(Settings(**fields, isolated=self._isolated), origins)  # type: ignore[arg-type]


def _read(values: Mapping[str, object], folder: str) -> dict[str, object]:
    """The values of settings from what is in a table, by key. Raises SettingsError."""
    for key in values:
        if key not in declared():
            raise SettingsError(f"unknown setting `{shortened(key)}`{nearest(key, declared())}")
    return {key: declared()[key].kind.read(key, value, folder) for key, value in values.items()}
