"""What is reached over any number of steps: callers of callers, files that imports of imports lead to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


def reached(start: Iterable[Place], onward: Callable[[Place], Iterable[Place]]) -> set[Place]:
    """Some places, and all that one step after the other leads to from them; each is asked once where it leads."""
    found = set(start)
    waiting = list(found)
    while waiting:
        new = set(onward(waiting.pop())) - found
        found |= new
        waiting += new
    return found
