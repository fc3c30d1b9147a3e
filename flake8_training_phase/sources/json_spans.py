"""Finds values in the text of a JSON document, so that one of them can be replaced and all others left as they are."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from flake8_training_phase.sources.text import lines_of

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[^\\]", re.DOTALL)
"""How one character of a string is written; one beyond U+FFFF may take two escapes."""

_Character = tuple[str, str]
"""A character of a string, and how it is written."""


@dataclass(frozen=True, slots=True)
class JsonValue:
    """A value of a valid document, and where it is in the text."""

    value: Any
    start: int
    end: int


def whole(text: str) -> JsonValue:
    """The value that is the document. Raises ValueError for a text that is no JSON, and RecursionError."""
    found = _value_at(text, 0)
    end = _behind_space(text, found.end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return found


def members(text: str, outer: JsonValue) -> dict[str, JsonValue]:
    """The values of an object by their keys; of keys that come twice the last counts, as it does for `json`."""
    found: dict[str, JsonValue] = {}
    at = _behind_space(text, outer.start + 1)
    while text[at] != "}":
        key = _value_at(text, at)
        member = _value_at(text, _behind_space(text, key.end) + 1)
        found[key.value] = member
        at = _behind_comma(text, member.end)
    return found


def elements(text: str, outer: JsonValue) -> Iterator[JsonValue]:
    """The values of an array."""
    at = _behind_space(text, outer.start + 1)
    while text[at] != "]":
        element = _value_at(text, at)
        yield element
        at = _behind_comma(text, element.end)


def rewritten(text: str, old: JsonValue, changes: Iterable[tuple[int, int, str]], ascii_only: bool) -> str:
    """What to write for a string, or an array of strings that are one text together, after changes of that text.

    A change says between which characters other ones are put. All others are written as they were, escapes and all,
    and so is what is between the strings. A string that was one line and becomes several is several strings then;
    one of which nothing is left goes.

    Raises ValueError where there is no string that could take a change.
    """
    is_array = not isinstance(old.value, str)
    strings = list(elements(text, old)) if is_array else [old]
    written = [_characters(text, string) for string in strings]
    _make(list(changes), written, ascii_only)
    if not is_array:
        return f'"{_joined(written[0])}"'
    opening = text[old.start + 1 : strings[0].start]
    between = ["", *(text[one.end : other.start] for one, other in pairwise(strings))]
    usual = between[1] if len(strings) > 1 else f",{opening}"
    parts: list[str] = []
    for string, separator, characters in zip(strings, between, written, strict=True):
        if characters or not string.value:
            lines = _lines(characters) if len(lines_of(string.value)) == 1 else [characters]
            parts.append(separator if parts else "")
            parts.append(usual.join(f'"{_joined(line)}"' for line in lines))
    return f"[{opening}{''.join(parts)}{text[strings[-1].end : old.end]}" if parts else "[]"


def _characters(text: str, string: JsonValue) -> list[_Character]:
    written = _CHARACTER.findall(text[string.start + 1 : string.end - 1])
    return list(zip(string.value, written, strict=True))


def _make(changes: list[tuple[int, int, str]], written: list[list[_Character]], ascii_only: bool) -> None:
    ends = list(accumulate(map(len, written)))
    for start, end, content in reversed(changes):
        first = _holder(ends, start, behind=start == end and content.endswith(("\n", "\r")))
        last = max(first, bisect_left(ends, end))
        for index in range(last, first - 1, -1):
            begin = ends[index - 1] if index else 0
            new = [(one, json.dumps(one, ensure_ascii=ascii_only)[1:-1]) for one in content] if index == first else []
            written[index][max(start - begin, 0) : max(end - begin, 0)] = new


def _holder(ends: list[int], offset: int, behind: bool) -> int:
    """Which string takes what comes to an offset: the one with the character there, or, for lines that are new
    `after` others, the one with the character before it.
    """
    found = bisect_left(ends, offset) if behind and offset else bisect_right(ends, offset)
    if found == len(ends):
        found = bisect_left(ends, offset)
    if found == len(ends):
        raise ValueError("there is no text that could be changed")
    return found


def _lines(characters: list[_Character]) -> Iterator[list[_Character]]:
    start = 0
    for line in lines_of("".join(character for character, _ in characters)) or [""]:
        yield characters[start : start + len(line)]
        start += len(line)


def _joined(characters: Iterable[_Character]) -> str:
    return "".join(written for _, written in characters)


def _value_at(text: str, offset: int) -> JsonValue:
    start = _behind_space(text, offset)
    value, end = _DECODER.raw_decode(text, start)
    return JsonValue(value, start, end)


def _behind_space(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return offset if found is None else found.end()


def _behind_comma(text: str, offset: int) -> int:
    at = _behind_space(text, offset)
    return _behind_space(text, at + 1) if text[at] == "," else at
