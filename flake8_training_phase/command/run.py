"""One run of the command: from paths to files changed, reports and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake8_training_phase.command.wishes import Mode, Wishes
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.output.ending import end
from flake8_training_phase.output.progress import Progress
from flake8_training_phase.output.report import FileError
from flake8_training_phase.reporters import reporter
from flake8_training_phase.runs import session
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.runs.results import FileResult
from flake8_training_phase.sources.discovery import discover, is_excluded


@dataclass(slots=True)
class Run:
    """One run."""

    configuration: Configuration
    wishes: Wishes
    examiner: Examiner = field(default_factory=Examiner)
    progress: Progress = field(default_factory=lambda: Progress(sys.stderr))
    force_exclude: bool = False
    _errors: list[FileError] = field(default_factory=list)

    @property
    def fixes(self) -> Fixes:
        """Which fixes are made, or shown."""
        if self.wishes.mode not in (Mode.FIX, Mode.DIFF):
            return Fixes.NONE
        return Fixes.ALL if self.wishes.unsafe else Fixes.SAFE

    def paths(self, paths: Sequence[Path]) -> int:
        """Check or fix files and folders; gives the exit code. Raises SettingsError before any file is written."""
        chosen = list(discover(paths, self.configuration, self._unreadable, self.force_exclude))
        with self.progress.over(len(chosen)):
            results = session.results_of(chosen, self.fixes, self.examiner, self.wishes.baseline)
        if self.wishes.mode is Mode.FIX:
            results = list(session.written(results, chosen, paths))
        results = [self.wishes.baseline.without_known(result) for result in results]
        if self.wishes.mode is Mode.SILENCE:
            results = [self._silenced_in_file(result, paths) for result in results]
        return end(self.wishes, results, self._errors, sys.stdout)

    def standard_input(self, data: bytes, filename: str) -> int:
        """Check or fix standard input, whose fixed text goes to standard output; gives the exit code.

        A report for programs has standard output for itself: the text is checked only, and findings hold the edits.
        Raises SettingsError.
        """
        changes_text = self.wishes.mode in (Mode.FIX, Mode.SILENCE)
        if changes_text and self.wishes.destination.file is None and reporter(self.wishes.output_format).FOR_PROGRAMS:
            self.wishes = replace(self.wishes, mode=Mode.CHECK)
            changes_text = False
        result = self.wishes.baseline.without_known(self._text(data, filename))
        if self.wishes.mode is Mode.SILENCE:
            result = self._silenced(result)
        if not changes_text:
            return end(self.wishes, [result], self._errors, sys.stdout)
        sys.stdout.flush()
        sys.stdout.buffer.write(result.after.to_bytes() if result.changed and result.after is not None else data)
        sys.stdout.buffer.flush()
        return end(self.wishes, [result], self._errors, sys.stderr)

    def _text(self, data: bytes, filename: str) -> FileResult:
        path = Path(filename)
        if self.force_exclude and is_excluded(path, self.configuration):
            return FileResult(path)
        from flake8_training_phase.runs.examine import examine_bytes

        return examine_bytes(path, data, self.configuration.for_file(path), self.fixes, self.wishes.baseline)

    def _silenced(self, result: FileResult) -> FileResult:
        from flake8_training_phase.adoption.silencing import silenced  # It loads flake8.

        return silenced(result, self.wishes.reason)

    def _silenced_in_file(self, result: FileResult, given: Sequence[Path]) -> FileResult:
        silenced = self._silenced(result)
        error = session.write(silenced, given)
        return silenced if error is None else replace(result, error=error)

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._errors.append(FileError(path, f"cannot be read: {error.strerror or error}"))
        print(self._errors[-1], file=sys.stderr)
