"""What fixes would change, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from flake8_training_phase.sources.text import SourceText


def unified_diff(filename: str, before: SourceText, after: str) -> Iterator[str]:
    """The pieces of a diff, with line ends as they are in the text."""
    changed = SourceText(after)
    for line in difflib.unified_diff(before.lines, changed.lines, filename, filename):
        yield line
        if not line.endswith(("\n", "\r")):
            yield "\n\\ No newline at end of file\n"
