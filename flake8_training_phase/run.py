"""One run of the command: from paths to files changed, reports and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TextIO

from flake8_training_phase import session
from flake8_training_phase.adoption import silencing
from flake8_training_phase.adoption.baseline import EMPTY, Baseline, BaselineWriter
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.examine import Fixes, examine_document, undecodable
from flake8_training_phase.output import diff
from flake8_training_phase.output.destination import Destination, Writer
from flake8_training_phase.output.progress import Progress
from flake8_training_phase.output.report import FileError, Report
from flake8_training_phase.output.summary import Summary
from flake8_training_phase.parallel import Examiner
from flake8_training_phase.reporters import reporter
from flake8_training_phase.results import FileResult
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources import files
from flake8_training_phase.sources.documents import open_document


class Mode(Enum):
    """What a run does with what it finds."""

    FIX = "fix"
    CHECK = "check"
    DIFF = "diff"
    SILENCE = "silence"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run is asked for, beside the settings."""

    mode: Mode = Mode.FIX
    unsafe: bool = False
    """Whether unsafe fixes are made as well."""
    output_format: str = "text"
    destination: Destination = field(default_factory=Destination)
    baseline: Baseline = EMPTY
    """The findings that are neither reported nor fixed."""
    new_baseline: Path = Path("baseline.json")
    """Where the findings are written to, to be accepted."""
    reason: str = silencing.DEFAULT_REASON
    """What stands in `# noqa` comments."""
    exit_zero: bool = False
    """Whether findings leave the exit code at 0."""
    exit_non_zero_on_fix: bool = False
    """Whether changed files give exit code 1, even when nothing is left."""


@dataclass(slots=True)
class Run:
    """One run."""

    settings: Settings
    wishes: Wishes
    examiner: Examiner = field(default_factory=Examiner)
    progress: Progress = field(default_factory=lambda: Progress(sys.stderr))
    _errors: list[FileError] = field(default_factory=list)

    @property
    def fixes(self) -> Fixes:
        """Which fixes are made, or shown."""
        if self.wishes.mode not in (Mode.FIX, Mode.DIFF):
            return Fixes.NONE
        return Fixes.ALL if self.wishes.unsafe else Fixes.SAFE

    def paths(self, paths: Sequence[Path]) -> int:
        """Check or fix files and folders; gives the exit code."""
        chosen = [(path, self.settings) for path in files.python_files(paths, self._unreadable)]
        with self.progress.over(len(chosen)):
            results = session.results_of(chosen, self.fixes, self.examiner, self.wishes.baseline)
        if self.wishes.mode is Mode.FIX:
            results = list(session.written(results, chosen))
        results = [self.wishes.baseline.without_known(result) for result in results]
        if self.wishes.mode is Mode.SILENCE:
            results = [self._silenced_in_file(result) for result in results]
        return self._end(results, sys.stdout)

    def standard_input(self, data: bytes, filename: str) -> int:
        """Check or fix standard input, whose fixed text goes to standard output; gives the exit code.

        A report for programs has standard output for itself: the text is checked only, and findings hold the edits.
        """
        changes_text = self.wishes.mode in (Mode.FIX, Mode.SILENCE)
        if changes_text and self.wishes.destination.file is None and reporter(self.wishes.output_format).FOR_PROGRAMS:
            self.wishes = replace(self.wishes, mode=Mode.CHECK)
            changes_text = False
        try:
            document = open_document(filename, data)
        except SyntaxError as error:
            result = undecodable(Path(filename), error, self.settings)
        else:
            project = Project(self.settings.project)
            result = examine_document(document, self.settings, self.fixes, project, self.wishes.baseline)
        result = self.wishes.baseline.without_known(result)
        if self.wishes.mode is Mode.SILENCE:
            result = silencing.silenced(result, self.wishes.reason)
        if not changes_text:
            return self._end([result], sys.stdout)
        sys.stdout.flush()
        sys.stdout.buffer.write(result.after.to_bytes() if result.changed and result.after is not None else data)
        sys.stdout.buffer.flush()
        return self._end([result], sys.stderr)

    def _silenced_in_file(self, result: FileResult) -> FileResult:
        silenced = silencing.silenced(result, self.wishes.reason)
        error = session.write(silenced)
        return silenced if error is None else replace(result, error=error)

    def _end(self, results: Sequence[FileResult], stream: TextIO) -> int:
        """Say what came of it, on a stream or where the user wants it; gives the exit code."""
        of_results = [FileError(result.path, result.error) for result in results if result.error is not None]
        for error in of_results:
            print(error, file=sys.stderr)
        report = Report(results, [*self._errors, *of_results])
        summary = Summary.of(results, len(report.errors))
        destination = self._destination
        try:
            destination.write(self._writer, report, stream)
        except OSError as error:
            if destination.file is None:
                raise
            print(f"{destination.file}: cannot be written: {error.strerror or error}", file=sys.stderr)
            return 2
        if self.wishes.mode is Mode.DIFF:
            stream = sys.stderr
            Destination(colour=destination.colour).write(reporter("text"), _broken_only(report), stream)
            print(self._closing_line(summary), file=stream)
        elif destination.file is not None or not reporter(self.wishes.output_format).FOR_PROGRAMS:
            print(self._closing_line(summary), file=stream)
        return self._exit_code(summary)

    @property
    def _writer(self) -> Writer:
        if self.wishes.mode is Mode.DIFF:
            return diff
        if self.wishes.mode is Mode.ACCEPT:
            return BaselineWriter(self.wishes.new_baseline)
        return reporter(self.wishes.output_format)

    @property
    def _destination(self) -> Destination:
        if self.wishes.mode is Mode.ACCEPT:
            return Destination(self.wishes.new_baseline)
        return self.wishes.destination

    def _closing_line(self, summary: Summary) -> str:
        if self.wishes.mode is Mode.CHECK:
            return summary.checked()
        if self.wishes.mode is Mode.SILENCE:
            return summary.silenced()
        if self.wishes.mode is Mode.ACCEPT:
            return summary.accepted(self.wishes.new_baseline)
        return summary.fixed_line("would be fixed" if self.wishes.mode is Mode.DIFF else "fixed", self.wishes.unsafe)

    def _exit_code(self, summary: Summary) -> int:
        if summary.errors:
            return 2
        if self.wishes.exit_zero or self.wishes.mode is Mode.ACCEPT:
            return 0
        tells_fixes = self.wishes.mode is Mode.DIFF or self.wishes.exit_non_zero_on_fix
        return 1 if summary.left or (summary.fixed and tells_fixes) else 0

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._errors.append(FileError(path, f"cannot be read: {error.strerror or error}"))
        print(self._errors[-1], file=sys.stderr)


def _broken_only(report: Report) -> Report:
    results = [
        replace(result, findings=tuple(one for one in result.findings if one.code == CODE_OF_BROKEN_FILE))
        for result in report.results
    ]
    return replace(report, results=results)
