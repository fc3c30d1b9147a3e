"""One run of the command: from paths to files changed, reports and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TextIO

from flake8_training_phase.analysis.project import Project
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.examine import Fixes, examine_document, undecodable
from flake8_training_phase.parallel import Examiner
from flake8_training_phase.reporters import diff, json, text
from flake8_training_phase.reporters.summary import Summary
from flake8_training_phase.results import FileResult
from flake8_training_phase.session import results_of, written
from flake8_training_phase.sources.discovery import discover, is_excluded
from flake8_training_phase.sources.documents import open_document


class Mode(Enum):
    """What a run does with what it finds."""

    FIX = "fix"
    CHECK = "check"
    DIFF = "diff"


@dataclass(slots=True)
class Run:
    """One run."""

    configuration: Configuration
    mode: Mode
    unsafe: bool
    output_format: str
    examiner: Examiner = field(default_factory=Examiner)
    force_exclude: bool = False
    _errors: int = 0

    @property
    def fixes(self) -> Fixes:
        """Which fixes are made, or shown."""
        if self.mode is Mode.CHECK:
            return Fixes.NONE
        return Fixes.ALL if self.unsafe else Fixes.SAFE

    def paths(self, paths: Sequence[Path]) -> int:
        """Check or fix files and folders; gives the exit code. Raises SettingsError before any file is written."""
        chosen = list(discover(paths, self.configuration, self._unreadable, self.force_exclude))
        results = results_of(chosen, self.fixes, self.examiner)
        if self.mode is Mode.FIX:
            results = list(written(results, chosen, paths))
        return self._report(results, sys.stdout)

    def standard_input(self, data: bytes, filename: str) -> int:
        """Check or fix standard input, whose fixed text goes to standard output; gives the exit code.

        JSON has standard output for itself: the text is checked only, and the findings hold the edits.
        Raises SettingsError.
        """
        if self.output_format == "json":
            self.mode = Mode.CHECK
        result = self._text(data, filename)
        if self.mode is not Mode.FIX:
            return self._report([result], sys.stdout)
        sys.stdout.flush()
        sys.stdout.buffer.write(result.after.to_bytes() if result.changed and result.after is not None else data)
        sys.stdout.buffer.flush()
        return self._report([result], sys.stderr)

    def _text(self, data: bytes, filename: str) -> FileResult:
        path = Path(filename)
        if self.force_exclude and is_excluded(path, self.configuration):
            return FileResult(path)
        settings = self.configuration.for_file(path)
        try:
            document = open_document(filename, data)
        except SyntaxError as error:
            return undecodable(path, error, settings)
        return examine_document(document, settings, self.fixes, Project(settings.project, settings.knowledge))

    def _report(self, results: Sequence[FileResult], stream: TextIO) -> int:
        for result in results:
            if result.error is not None:
                print(f"{result.path}: {result.error}", file=sys.stderr)
        summary = Summary.of(results, self._errors)
        if self.mode is Mode.DIFF:
            diff.write(results, stream)
            text.write(map(_broken_only, results), sys.stderr)
            print(summary.fixed_line("would be fixed", self.unsafe), file=sys.stderr)
        elif self.output_format == "json":
            json.write(results, stream)
        else:
            text.write(results, stream)
            line = summary.checked() if self.mode is Mode.CHECK else summary.fixed_line("fixed", self.unsafe)
            print(line, file=stream)
        if summary.errors:
            return 2
        return 1 if summary.left or (summary.fixed and self.mode is Mode.DIFF) else 0

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._errors += 1
        print(f"{path}: cannot be read: {error.strerror or error}", file=sys.stderr)


def _broken_only(result: FileResult) -> FileResult:
    return replace(result, findings=tuple(one for one in result.findings if one.code == CODE_OF_BROKEN_FILE))
