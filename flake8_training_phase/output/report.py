"""What a reporter is given: everything that a run has to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.findings import Finding, Unknown
from flake8_training_phase.printable import printable, printable_path
from flake8_training_phase.results import FileResult


@dataclass(frozen=True, slots=True)
class FileError:
    """A file or folder that could not be read or written."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{printable_path(self.path)}: {printable(self.message)}"


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run, what went wrong in it, and how they are to be shown."""

    results: Sequence[FileResult]
    errors: Sequence[FileError] = ()
    coloured: bool = False
    on_terminal: bool = False
    """Whether somebody reads it as it comes, and no program does."""
    lists_fixed: bool = False
    """Whether the findings that were fixed are to be reported too, by formats for programs."""

    def findings(self) -> Iterator[tuple[FileResult, Finding]]:
        """All findings, each with the result of its file."""
        for result in self.results:
            for finding in result.findings:
                yield result, finding

    def as_it_was(self) -> list[FileResult]:
        """The files that were fixed, as they were read, with the findings that were fixed."""
        return [result.as_it_was() for result in self.results if result.made] if self.lists_fixed else []

    def fixed(self) -> Iterator[tuple[FileResult, Finding]]:
        """The findings that were fixed, each with its file as it was."""
        for result in self.as_it_was():
            for finding in result.findings:
                yield result, finding


def shown_place(result: FileResult, found: Finding | Unknown) -> str:
    """Where something that was found is, in one word: `model.py:9:5`, or `model.ipynb:cell 3:2:5`."""
    place = result.place(found.start)
    cell = "" if place.cell is None else f"cell {place.cell}:"
    return f"{printable_path(result.path)}:{cell}{place.row}:{place.column + 1}"
