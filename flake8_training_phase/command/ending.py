"""How a run ends: its report, the line that sums it up, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from flake8_training_phase.adoption.baseline import BaselineWriter
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.command.options import CommandMode, RunOptions, Verbosity
from flake8_training_phase.output import fixes_in_turn
from flake8_training_phase.output.destination import Destination, Writer
from flake8_training_phase.output.report import FileError, Report
from flake8_training_phase.output.summary import Summary
from flake8_training_phase.reporters import reporter
from flake8_training_phase.results import FileResult


def finish_run(options: RunOptions, results: Sequence[FileResult], errors: Sequence[FileError], stream: TextIO) -> int:
    """Report the results of a run, on a stream or where the user wants it; gives the exit code.

    `errors` are those that belong to no result, and were reported already.
    """
    of_results = [FileError(result.path, result.error) for result in results if result.error is not None]
    for error in of_results:
        print(error, file=sys.stderr)
    if options.fix_only:
        results = [replace(result, findings=()) for result in results]
    report = Report(results, [*errors, *of_results], lists_fixed=options.mode is CommandMode.FIX)
    destination = options.destination
    try:
        destination.write(_writer(options), report, stream)
    except OSError as error:
        if destination.file is None:
            raise
        print(FileError(destination.file, f"cannot be written: {error.strerror or error}"), file=sys.stderr)
        return 2
    if options.verbosity is Verbosity.VERBOSE:
        from flake8_training_phase.output import files_listed

        files_listed.write(report, sys.stderr)
    summary = Summary.of(results, len(report.errors), options.unsafe)
    if options.mode is CommandMode.DIFF:
        # What patch reads must have standard output for itself.
        Destination(colour=destination.colour).write(reporter("text"), _broken_only(report), sys.stderr)
        _sum_up(options, report, summary, sys.stderr)
    elif destination.file is not None or not reporter(options.output_format).FOR_PROGRAMS:
        _sum_up(options, report, summary, stream)
    return _exit_code(options, summary)


def _sum_up(options: RunOptions, report: Report, summary: Summary, stream: TextIO) -> None:
    if options.verbosity is Verbosity.QUIET:
        return
    if options.show_fixes and options.mode in (CommandMode.FIX, CommandMode.DIFF):
        from flake8_training_phase.output import fixes_listed

        verb = "Would fix" if options.mode is CommandMode.DIFF else "Fixed"
        fixes_listed.write(report, verb, stream)
    if options.mode in (CommandMode.FIX, CommandMode.DIFF):
        fixes_in_turn.write(report, "would be fixed" if options.mode is CommandMode.DIFF else "fixed", stream)
    if report.results or report.errors:
        print(_summary_line(options, summary), file=stream)


def _writer(options: RunOptions) -> Writer:
    if options.mode is CommandMode.DIFF:
        from flake8_training_phase.output import diff

        return diff
    if options.mode is CommandMode.WRITE_BASELINE and options.destination.file is not None:
        return BaselineWriter(options.destination.file)
    return reporter(options.output_format)


def _summary_line(options: RunOptions, summary: Summary) -> str:
    if options.mode is CommandMode.CHECK:
        return summary.checked()
    if options.mode is CommandMode.ADD_NOQA:
        return summary.silenced()
    if options.mode is CommandMode.WRITE_BASELINE:
        return summary.accepted(options.destination.file)
    word = "would be fixed" if options.mode is CommandMode.DIFF else "fixed"
    return summary.fixes_only(word) if options.fix_only else summary.fixed_line(word)


def _exit_code(options: RunOptions, summary: Summary) -> int:
    if summary.errors:
        return 2
    if options.exit_zero or options.mode is CommandMode.WRITE_BASELINE:
        return 0
    tells_fixes = options.mode is CommandMode.DIFF or options.exit_non_zero_on_fix
    return 1 if summary.left or (summary.fixed and tells_fixes) else 0


def _broken_only(report: Report) -> Report:
    results = [
        replace(result, findings=tuple(one for one in result.findings if one.code == CODE_OF_BROKEN_FILE))
        for result in report.results
    ]
    return replace(report, results=results)
