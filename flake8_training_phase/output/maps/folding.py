"""Which rows of a long map are shown: what is wrong or unknown always, what is right in few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from flake8_training_phase.maps.model import Map, Row, RowKind

_Alike = Callable[[Row, Row], bool]

FOLDED_FROM = 30
"""Rows from which a map is folded."""


@dataclass(frozen=True, slots=True)
class FoldedLine:
    """A row of a map as it is shown, or several rows in one."""

    row: Row
    """The row; the first of several."""
    depth: int
    hidden: int = 0
    """How many rows inside it, or after it and like it, are not shown."""
    alike: tuple[Row, ...] = ()
    """The rows beside it that it stands for."""

    @property
    def is_mixed(self) -> bool:
        """Whether the rows that it stands for are not alike, so that their cells cannot be shown as one."""
        return not all(_alike(self.row, row) for row in self.alike)


def lines_of(shown: Map, full: bool) -> list[FoldedLine]:
    """The lines of a map; all rows when it is short, or `full`."""
    lines = list(_all(shown.rows, 0))
    for alike in (_alike, _never_tests):
        if full or len(lines) <= FOLDED_FROM:
            break
        lines = list(_folded(shown.rows, 0, _kept(shown), alike))
    return lines


def title(line: FoldedLine) -> str:
    """What a line stands for, in words."""
    row = line.row
    if line.is_mixed:
        return f"{len(line.alike) + 1} calls in the right mode{_up_to(line)}"
    if line.alike and not row.depends_on_mode:
        return f"{len(line.alike) + 1} calls that do the same in both modes{_up_to(line)}"
    name = " ".join(one for one in (row.call, row.layer) if one)
    if line.alike:
        return f"{name} and {len(line.alike)} like it{_up_to(line)}"
    return f"{name} (+{line.hidden})" if line.hidden else name


def _up_to(line: FoldedLine) -> str:
    last = line.alike[-1].place
    return "" if last is None or last == line.row.place else f", to line {last.short}"


def _kept(shown: Map) -> frozenset[int]:
    """The rows that leaked flags come from."""
    return frozenset(source for row in shown.walk() for source in row.leaks)


def _all(rows: Sequence[Row], depth: int) -> Iterator[FoldedLine]:
    for row in rows:
        yield FoldedLine(row, depth)
        yield from _all(row.rows, depth + 1)


def _folded(rows: Sequence[Row], depth: int, kept: frozenset[int], alike: _Alike) -> Iterator[FoldedLine]:
    for group in _groups(rows, kept, alike):
        first = group[0]
        if len(group) > 1:
            hidden = sum(1 for row in group for _ in row.walk()) - 1
            yield FoldedLine(first, depth, hidden, tuple(group[1:]))
        elif first.rows and not any(_is_needed(row, kept) for row in first.walk() if row is not first):
            yield FoldedLine(first, depth, sum(1 for _ in first.walk()) - 1)
        else:
            yield FoldedLine(first, depth)
            yield from _folded(first.rows, depth + 1, kept, alike)


def _groups(rows: Sequence[Row], kept: frozenset[int], alike: _Alike) -> Iterator[list[Row]]:
    """Rows one after the other that can be one line."""
    group: list[Row] = []
    for row in rows:
        if group and not (_repeats(group[0], row, kept) or _can_join(group[0], row, kept, alike)):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _can_join(first: Row, row: Row, kept: frozenset[int], alike: _Alike) -> bool:
    return _foldable(first, kept) and _foldable(row, kept) and alike(first, row)


def _repeats(first: Row, row: Row, kept: frozenset[int]) -> bool:
    """Whether a row says what another says, of the same line, in a loop or a function. It may be wrong."""
    if first.rows or row.rows or not kept.isdisjoint((first.number, row.number)):
        return False
    return replace(first, number=0) == replace(row, number=0)


def _foldable(row: Row, kept: frozenset[int]) -> bool:
    return not any(_is_needed(one, kept) for one in row.walk())


def _is_needed(row: Row, kept: frozenset[int]) -> bool:
    return row.is_notable or row.number in kept


def _never_tests(one: Row, other: Row) -> bool:
    return RowKind.TEST not in (one.kind, other.kind)


def _alike(one: Row, other: Row) -> bool:
    if not _never_tests(one, other):
        return False
    if not one.depends_on_mode and not other.depends_on_mode:
        return True
    return (one.layer, one.passed, one.by_release, one.kind) == (
        other.layer,
        other.passed,
        other.by_release,
        other.kind,
    )
