"""Arrows beside the lines of a map, from the call that leaks its flag to those that find it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flake8_training_phase.output.maps.folding import FoldedLine

MAX_LANES = 4
"""How many arrows run beside each other; what comes on top of that is only said in words."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one line to others below it, by their places from 0."""

    origin: int
    targets: tuple[int, ...]
    lane: int
    """The column it runs in; 0 is next to the lines."""

    @property
    def last(self) -> int:
        """The line that it ends at."""
        return self.targets[-1]


def arrows_of(lines: Sequence[FoldedLine]) -> list[Arrow]:
    """The arrows between the lines of a map."""
    places = {line.row.number: place for place, line in enumerate(lines)}
    targets: dict[int, set[int]] = {}
    for place, line in enumerate(lines):
        for source in line.row.leaks:
            if source in places and places[source] < place:
                targets.setdefault(places[source], set()).add(place)
    arrows: list[Arrow] = []
    for origin, found in sorted(targets.items()):
        taken = {one.lane for one in arrows if one.last >= origin}
        lane = next((one for one in range(MAX_LANES) if one not in taken), None)
        if lane is not None:
            arrows.append(Arrow(origin, tuple(sorted(found)), lane))
    return arrows


class Gutter:
    """The column of text in which arrows are drawn."""

    def __init__(self, lines: Sequence[FoldedLine], ascii_only: bool) -> None:
        self._arrows = arrows_of(lines)
        self._lanes = max((one.lane + 1 for one in self._arrows), default=0)
        self._down, self._start, self._join, self._end, self._tip, self._along = (
            ("|", "+", "+", "+", ">", "-") if ascii_only else ("│", "╭", "├", "╰", "▶", "─")
        )
        self.width = self._lanes + 2 if self._lanes else 0
        self.blank = " " * self.width

    def at(self, place: int) -> str:
        """The characters before a line."""
        characters = list(self.blank)
        for arrow in self._arrows:
            column = self._lanes - 1 - arrow.lane
            if place == arrow.origin or place in arrow.targets:
                starts = place == arrow.origin
                characters[column] = self._start if starts else self._end if place == arrow.last else self._join
                for other in range(column + 1, self.width - 1):
                    if characters[other] == " ":
                        characters[other] = self._along
                characters[-2 if not starts else -1] = self._tip if not starts else " "
            elif arrow.origin < place < arrow.last:
                characters[column] = self._down
        return "".join(characters)

    def between(self, place: int) -> str:
        """The characters before a line of text between a line and the one above it."""
        return self.under(place - 1) if place else self.blank

    def under(self, place: int) -> str:
        """The characters before the lines that belong to a line and come below it."""
        characters = list(self.blank)
        for arrow in self._arrows:
            if arrow.origin <= place < arrow.last:
                characters[self._lanes - 1 - arrow.lane] = self._down
        return "".join(characters)
