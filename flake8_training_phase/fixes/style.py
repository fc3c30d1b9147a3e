"""The style of a file, as far as what a fix adds has to follow it; only asked for when a fix is rendered."""

from __future__ import annotations

import io
import sys
import tokenize
from collections.abc import Callable, Sequence
from functools import cached_property

from flake8_training_phase.findings import Edit
from flake8_training_phase.sources.project_style import ProjectStyle
from flake8_training_phase.sources.text import SourceText

USUAL_LENGTH = 88
"""How long lines may be where nothing says it; Black's default."""
_SHORTEST_LIMIT = 79
"""The line length of PEP 8: lines as long as that show how long those of a file may be."""
_LONGEST_LIMIT = 400
"""No team limits its lines to more than that: a file with longer ones has no limit."""


class FileStyle:
    """How long lines of a file may be, and which Python it has to run on."""

    def __init__(self, source: SourceText, project: Callable[[], ProjectStyle] = ProjectStyle) -> None:
        """`project` gives what the settings of the project say."""
        self._source = source
        self._project = project

    @cached_property
    def _said(self) -> ProjectStyle:
        return self._project()

    @cached_property
    def line_length(self) -> int:
        """As the project says it, or else as the longest line of code, if that is long enough to show the limit."""
        return self._said.line_length or self._longest() or USUAL_LENGTH

    def is_crowded_by(self, edits: Sequence[Edit]) -> bool:
        """Whether edits in one line, all of them together, make it too long."""
        line = self._source.line(edits[0].start.row)
        grown = sum(len(edit.content) - (edit.end.column - edit.start.column) for edit in edits)
        return len(line) <= self.line_length < len(line) + grown

    @property
    def evaluates_unions(self) -> bool:
        """Whether `bool | None` surely means something to each Python that runs the file."""
        return self._said.python is not None and self._said.python >= (3, 10)

    def _longest(self) -> int:
        lengths = {row: len(line.rstrip()) for row, line in enumerate(self._source.lines, start=1)}
        long = {row for row, length in lengths.items() if length >= _SHORTEST_LIMIT}
        # What comments and strings need is no measure for code.
        longest = max((lengths[row] for row in long - self._texts()), default=0) if long else 0
        return longest if longest <= _LONGEST_LIMIT else sys.maxsize

    def _texts(self) -> set[int]:
        rows: set[int] = set()
        readline = io.StringIO("".join(line.rstrip("\r\n") + "\n" for line in self._source.lines)).readline
        try:
            for token in tokenize.generate_tokens(readline):
                if token.type in _TEXT:
                    rows.update(range(token.start[0], token.end[0] + 1))
        except (tokenize.TokenError, SyntaxError):
            return set(range(1, len(self._source.lines) + 1))
        return rows


_TEXT = {
    tokenize.COMMENT,
    tokenize.STRING,
    *(getattr(tokenize, name, -1) for name in ("FSTRING_START", "FSTRING_MIDDLE")),
}


def unbroken(source: SourceText) -> FileStyle:
    """The style of a file in which lines may have any length."""
    return FileStyle(source, lambda: ProjectStyle(line_length=sys.maxsize))
