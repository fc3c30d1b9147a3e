"""One run of the command: from paths to files changed, reports and an exit code."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake8_training_phase.command.ending import finish_run
from flake8_training_phase.command.options import CommandMode, RunOptions, Verbosity
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.output.progress import Progress
from flake8_training_phase.output.report import FileError
from flake8_training_phase.reporters import reporter
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs import session
from flake8_training_phase.runs.assignment import Fixes, new_assignment
from flake8_training_phase.runs.discovery import discover, is_excluded
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.sources.reading import NOT_REGULAR


@dataclass(slots=True)
class CommandRun:
    """One run."""

    configuration: Configuration
    options: RunOptions
    examiner: Examiner = field(default_factory=Examiner)
    progress: Progress = field(default_factory=lambda: Progress(sys.stderr))
    force_exclude: bool = False
    _errors: list[FileError] = field(default_factory=list)

    @property
    def fixes(self) -> Fixes:
        """Which fixes are made, or shown."""
        if self.options.mode not in (CommandMode.FIX, CommandMode.DIFF):
            return Fixes.NONE
        return Fixes.ALL if self.options.unsafe else Fixes.SAFE

    def paths(self, paths: Sequence[Path]) -> int:
        """Check or fix files and folders; gives the exit code.

        Raises SettingsError before any file is written, also for a path that is not there when files may be written.
        """
        if self.options.mode.writes_code:
            _refuse_unreadable(paths)
        chosen = list(discover(paths, self.configuration, self._unreadable, self.force_exclude))
        _refuse_to_replace([path for path, _ in chosen], self.options.destination.file)
        if not chosen and not self._errors and self.options.verbosity is not Verbosity.QUIET:
            print("No Python files found", file=sys.stderr)
        with self.progress.over(len(chosen)):
            results = session.results_of(
                chosen, self.fixes, self.examiner, self.options.baseline, self.options.explains
            )
        if self.options.mode is CommandMode.FIX:
            results = list(session.written(results, chosen, paths))
        results = [self.options.baseline.without_known(result) for result in results]
        if self.options.mode is CommandMode.ADD_NOQA:
            results = [self._silenced_in_file(result, paths) for result in results]
        return finish_run(self.options, results, self._errors, sys.stdout)

    def standard_input(self, data: bytes, filename: str) -> int:
        """Check or fix standard input, whose fixed text goes to standard output; gives the exit code.

        A report for programs that was asked for has standard output for itself: the text is checked only, and
        findings hold the edits. Raises SettingsError.
        """
        if self._report_takes_standard_output():
            self.options = replace(self.options, mode=CommandMode.CHECK)
        result = self.options.baseline.without_known(self._text(data, filename))
        if self.options.mode is CommandMode.ADD_NOQA:
            result = self._silenced(result)
        if not self.options.mode.writes_code:
            return finish_run(self.options, [result], self._errors, sys.stdout)
        sys.stdout.flush()
        sys.stdout.buffer.write(result.after.to_bytes() if result.changed else data)
        sys.stdout.buffer.flush()
        return finish_run(self.options, [result], self._errors, sys.stderr)

    def _report_takes_standard_output(self) -> bool:
        options = self.options
        asked_for = options.format_asked_for and reporter(options.output_format).FOR_PROGRAMS
        return options.mode.writes_code and options.destination.file is None and asked_for

    def _text(self, data: bytes, filename: str) -> FileResult:
        path = Path(filename)
        if self.force_exclude and is_excluded(path, self.configuration):
            return FileResult(path)
        from flake8_training_phase.runs.examine import examine_bytes

        assignment = new_assignment(self.fixes, baseline=self.options.baseline, explains=self.options.explains)
        return examine_bytes(path, data, self.configuration.for_file(path), assignment)

    def _silenced(self, result: FileResult) -> FileResult:
        from flake8_training_phase.adoption.silencing import silenced  # It loads flake8.

        return silenced(result, self.options.reason)

    def _silenced_in_file(self, result: FileResult, given: Sequence[Path]) -> FileResult:
        silenced = self._silenced(result)
        error = session.write(silenced, given)
        return silenced if error is None else replace(result, error=error)

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._errors.append(FileError(path, f"cannot be read: {error.strerror or error}"))
        print(self._errors[-1], file=sys.stderr)


def _refuse_unreadable(paths: Sequence[Path]) -> None:
    """Raise SettingsError when one of the paths is not there or cannot be read: it may be a mistyped option."""
    reasons = [f"{path}: cannot be read: {why}" for path in paths if (why := _why_unreadable(path)) is not None]
    if reasons:
        raise SettingsError("nothing was written", *reasons)


def _refuse_to_replace(checked: Sequence[Path], report: Path | None) -> None:
    """Raise SettingsError when the report would take the place of a file that is checked."""
    if report is not None and report.exists() and any(path.exists() and path.samefile(report) for path in checked):
        raise SettingsError(f"{report} is a file to check: the output would take its place")


def _why_unreadable(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    if not os.access(path, os.R_OK):
        return os.strerror(errno.EACCES)
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else NOT_REGULAR
