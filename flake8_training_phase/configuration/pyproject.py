"""Finds and reads `[tool.training-phase]` in files named pyproject.toml."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.printable import shortened
from flake8_training_phase.sources import reading

TABLE = "training-phase"
_NEAR_MISSES = ("trainingphase", "flake8trainingphase", "trainingphasefix", "trainingphasecheck")
_HEADER = re.compile(rb"""^[ \t]*\[[ \t]*(tool[ \t]*\.[ \t]*)?["']?([\w-]+)((?:[ \t]*\.[ \t]*[\w-]+)*)""", re.MULTILINE)
"""The head of a table, of a tool or not, and the tables in it. Most files have none of ours, and are not parsed."""

MAX_DOTS = 2_000
"""Dots up to which a line is parsed, and by their squares up to which all lines are: of a key like `a.b.c` the parser
keeps each part together with all parts before it.
"""


class Pyprojects:
    """The tables that were looked for, each file read once."""

    def __init__(self) -> None:
        self._nearest: dict[Path, Path | None] = {}
        self._tables: dict[Path, Mapping[str, object] | None] = {}

    def nearest(self, folder: Path) -> Path | None:
        """The pyproject.toml with a table of ours in a folder, or in the first one above it that has one.

        Raises SettingsError for a file that has one and cannot be read.
        """
        if folder not in self._nearest:
            path = folder / "pyproject.toml"
            if os.path.isfile(path) and self.table(path) is not None:  # noqa: PTH113 - never raise
                self._nearest[folder] = path
            else:
                self._nearest[folder] = None if folder.parent == folder else self.nearest(folder.parent)
        return self._nearest[folder]

    def table(self, path: Path) -> Mapping[str, object] | None:
        """The table in a file; None without one. Raises SettingsError."""
        if path not in self._tables:
            self._tables[path] = read_table(path)
        return self._tables[path]


def read_table(path: Path) -> Mapping[str, object] | None:
    """The table in a file; None without one. Raises SettingsError."""
    try:
        data = reading.read(path, reading.MAX_SETTINGS)
        _refuse_near_misses(path, data)
        if TABLE.encode() not in data:
            return None  # Whatever is wrong with such a file is nothing to us.
        tools = _parsed(data.decode("utf-8")).get("tool", {})
    except RecursionError as error:
        raise SettingsError(f"{path} cannot be read: it is too deeply nested") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # That TOML cannot be parsed is a ValueError, as is what is no text.
        raise SettingsError(f"{path} cannot be read: {error}") from error
    table = tools.get(TABLE) if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError(f"{path}: tool.{TABLE} must be a table, not `{shortened(table)}`")
    return table


def _refuse_near_misses(path: Path, data: bytes) -> None:
    """Raise SettingsError for a table whose name is almost ours: its settings would be ignored without a word."""
    for tool, name, inner in _HEADER.findall(data):
        spelled, whole = (text.decode("utf-8", "replace") for text in (name, name + inner))
        if tool and spelled == TABLE:
            continue
        for table in (spelled, whole):
            if re.sub(r"[-_.\s]", "", table.lower()) in _NEAR_MISSES:
                raise SettingsError(
                    f"{path}: the table [{'tool.' if tool else ''}{table}] must be named [tool.{TABLE}]"
                )


def _parsed(text: str) -> Mapping[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if sum(line.count(".") ** 2 for line in text.split("\n")) > MAX_DOTS**2:
        raise ValueError("there are too many dots in one line")
    found: Mapping[str, object] = tomllib.loads(text)
    return found
