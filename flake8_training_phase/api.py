"""The checker and the fixer from Python: over text, and over files and folders with any executor.

Results are plain data that does not change. Rows and columns count from 1, columns in characters; an end is the place
after the last character. In a notebook, rows count inside their cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from flake8_training_phase import engine, findings
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.documentation import rule_url
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.runs.session import results_of, written
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.parsing import AnalysisError
from flake8_training_phase.sources.reading import OnError
from flake8_training_phase.sources.text import SourceText

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = [
    "Edit",
    "FileReport",
    "Finding",
    "Fix",
    "FixedFile",
    "FixedText",
    "Location",
    "Related",
    "SettingsError",
    "check_paths",
    "check_text",
    "fix_paths",
    "fix_text",
]

Paths = Iterable[str | PathLike[str]]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file."""

    row: int
    """From 1; inside the cell, in a notebook."""
    column: int
    """From 1, in characters."""
    cell: int | None = None
    """The number of the cell of a notebook, from 1; None in other files."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `content` in the place of what is between `start` and `end`; where they are the same it is inserted."""

    start: Location
    end: Location
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that belong together: apply all of them, or none. They do not overlap."""

    message: str
    """What the fix does, as an order: "Pass `training=training`"."""
    applicability: Literal["safe", "unsafe"]
    """`safe` when only the behaviour changes that the finding is about."""
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place in the same file that a finding is about: the line that leaks the flag, for example."""

    message: str
    start: Location
    end: Location


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding."""

    code: str
    """For example `"KTP202"`; `"KTP900"` for a file that was not analysed."""
    name: str
    """For example `"training-not-forwarded"`."""
    message: str
    severity: Literal["bug", "fragile", "legacy"]
    keras: tuple[int, ...]
    """The major versions of Keras that it is about."""
    start: Location
    end: Location
    fix: Fix | None
    """None where there is no fix."""
    related: Related | None
    url: str
    """The address of the rule's page; None as long as the pages are not published."""


@dataclass(frozen=True, slots=True)
class FixedText:
    """A text after its fixes."""

    text: str
    fixed: tuple[Finding, ...]
    """The findings that were fixed, where they were; their fixes are applied already."""
    findings: tuple[Finding, ...]
    """The findings that are left, where they are in `text`."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in one file."""

    path: Path
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    """Why the file could not be read."""


@dataclass(frozen=True, slots=True)
class FixedFile:
    """One file after its fixes."""

    path: Path
    data: bytes | None = None
    """The new content; None where nothing was fixed."""
    fixed: tuple[Finding, ...] = ()
    """The findings that were fixed, where they were; their fixes are applied already."""
    findings: tuple[Finding, ...] = ()
    """The findings that are left, where they are in the new content."""
    error: str | None = None
    """Why the file could not be read or written."""


def check_text(
    text: str, settings: Mapping[str, object] | None = None, filename: str | PathLike[str] | None = None
) -> tuple[Finding, ...]:
    """The findings of Python source code.

    `settings` are those of `[tool.training-phase]` by the same keys: `{"keras-versions": "3"}`. With `filename`, the
    nearest pyproject.toml above it is read as well, and imports are followed from there; it does not have to exist.
    Raises SettingsError.
    """
    name, for_file, source = _text_with_settings(text, settings, filename)
    try:
        found: Iterable[findings.Finding] = engine.check(source, for_file, name)
    except AnalysisError as error:
        found = engine.broken_findings(error, source, for_file)
    return _converted(found, Document(name, source))


def fix_text(
    text: str,
    settings: Mapping[str, object] | None = None,
    filename: str | PathLike[str] | None = None,
    unsafe: bool = False,
) -> FixedText:
    """Python source code after its safe fixes, or all of them. The other parameters are those of `check_text`.

    Text that cannot be analysed comes back as it is, with a finding that says why. Raises SettingsError.
    """
    name, for_file, source = _text_with_settings(text, settings, filename)
    document = Document(name, source)
    try:
        done = engine.fix(source, for_file, name, unsafe=unsafe)
    except AnalysisError as error:
        return FixedText(text, (), _converted(engine.broken_findings(error, source, for_file), document))
    left = _converted(done.remaining, document.with_text(done.text))
    return FixedText(done.text, _converted(done.made, document), left)


def check_paths(
    paths: Paths, settings: Mapping[str, object] | None = None, executor: Executor | None = None
) -> list[FileReport]:
    """What is found in files, and in the files in folders; nothing is written.

    `settings` are those of `[tool.training-phase]` by the same keys, and override those in files. `executor` is where
    files are analysed, which has to see them by the same paths; without one it is done here. Raises SettingsError.
    """
    results, _ = _results(paths, settings, executor, Fixes.NONE)
    return [FileReport(result.path, _converted(result.findings, result.after), result.error) for result in results]


def fix_paths(
    paths: Paths,
    settings: Mapping[str, object] | None = None,
    executor: Executor | None = None,
    unsafe: bool = False,
    write: bool = True,
) -> list[FixedFile]:
    """Apply the safe fixes, or all of them, and write the files that they change.

    Without `write` the new content is in `data` of the results only. The other parameters are those of `check_paths`.
    Raises SettingsError before any file is written.
    """
    results, chosen = _results(paths, settings, executor, Fixes.ALL if unsafe else Fixes.SAFE)
    if write:
        unreadable = len(results) - len(chosen)
        results[unreadable:] = written(results[unreadable:], chosen, [Path(path) for path in paths])
    return [_fixed_file(result) for result in results]


def _text_with_settings(
    text: str, settings: Mapping[str, object] | None, filename: str | PathLike[str] | None
) -> tuple[str, Settings, SourceText]:
    path = Path("-" if filename is None else filename)
    configuration = Configuration(settings or {}, front_end="Python", isolated=filename is None)
    return str(path), configuration.for_file(path), SourceText(text)


def _results(
    paths: Paths, settings: Mapping[str, object] | None, executor: Executor | None, fixes: Fixes
) -> tuple[list[FileResult], list[tuple[Path, Settings]]]:
    """The results for what could not be read, then those of the other files, and which these are."""
    unreadable: list[FileResult] = []
    configuration = Configuration(settings or {}, front_end="Python")
    chosen = list(discover([Path(path) for path in paths], configuration, _kept_in(unreadable)))
    return [*unreadable, *results_of(chosen, fixes, Examiner(executor=executor))], chosen


def _kept_in(unreadable: list[FileResult]) -> OnError:
    def keep(path: Path, error: OSError) -> None:
        unreadable.append(FileResult(path, error=f"cannot be read: {error.strerror or error}"))

    return keep


def _fixed_file(result: FileResult) -> FixedFile:
    data = result.after.to_bytes() if result.changed else None
    return FixedFile(
        result.path,
        data,
        _converted(result.made, result.before),
        _converted(result.findings, result.after),
        result.error,
    )


def _converted(found: Iterable[findings.Finding], document: Document) -> tuple[Finding, ...]:
    def location(position: findings.Position) -> Location:
        place = document.place(position)
        return Location(place.row, place.column + 1, place.cell)

    def related(one: findings.Related) -> Related:
        return Related(one.message, location(one.start), location(one.end))

    def fix(one: findings.Fix) -> Fix:
        edits = tuple(Edit(location(edit.start), location(edit.end), edit.content) for edit in one.edits)
        return Fix(one.message, one.applicability.value, edits)

    return tuple(
        Finding(
            code=one.code,
            name=one.name,
            message=one.message,
            severity=one.severity.value,
            keras=one.keras,
            start=location(one.start),
            end=location(one.end),
            fix=None if one.fix is None else fix(one.fix),
            related=None if one.related is None else related(one.related),
            url=rule_url(one.code),
        )
        for one in found
    )
