"""`# noqa`, as flake8 itself understands it."""

from __future__ import annotations

import argparse

from flake8.processor import FileProcessor
from flake8.violation import Violation

from flake8_training_phase.findings import Finding
from flake8_training_phase.sources.text import SourceText

_OPTIONS = argparse.Namespace(
    hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0, disable_noqa=False
)


class Suppressions:
    """The `# noqa` comments of one file."""

    def __init__(self, source: SourceText) -> None:
        self._processor: FileProcessor | None = None
        if "noqa" in source.text.lower():
            lines = [line.rstrip("\r\n") + "\n" for line in source.lines]
            self._processor = FileProcessor("-", _OPTIONS, lines=lines)

    @property
    def whole_file(self) -> bool:
        """Whether a `# flake8: noqa` line silences the file."""
        return self._processor is not None and bool(self._processor.should_ignore_file())

    def silence(self, finding: Finding) -> bool:
        """Whether a `# noqa` on its line silences a finding."""
        if self._processor is None:
            return False
        row = finding.start.row
        line = self._processor.noqa_line_for(row) or ""
        violation = Violation(finding.code, "-", row, finding.start.column + 1, finding.message, line)
        return bool(violation.is_inline_ignored(disable_noqa=False))
