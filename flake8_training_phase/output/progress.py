"""A progress bar for runs that take their time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from tqdm import tqdm

DELAY = 1.0
"""Seconds after which a run is long enough to be watched."""


class Progress:
    """Shows on a terminal how many files are done; nothing is shown, nor loaded, in a short run or elsewhere."""

    def __init__(self, stream: TextIO, delay: float = DELAY) -> None:
        self._stream = stream
        self._delay = delay
        self._bar: tqdm[None] | None = None
        self._total = 0
        self._done = 0
        self._begin: float | None = None

    @contextmanager
    def over(self, total: int) -> Iterator[None]:
        """While so many files are examined; the bar is wiped away at the end."""
        if self._stream.isatty():
            self._total, self._done, self._begin = total, 0, time.monotonic()
        try:
            yield
        finally:
            self._begin = None
            if self._bar is not None:
                self._bar.close()
                self._bar = None

    def advance(self, count: int) -> None:
        """So many more files are done."""
        self._done += count
        if self._bar is not None:
            # Files that are examined once more, because of a fix in another, come on top.
            self._bar.total = max(self._total, self._done)
            self._bar.update(count)
        elif self._begin is not None and time.monotonic() - self._begin >= self._delay:
            from tqdm import tqdm

            self._bar = tqdm(
                desc="checking",
                initial=self._done,
                total=max(self._total, self._done),
                unit="file",
                file=self._stream,
                leave=False,
                dynamic_ncols=True,
            )
