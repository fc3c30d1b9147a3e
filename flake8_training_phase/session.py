"""One run of the command over files: read, check or fix, write, report, count."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TextIO

from flake8_training_phase import engine
from flake8_training_phase.analysis.module import Module
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.findings import Finding
from flake8_training_phase.reporters.diff import unified_diff
from flake8_training_phase.reporters.json import json_report
from flake8_training_phase.reporters.text import text_report
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources import files
from flake8_training_phase.sources.gate import may_hold_findings
from flake8_training_phase.sources.text import SourceText

MAX_ROUNDS = 10
"""Rounds over all files, of which each may bring to light what the fixes of another have made fixable."""


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
class _File:
    """A file on its way: as it was read, and as the fixes have made it so far."""

    name: str
    source: SourceText
    now: SourceText
    remaining: tuple[Finding, ...] = ()
    made: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        return self.now.text != self.source.text


@dataclass(slots=True)
class Session:
    """One run."""

    settings: Settings
    mode: Mode
    unsafe: bool
    output_format: str
    _project: Project = field(init=False)
    _given: list[Path] = field(default_factory=list)
    _counts: _Counts = field(default_factory=_Counts)
    _reported: list[tuple[str, Finding]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._project = Project(self.settings.project)

    def run(self, paths: Iterable[Path]) -> int:
        """Check or fix files; gives the exit code."""
        self._given = list(paths)
        held = [file for path in files.python_files(self._given, self._unreadable) if (file := self._read(path))]
        for file in held:
            self._advance(file)
        self._repeat(held)
        for file in held:
            if self.mode is Mode.FIX and file.changed and not self._write(file):
                file.now, file.made = file.source, ()
                self._check(file)
            self._show(file, sys.stdout)
        return self._finish(sys.stdout)

    def run_stdin(self, data: bytes, filename: str) -> int:
        """Check or fix standard input, whose fixed text goes to standard output; gives the exit code.

        JSON has standard output for itself: the text is checked only, and the findings hold the edits.
        """
        if self.output_format == "json":
            self.mode = Mode.CHECK
        report = sys.stderr if self.mode is Mode.FIX else sys.stdout
        try:
            file = self._opened(filename, SourceText.decode(data))
        except SyntaxError as error:
            file = self._undecodable(filename, error)
        else:
            self._advance(file)
            data = file.source.encode(file.now.text)
        if self.mode is Mode.FIX:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        self._show(file, report)
        return self._finish(report)

    def _read(self, path: Path) -> _File | None:
        """A file to go on with; None for one that cannot be read, or cannot hold a finding."""
        try:
            source = files.read(path)
        except OSError as error:
            self._unreadable(path, error)
            return None
        except SyntaxError as error:
            return self._undecodable(str(path), error)
        file = self._opened(str(path), source)
        return file if may_hold_findings(source.text) else None

    def _opened(self, name: str, source: SourceText) -> _File:
        self._counts.files += 1
        return _File(name, source, source)

    def _undecodable(self, name: str, error: SyntaxError) -> _File:
        nothing = SourceText("")
        return _File(name, nothing, nothing, engine.broken_findings(engine.Broken(str(error)), nothing, self.settings))

    def _advance(self, file: _File) -> None:
        """Check a file, or fix it as it is now."""
        if not file.source.text:
            return
        if self.mode is Mode.CHECK:
            self._check(file)
            return
        try:
            fixed = engine.fix(file.now, self.settings, file.name, self._project, self.unsafe)
        except engine.Broken as error:
            file.now, file.made = file.source, ()
            file.remaining = engine.broken_findings(error, file.source, self.settings)
        else:
            file.now = engine.replaced(file.source, fixed.text)
            file.made += fixed.made
            file.remaining = fixed.remaining

    def _check(self, file: _File) -> None:
        try:
            file.remaining = tuple(engine.check(file.source, self.settings, file.name, self._project))
        except engine.Broken as error:
            file.remaining = engine.broken_findings(error, file.source, self.settings)

    def _repeat(self, held: list[_File]) -> None:
        """Go over all files until the fixes in one of them give nothing more to do in another."""
        changed = [file for file in held if file.changed]
        for _ in range(MAX_ROUNDS):
            if not self.settings.project or not changed or len(held) == 1:
                return
            self._project = Project()
            for file in held:
                if file.changed:
                    self._project.add(Module(engine.parse(file.now), Path(file.name).absolute(), self._project))
            changed = []
            for file in held:
                before = file.now.text
                self._advance(file)
                if file.now.text != before:
                    changed.append(file)

    def _show(self, file: _File, stream: TextIO) -> None:
        """Report what became of a file."""
        self._counts.fixed += len(file.made)
        self._counts.left += len(file.remaining)
        self._counts.fixable += sum(finding.fix is not None for finding in file.remaining)
        self._reported += [(file.name, finding) for finding in file.remaining]
        shown = file.remaining
        if self.mode is Mode.DIFF:
            stream.writelines(unified_diff(file.name, file.source, file.now.text))
            shown, stream = tuple(one for one in shown if one.code == CODE_OF_BROKEN_FILE), sys.stderr
        if self.output_format == "text":
            for finding in shown:
                for line in text_report(file.name, finding, file.now):
                    print(line, file=stream)

    def _write(self, file: _File) -> bool:
        path = Path(file.name)
        try:
            if files.leads_out(path, self._given):
                self._error(path, "not written: it is a link that leads out of what was given")
                return False
            files.write(path, file.source.encode(file.now.text), file.source.encode(file.source.text))
        except OSError as error:
            self._error(path, f"cannot be written: {error.strerror or error}")
        except UnicodeEncodeError as error:
            self._error(path, f"cannot be written: {error}")
        else:
            return True
        return False

    def _unreadable(self, path: Path, error: OSError) -> None:
        self._error(path, f"cannot be read: {error.strerror or error}")

    def _error(self, path: Path, message: str) -> None:
        self._counts.errors += 1
        print(f"{path}: {message}", file=sys.stderr)

    def _finish(self, stream: TextIO) -> int:
        counts = self._counts
        if self.output_format == "json":
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
