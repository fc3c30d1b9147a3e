"""Makes edits in a text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence, Set

from flake8_training_phase.findings import Edit, Fix
from flake8_training_phase.sources.text import SourceText

_NAME = re.compile(r"\w+")


def compatible_fixes(
    fixes: Iterable[Fix], crowd: Callable[[Sequence[Edit]], bool] = lambda edits: False
) -> tuple[list[Edit], list[Fix]]:
    """As many whole fixes as can be made at once, the first come first served, as one list of edits in order.

    An edit that two fixes share is made once; a fix that would touch what an earlier one changes has to wait, and so
    does one that writes a name which another one renames, and one whose edits `crowd` a line together with those of
    another: when its turn comes, it breaks the line.
    """
    made = _Made()
    done: list[Fix] = []
    for fix in fixes:
        new = [edit for edit in dict.fromkeys(fix.edits) if edit not in made]
        written = {word for edit in fix.edits for word in _NAME.findall(edit.content)}
        if made.contradict(written, fix.renamed) or any(map(made.collide, new)):
            continue
        if any(others and crowd([*others, edit]) for edit in new for others in [made.in_row(edit.start.row)]):
            continue
        made.add(new, written, fix.renamed)
        done.append(fix)
    return made.edits, done


def apply_edits(source: SourceText, edits: Sequence[Edit]) -> str:
    """The text after edits that do not overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits):
        start = source.offset(edit.start)
        parts += [source.text[done:start], edit.content]
        done = source.offset(edit.end)
    return "".join([*parts, source.text[done:]])


class _Made:
    """The edits of the fixes that are made."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        """In order. They do not overlap, so the one that comes later ends later too."""
        self._known: set[Edit] = set()
        self._written: set[str] = set()
        self._renamed: set[str] = set()

    def __contains__(self, edit: Edit) -> bool:
        return edit in self._known

    def add(self, edits: Iterable[Edit], written: Set[str], renamed: Iterable[str]) -> None:
        """Make the edits of a fix, which writes and renames some names."""
        for edit in edits:
            insort(self.edits, edit)
            self._known.add(edit)
        self._written |= written
        self._renamed.update(renamed)

    def contradict(self, written: Set[str], renamed: Iterable[str]) -> bool:
        """Whether a name is written by one fix and renamed by another."""
        return not self._renamed.isdisjoint(written) or not self._written.isdisjoint(renamed)

    def in_row(self, row: int) -> list[Edit]:
        """The edits that begin in a row."""
        first = bisect_left(self.edits, row, key=lambda edit: edit.start.row)
        return self.edits[first : bisect_right(self.edits, row, key=lambda edit: edit.start.row)]

    def collide(self, edit: Edit) -> bool:
        """Whether an edit would touch what another one changes."""
        behind = bisect_right(self.edits, edit.end, key=lambda other: other.start)
        for index in range(behind - 1, -1, -1):
            if self.edits[index].end < edit.start:
                return False
            if _collide(edit, self.edits[index]):
                return True
        return False


def _collide(edit: Edit, other: Edit) -> bool:
    if edit.start == edit.end and other.start == other.end:
        return edit.start == other.start
    return edit.start <= other.end and other.start <= edit.end
