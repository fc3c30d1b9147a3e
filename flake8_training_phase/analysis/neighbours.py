"""The files in the folders around a module, as their texts say which modules they import.

An import names a file, but no file names who imports it. Texts are searched, and nothing is parsed; each is read once
in a run, whichever module asks.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.sources import reading
from flake8_training_phase.sources.text import SourceText

MAX_FOLDERS_UP = 12
"""How many folders above a file are looked at, where they are not packages in each other."""
MAX_BYTES = 2_000_000
"""The size from which a file is data rather than code, and stays unread."""
MAX_IMPORTERS = 400
"""How many files of one folder are looked through for who imports a module."""
MAX_INNER_FOLDERS = 50
"""In how many folders of one folder those are looked for that import a module."""
MAX_TEXTS = 1_000
"""How many texts are kept; the one that was not asked for the longest goes first."""

_PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
"""What the outermost folder of a project has."""

_IMPORT = re.compile(r"^[ \t]*(?:from|import)\b([^\n(]*(?:\([^)]*)?)", re.MULTILINE)
_WORD = re.compile(r"\w+")
_FREEZING = re.compile(r"\.trainable\s*=(?!=|\s*True\b)|\bsetattr\b[^\n]*[\"']trainable[\"']")


@dataclass(frozen=True, slots=True)
class _Folder:
    """The files of code in a folder, with the words in the import statements of each."""

    imported: Mapping[Path, frozenset[str]]
    imported_by_any: frozenset[str]
    asked: frozenset[str]
    """What was looked at to know this."""
    has_more: bool
    """There are other files in it, which are too many to be looked at."""


class Neighbours:
    """The files around modules, each read once, and each folder listed once."""

    def __init__(self, texts: Mapping[Path, SourceText]) -> None:
        """`texts` are to be read instead of what is in some files, by absolute path."""
        self._instead = texts
        self._texts: OrderedDict[Path, str | None] = OrderedDict()
        self._listed: dict[Path, _Folder] = {}
        self._inner: dict[Path, list[Path]] = {}
        self._around: dict[Path, list[Path]] = {}

    def importing(
        self, module: Path, imported_as: Collection[str], asked: set[str], through_folder: bool = True
    ) -> Iterator[tuple[Path, str]]:
        """The files in the folders around a module, and in the folders in those, that import something by one of some
        names, with their texts; the nearest first. Those beside it have to name the folder of the module as well, where
        it is to be reached `through_folder`: another `model.py` is imported there more often than not.

        What was looked at is put into `asked`: a change of it may change the answer.
        """
        around = self._folders_around(module.parent)
        asked.update(str(folder / reading.ANY_FOLDER) for folder in around)
        inner = (one for folder in around for one in self._inner_folders(folder))
        for folder in dict.fromkeys((*around, *inner)):
            listed = self._folder(folder)
            asked |= listed.asked
            also = {module.parent.name} if through_folder and folder not in around else set[str]()
            if also <= listed.imported_by_any and not listed.imported_by_any.isdisjoint(imported_as):
                for path, words in listed.imported.items():
                    imports = also <= words and not words.isdisjoint(imported_as) and path != module
                    text = self._text(path) if imports else None
                    if text is not None:
                        yield path, text

    def freeze(self, module: Path, imported_as: Collection[str], asked: set[str]) -> bool:
        """Whether a file that imports a module by one of some names sets `trainable` to what may be False."""
        return any(
            "trainable" in text and _FREEZING.search(text) is not None
            for _, text in self.importing(module, imported_as, asked, through_folder=False)
        )

    def overlooks(self, module: Path) -> bool:
        """Whether a folder above a module holds more files than are looked through for who imports it."""
        return any(self._folder(folder).has_more for folder in self._folders_around(module.parent))

    def forget(self, path: Path) -> None:
        """Read a file anew when it is asked for the next time, and list the folders that it is in."""
        self._texts.pop(path, None)
        self._around.clear()  # It may be what makes a folder a package, or the outermost one.
        for folder in (path.parent, path.parent.parent):
            self._listed.pop(folder, None)
            self._inner.pop(folder, None)

    def _folder(self, folder: Path) -> _Folder:
        if folder not in self._listed:
            there = sorted(folder.glob(reading.ANY_MODULE))
            paths = there[:MAX_IMPORTERS]
            imported = {path: _imported_words(self._text(path) or "") for path in paths}
            # A file that is added there may import the module as well.
            asked = frozenset((str(folder / reading.ANY_MODULE), *map(str, paths)))
            words = frozenset[str]().union(*imported.values())
            self._listed[folder] = _Folder(imported, words, asked, has_more=len(there) > len(paths))
        return self._listed[folder]

    def _folders_around(self, folder: Path) -> list[Path]:
        if folder not in self._around:
            self._around[folder] = list(folders_around(folder))
        return self._around[folder]

    def _inner_folders(self, folder: Path) -> list[Path]:
        if folder not in self._inner:
            self._inner[folder] = _inner_folders(folder)
        return self._inner[folder]

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


def _imported_words(text: str) -> frozenset[str]:
    """The words in the import statements of a text."""
    return frozenset(word for imported in _IMPORT.findall(text) for word in _WORD.findall(imported))


def is_top(folder: Path) -> bool:
    """Whether a folder is the outermost one of a project."""
    return any(os.path.exists(folder / mark) for mark in _PROJECT_MARKS)  # noqa: PTH110 - never raises
