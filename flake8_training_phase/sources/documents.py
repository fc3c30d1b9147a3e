"""Files that hold Python code: what of them is analysed, and how it goes back into the file."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_training_phase.findings import Position
from flake8_training_phase.sources.text import SourceText


@dataclass(frozen=True, slots=True)
class Place:
    """A position as a reader of the file knows it."""

    row: int
    column: int
    """From 0, in characters."""
    cell: int | None = None
    """The number of the cell, from 1, in a file that has cells; rows then count inside the cell."""


class Document:
    """A Python file; kinds of files that hold their code in pieces derive from it."""

    def __init__(self, name: str, source: SourceText) -> None:
        self.name = name
        self.source = source
        """The code, as one module."""

    @classmethod
    def read(cls, name: str, data: bytes) -> Document:
        """The document in the bytes of a file. Raises SyntaxError when they are not what the name promises."""
        return cls(name, SourceText.decode(data))

    def with_text(self, text: str) -> Document:
        """The same file with other code."""
        return type(self)(self.name, self.source.with_text(text))

    def to_bytes(self) -> bytes:
        """The bytes of the file. Raises UnicodeEncodeError for code that its encoding does not have."""
        return self.source.encode(self.source.text)

    def place(self, position: Position) -> Place:
        """Where a position of the code stands in the file."""
        return Place(position.row, position.column)


def open_document(name: str, data: bytes) -> Document:
    """The document in a file, by its name. Raises SyntaxError."""
    return Document.read(name, data)
