"""The edit that turns one text into another, as small as it can be."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.findings import Edit
from flake8_training_phase.sources.text import SourceText


def trimmed(source: SourceText, begin: int, old: str, new: str) -> Iterator[Edit]:
    """One edit that turns `old`, at `begin`, into `new`, without what both have at their ends."""
    if old == new:
        return
    same_start = 0
    while same_start < min(len(old), len(new)) and old[same_start] == new[same_start]:
        same_start += 1
    same_end = 0
    while same_end < min(len(old), len(new)) - same_start and old[-1 - same_end] == new[-1 - same_end]:
        same_end += 1
    yield Edit(
        source.position(begin + same_start),
        source.position(begin + len(old) - same_end),
        new[same_start : len(new) - same_end],
    )
