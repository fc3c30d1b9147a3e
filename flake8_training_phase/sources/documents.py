"""Files that hold Python code: what of them is analysed, and how it goes back into the file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.findings import Position
from flake8_training_phase.sources import reading
from flake8_training_phase.sources.text import SourceText

NOTEBOOK_SUFFIXES = (".ipynb",)
MARKDOWN_SUFFIXES = (".md", ".markdown", ".qmd", ".rmd")
"""Those of Quarto and R Markdown too, whose blocks are fenced alike."""
_TEXT_SUFFIXES = (".rst", ".adoc", ".tex")
"""Texts that hold code in ways that are not read."""

SUFFIXES_IN_FOLDERS = (".py", *NOTEBOOK_SUFFIXES)
"""The suffixes of the files that are checked when a folder is named. Documentation shows mistakes on purpose, so a
Markdown file has to be named itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position as a reader of the file knows it."""

    row: int
    column: int
    """From 0, in characters."""
    cell: int | None = None
    """The number of the cell, from 1, in a file that has cells; rows then count inside the cell."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file that is shown by itself."""

    name: str | None
    """None for a file that has only one."""
    text: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the code that cannot be analysed, and that the code as one module has not, where something about the
    flag may stand in it.
    """

    part: str
    """What kind of part it is."""
    reason: str
    position: Position


class Document:
    """A Python file; kinds of files that hold their code in pieces derive from it."""

    def __init__(self, name: str, source: SourceText, unread: tuple[Unread, ...] = ()) -> None:
        self.name = name
        self.source = source
        """The code, as one module."""
        self.unread = unread

    @classmethod
    def read(cls, name: str, data: bytes) -> Document:
        """The document in the bytes of a file. Raises SyntaxError when they are not what the name promises."""
        return cls(name, SourceText.decode(data))

    def with_text(self, text: str) -> Document:
        """The same file with other code. Raises SyntaxError or ValueError for code that does not fit into the file."""
        return type(self)(self.name, self.source.with_text(text))

    def to_bytes(self) -> bytes:
        """The bytes of the file. Raises UnicodeEncodeError for code that its encoding does not have."""
        return self.source.encode(self.source.text)

    def place(self, position: Position) -> Place:
        """Where a position of the code stands in the file."""
        return Place(position.row, position.column)

    def position(self, place: Place) -> Position:
        """Where a place in the file stands in the code."""
        return Position(place.row, place.column)

    def line(self, row: int) -> str:
        """A line as a reader of the file sees it, without its end; `row` counts in the code."""
        return self.source.line(row)

    def told(self, message: str) -> str:
        """A message about the code in the terms of the file."""
        return message

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the file shows, part by part; fixes leave their number and names as they are."""
        return (Part(None, self.source.text),)


def nothing_of(name: str) -> Document:
    """What stands for a file that cannot be opened, where it is reported."""
    return Document(name, SourceText(""))


def read_document(path: Path) -> Document:
    """The document in the file at a path. Raises OSError and SyntaxError."""
    name = str(path)
    limit = reading.MAX_NOTEBOOK if name.lower().endswith(NOTEBOOK_SUFFIXES) else reading.MAX_CODE
    return open_document(name, reading.read(path, limit))


def open_document(name: str, data: bytes) -> Document:
    """The document in a file, by its name. Raises SyntaxError."""
    return _kind(name).read(name, data)


def _kind(name: str) -> type[Document]:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - asked for every file there is
    # Most files are Python, and need nothing of what the others need.
    if suffix in NOTEBOOK_SUFFIXES:
        from flake8_training_phase.sources.notebooks import Notebook

        return Notebook
    if suffix in MARKDOWN_SUFFIXES:
        from flake8_training_phase.sources.markdown import Markdown

        return Markdown
    if suffix in _TEXT_SUFFIXES:
        raise SyntaxError(f"`{suffix}` files are not read: only Python, notebooks and Markdown (.md, .qmd, .Rmd) are")
    return Document
