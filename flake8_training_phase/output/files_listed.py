"""`--verbose`: what was done with each file, which others were read for it, and which parts are unknown, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from flake8_training_phase.output.paths import below
from flake8_training_phase.output.report import Report, shown_place
from flake8_training_phase.results import FileResult


def write(report: Report, stream: TextIO) -> None:
    """A line for each file, and one for each other file that was read for it and for each thing that is unknown."""
    for result in report.results:
        print(f"{result.path}: {_what_was_done(result)}", file=stream)
        for path in _read_for(result):
            print(f"{result.path}: its findings depend on {path}", file=stream)
        for one in result.unknown:
            print(f"{shown_place(result, one)}: {result.after.told(one.message)}", file=stream)


def _read_for(result: FileResult) -> list[str]:
    """The Python files that the imports of a file lead to, and those that were asked whether they import it."""
    looked_for = sorted(one for one in result.lookups if one.endswith(".py"))
    return [below(path, str(Path.cwd())) for one in looked_for if (path := Path(one)).is_file()]


def _what_was_done(result: FileResult) -> str:
    if result.error is not None and not result.examined:
        return "not checked, because it could not be read"
    if not result.examined:
        return "not checked, because it is excluded"
    if not (result.findings or result.made or result.known or result.error):
        return "checked: it has no findings"
    counts = [f"{len(result.findings)} left", f"{len(result.made)} fixed", f"{result.known} known from the baseline"]
    written = "could not be written" if result.error is not None else "changed" if result.changed else "not changed"
    return f"checked: {', '.join(counts)}; {written}"
