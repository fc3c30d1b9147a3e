"""Jupyter notebooks: their code cells as one module, and fixes back into the cells.

A notebook is never written anew from what was read of it: in the text of the file, the strings of the lines that fixes
have changed are replaced, and nothing else.
"""

from __future__ import annotations

import codecs
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flake8_training_phase.findings import Position
from flake8_training_phase.sources import json_spans
from flake8_training_phase.sources.document import DisplayPosition, Document, Part, UnparsedPart
from flake8_training_phase.sources.gate import mentions_flag
from flake8_training_phase.sources.ipython import hidden, is_indented, python_of
from flake8_training_phase.sources.json_spans import JsonValue
from flake8_training_phase.sources.line_changes import changes
from flake8_training_phase.sources.masks import Mask
from flake8_training_phase.sources.text import SourceText, lines_of

_PYTHON = frozenset({"python", "python2", "python3", "ipython", "pyspark"})
"""What notebooks call the language of their kernel when it is Python."""
_LINE_NUMBER = re.compile(r"\bline (\d+)\b")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of Python code."""

    number: int
    """Which of all cells it is, from 1; those with text count too, as they do in ruff and in VS Code."""
    source: JsonValue
    """A string, or an array of strings that make one text."""

    @property
    def code(self) -> str:
        """The text of the cell."""
        return "".join(self.source.value)


class Notebook(Document):
    """A notebook in Jupyter's format 3 or 4."""

    def __init__(self, name: str, file: SourceText, cells: Sequence[Cell]) -> None:
        self._file = file
        self._cells = cells
        self._mask = Mask(cell.code for cell in cells)
        self._rows: list[int] = []
        unread: list[UnparsedPart] = []
        pieces: list[str] = []
        row = 1
        for cell in cells:
            self._rows.append(row)
            try:
                code = python_of(cell.code, self._mask)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                code = hidden(cell.code, self._mask)
                if mentions_flag(cell.code):
                    unread.append(_unread(error, row))
            separator = self._mask.separator(f"cell {cell.number}", opens_block=is_indented(code))
            pieces.append(f"{separator}\n{code}\n")
            row += len(lines_of(pieces[-1]))
        super().__init__(name, SourceText("".join(pieces)), tuple(unread))

    @classmethod
    def of_cells(cls, name: str, texts: Sequence[str]) -> Notebook:
        """A notebook with cells of Python code, given one by one. Raises SyntaxError."""
        cells = [{"cell_type": "code", "source": text} for text in texts]
        return cls.read(name, json.dumps({"nbformat": 4, "cells": cells}).encode())

    @classmethod
    def read(cls, name: str, data: bytes) -> Notebook:
        """The notebook in the bytes of a file. Raises SyntaxError for bytes that are none."""
        has_bom = data.startswith(codecs.BOM_UTF8)
        try:
            text = data.decode("utf-8-sig" if has_bom else "utf-8")
            cells = list(_python_cells(text))
        except RecursionError as error:
            raise SyntaxError("not a notebook: too deeply nested") from error
        except ValueError as error:
            raise SyntaxError(f"not a notebook: {error}") from error
        return cls(name, SourceText(text, has_bom=has_bom), cells)

    def with_text(self, text: str) -> Notebook:
        """The same notebook with other code. Raises ValueError for code that has not its cells."""
        file = self._file.text
        parts: list[str] = []
        done = 0
        for cell, piece in zip(self._cells, self._mask.split(text), strict=True):
            code = self._mask.lifted(piece.removesuffix("\n"))
            if code != cell.code:
                written = json_spans.rewritten(file, cell.source, changes(cell.code, code), file.isascii())
                parts += file[done : cell.source.start], written
                done = cell.source.end
        changed = self.read(self.name, self._file.encode("".join([*parts, file[done:]])))
        if changed.source.text != text:
            raise ValueError("the cells do not hold what was put into them")
        return changed

    def to_bytes(self) -> bytes:
        """The bytes of the file."""
        return self._file.encode(self._file.text)

    def place(self, position: Position) -> DisplayPosition:
        """The cell of a position, and the row in that cell."""
        index = bisect_right(self._rows, position.row) - 1
        return DisplayPosition(max(position.row - self._rows[index], 1), position.column, self._cells[index].number)

    def position(self, place: DisplayPosition) -> Position:
        """The position in the module of a place in a cell."""
        index = next(index for index, cell in enumerate(self._cells) if cell.number == place.cell)
        return Position(self._rows[index] + place.row, place.column)

    def line(self, row: int) -> str:
        """A line of a cell, magics as they are; `row` counts in the module."""
        return "" if row in self._rows else self._mask.lifted(super().line(row))

    def told(self, message: str) -> str:
        """The message, with the lines of the module that it names as lines of cells."""

        def in_cell(match: re.Match[str]) -> str:
            place = self.place(Position(int(match[1]), 0))
            return f"line {place.row} of cell {place.cell}"

        return _LINE_NUMBER.sub(in_cell, message)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The cells."""
        return tuple(Part(f"cell {cell.number}", cell.code) for cell in self._cells)


def _unread(error: Exception, row: int) -> UnparsedPart:
    """Why a cell cannot be read, which begins after a row."""
    if isinstance(error, SyntaxError):
        position = Position(row + max(error.lineno or 1, 1), max((error.offset or 1) - 1, 0))
        return UnparsedPart("cell", f"syntax error: {error.msg}", position)
    return UnparsedPart("cell", f"cannot be parsed: {error or type(error).__name__}", Position(row + 1, 0))


def _python_cells(text: str) -> Iterator[Cell]:
    """The cells of Python code in the JSON of a notebook. Raises ValueError for JSON that is no notebook's."""
    notebook = json_spans.whole(text)
    if not isinstance(notebook.value, dict):
        raise ValueError("it is no JSON object")
    number = 0
    for sheet in _sheets(text, notebook):
        for cell in _objects(text, sheet, "cells"):
            number += 1
            kind = cell.value.get("cell_type")
            if kind == "code" and _language(notebook.value, cell.value) in _PYTHON:
                source = json_spans.members(text, cell).get("source" if sheet is notebook else "input")
                if source is None or not _is_text(source.value):
                    raise ValueError(f"cell {number} has no text")
                yield Cell(number, source)


def _sheets(text: str, notebook: JsonValue) -> Iterator[JsonValue]:
    """The objects that hold cells: the notebook itself, or its worksheets in the older format."""
    version = notebook.value.get("nbformat")
    if version == 4:
        yield notebook
    elif version == 3:
        yield from _objects(text, notebook, "worksheets")
    else:
        raise ValueError(f"its `nbformat` is {json.dumps(version)[:20]}, not 3 or 4")


def _objects(text: str, outer: JsonValue, key: str) -> Iterator[JsonValue]:
    """The objects in the array that is a member of another object."""
    found = outer.value.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"its `{key}` are no array of objects")
    return json_spans.elements(text, json_spans.members(text, outer)[key])


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _language(notebook: dict[str, Any], cell: dict[str, Any]) -> str:
    """The language of a cell, as the cell, the kernel or the language that was last run says it; else Python."""
    said = (
        cell.get("language"),
        _inner(cell, "metadata", "vscode", "languageId"),
        _inner(notebook, "metadata", "kernelspec", "language"),
        _inner(notebook, "metadata", "language_info", "name"),
    )
    return next((one.lower() for one in said if isinstance(one, str) and one), "python")


def _inner(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
