"""How an editor counts: lines from 0, and in a line the code units of an encoding.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from flake8_training_phase.findings import Position
from flake8_training_phase.sources.text import SourceText


class EditorPosition(TypedDict):
    """A `Position` of the protocol."""

    line: int
    character: int


class EditorRange(TypedDict):
    """A `Range` of the protocol."""

    start: EditorPosition
    end: EditorPosition


_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@dataclass(frozen=True, slots=True)
class Units:
    """The code units that were agreed on: `utf-8`, `utf-16` or `utf-32`."""

    encoding: str

    def shown(self, text: SourceText, position: Position) -> EditorPosition:
        """A position in a text as the editor counts."""
        codec, width = _CODECS[self.encoding]
        before = text.line(position.row)[: position.column]
        return {"line": position.row - 1, "character": len(before.encode(codec, "surrogatepass")) // width}

    def read(self, text: SourceText, position: EditorPosition) -> Position:
        """A position of the editor in a text; one after the end of a line or of the text is that end."""
        row, units = position["line"] + 1, position["character"]
        if row > len(text.lines):
            return text.position(len(text.text))
        codec, width = _CODECS[self.encoding]
        line = text.line(row).encode(codec, "surrogatepass")
        return Position(row, len(line[: units * width].decode(codec, "ignore")))


UTF_16 = Units("utf-16")
"""The default when nothing was negotiated."""


def overlap(one: EditorRange, other: EditorRange) -> bool:
    """Whether two ranges have a place in common; an empty one has its own place."""
    return _key(one["start"]) <= _key(other["end"]) and _key(other["start"]) <= _key(one["end"])


def _key(position: EditorPosition) -> tuple[int, int]:
    return position["line"], position["character"]
