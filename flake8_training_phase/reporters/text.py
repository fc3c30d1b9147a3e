"""For people: the place, the message, the line with carets under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TextIO

from flake8_training_phase.findings import Finding
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.report import Report
from flake8_training_phase.reporters.concise import headline
from flake8_training_phase.runs.results import FileResult

FOR_PROGRAMS = False


def write(report: Report, stream: TextIO) -> None:
    """The findings one after the other."""
    painter = Painter(report.coloured)
    for result, finding in report.findings():
        print(headline(result, finding, painter), file=stream)
        for line in _excerpt(result, finding, painter):
            print(line, file=stream)


def _excerpt(result: FileResult, finding: Finding, painter: Painter) -> Iterator[str]:
    assert result.after is not None
    line = result.after.line(finding.start.row)
    if not line.strip():
        return
    start, end = result.place(finding.start), result.place(finding.end)
    number = str(start.row)
    last = end.column if end.row == start.row else len(line)
    marked = line[start.column : last].rstrip() or " "
    blank = " " * len(number)
    carets = painter(Style.RED, "^" * _width(marked))
    yield f"    {painter(Style.CYAN, f'{number} |')} {line}"
    yield f"    {painter(Style.CYAN, f'{blank} |')} {_blank(line[: start.column])}{carets}"
    if finding.fix is not None:
        yield f"    {blank} {painter(Style.CYAN, '= fix:')} {finding.fix.message}"


def _blank(text: str) -> str:
    """White space as wide as `text`, whose tabs stay tabs."""
    return "".join("\t" if char == "\t" else " " * _char_width(char) for char in text)


def _width(text: str) -> int:
    return max(1, sum(_char_width(char) for char in text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
