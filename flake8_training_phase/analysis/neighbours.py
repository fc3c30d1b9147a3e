"""The files in the folders around a module, as their texts say which modules they import.

An import names a file, but no file names who imports it. Texts are searched, and nothing is parsed; each is read once
in a run, whichever module asks.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from flake8_training_phase.sources import reading
from flake8_training_phase.sources.text import SourceText

MAX_FOLDERS_UP = 12
"""How many folders above a file are looked at, where they are not packages in each other."""
MAX_BYTES = 2_000_000
"""The size from which a file is data rather than code, and stays unread."""
MAX_IMPORTERS = 100
"""How many files of one folder are looked through for who imports a module."""
MAX_INNER_FOLDERS = 50
"""In how many folders beside a module those are looked for that import it and freeze what it makes."""
MAX_TEXTS = 1_000
"""How many texts are kept; the one that was not asked for the longest goes first."""

_PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
"""What the outermost folder of a project has."""

_FREEZING = re.compile(r"\.trainable\s*=(?!=|\s*True\b)|\bsetattr\b[^\n]*[\"']trainable[\"']")


class Neighbours:
    """The files around modules, each read once."""

    def __init__(self, texts: Mapping[Path, SourceText]) -> None:
        """`texts` are to be read instead of what is in some files, by absolute path."""
        self._instead = texts
        self._texts: OrderedDict[Path, str | None] = OrderedDict()

    def importing(self, module: Path, imported_as: Collection[str], asked: set[str]) -> Iterator[tuple[Path, str]]:
        """The files in the folders above a module that import something by one of some names, with their texts.

        What was looked at is put into `asked`: a change of it may change the answer.
        """
        for path, text in self._around(module, folders_around(module.parent), asked):
            if _imports_one_of(text, imported_as):
                yield path, text

    def freeze(self, module: Path, imported_as: Collection[str], asked: set[str]) -> bool:
        """Whether a file that imports a module by one of some names sets `trainable` to what may be False."""
        around = list(folders_around(module.parent))
        asked.update(str(folder / reading.ANY_FOLDER) for folder in around)
        folders = dict.fromkeys(one for folder in around for one in (folder, *_inner_folders(folder)))
        texts = self._around(module, folders, asked)
        return any(
            "trainable" in text and _FREEZING.search(text) is not None and _imports_one_of(text, imported_as)
            for _, text in texts
        )

    def overlooks(self, module: Path) -> bool:
        """Whether a folder above a module holds more files than are looked through for who imports it."""
        return any(len(_modules_in(folder)) > MAX_IMPORTERS for folder in folders_around(module.parent))

    def forget(self, path: Path) -> None:
        """Read a file anew when it is asked for the next time."""
        self._texts.pop(path, None)

    def _around(self, module: Path, folders: Iterable[Path], asked: set[str]) -> Iterator[tuple[Path, str]]:
        """The other files of code in some folders."""
        for folder in folders:
            # A file that is added there may import it as well.
            asked.add(str(folder / reading.ANY_MODULE))
            for path in sorted(_modules_in(folder))[:MAX_IMPORTERS]:
                asked.add(str(path))
                text = self._text(path) if path != module else None
                if text is not None:
                    yield path, text

    def _text(self, path: Path) -> str | None:
        if path not in self._texts:
            self._texts[path] = self._read(path)
        self._texts.move_to_end(path)
        while len(self._texts) > MAX_TEXTS:
            self._texts.popitem(last=False)
        return self._texts[path]

    def _read(self, path: Path) -> str | None:
        try:
            source = self._instead.get(path) or SourceText.decode(reading.read(path, MAX_BYTES))
        except (OSError, SyntaxError, ValueError):
            return None
        return source.text


def _modules_in(folder: Path) -> list[Path]:
    return list(folder.glob(reading.ANY_MODULE))


def folders_up(folder: Path) -> Iterator[Path]:
    """A folder and those above it: a few, and more where they are packages, up to the folder that holds them."""
    for place, one in enumerate((folder, *folder.parents), 1):
        yield one
        if place >= MAX_FOLDERS_UP and not (one / "__init__.py").is_file():
            break


def folders_around(folder: Path) -> Iterator[Path]:
    """A folder, and those above it as far as they surely belong to the same project: up to a mark of one, or as long
    as they are packages.
    """
    above = list(folders_up(folder))
    top = next((one for one in above if is_top(one)), None)
    for one in above:
        yield one
        if one == top or (top is None and not (one / "__init__.py").is_file()):
            break


def name_of(path: Path) -> str:
    """The name that a module is imported by."""
    return path.parent.name if path.name == "__init__.py" else path.stem


def _inner_folders(folder: Path) -> list[Path]:
    """The folders of code in a folder."""
    try:
        found = [one for one in folder.iterdir() if not one.name.startswith((".", "_")) and one.is_dir()]
    except OSError:
        return []
    return sorted(found)[:MAX_INNER_FOLDERS]


def _imports_one_of(text: str, names: Collection[str]) -> bool:
    """Whether a text imports something by one of these names."""
    if not any(name in text for name in names):
        return False
    any_name = "|".join(map(re.escape, names))
    imports = rf"^[ \t]*(?:from|import)\b(?:[^\n(]*|[^\n(]*\([^)]*)\b(?:{any_name})\b"
    return re.search(imports, text, re.MULTILINE) is not None


def is_top(folder: Path) -> bool:
    """Whether a folder is the outermost one of a project."""
    return any(os.path.exists(folder / mark) for mark in _PROJECT_MARKS)  # noqa: PTH110 - never raises
