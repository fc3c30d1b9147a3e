"""The numbers of a run, and the line that sums it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from flake8_training_phase.findings import Applicability, Finding
from flake8_training_phase.printable import printable
from flake8_training_phase.results import FileResult


class Remedy(Enum):
    """What can be done about a finding that is left; the text says it of a number of them."""

    SAFE = "with a safe fix"
    UNSAFE = "fixable only with --unsafe-fixes"
    UNWRITTEN = "whose fix could not be written"
    NONE = "without a fix"


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run."""

    files: int
    remedies: Counter[Remedy]
    """Of the findings that are left."""
    fixed: int
    known: int
    errors: int

    @classmethod
    def of(cls, results: Iterable[FileResult], errors: int = 0, unsafe: bool = False) -> Summary:
        """The numbers of results, and of so many errors; `unsafe` says whether unsafe fixes were applied too."""
        found = list(results)
        return cls(
            files=sum(result.examined for result in found),
            remedies=Counter(_remedy(result, finding, unsafe) for result in found for finding in result.findings),
            fixed=sum(len(result.made) for result in found),
            known=sum(result.known for result in found),
            errors=errors,
        )

    @property
    def left(self) -> int:
        """How many findings are left."""
        return self.remedies.total()

    def checked(self) -> str:
        """The line for a run that applies no fixes."""
        return self._passed() or self._line(f"{_plural(self.left, 'finding')}{self._remedies()}")

    def fixes_only(self, word: str) -> str:
        """The line for a run that says nothing of what is left."""
        return self._line(f"{_plural(self.fixed, 'finding')} {word}")

    def fixed_line(self, word: str) -> str:
        """The line for a run that applies fixes, or would: `word` says which."""
        line = self._line(f"{_plural(self.fixed, 'finding')} {word}, {self.left} left{self._remedies()}")
        return line if self.fixed else self._passed() or line

    def silenced(self) -> str:
        """The line for a run that writes `# noqa` comments."""
        return self._line(f"{_plural(self.fixed, 'finding')} silenced, {self.left} left")

    def accepted(self, baseline: Path | None) -> str:
        """The line for a run that writes a baseline."""
        return self._line(f"{_plural(self.left, 'finding')} written to {printable(str(baseline))}")

    def _passed(self) -> str | None:
        """The line for a run that has nothing to say."""
        if self.left or self.errors:
            return None
        return f"All checks passed ({', '.join([self._checked_files(), *self._known()])})"

    def _line(self, words: str) -> str:
        errors = [_plural(self.errors, "error")] if self.errors else []
        return ", ".join([self._checked_files(), words, *self._known(), *errors])

    def _checked_files(self) -> str:
        return f"{_plural(self.files, 'file')} checked"

    def _known(self) -> Iterator[str]:
        if self.known:
            yield f"{self.known} known from the baseline"

    def _remedies(self) -> str:
        parts = [f"{self.remedies[one]} {one.value}" for one in Remedy if self.remedies[one]]
        return f" ({', '.join(parts)})" if parts else ""


def _remedy(result: FileResult, finding: Finding, unsafe: bool) -> Remedy:
    if finding.fix is None:
        return Remedy.NONE
    is_safe = finding.fix.applicability is Applicability.SAFE
    if result.error is not None and (is_safe or unsafe):
        return Remedy.UNWRITTEN
    return Remedy.SAFE if is_safe else Remedy.UNSAFE


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
