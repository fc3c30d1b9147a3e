"""What the settings of other tools say of the style of a project: how long lines may be, which Python runs it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_training_phase.sources import reading
from flake8_training_phase.sources.globs import absolute

_TABLES = (
    *(("tool", "black", "line-length"), ("tool", "ruff", "line-length"), ("line-length",)),
    *(("tool", "yapf", "column_limit"), ("tool", "pylint", "format", "max-line-length")),
    *(("tool", "pylint", "FORMAT", "max-line-length"), ("tool", "flake8", "max-line-length")),
)
"""Where TOML files say how long lines may be, the first found counts; ruff.toml says it at its top."""
_DEFAULTS = {("tool", "black"): 88, ("tool", "ruff"): 88}
"""What a table says that does not say it."""
_SECTIONS = (("flake8", "max-line-length"), ("pycodestyle", "max-line-length"), ("yapf", "column_limit"))
_TOML = ("pyproject.toml", "ruff.toml", ".ruff.toml")
_INI = ("setup.cfg", ".flake8", "tox.ini")
_MARKS = ("pyproject.toml", "setup.cfg", "setup.py", ".git")
"""What is in the uppermost folder of a project."""
_LOWEST = re.compile(r"(?:>=|~=|==)\s*(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class ProjectStyle:
    """The style of a project, judging by its files."""

    line_length: int | None = None
    python: tuple[int, int] | None = None
    """The oldest Python that it is to run on."""


class ProjectStyles:
    """The styles that were read, each folder's once."""

    def __init__(self) -> None:
        self._styles: dict[Path, ProjectStyle] = {}

    def of(self, folder: Path) -> ProjectStyle:
        """The style of what is in a folder."""
        folder = _without_dots(folder)
        if folder not in self._styles:
            found = _style_in(folder)
            is_whole = found.line_length is not None and found.python is not None
            if not is_whole and folder.parent != folder and not any((folder / mark).exists() for mark in _MARKS):
                above = self.of(folder.parent)
                found = ProjectStyle(found.line_length or above.line_length, found.python or above.python)
            self._styles[folder] = found
        return self._styles[folder]


def _without_dots(folder: Path) -> Path:
    """What is above `a/../b` is not `a`."""
    return Path(absolute(folder)) if ".." in folder.parts else folder


def style_files(folder: Path) -> Iterator[Path]:
    """The files that the style of a folder may depend on."""
    whole = _without_dots(folder)
    for one in (whole, *whole.parents):
        yield from (one / name for name in dict.fromkeys((*_TOML, *_INI, *_MARKS)))
        if any((one / mark).exists() for mark in _MARKS):
            return


def _style_in(folder: Path) -> ProjectStyle:
    lengths: list[int] = []
    pythons: list[tuple[int, int]] = []
    for name in _TOML:
        content = _toml(folder / name)
        lengths += _lengths(content)
        pythons += _lowest(_inner(content, ("project", "requires-python")))
    for name in _INI:
        sections = _ini(folder / name)
        lengths += (
            int(said) for section, key in _SECTIONS if (said := sections.get(section, {}).get(key, "")).isdecimal()
        )
        pythons += _lowest(sections.get("options", {}).get("python_requires"))
    return ProjectStyle(next(iter(lengths), None), next(iter(pythons), None))


def _lengths(content: Mapping[str, Any]) -> Iterator[int]:
    said = (_inner(content, keys) for keys in _TABLES)
    yield from (one for one in said if isinstance(one, int))
    yield from (length for table, length in _DEFAULTS.items() if _inner(content, table) is not None)


def _inner(content: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _lowest(requirement: object) -> Iterator[tuple[int, int]]:
    if isinstance(requirement, str):
        found = [(int(major), int(minor)) for major, minor in _LOWEST.findall(requirement)]
        if found:
            yield max(found)


def _toml(path: Path) -> Mapping[str, Any]:
    """What is in a TOML file; whatever is wrong with it is nothing to us."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        content: Mapping[str, Any] = tomllib.loads(reading.read(path, reading.MAX_SETTINGS).decode("utf-8"))
    except (OSError, ValueError):
        return {}
    return content


def _ini(path: Path) -> Mapping[str, Mapping[str, str]]:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(reading.read(path, reading.MAX_SETTINGS).decode("utf-8"))
    except (OSError, ValueError, configparser.Error):
        return {}
    return {name: dict(parser[name]) for name in parser.sections()}
