"""What fixes would change, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import TextIO

from flake8_training_phase.results import FileResult


def write(results: Iterable[FileResult], stream: TextIO) -> None:
    """The diffs of all files that fixes have changed."""
    for result in results:
        if result.changed:
            stream.writelines(unified_diff(result))


def unified_diff(result: FileResult) -> Iterator[str]:
    """The pieces of a diff, with line ends as they are in the text."""
    assert result.before is not None
    assert result.after is not None
    name = str(result.path)
    for line in difflib.unified_diff(result.before.source.lines, result.after.source.lines, name, name):
        yield line
        if not line.endswith(("\n", "\r")):
            yield "\n\\ No newline at end of file\n"
