"""Python's garbage collector, paced for a run that keeps nearly all that it makes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_MOST_PENDING = 1_500_000
"""How many objects are made, and not let go of, before anything is collected."""
_EVERY = 4
"""Of how many collections one looks at the objects that earlier ones have found in use."""


@contextmanager
def seldom_collected() -> Iterator[Callable[[], None]]:
    """Stops the collector, which takes a quarter of a run: it looks at the syntax trees and modules that are kept for
    later files again and again. What is yielded is called between files, and collects when much is pending.

    Nothing changes where it is stopped already.
    """
    if not gc.isenabled():
        yield _nothing
        return
    done = 0

    def collect() -> None:
        nonlocal done
        if gc.get_count()[0] > _MOST_PENDING:
            done += 1
            if done % _EVERY == 0:
                gc.unfreeze()
            gc.collect()
            gc.freeze()

    gc.disable()
    try:
        yield collect
    finally:
        gc.unfreeze()
        gc.enable()


def _nothing() -> None:
    """Whoever has stopped the collector collects."""
