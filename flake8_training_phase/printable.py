"""Makes text that others have chosen safe to show: names of files, keys of settings, identifiers."""

from __future__ import annotations

import re

_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal acts on, ends a line, turns the direction of the text around it, or is no character at all."""
_ACTING_BUT_TABS = re.compile(_ACTING.pattern.replace("\x00-\x1f", "\x00-\x08\x0a-\x1f"))
_COMMAND_STARTS = ("::", "##")
"""What a log of GitHub or Azure takes for a command at the start of a line."""

MAX_SHOWN = 100
"""Characters of a value that are shown in a message."""


def printable(text: str) -> str:
    """The text in one line, with escapes for what would do something else than be read."""
    return _ACTING.sub(_escape, text)


def printable_code(line: str) -> str:
    """As `printable`, of a line of code, in which tabs stay."""
    return _ACTING_BUT_TABS.sub(_escape, line)


def printable_path(path: object) -> str:
    """A path that can begin a line."""
    text = str(path)
    return printable(f"./{text}" if text.lstrip().startswith(_COMMAND_STARTS) else text)


def shortened(value: object) -> str:
    """A value as it is shown in a message."""
    text = str(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode("ascii")
