"""What has changed between two versions of a text, line by line, in a time that grows with their length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from flake8_training_phase.sources.text import lines_of

Hunk = tuple[range, range]
"""The indexes of lines that are replaced, and of those that replace them."""


def changed_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Hunk]:
    """The lines that differ, in order.

    Fixes leave most lines in their order, so those that occur once in both versions show which line is which, also
    between thousands of blank ones, over which the time of `difflib` would grow with the square of their number.
    """
    start = new_start = 0
    for index, new_index in [*_anchors(before, after), (len(before), len(after))]:
        yield from _between(before, after, range(start, index), range(new_start, new_index))
        start, new_start = index + 1, new_index + 1


def changes(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Where a text has changed: the offsets of what is replaced, and what replaces it. No change spans lines."""
    old, new = lines_of(before), lines_of(after)
    done = offset = 0
    for replaced, replacing in changed_lines(old, new):
        offset += sum(map(len, old[done : replaced.start]))
        done = replaced.stop
        for index, new_index in zip_longest(replaced, replacing):
            was = "" if index is None else old[index]
            becomes = "" if new_index is None else new[new_index]
            same_start, same_end = _same_ends(was, becomes)
            if was != becomes:
                yield (
                    offset + same_start,
                    offset + len(was) - same_end,
                    becomes[same_start : len(becomes) - same_end],
                )
            offset += len(was)


def _anchors(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The indexes of lines that each version has once, as far as they come in the same order."""
    old_counts, new_counts = Counter(before), Counter(after)
    new_indexes = {line: index for index, line in enumerate(after)}
    last = -1
    for index, line in enumerate(before):
        if old_counts[line] == 1 == new_counts[line] and new_indexes[line] > last:
            last = new_indexes[line]
            yield index, last


def _between(before: Sequence[str], after: Sequence[str], old: range, new: range) -> Iterator[Hunk]:
    """The lines that differ between two anchors."""
    while old and new and before[old[0]] == after[new[0]]:
        old, new = old[1:], new[1:]
    while old and new and before[old[-1]] == after[new[-1]]:
        old, new = old[:-1], new[:-1]
    if len(old) == len(new):
        pairs = zip(old, new, strict=True)
        yield from ((range(i, i + 1), range(j, j + 1)) for i, j in pairs if before[i] != after[j])
    elif not old or not new:
        yield old, new
    else:
        # Lines that come often are not looked for in vain: `difflib` leaves them to those around them.
        matcher = SequenceMatcher(None, before[old.start : old.stop], after[new.start : new.stop])
        for tag, start, end, new_start, new_end in matcher.get_opcodes():
            if tag != "equal":
                yield old[start:end], new[new_start:new_end]


def _same_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters two texts have in common at their start, and at their end after that."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    end = next((at for at in range(shorter - start) if old[-1 - at] != new[-1 - at]), shorter - start)
    return start, end
