"""Keeps messages short, however long the names in the checked code are."""

from __future__ import annotations

import re

MAX_MESSAGE = 160
"""Characters that a message has at most."""

_SHORTEST = 18
"""What is left of a shortened name, with its backticks."""
_ALTERNATIVES = re.compile(r"\((\w+) or [\w ]+")
_CODE = re.compile(r"`[^`]+`")


def fitted(message: str) -> str:
    """The message itself where it is short enough; else with the longest names in it shortened in the middle.

    The last sentence, which says what to write, is shortened only if nothing else helps.
    """
    if len(message) <= MAX_MESSAGE:
        return message
    message = _ALTERNATIVES.sub(r"(\1 or others", message)
    happens, stop, advice = message.rpartition(". ")
    happens = _shortened(happens, MAX_MESSAGE - len(stop + advice))
    message = _shortened(f"{happens}{stop}{advice}", MAX_MESSAGE)
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"


def _shortened(text: str, room: int) -> str:
    """The text with its longest names shortened, one after the other, until it fits or all are as short as can be."""
    while len(text) > room:
        name = max(_CODE.findall(text), key=len, default="")
        left = max(len(name) - (len(text) - room), _SHORTEST)
        if left >= len(name):
            break
        text = text.replace(name, f"{name[: left // 2]}…{name[left // 2 - left + 1 :]}")
    return text
