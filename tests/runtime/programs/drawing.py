"""What draws the parts of a program: chance, or hypothesis, which makes small what fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Choices. The first option is the simplest: failing programs shrink towards it."""

    def __init__(self, number: Callable[[int, int], int]) -> None:
        self.number = number
        """Gives a number, both ends included."""
        self._names = 0

    def one_of(self, options: Sequence[T]) -> T:
        """One of some options."""
        return options[self.number(0, len(options) - 1)]

    def weighted(self, options: Sequence[tuple[int, T]]) -> T:
        """One of some options, which are this likely."""
        return self.one_of([option for weight, option in options for _ in range(weight)])

    def chance(self, times: int) -> bool:
        """True once in so many times."""
        return self.number(1, times) == times

    def name(self, prefix: str) -> str:
        """A name that the program does not have yet."""
        self._names += 1
        return f"{prefix}{self._names}"
