"""For people: the place, the message, the line with carets under it, and the line of the other place it is about."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TextIO

from flake8_training_phase.findings import Finding, Position
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.report import Report
from flake8_training_phase.printable import printable_code
from flake8_training_phase.reporters.concise import headline
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = False

MAX_WIDTH = 240
"""Characters of a line that are shown; a line with many findings is shown for each of them."""
NEAR = 80
"""Characters that are shown before what is marked in a line that is longer."""


def write(report: Report, stream: TextIO) -> None:
    """The findings one after the other."""
    painter = Painter(report.coloured)
    for result, finding in report.findings():
        print(headline(result, finding, painter), file=stream)
        for line in _excerpt(result, finding, painter):
            print(line, file=stream)


def _excerpt(result: FileResult, finding: Finding, painter: Painter) -> Iterator[str]:
    other = finding.related
    begin, there = result.place(finding.start), None if other is None else result.place(other.start)
    width = max(len(str(place.row)) for place in (begin, there) if place is not None)
    shown = list(_marked_line(result, finding.start, finding.end, width, ("^", Style.RED), painter))
    if not shown:
        return
    yield from shown
    if other is not None:
        lines = list(_marked_line(result, other.start, other.end, width, ("-", Style.CYAN), painter))
        if lines:
            yield lines[0]
            cell = "" if there is None or there.cell == begin.cell else f" (in cell {there.cell})"
            yield f"{lines[1]} {painter(Style.CYAN, f'{other.message}{cell}')}"
    if finding.fix is not None:
        yield f"    {' ' * width} {painter(Style.CYAN, '= fix:')} {finding.fix.message}"


def _marked_line(
    result: FileResult, begin: Position, finish: Position, width: int, mark: tuple[str, Style], painter: Painter
) -> Iterator[str]:
    """The line of a place and one with marks under it; nothing for a line that is blank."""
    line = result.after.line(begin.row)
    if not line.strip():
        return
    start, end = result.place(begin), result.place(finish)
    last = end.column if end.row == start.row else len(line)
    before, marked, behind = map(printable_code, _window(line, start.column, last))
    yield f"    {painter(Style.CYAN, f'{start.row:>{width}} |')} {before}{marked}{behind}"
    char, style = mark
    marks = painter(style, char * _width(marked.rstrip() or " "))
    yield f"    {painter(Style.CYAN, ' ' * width + ' |')} {_blank(before)}{marks}"


def _window(line: str, start: int, end: int) -> tuple[str, str, str]:
    """The parts of a line before the mark, under it and after it; of a long line only what is near."""
    if len(line) <= MAX_WIDTH:
        return line[:start], line[start:end], line[end:]
    before = line[:start] if start <= NEAR else f"…{line[start - NEAR : start]}"
    room = MAX_WIDTH - len(before)
    if end - start > room:
        return before, f"{line[start : start + room]}…", ""
    rest = end + room - (end - start)
    return before, line[start:end], line[end:] if rest >= len(line) else f"{line[end:rest]}…"


def _blank(text: str) -> str:
    """White space as wide as `text`, whose tabs stay tabs."""
    return "".join("\t" if char == "\t" else " " * _char_width(char) for char in text)


def _width(text: str) -> int:
    return max(1, sum(_char_width(char) for char in text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
