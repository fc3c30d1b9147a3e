"""Hides lines that are not Python from Python, so that every row stays and the lines can be given back.

A hidden line is kept in a comment: nothing else has to be kept to give it back, wherever fixes have moved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE_START = r"(?<![^\r\n])"
_BLOCK = "if True: "
_MARK = re.compile("#:hidden:+")


class Mask:
    """A way to hide lines that no line of a file has by itself."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` are those that lines are to be hidden in."""
        known = [mark for text in texts for mark in _MARK.findall(text)]
        mark = f"{max(known, key=len)}:" if known else "#:hidden:"
        self._mark = mark
        self._hidden = re.compile(rf"{_LINE_START}(?:([ \t]*)pass )?{mark} ")

    def line(self, line: str) -> str:
        """A comment instead of a line; an empty line stays what it is."""
        return f"{self._mark} {line}" if line.strip() else line

    def statement(self, line: str) -> str:
        """A statement that does nothing instead of the first line of something in the place of a statement."""
        rest = line.lstrip(" \t")
        return f"{line[: len(line) - len(rest)]}pass {self._mark} {rest}"

    def hides(self, line: str) -> bool:
        """Whether a line is hidden."""
        return self._hidden.match(line) is not None

    def lifted(self, text: str) -> str:
        """The text with its hidden lines as they were."""
        return self._hidden.sub(lambda match: match[1] or "", text)

    def separator(self, name: str, opens_block: bool = False) -> str:
        """A line that can be put before a piece of a text, unlike all others; one that opens a block is for a
        piece that is indented.
        """
        return f"{_BLOCK if opens_block else ''}{self._mark}{name.lstrip()}"

    def split(self, text: str) -> list[str]:
        """The pieces of a text in which each has a separator before it."""
        return re.split(rf"{_LINE_START}(?:{_BLOCK})?{self._mark}(?! )[^\r\n]*(?:\r\n|\r|\n|$)", text)[1:]
