"""Keeps messages short, however long the names in the checked code are."""

from __future__ import annotations

import re

MAX_MESSAGE = 160
"""Characters that a message has at most."""

_SHORTEST = 12
"""What is left of a name, with its backticks, where many are long."""
_ALTERNATIVES = re.compile(r"\((\w+) or [\w ]+")
_CODE = re.compile(r"`[^`]+`")


def fitted(message: str) -> str:
    """The message itself where it is short enough; else with the longest names in it shortened in the middle.

    The last sentence, which says what to write, stays as it is.
    """
    if len(message) <= MAX_MESSAGE:
        return message
    happens, stop, advice = _ALTERNATIVES.sub(r"(\1 or others", message).rpartition(". ")
    return _cut(f"{_shortened(happens, MAX_MESSAGE - len(stop + advice))}{stop}{advice}")


def _shortened(text: str, room: int) -> str:
    """The text with its longest names cut to one length, the largest with which it fits."""
    longest = max(map(len, _CODE.findall(text)), default=0)
    tries = (_with_names_up_to(limit, text) for limit in range(longest, _SHORTEST - 1, -1))
    return next((one for one in tries if len(one) <= room), text)


def _with_names_up_to(limit: int, text: str) -> str:
    def cut(name: re.Match[str]) -> str:
        return name[0] if len(name[0]) <= limit else f"{name[0][: limit // 2]}…{name[0][limit // 2 - limit + 1 :]}"

    return _CODE.sub(cut, text)


def _cut(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"
