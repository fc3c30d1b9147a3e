"""One run of the command over files: read, check or fix, write, report, count."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TextIO

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.findings import Finding
from flake8_training_phase.reporters.diff import unified_diff
from flake8_training_phase.reporters.json import json_report
from flake8_training_phase.reporters.text import text_report
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources import files
from flake8_training_phase.sources.text import SourceText


class Mode(Enum):
    """What a run does with what it finds."""

    FIX = "fix"
    CHECK = "check"
    DIFF = "diff"


@dataclass(slots=True)
class _Counts:
    files: int = 0
    left: int = 0
    fixed: int = 0
    fixable: int = 0
    errors: int = 0


@dataclass(slots=True)
class Session:
    """One run."""

    settings: Settings
    mode: Mode
    unsafe: bool
    output_format: str
    _project: Project = field(init=False)
    _counts: _Counts = field(default_factory=_Counts)
    _reported: list[tuple[str, Finding]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._project = Project(self.settings.project)

    def run(self, paths: Iterable[Path]) -> int:
        """Check or fix files; gives the exit code."""
        for path in files.python_files(list(paths), self._unreadable):
            try:
                source = files.read(path)
            except OSError as error:
                self._unreadable(path, error)
                continue
            except SyntaxError as error:
                self._report(str(path), SourceText(""), [engine.broken_finding(engine.Broken(str(error)))])
                continue
            text = self._one(source, str(path))
            if text != source.text and self.mode is Mode.FIX:
                self._write(path, source, text)
        return self._finish(sys.stdout)

    def run_stdin(self, data: bytes, filename: str) -> int:
        """Check or fix standard input, whose fixed text goes to standard output; gives the exit code."""
        try:
            source = SourceText.decode(data)
        except SyntaxError as error:
            self._report(filename, SourceText(""), [engine.broken_finding(engine.Broken(str(error)))])
            return self._finish(sys.stderr)
        text = self._one(source, filename, to_stderr=self.mode is Mode.FIX)
        if self.mode is Mode.FIX:
            sys.stdout.flush()
            sys.stdout.buffer.write(source.encode(text))
            sys.stdout.buffer.flush()
        return self._finish(sys.stderr if self.mode is Mode.FIX else sys.stdout)

    def _one(self, source: SourceText, filename: str, to_stderr: bool = False) -> str:
        """Check or fix one text, and report; gives the text as it should be."""
        self._counts.files += 1
        try:
            if self.mode is Mode.CHECK:
                findings = engine.check(source, self.settings, filename, self._project)
                self._report(filename, source, findings)
                return source.text
            fixed = engine.fix(source, self.settings, filename, self._project, self.unsafe)
        except engine.Broken as error:
            self._report(filename, source, [engine.broken_finding(error)], to_stderr)
            return source.text
        self._counts.fixed += len(fixed.made)
        if self.mode is Mode.DIFF:
            self._counts.left += len(fixed.remaining)
            sys.stdout.writelines(unified_diff(filename, source, fixed.text))
        else:
            self._report(filename, engine.replaced(source, fixed.text), fixed.remaining, to_stderr)
        return fixed.text

    def _report(self, filename: str, source: SourceText, findings: Iterable[Finding], to_stderr: bool = False) -> None:
        for finding in findings:
            self._counts.left += 1
            self._counts.fixable += finding.fix is not None
            self._reported.append((filename, finding))
            if self.output_format == "text":
                for line in text_report(filename, finding, source):
                    print(line, file=sys.stderr if to_stderr else sys.stdout)

    def _write(self, path: Path, source: SourceText, text: str) -> None:
        try:
            files.write(path, source.encode(text))
        except (OSError, UnicodeEncodeError) as error:
            self._counts.errors += 1
            print(f"{path}: cannot be written: {error}", file=sys.stderr)

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._counts.errors += 1
        print(f"{path}: cannot be read: {error.strerror or error}", file=sys.stderr)

    def _finish(self, stream: TextIO) -> int:
        counts = self._counts
        if self.output_format == "json" and self.mode is not Mode.DIFF:
            print(json_report(self._reported), file=stream)
        else:
            print(self._closing_line(), file=sys.stderr if self.mode is Mode.DIFF else stream)
        if counts.errors:
            return 2
        changed = counts.fixed and self.mode is Mode.DIFF
        return 1 if counts.left or changed else 0

    def _closing_line(self) -> str:
        counts = self._counts
        words = [f"{_plural(counts.files, 'file')} checked"]
        if self.mode is Mode.CHECK:
            words.append(f"{_plural(counts.left, 'finding')}, {counts.fixable} of them fixable")
        else:
            would = "would be fixed" if self.mode is Mode.DIFF else "fixed"
            words.append(f"{_plural(counts.fixed, 'finding')} {would}, {counts.left} left")
            if counts.fixable and not self.unsafe:
                words.append(f"{counts.fixable} of these can be fixed with --unsafe-fixes")
        if counts.errors:
            words.append(_plural(counts.errors, "error"))
        return ", ".join(words)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
