"""Keeps messages short, however long the names in the checked code are."""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_MESSAGE = 160
"""Characters that a message has at most."""

_SHORTEST = 12
"""What is left of a name, with its backticks, where many are long."""
_CODE = re.compile(r"`[^`]+`")

_ALTERNATIVES = re.compile(r"\(([^,()]+?) or [^,()]+")
_LINE = re.compile(r" \(line \d+\)|, line \d+(?=\))")
_PACKAGE = re.compile(r"(?<=\w) from \w+(?=\)|,| inside\))")
_RELEASE = re.compile(r"(?<=\w) \d+(?:\.\w+)*(?=[,)]| inside\))")
_RANGE = re.compile(r"(\b\d\.\d+) to (?=\d\.\d)")
_MADE_HERE = re.compile(r"`(?:\w+\.)+(\w+)\(…\)`")


def fitted(message: str) -> str:
    """The message itself where it is short enough; else without what can be missed, the least first.

    The last sentence, which says what to write, stays as it is unless it is most of the message. What goes is what a
    layer may be instead, the module of a layer that is made where it is called, the line of another place, which is
    related to the finding anyhow, words that the rest says as well, and the package of a layer, its release first; only
    then are names shortened in the middle.
    """
    happens, stop, advice = message.rpartition(". ")
    for shorter in _SHORTER:
        if len(happens + stop + advice) <= MAX_MESSAGE:
            break
        happens = shorter(happens)
    room = MAX_MESSAGE - len(stop + advice)
    if room < MAX_MESSAGE // 3:
        return _cut(message, MAX_MESSAGE)
    return f"{_cut(_shortened(happens, room), room)}{stop}{advice}"


_SHORTER: tuple[Callable[[str], str], ...] = (
    lambda text: _ALTERNATIVES.sub(r"(\1 or others", text),
    lambda text: _MADE_HERE.sub(r"`\1(…)`", text),
    lambda text: _LINE.sub("", text),
    lambda text: text.replace(" works only by inheriting the", " only inherits the"),
    lambda text: _RELEASE.sub("", text),
    lambda text: _RANGE.sub(r"\1-", text),
    lambda text: text.replace(" mode with `training", " with `training"),
    lambda text: _PACKAGE.sub("", text),
)


def _shortened(text: str, room: int) -> str:
    """The text with its longest names cut to one length, the largest with which it fits."""
    longest = max((len(one) for one in _CODE.findall(text) if _is_name(one)), default=0)
    tries = (_with_names_up_to(limit, text) for limit in range(longest, _SHORTEST - 1, -1))
    return next((one for one in tries if len(one) <= room), text)


def _with_names_up_to(limit: int, text: str) -> str:
    def cut(name: re.Match[str]) -> str:
        if len(name[0]) <= limit or not _is_name(name[0]):
            return name[0]
        return f"{name[0][: limit // 2]}…{name[0][limit // 2 - limit + 1 :]}"

    return _CODE.sub(cut, text)


def _is_name(code: str) -> bool:
    """Whether code may be shortened: what is written with a value, `training=None`, is said as it is."""
    return "=" not in code


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
