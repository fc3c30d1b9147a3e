"""`# noqa`, as flake8 itself understands it."""

from __future__ import annotations

import argparse
from functools import cached_property

from flake8.processor import FileProcessor
from flake8.violation import Violation

from flake8_training_phase.codes import rule_modules
from flake8_training_phase.findings import Edit, Finding
from flake8_training_phase.sources.text import SourceText

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

    @cached_property
    def _processor(self) -> FileProcessor:
        lines = [line.rstrip("\r\n") + "\n" for line in self._source.lines]
        return FileProcessor("-", _OPTIONS, lines=lines)

    def silence(self, finding: Finding) -> bool:
        """Whether a `# noqa` silences a finding."""
        return self.whole_file or self._is_under_noqa(finding.start.row, finding.code)

    def protects(self, edit: Edit) -> bool:
        """Whether an edit would change a line whose `# noqa` is bare or names one of our codes."""
        last = edit.end.row if edit.end.column or edit.end == edit.start else edit.end.row - 1
        rows = range(edit.start.row, last + 1)
        return any(self._is_under_noqa(row, code) for row in rows for code in rule_modules())

    def comment_row(self, row: int) -> int | None:
        """The row that has to end with the comment that silences `row`; None in a text that has no tokens.

        flake8 takes the lines of a string, and those joined by backslashes, as one: a comment fits behind the last.
        """
        joined = self._processor.noqa_line_for(row)
        if joined is None:
            return None
        # The lines that are taken as one share one object; a line that reads the same elsewhere is another.
        while self._processor.noqa_line_for(row + 1) is joined:
            row += 1
        return row

    def _is_under_noqa(self, row: int, code: str) -> bool:
        if not self._has_noqa:
            return False
        # flake8 knows no lines of a file that has no tokens; its comments count all the same.
        line = self._processor.noqa_line_for(row) or self._source.line(row)
        return bool(Violation(code, "-", row, 1, "", line).is_inline_ignored(disable_noqa=False))
