"""How a run ends: its report, its closing line and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from flake8_training_phase.adoption.baseline import BaselineWriter
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.command.wishes import Mode, Wishes
from flake8_training_phase.output.destination import Destination, Writer
from flake8_training_phase.output.report import FileError, Report
from flake8_training_phase.output.summary import Summary
from flake8_training_phase.reporters import reporter
from flake8_training_phase.runs.results import FileResult


def end(wishes: Wishes, results: Sequence[FileResult], errors: Sequence[FileError], stream: TextIO) -> int:
    """Say what came of a run, on a stream or where the user wants it; gives the exit code.

    `errors` are those that belong to no result, and were told already.
    """
    of_results = [FileError(result.path, result.error) for result in results if result.error is not None]
    for error in of_results:
        print(error, file=sys.stderr)
    report = Report(results, [*errors, *of_results])
    destination = wishes.destination
    try:
        destination.write(_writer(wishes), report, stream)
    except OSError as error:
        if destination.file is None:
            raise
        print(FileError(destination.file, f"cannot be written: {error.strerror or error}"), file=sys.stderr)
        return 2
    summary = Summary.of(results, len(report.errors))
    if wishes.mode is Mode.DIFF:
        # What patch reads must have standard output for itself.
        Destination(colour=destination.colour).write(reporter("text"), _broken_only(report), sys.stderr)
        print(_closing_line(wishes, summary), file=sys.stderr)
    elif destination.file is not None or not reporter(wishes.output_format).FOR_PROGRAMS:
        print(_closing_line(wishes, summary), file=stream)
    return _exit_code(wishes, summary)


def _writer(wishes: Wishes) -> Writer:
    if wishes.mode is Mode.DIFF:
        from flake8_training_phase.output import diff

        return diff
    if wishes.mode is Mode.ACCEPT and wishes.destination.file is not None:
        return BaselineWriter(wishes.destination.file)
    return reporter(wishes.output_format)


def _closing_line(wishes: Wishes, summary: Summary) -> str:
    if wishes.mode is Mode.CHECK:
        return summary.checked()
    if wishes.mode is Mode.SILENCE:
        return summary.silenced()
    if wishes.mode is Mode.ACCEPT:
        return summary.accepted(wishes.destination.file)
    return summary.fixed_line("would be fixed" if wishes.mode is Mode.DIFF else "fixed", wishes.unsafe)


def _exit_code(wishes: Wishes, summary: Summary) -> int:
    if summary.errors:
        return 2
    if wishes.exit_zero or wishes.mode is Mode.ACCEPT:
        return 0
    tells_fixes = wishes.mode is Mode.DIFF or wishes.exit_non_zero_on_fix
    return 1 if summary.left or (summary.fixed and tells_fixes) else 0


def _broken_only(report: Report) -> Report:
    results = [
        replace(result, findings=tuple(one for one in result.findings if one.code == CODE_OF_BROKEN_FILE))
        for result in report.results
    ]
    return replace(report, results=results)
