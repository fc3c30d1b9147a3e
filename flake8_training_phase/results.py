"""What a run has to say of one file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from flake8_training_phase.findings import Finding, Position, Unknown
from flake8_training_phase.sources.document import NOTHING, DisplayPosition, Document


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file."""

    path: Path
    before: Document = NOTHING
    """The file as it was read, when there is something to show of it."""
    after: Document = NOTHING
    """The file as the fixes have made it; `before` itself when there were none."""
    findings: tuple[Finding, ...] = ()
    """What is left to report, placed in `after`."""
    made: tuple[Finding, ...] = ()
    """The findings whose fixes were made, in that order."""
    known: int = 0
    """How many findings are not among these because the baseline holds them."""
    examined: bool = False
    """Whether the file could be read."""
    error: str | None = None
    """Why the file could not be read or written."""
    lookups: frozenset[str] = frozenset()
    """The absolute paths of the other files that the findings depend on, those looked for in vain included."""

    unknown: tuple[Unknown, ...] = ()
    """What is unknown of the file as it is in `after`, where that was asked for."""

    because_of: tuple[Path, ...] = ()
    """The files whose fixes have given this one its first fixes; empty where it had some of its own."""

    @property
    def changed(self) -> bool:
        """Whether fixes have changed the code."""
        return self.before is not self.after

    def as_it_was(self) -> FileResult:
        """The file as it was read, with the findings that were fixed."""
        return replace(self, after=self.before, findings=self.made)

    def place(self, position: Position) -> DisplayPosition:
        """The place in the file of something that was found."""
        return self.after.place(position)
