"""What the analysis says of the modules that hold objects: maps of the hosts, and findings."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flake8_training_phase import api
from flake8_training_phase.analysis.project import Projects
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.maps.model import Map, ModeCell, Row, RowKind
from flake8_training_phase.maps.static import NoSuchModel, maps_of
from flake8_training_phase.runtime.measured_map import Chain, chain_of, is_of
from flake8_training_phase.runtime.recording import MODES, TracedCall
from flake8_training_phase.sources.documents import read_document


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding, and where its file is read."""

    path: str
    first: int
    last: int
    code: str
    severity: str
    message: str
    is_about_class: bool
    """It is about the signature of a `call`: everything that the class runs."""

    def __str__(self) -> str:
        return f"{self.path}:{self.first}: {self.code} {self.message}"

    def is_on(self, file: str, line: int) -> bool:
        """Whether a line of a file is what it is about."""
        if file != self.path:
            return False
        if self.is_about_class:
            around = class_around(file, self.first)
            return around is not None and around.first <= line <= around.last
        return self.first <= line <= self.last


@dataclass(frozen=True, slots=True)
class ClassLines:
    """Where a class is."""

    file: str
    first: int
    last: int


@dataclass(slots=True)
class Said:
    """What is said of the hosts in one module."""

    rows: dict[str, list[tuple[Chain, Row]]] = field(default_factory=dict)
    """By host: the lines that lead to a row, and the row."""
    problem: str = ""

    def cells(self, host: str, call: TracedCall) -> list[ModeCell]:
        """What is said of a traced call: of itself, or of the innermost call around it that is known."""
        chain = chain_of(call)
        place = MODES.index(call.mode)
        rows = self.rows.get(host, [])
        exact = [row for lines, row in rows if lines == chain and row.layer and is_of(call, row)]
        if not exact:
            around = [(len(lines), row) for lines, row in rows if lines and chain[: len(lines)] == lines]
            deepest = max((length for length, _ in around), default=0)
            exact = [row for length, row in around if length == deepest and row.kind is RowKind.LAYER]
        return [row.by_release[0][place] for row in exact if row.by_release]


class Analysis:
    """The analysis under one release of Keras, with the settings of the folders that it reads."""

    def __init__(self, version: str) -> None:
        self._release = {"keras-versions": ".".join(version.split(".")[:2])}
        self._configuration = Configuration(self._release)
        self._projects = Projects()

    def hosts_in(self, path: Path) -> Said:
        """What is said of the hosts in a module."""
        try:
            maps = self._maps(path)
        except Exception as error:  # What ends the analysis is a result too: nothing is known.
            return Said(problem=f"{type(error).__name__}: {error}")
        return Said({one.name: list(_rows(one)) for one in maps})

    def class_in(self, path: Path, name: str) -> list[tuple[Chain, Row]]:
        """What is said of a class; nothing where it has no `call` of its own, as a functional model."""
        try:
            [shown] = self._maps(path, name)
        except (NoSuchModel, OSError):
            return []
        return list(_rows(shown))

    def findings_in(self, paths: Iterable[Path]) -> list[Finding]:
        """The findings in files and folders, of all rules that are on by default."""
        reports = api.check_paths(paths, self._release)
        return [_finding(report.path, one) for report in reports for one in report.findings]

    def _maps(self, path: Path, name: str | None = None) -> list[Map]:
        return maps_of(read_document(path), self._configuration.for_file(path), name, self._projects)


def _finding(path: Path, found: api.Finding) -> Finding:
    about_class = found.code.startswith("KTP1") and found.code != "KTP108"
    return Finding(
        os.path.realpath(path), found.start.row, found.end.row, found.code, found.severity, found.message, about_class
    )


def _rows(shown: Map) -> Iterator[tuple[Chain, Row]]:
    for row in shown.rows:
        yield from _below(row, ())


def _below(row: Row, around: Chain) -> Iterator[tuple[Chain, Row]]:
    chain = around
    if row.kind is RowKind.LAYER and row.place is not None:
        chain = (*around, (os.path.realpath(row.place.file), row.place.line))
    if row.kind in (RowKind.LAYER, RowKind.INNER):
        yield chain, row
    for one in row.rows:
        yield from _below(one, chain)


@cache
def _classes(file: str) -> tuple[tuple[str, ClassLines], ...]:
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ()
    found = (one for one in ast.walk(tree) if isinstance(one, ast.ClassDef))
    return tuple((one.name, ClassLines(file, one.lineno, one.end_lineno or one.lineno)) for one in found)


def class_around(file: str, line: int) -> ClassLines | None:
    """The innermost class around a line."""
    around = (one for _, one in _classes(file) if one.first <= line <= one.last)
    return max(around, key=lambda one: one.first, default=None)


def class_named(file: str, name: str) -> ClassLines | None:
    """A class of a file; None where it is not defined there."""
    return next((one for found, one in _classes(file) if found == name), None)
