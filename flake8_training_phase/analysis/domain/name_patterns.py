"""Names and keys that are known in part: what `f"block_{i}"` gives is `block_*`."""

from __future__ import annotations

import re

ANY_NAME = "*"
"""Stands for what is not known of a name: alone, for all of it."""

_FIELD = re.compile(r"\{[^{}]*\}")
_CONVERSION = re.compile(r"%(?:\(\w*\))?[-+ #0]*[\d*.]*[a-zA-Z]")


def is_pattern(name: str) -> bool:
    """Whether a name is known in part only."""
    return ANY_NAME in name


def after_format(text: str) -> str:
    """What `text.format(…)` gives."""
    return _FIELD.sub(ANY_NAME, text)


def after_percent(text: str) -> str:
    """What `text % values` gives."""
    return _CONVERSION.sub(ANY_NAME, text)


def may_be_same(one: str, other: str) -> bool:
    """Whether two names, each of which may be known in part, may be one."""
    if not is_pattern(one):
        one, other = other, one
    if not is_pattern(one):
        return one == other
    head, *middle, tail = one.split(ANY_NAME)
    if is_pattern(other):
        other_head, *_, other_tail = other.split(ANY_NAME)
        heads_fit = head.startswith(other_head) or other_head.startswith(head)
        return heads_fit and (tail.endswith(other_tail) or other_tail.endswith(tail))
    if not (other.startswith(head) and other.endswith(tail) and len(other) >= len(head) + len(tail)):
        return False
    rest = other[len(head) : len(other) - len(tail)]
    for part in middle:
        _, found, rest = rest.partition(part) if part else ("", "-", rest)
        if not found:
            return False
    return True
