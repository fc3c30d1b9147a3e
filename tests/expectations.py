"""The comments in `tests/cases` that say what the tool has to say there; the README there tells what they mean."""

from __future__ import annotations

import ast
import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE, rule_modules
from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.results import FileResult

SUFFIXES = (".py", ".ipynb", ".md")
_HEADER = re.compile(r"^\s*# (fix|before|after|before-k2|after-k2|fixed-has|fixed-lacks|args): (.+?)\s*$")
_EXPECTED = re.compile(r"# expect: (.+?)\s*$")
_QUIET = re.compile(r"# quiet(-bug)?\s*$")
_NEW = "NEW "
_OF_OLD_KINDS = frozenset(
    f"KTP{number}" for numbers in ((101, 109), (201, 218), (301, 306), (401, 409)) for number in range(*numbers)
)
"""The rules that were there when the cases were written: `NEW` asks for a bug, or for a rule that came later."""


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of a case."""

    file: str
    cell: int
    """From 1; 0 in a file that has no cells."""
    row: int

    def __str__(self) -> str:
        cell = f"cell {self.cell}:" if self.cell else ""
        return f"{self.file}:{cell}{self.row}"


@dataclass(slots=True)
class Expectations:
    """What the comments of a case ask for."""

    codes: dict[Line, frozenset[str]] = field(default_factory=dict)
    """One of these codes has to stand on the line."""
    new: dict[str, list[Line]] = field(default_factory=dict)
    """By kind: a finding that the older rules do not have has to stand on one of the lines."""
    quiet: set[Line] = field(default_factory=set)
    no_bug: set[Line] = field(default_factory=set)
    header: dict[str, str] = field(default_factory=dict)
    """`fix`, `before`, `after` and so on: what the fixes have to make of the file."""
    main: Path | None = None
    """The file that has the header."""

    @property
    def silent(self) -> bool:
        """Whether nothing at all may be reported."""
        return not (self.codes or self.new or self.no_bug or "fix" in self.header)

    @property
    def unsafe(self) -> bool:
        """Whether the fix asked for may be an unsafe one."""
        return self.header.get("fix") == "unsafe"

    def measured(self, when: str) -> dict[int, object]:
        """What `measure()` has to give `before` or `after` the fixes, by generation of Keras."""
        keys = {3: when, 2: f"{when}-k2"}
        return {keras: ast.literal_eval(self.header[key]) for keras, key in keys.items() if key in self.header}


def expectations(path: Path) -> Expectations:
    """What the comments in a file, or in the files of a project, ask for."""
    found = Expectations()
    for file in code_files(path):
        for line, text in _lines(file, path.parent):
            _read_header(found, file, text)
            _read_comment(found, line, text)
    return found


def settings_of(path: Path) -> dict[str, str]:
    """The settings that `# args: --keras-versions 3` asks for."""
    words = expectations(path).header.get("args", "").split()
    return {key.removeprefix("--"): value for key, value in zip(words[::2], words[1::2], strict=True)}


def code_files(path: Path) -> list[Path]:
    """The files of a project, or the one file, that hold code."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
    return [path]


def unmet(wanted: Expectations, results: Sequence[FileResult], folder: Path) -> Iterator[str]:
    """What of the expectations is not met by what the tool reports of the case, which is in `folder`."""
    at: dict[Line, list[Finding]] = {}
    for result in results:
        for finding in result.findings:
            place = result.place(finding.start)
            line = Line(result.path.relative_to(folder).as_posix(), place.cell or 0, place.row)
            at.setdefault(line, []).append(finding)
    everywhere = {finding.code for found in at.values() for finding in found}
    for line, codes in wanted.codes.items():
        here = {finding.code for finding in at.get(line, ())}
        if not codes & (everywhere if codes == {CODE_OF_BROKEN_FILE} else here):
            yield f"{line}: expected {' or '.join(sorted(codes))}, got {_listed(here)}"
    for kind, lines in wanted.new.items():
        found = [finding for line in lines for finding in at.get(line, ())]
        if not any(_is_new(finding) for finding in found):
            yield f"{' or '.join(map(str, lines))}: expected {kind}, got {_listed({one.code for one in found})}"
    for line in sorted(at):
        bugs = {finding.code for finding in at[line] if finding.severity is Severity.BUG}
        if wanted.silent or line in wanted.quiet:
            yield f"{line}: must be quiet, got {_listed({finding.code for finding in at[line]})}"
        elif line in wanted.no_bug and bugs:
            yield f"{line}: must be no bug, got {_listed(bugs)}"


def unmet_by_fix(wanted: Expectations, before: str, after: str) -> Iterator[str]:
    """What the text of the fixed file lacks, or has too much."""
    body = "\n".join(line for line in after.split("\n") if "# fixed-" not in line)
    for key, verb, meant in (("fixed-has", "lacks", True), ("fixed-lacks", "has", False)):
        if key in wanted.header and bool(re.search(ast.literal_eval(wanted.header[key]), body)) is not meant:
            unchanged = " (no fix was made)" if before == after else ""
            yield f"the fixed text {verb} {wanted.header[key]}{unchanged}"


def _lines(file: Path, folder: Path) -> Iterator[tuple[Line, str]]:
    name = file.relative_to(folder).as_posix()
    data = file.read_bytes()
    text = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8")
    cells = enumerate(_cells(text), 1) if file.suffix == ".ipynb" else [(0, text)]
    for cell, content in cells:
        for row, line in enumerate(content.split("\n"), 1):
            yield Line(name, cell, row), line


def _cells(notebook: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]


def _read_header(found: Expectations, file: Path, text: str) -> None:
    match = _HEADER.match(text)
    if match is not None:
        found.header.setdefault(match[1], match[2])
        found.main = found.main or file


def _read_comment(found: Expectations, line: Line, text: str) -> None:
    expected, quiet = _EXPECTED.search(text), _QUIET.search(text)
    if expected is not None and expected[1].startswith(_NEW):
        found.new.setdefault(expected[1], []).append(line)
    elif expected is not None:
        found.codes[line] = frozenset(expected[1].split("|"))
    elif quiet is not None:
        (found.no_bug if quiet[1] else found.quiet).add(line)


def _is_new(finding: Finding) -> bool:
    return finding.severity is Severity.BUG or finding.code in rule_modules().keys() - _OF_OLD_KINDS


def _listed(codes: set[str]) -> str:
    return ", ".join(sorted(codes)) or "nothing"
