"""Makes edits in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flake8_training_phase.findings import Edit, Fix
from flake8_training_phase.sources.text import SourceText

_NAME = re.compile(r"\w+")


def compatible_fixes(fixes: Iterable[Fix]) -> tuple[list[Edit], list[Fix]]:
    """As many whole fixes as can be made at once, the first come first served, as one list of edits in order.

    An edit that two fixes share is made once; a fix that would touch what an earlier one changes has to wait, and so
    does one that writes a name which another one renames.
    """
    made: set[Edit] = set()
    done: list[Fix] = []
    for fix in fixes:
        new = [edit for edit in dict.fromkeys(fix.edits) if edit not in made]
        if any(_writes_what_is_renamed(fix, other) or _writes_what_is_renamed(other, fix) for other in done):
            continue
        if not any(_collide(edit, other) for edit in new for other in made):
            made.update(new)
            done.append(fix)
    return sorted(made), done


def apply_edits(source: SourceText, edits: Sequence[Edit]) -> str:
    """The text after edits that do not overlap."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits):
        start = source.offset(edit.start)
        parts += [source.text[done:start], edit.content]
        done = source.offset(edit.end)
    return "".join([*parts, source.text[done:]])


def _writes_what_is_renamed(fix: Fix, renaming: Fix) -> bool:
    written = {word for edit in fix.edits for word in _NAME.findall(edit.content)} if renaming.renamed else set()
    return not written.isdisjoint(renaming.renamed)


def _collide(edit: Edit, other: Edit) -> bool:
    if edit.start == edit.end and other.start == other.end:
        return edit.start == other.start
    return edit.start <= other.end and other.start <= edit.end
