"""Finds values in the text of a JSON document, so that one of them can be replaced and all others left as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Any

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[^\\]", re.DOTALL)
"""How one character of a string is written; one beyond U+FFFF may take two escapes."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a valid document, and where it stands in the text."""

    value: Any
    start: int
    end: int


def whole(text: str) -> Value:
    """The value that is the document. Raises ValueError for a text that is no JSON, and RecursionError."""
    found = _value_at(text, 0)
    end = _behind_space(text, found.end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return found


def members(text: str, outer: Value) -> dict[str, Value]:
    """The values of an object by their keys; of keys that come twice the last counts, as it does for `json`."""
    found: dict[str, Value] = {}
    at = _behind_space(text, outer.start + 1)
    while text[at] != "}":
        key = _value_at(text, at)
        member = _value_at(text, _behind_space(text, key.end) + 1)
        found[key.value] = member
        at = _behind_comma(text, member.end)
    return found


def elements(text: str, outer: Value) -> Iterator[Value]:
    """The values of an array."""
    at = _behind_space(text, outer.start + 1)
    while text[at] != "]":
        element = _value_at(text, at)
        yield element
        at = _behind_comma(text, element.end)


def with_string(text: str, old: Value, new: str, ascii_only: bool) -> str:
    """What to write for a string instead of an old one. What both have is written as it was, escapes and all."""
    written = _CHARACTER.findall(text[old.start + 1 : old.end - 1])
    before, after = old.value.splitlines(keepends=True), new.splitlines(keepends=True)
    parts: list[str] = []
    done = 0
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        width = sum(map(len, before[start:end]))
        was, becomes = "".join(before[start:end]), "".join(after[new_start:new_end])
        same_start, same_end = (width, 0) if tag == "equal" else _same_ends(was, becomes)
        middle = becomes[same_start : len(becomes) - same_end]
        parts += written[done : done + same_start]
        parts.append(json.dumps(middle, ensure_ascii=ascii_only)[1:-1])
        parts += written[done + width - same_end : done + width]
        done += width
    return f'"{"".join(parts)}"'


def with_lines(text: str, old: Value, new: str, ascii_only: bool) -> str:
    """What to write for an array of strings, which are the lines of one text, for another text.

    Lines that stay are written as they were, and so is what stands between the strings.
    """
    strings = list(elements(text, old))
    lines = new.splitlines(keepends=True)
    written: list[str] = []
    matcher = SequenceMatcher(None, [string.value for string in strings], lines, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        for string, line in zip_longest(strings[start:end], lines[new_start:new_end]):
            if line is None:
                continue
            if string is None:
                written.append(json.dumps(line, ensure_ascii=ascii_only))
            elif tag == "equal":
                written.append(text[string.start : string.end])
            else:
                written.append(with_string(text, string, line, ascii_only))
    if not written:
        return "[]"
    opening = text[old.start + 1 : strings[0].start]
    between = [text[one.end : other.start] for one, other in pairwise(strings)]
    usual = between[0] if between else f",{opening}"
    separators = [*between, *[usual] * len(written)]
    joined = "".join(f"{separator}{one}" for separator, one in zip(separators, written[1:], strict=False))
    return f"[{opening}{written[0]}{joined}{text[strings[-1].end : old.end]}"


def _same_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters two texts have in common at their start, and at their end behind that."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    end = next((at for at in range(shorter - start) if old[-1 - at] != new[-1 - at]), shorter - start)
    return start, end


def _value_at(text: str, offset: int) -> Value:
    start = _behind_space(text, offset)
    value, end = _DECODER.raw_decode(text, start)
    return Value(value, start, end)


def _behind_space(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    assert found is not None
    return found.end()


def _behind_comma(text: str, offset: int) -> int:
    at = _behind_space(text, offset)
    return _behind_space(text, at + 1) if text[at] == "," else at
