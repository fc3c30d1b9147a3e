"""What draws the parts of a program: hypothesis, which makes small what fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Dice:
    """Choices. The first option is the simplest: failing programs shrink towards it."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._names = 0

    def one_of(self, options: Sequence[T]) -> T:
        """One of some options."""
        return options[self._draw(st.integers(0, len(options) - 1))]

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        """One of some options, which are this likely."""
        return self.one_of([option for weight, option in options for _ in range(weight)])

    def chance(self, times: int) -> bool:
        """True once in so many times."""
        return self.number(1, times) == times

    def number(self, least: int, most: int) -> int:
        """A number, both ends included."""
        return int(self._draw(st.integers(least, most)))

    def name(self, prefix: str) -> str:
        """A name that the program does not have yet."""
        self._names += 1
        return f"{prefix}{self._names}"
