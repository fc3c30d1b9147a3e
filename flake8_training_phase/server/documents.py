"""What is open in an editor: Python files, and notebooks, whose cells the editor knows as texts of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import TypedDict

from flake8_training_phase.findings import Position
from flake8_training_phase.server.units import UTF_16, EditorPosition, EditorRange, Units
from flake8_training_phase.sources.document import DisplayPosition, Document
from flake8_training_phase.sources.notebooks import Notebook
from flake8_training_phase.sources.text import SourceText, lines_of


class _NewText(TypedDict):
    text: str


class TextChange(_NewText, total=False):
    """What an editor sends about a change: new text, for a range or, without one, for all."""

    range: EditorRange


class TextEdit(TypedDict):
    """The changes that an editor is asked to make."""

    range: EditorRange
    newText: str


@dataclass(frozen=True)
class EditorFile:
    """A file as it is in an editor, saved or not."""

    path: Path
    texts: Mapping[str, str]
    """What the editor shows, by address: the one text of a Python file, or the cells of a notebook, in order."""
    is_notebook: bool = False
    units: Units = UTF_16

    @cached_property
    def document(self) -> Document:
        """The code of it, as one module."""
        if self.is_notebook:
            return Notebook.of_cells(str(self.path), list(self.texts.values()))
        [text] = self.texts.values()
        return Document(str(self.path), SourceText(text))

    def changed(self, uri: str, changes: Sequence[TextChange]) -> EditorFile:
        """The file after changes in one of its texts, made one after the other."""
        text = self.texts[uri]
        for change in changes:
            if "range" in change:
                source = SourceText(text)
                start, end = (source.offset(self.units.read(source, change["range"][key])) for key in ("start", "end"))
                text = text[:start] + change["text"] + text[end:]
            else:
                text = change["text"]
        return replace(self, texts={**self.texts, uri: text})

    def range(self, start: Position, end: Position) -> tuple[str, EditorRange]:
        """What is between two positions of the code: in which text, and where there."""
        first, last = self.document.place(start), self.document.place(end)
        uri = self._uri(first)
        return uri, {"start": self._shown(uri, first), "end": self._shown(uri, last)}

    def position(self, uri: str, position: EditorPosition) -> Position:
        """The position in the code of a place in one of the texts."""
        read = self.units.read(self._sources[uri], position)
        cell = list(self.texts).index(uri) + 1 if self.is_notebook else None
        return self.document.position(DisplayPosition(read.row, read.column, cell))

    def edits(self, after: Document) -> dict[str, list[TextEdit]]:
        """The edits, by text, that make another document of the same parts out of this one."""
        pairs = zip(self.texts, self.document.parts, after.parts, strict=True)
        return {uri: list(self._edits(uri, new.text)) for uri, old, new in pairs if old.text != new.text}

    @cached_property
    def _sources(self) -> dict[str, SourceText]:
        return {uri: SourceText(text) for uri, text in self.texts.items()}

    def _uri(self, place: DisplayPosition) -> str:
        return list(self.texts)[(place.cell or 1) - 1]

    def _shown(self, uri: str, place: DisplayPosition) -> EditorPosition:
        return self.units.shown(self._sources[uri], Position(place.row, place.column))

    def _edits(self, uri: str, new: str) -> Iterator[TextEdit]:
        source, old_lines, new_lines = self._sources[uri], self._sources[uri].lines, lines_of(new)
        offset, row = 0, 0
        for rows, content in _replaced(old_lines, new_lines):
            offset, row = offset + sum(map(len, old_lines[row : rows.start])), rows.start
            old = "".join(old_lines[rows.start : rows.stop])
            same = _in_common(old, content)
            behind = _in_common(old[same:][::-1], content[same:][::-1])
            places = (offset + same, offset + len(old) - behind)
            start, end = (self.units.shown(source, source.position(place)) for place in places)
            yield {"range": {"start": start, "end": end}, "newText": content[same : len(content) - behind]}


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[range, str]]:
    """The rows of the lines that have changed, and what is there now."""
    for kind, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "replace" and last - first == new_last - new_first:
            yield from ((range(first + row, first + row + 1), new[new_first + row]) for row in range(last - first))
        elif kind != "equal":
            yield range(first, last), "".join(new[new_first:new_last])


def _in_common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (first, second) in pairs if first != second), min(len(one), len(other)))
