"""A file that holds Python code: what of it is analysed, and how it goes back into the file."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_training_phase.findings import Position
from flake8_training_phase.sources.text import SourceText


@dataclass(frozen=True, slots=True)
class DisplayPosition:
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
class UnparsedPart:
    """A part of the code that cannot be analysed, and that the code as one module has not, where something about the
    flag may be in it.
    """

    part: str
    """What kind of part it is."""
    reason: str
    position: Position


class Document:
    """A Python file; kinds of files that hold their code in pieces derive from it."""

    def __init__(self, name: str, source: SourceText, unread: tuple[UnparsedPart, ...] = ()) -> None:
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

    def place(self, position: Position) -> DisplayPosition:
        """Where a position of the code is in the file."""
        return DisplayPosition(position.row, position.column)

    def position(self, place: DisplayPosition) -> Position:
        """Where a place in the file is in the code."""
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


NOTHING = Document("", SourceText(""))
"""In the place of a file that cannot be opened, or of which there is nothing to show."""
