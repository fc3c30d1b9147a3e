"""What a run comes to, in numbers and in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.findings import Applicability
from flake8_training_phase.printable import printable
from flake8_training_phase.runs.results import FileResult


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of a run."""

    files: int
    left: int
    fixed: int
    fixable: int
    unsafe: int
    """How many of these have a fix that may change more than it should."""
    known: int
    errors: int

    @classmethod
    def of(cls, results: Iterable[FileResult], errors: int = 0) -> Summary:
        """The numbers of results, and of so many errors."""
        found = list(results)
        fixes = [finding.fix for result in found for finding in result.findings if finding.fix is not None]
        return cls(
            files=sum(result.examined for result in found),
            left=sum(len(result.findings) for result in found),
            fixed=sum(len(result.made) for result in found),
            fixable=len(fixes),
            unsafe=sum(fix.applicability is Applicability.UNSAFE for fix in fixes),
            known=sum(result.known for result in found),
            errors=errors,
        )

    def checked(self) -> str:
        """The line for a run that makes no fixes."""
        return self._line(f"{_plural(self.left, 'finding')}, {self.fixable} of them fixable")

    def fixed_line(self, word: str, unsafe: bool) -> str:
        """The line for a run that makes fixes, or would: `word` says which."""
        words = [f"{_plural(self.fixed, 'finding')} {word}, {self.left} left"]
        if self.unsafe and not unsafe:
            words.append(f"{self.unsafe} of these can be fixed with --unsafe-fixes")
        return self._line(*words)

    def silenced(self) -> str:
        """The line for a run that writes `# noqa` comments."""
        return self._line(f"{_plural(self.fixed, 'finding')} silenced, {self.left} left")

    def accepted(self, baseline: Path | None) -> str:
        """The line for a run that writes a baseline."""
        return self._line(f"{_plural(self.left, 'finding')} written to {printable(str(baseline))}")

    def _line(self, *words: str) -> str:
        known = [f"{self.known} known from the baseline"] if self.known else []
        errors = [_plural(self.errors, "error")] if self.errors else []
        return ", ".join([f"{_plural(self.files, 'file')} checked", *words, *known, *errors])


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
