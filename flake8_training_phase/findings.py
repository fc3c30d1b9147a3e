"""What the checker says: findings, their severity and their fixes.

Rows count from 1, columns from 0 and in characters, as flake8 shows them; reporters shift them where a format
counts otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How bad a finding is."""

    BUG = "bug"
    """A supported Keras runs the wrong phase or raises."""
    FRAGILE = "fragile"
    """Right only by an inherited call context."""
    LEGACY = "legacy"
    """An API that Keras 3 no longer has."""


class Applicability(str, Enum):
    """How far a fix can be trusted."""

    SAFE = "safe"
    """The behaviour asked for is the only one that changes."""
    UNSAFE = "unsafe"
    """May change more than the behaviour asked for, or break code that is not in sight."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the text: `row` from 1, `column` from 0 in characters."""

    row: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace what is between `start` and `end` (exclusive) by `content`."""

    start: Position
    end: Position
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together: all of them are made, or none."""

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    renamed: tuple[str, ...] = ()
    """Names that mean nothing any more afterwards: no other fix may bring one in, or use one, in the same round."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another place in the same text that a finding is about: the line that leaks the flag, for example."""

    message: str
    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Unknown:
    """A part of a text that the analysis does not know, and why."""

    start: Position
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, or one risk, at one place.

    `keras` holds the Keras generations it is true for, for example `(3,)`.
    """

    code: str
    name: str
    message: str
    severity: Severity
    keras: tuple[int, ...]
    start: Position
    end: Position
    fix: Fix | None = None
    related: Related | None = None


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """The findings as a reader meets them: by place, then by code."""
    return sorted(findings, key=lambda finding: (finding.start, finding.code))
