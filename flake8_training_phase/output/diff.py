"""What fixes would change, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TextIO

from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.report import Report
from flake8_training_phase.printable import printable_path
from flake8_training_phase.runs.results import FileResult
from flake8_training_phase.sources.text import lines_of

_STYLES = {"-": Style.RED, "+": Style.GREEN, "@": Style.CYAN}


def write(report: Report, stream: TextIO) -> None:
    """The diffs of all files that fixes have changed."""
    painter = Painter(report.coloured)
    for result in report.results:
        if result.changed:
            for number, line in enumerate(unified_diff(result)):
                style = Style.BOLD if number < 2 else _STYLES.get(line[0])
                stream.write(line if style is None else painter(style, line))


def unified_diff(result: FileResult) -> Iterator[str]:
    """The pieces of a diff, with line ends as they are in the text; one diff for each cell of a notebook."""
    assert result.before is not None
    assert result.after is not None
    for before, after in zip(result.before.parts, result.after.parts, strict=True):
        name = ":".join(filter(None, (printable_path(result.path), before.name)))
        for line in difflib.unified_diff(lines_of(before.text), lines_of(after.text), name, name):
            yield line
            if not line.endswith(("\n", "\r")):
                # Cells end without a line end as a rule.
                yield "\n" if before.name else "\n\\ No newline at end of file\n"
