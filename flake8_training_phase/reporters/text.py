"""Findings as text: the place, the message, the line with carets under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TextIO

from flake8_training_phase.findings import Applicability, Finding
from flake8_training_phase.results import FileResult
from flake8_training_phase.sources.documents import Document


def write(results: Iterable[FileResult], stream: TextIO) -> None:
    """The findings one after the other."""
    for result in results:
        for finding in result.findings:
            assert result.after is not None
            for line in _lines(str(result.path), finding, result.after):
                print(line, file=stream)


def _lines(filename: str, finding: Finding, document: Document) -> Iterator[str]:
    mark = ""
    if finding.fix is not None:
        mark = "[*] " if finding.fix.applicability is Applicability.SAFE else "[unsafe fix] "
    start, end = document.place(finding.start), document.place(finding.end)
    cell = f":cell {start.cell}" if start.cell else ""
    yield f"{filename}{cell}:{start.row}:{start.column + 1}: {finding.code} {mark}{finding.message}"
    line = document.line(finding.start.row)
    if not line.strip():
        return
    number = str(start.row)
    last = end.column if end.row == start.row else len(line)
    marked = line[start.column : last].rstrip() or " "
    yield f"    {number} | {line}"
    yield f"    {' ' * len(number)} | {_blank(line[: start.column])}{'^' * _width(marked)}"
    if finding.fix is not None:
        yield f"    {' ' * len(number)} = fix: {finding.fix.message}"


def _blank(text: str) -> str:
    """White space as wide as `text`, whose tabs stay tabs."""
    return "".join("\t" if char == "\t" else " " * _char_width(char) for char in text)


def _width(text: str) -> int:
    return max(1, sum(_char_width(char) for char in text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
