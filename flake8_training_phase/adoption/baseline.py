"""The baseline: findings that are known and accepted, kept in a file beside the code."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, TextIO

from flake8_training_phase.adoption.fingerprints import Fingerprint, fingerprints
from flake8_training_phase.findings import Finding
from flake8_training_phase.output.report import Report
from flake8_training_phase.results import FileResult
from flake8_training_phase.sources import reading
from flake8_training_phase.sources.text import SourceText

VERSION = 1
"""The version of the file's format."""


class BaselineError(Exception):
    """A file that is no baseline; the message says why."""


class Baseline:
    """How often each finding of each file is accepted. Files are named relative to `folder`."""

    def __init__(self, folder: str, accepted: Mapping[str, Counter[Fingerprint]]) -> None:
        self._folder = folder
        self._accepted = accepted

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """The baseline in a file. Raises OSError and BaselineError."""
        try:
            return cls(_folder(path), _parsed(json.loads(reading.read(path, reading.MAX_CODE))))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BaselineError("is not a baseline, or not one of this version") from error

    def new(self, path: Path, findings: Sequence[Finding], source: SourceText) -> list[Finding]:
        """The findings of a file that are not accepted: of those that look the same the first are."""
        left = Counter(self._accepted.get(_name(path, self._folder))) if self._accepted else None
        if not left:
            return list(findings)
        new = []
        for finding, fingerprint in zip(findings, fingerprints(findings, source), strict=True):
            if left[fingerprint] > 0:
                left[fingerprint] -= 1
            else:
                new.append(finding)
        return new

    def without_known(self, result: FileResult) -> FileResult:
        """A result without the findings that are accepted."""
        if result.after is None or not self._accepted:
            return result
        new = tuple(self.new(result.path, result.findings, result.after.source))
        return replace(result, findings=new, known=len(result.findings) - len(new))


EMPTY = Baseline("", {})
"""A baseline that accepts nothing."""


@dataclass(frozen=True, slots=True)
class BaselineWriter:
    """Writes a report as the baseline that accepts all of it, for a file at `path`."""

    path: Path

    def write(self, report: Report, stream: TextIO) -> None:
        """Write the baseline, in the order of names and fingerprints."""
        folder = _folder(self.path)
        entries = {
            _name(result.path, folder): _entries(result.findings, result.after.source)
            for result in report.results
            if result.findings and result.after is not None
        }
        print(json.dumps({"version": VERSION, "findings": entries}, indent=1, sort_keys=True), file=stream)


def _entries(findings: Sequence[Finding], source: SourceText) -> list[dict[str, object]]:
    counts = Counter(fingerprints(findings, source))
    return [
        {"code": one.code, "scope": one.scope, "line": one.line, "count": count}
        for one, count in sorted(counts.items())
    ]


def _folder(path: Path) -> str:
    return str(path.absolute().parent)


def _name(path: Path, folder: str) -> str:
    """How a file is named in the baseline of a folder."""
    try:
        return PurePath(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # On another drive of Windows.
        return path.absolute().as_posix()


def _parsed(content: dict[str, Any]) -> dict[str, Counter[Fingerprint]]:
    if content["version"] != VERSION:
        raise ValueError(content["version"])
    accepted = {}
    for name, entries in content["findings"].items():
        counts: Counter[Fingerprint] = Counter()
        for one in entries:
            known, count = (one["code"], one["scope"], one["line"]), one["count"]
            if type(count) is not int or count < 1 or not all(isinstance(part, str) for part in known):
                raise ValueError(one)
            counts[Fingerprint(*known)] += count
        accepted[name] = counts
    return accepted
