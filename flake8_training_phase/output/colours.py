"""Colour for terminals."""

from __future__ import annotations

import os
from enum import Enum
from typing import TextIO


class Colour(Enum):
    """When output is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"

    def wanted(self, stream: TextIO) -> bool:
        """Whether what goes to a stream is coloured: by default on a terminal, unless the environment says otherwise
        (https://no-color.org, https://force-color.org).
        """
        if self is not Colour.AUTO:
            return self is Colour.ALWAYS
        if os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"


class Style(Enum):
    """How a piece of text looks, as the numbers of the ANSI escape sequence."""

    BOLD = "1"
    RED = "31"
    BOLD_RED = "1;31"
    GREEN = "32"
    YELLOW = "33"
    BOLD_YELLOW = "1;33"
    CYAN = "36"


class Painter:
    """Colours text, or leaves it as it is."""

    def __init__(self, coloured: bool) -> None:
        self._coloured = coloured

    def __call__(self, style: Style, text: str) -> str:
        """The text in a style; its line end stays outside."""
        if not self._coloured or not text.strip():
            return text
        shown = text.rstrip("\r\n")
        return f"\x1b[{style.value}m{shown}\x1b[0m{text[len(shown) :]}"
