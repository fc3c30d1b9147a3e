"""`# noqa`, as flake8 itself understands it.

flake8 takes longer to load than a small file to be checked, so it is only used for files that have the word.
"""

from __future__ import annotations

import argparse
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE, rule_modules
from flake8_training_phase.findings import Edit, Finding
from flake8_training_phase.sources.text import SourceText

if TYPE_CHECKING:
    from flake8.processor import FileProcessor

_OPTIONS = argparse.Namespace(
    hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0, disable_noqa=False
)


class Suppressions:
    """The `# noqa` comments of one file."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self._has_noqa = "noqa" in source.text.lower()
        self.whole_file = self._has_noqa and bool(self._processor.should_ignore_file())
        """Whether a `# flake8: noqa` line silences the file."""
        self._silenced: dict[str, frozenset[str]] = {}
        """Our codes that a line silences, or the lines that flake8 takes as one."""

    @cached_property
    def _processor(self) -> FileProcessor:
        from flake8.processor import FileProcessor

        lines = [line.rstrip("\r\n") + "\n" for line in self._source.lines]
        return FileProcessor("-", _OPTIONS, lines=lines)

    def silence(self, finding: Finding) -> bool:
        """Whether a `# noqa` silences a finding."""
        return self.whole_file or finding.code in self._codes(finding.start.row)

    def protects(self, edit: Edit) -> bool:
        """Whether an edit would change a line whose `# noqa` is bare or names one of our codes."""
        last = edit.end.row if edit.end.column or edit.end == edit.start else edit.end.row - 1
        return any(self._codes(row) - {CODE_OF_BROKEN_FILE} for row in range(edit.start.row, last + 1))

    @cached_property
    def _comment_rows(self) -> dict[int, int]:
        """For each row the last of those that flake8 takes as one with it."""
        rows: dict[int, int] = {}
        behind: str | None = None
        # The lines that are taken as one share one object; a line that reads the same elsewhere is another.
        for row in range(len(self._source.lines), 0, -1):
            joined = self._joined_line(row)
            if joined is not None:
                rows[row] = rows[row + 1] if joined is behind else row
            behind = joined
        return rows

    def comment_row(self, row: int) -> int | None:
        """The row that has to end with the comment that silences `row`; None in a text that has no tokens.

        flake8 takes the lines of a string, and those joined by backslashes, as one: a comment fits after the last.
        """
        return self._comment_rows.get(row)

    @cached_property
    def _has_tokens(self) -> bool:
        """Whether flake8 may look for tokens: Python 3.12 raises SystemError over some null characters."""
        return "\0" not in self._source.text

    def _joined_line(self, row: int) -> str | None:
        """The lines that flake8 takes as one with a row; None in a text that has no tokens."""
        return self._processor.noqa_line_for(row) if self._has_tokens else None

    def _codes(self, row: int) -> frozenset[str]:
        """Those of our codes that the comment of a row silences."""
        if not self._has_noqa:
            return frozenset()
        # flake8 knows no lines of a file that has no tokens; its comments count all the same.
        line = self._joined_line(row) or self._source.line(row)
        if line not in self._silenced:
            self._silenced[line] = _silenced_by(line)
        return self._silenced[line]


def _silenced_by(line: str) -> frozenset[str]:
    if "noqa" not in line.lower():
        return frozenset()
    from flake8.violation import Violation

    known = (*rule_modules(), CODE_OF_BROKEN_FILE)
    return frozenset(code for code in known if Violation(code, "-", 1, 1, "", line).is_inline_ignored(False))
