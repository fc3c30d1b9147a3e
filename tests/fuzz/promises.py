"""What the tool promises for any input at all, each promise a check that can be broken."""

from __future__ import annotations

import ast
import io
import json
import re
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from flake8_training_phase import engine
from flake8_training_phase.cli import main
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability
from flake8_training_phase.flake8_plugin import TrainingPhasePlugin
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.documents import open_document
from flake8_training_phase.sources.edits import compatible_fixes
from flake8_training_phase.sources.parsing import parse
from flake8_training_phase.sources.text import SourceText
from tests.fuzz.containers import PROSE
from tests.fuzz.inputs import Input

EVERYTHING = ("--isolated", "--no-cache", "--select", "ALL", "--no-follow-imports")
SETTINGS = Settings(select=("ALL",), follow_imports=False)
MAX_SECONDS = 10
"""CPU time after which a check of an input as small as these are has run away."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ARRAY_OF_STRINGS = re.compile(r'\[\s*(?:""[\s,]*)*\]')


class BrokenPromise(Exception):
    """The tool did what it promises not to do; the message says what, in words that are the same for alike cases."""


@dataclass(frozen=True, slots=True)
class Done:
    """What the command did with its standard input."""

    code: int
    out: bytes
    err: str


def command(given: Input, *options: str) -> Done:
    """Run `training-phase-fix` on standard input, in this process."""
    out, err = io.BytesIO(), io.BytesIO()
    streams: dict[str, Any] = {
        "stdin": io.TextIOWrapper(io.BytesIO(given.data), "utf-8"),
        "stdout": io.TextIOWrapper(out, "utf-8", write_through=True),
        "stderr": io.TextIOWrapper(err, "utf-8", write_through=True),
    }
    with mock.patch.multiple("sys", **streams):
        code = main([*EVERYTHING, *options, "--stdin-filename", given.name, "-"])
    return Done(code, out.getvalue(), err.getvalue().decode("utf-8"))


def keep_promises(given: Input) -> bool:
    """Hold one input to all promises; gives whether there was anything to fix in it. Raises BrokenPromise."""
    started = time.process_time()
    try:
        findings = reported(given)
        if given.name.endswith(".py"):
            same_through_flake8(given.data, findings)
        changed = [fixed_right(given, unsafe) for unsafe in (False, True)]
    except BrokenPromise:
        raise
    except BaseException as error:
        raise BrokenPromise(f"{type(error).__name__} leaves the tool: {error}") from error
    if time.process_time() - started > MAX_SECONDS:
        raise BrokenPromise("takes too long")
    return any(changed)


def reported(given: Input) -> list[dict[str, object]]:
    """The findings, each at a place that the text has, as JSON has them; the text report shows them as well."""
    done = command(given, "--check", "--output-format", "json")
    _no_internal_error(done)
    findings: list[dict[str, object]] = json.loads(done.out)
    if done.code != bool(findings):
        raise BrokenPromise(f"exit code {done.code} with {len(findings)} findings")
    for one in findings:
        start, end = _place(one["location"]), _place(one["end_location"])
        if not (1, 1) <= start <= end:
            raise BrokenPromise(f"{one['code']} ends before it begins")
    _no_internal_error(command(given, "--check"))
    return findings


def same_through_flake8(data: bytes, findings: list[dict[str, object]]) -> None:
    """flake8's plugin says the same of a text that it is handed."""
    try:
        source = SourceText.decode(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # flake8 reports it, and runs no plugin.
    plugin = TrainingPhasePlugin(tree, source.lines, "-")
    class_options: dict[str, Any] = {
        "configuration": Configuration({"follow-imports": False}, isolated=True),
        "asked": ("KTP1", "KTP2", "KTP3", "KTP4"),
        "projects": None,
    }
    with mock.patch.multiple(TrainingPhasePlugin, **class_options):
        through_flake8 = {(row, column + 1, message[:6]) for row, column, message, _ in plugin.run()}
    by_command = {(*_place(one["location"]), one["code"]) for one in findings}
    silenced = "noqa" in source.text.lower()
    if by_command - through_flake8 or (through_flake8 - by_command and not silenced):
        raise BrokenPromise("flake8 and the command find different things")


def fixed_right(given: Input, unsafe: bool) -> bool:
    """The fixed text parses, is a fixpoint, and is what the reported edits make; gives whether anything changed."""
    options = ("--unsafe-fixes",) if unsafe else ()
    done = command(given, *options)
    _no_internal_error(done)
    if done.out == given.data:
        if not any(words in done.err for words in (", 0 findings fixed", "All checks passed")):
            raise BrokenPromise("a fix is reported that changes nothing")
        return False
    before, fixed = open_document(given.name, given.data), open_document(given.name, done.out)
    parse(fixed.source)
    if command(Input(given.name, done.out), *options).out != done.out:
        raise BrokenPromise("fixing again changes the file again")
    if _replayed(before.source, unsafe) != fixed.source.text:
        raise BrokenPromise("the fixer changes more than the edits it reports")
    if _around_code(before, given.data) != _around_code(fixed, done.out):
        raise BrokenPromise("the fixer changes what is around the code")
    command(given, "--diff", *options)
    return True


def _around_code(document: Document, data: bytes) -> object:
    """What is in a notebook or in Markdown beside Python code."""
    if document.name.endswith(".py"):
        return None
    text = data.decode("utf-8-sig", "surrogateescape")
    if document.name.endswith(".ipynb"):
        others = [cell for cell in json.loads(text)["cells"] if cell.get("cell_type") != "code"]
        return others, _ARRAY_OF_STRINGS.sub('""', _STRING.sub('""', text))
    return [line for line in text.splitlines() if line.lstrip().startswith(("```", "~~~", PROSE))]


def _replayed(source: SourceText, unsafe: bool) -> str:
    """The text after the reported edits, round by round, spliced by hand."""
    for _ in range(engine.MAX_ROUNDS):
        found = [one.fix for one in engine.check(source, SETTINGS, "-") if one.fix is not None]
        wanted = [one for one in found if unsafe or one.applicability is Applicability.SAFE]
        edits, _done = compatible_fixes(wanted)
        lines = [*source.lines, ""]
        for edit in reversed(edits):
            before = lines[edit.start.row - 1][: edit.start.column]
            after = lines[edit.end.row - 1][edit.end.column :]
            lines[edit.start.row - 1 : edit.end.row] = [before + edit.content + after]
        if not edits:
            break
        source = SourceText("".join(lines), source.encoding, source.has_bom)
    return source.text


def _place(location: object) -> tuple[int, int]:
    assert isinstance(location, dict)
    return location["row"], location["column"]


def _no_internal_error(done: Done) -> None:
    said = done.out.decode("utf-8", "replace") + done.err
    if "internal error" in said:
        raise BrokenPromise(said[said.index("internal error") :].splitlines()[0].rstrip('",'))
    if done.code not in (0, 1):
        raise BrokenPromise(f"exit code {done.code}")


def smallest(given: Input, message: str) -> Input:
    """The input without the lines that a broken promise does not need."""
    lines = given.data.splitlines(keepends=True)
    size = max(len(lines) // 2, 1)
    while lines:
        for start in range(0, len(lines), size):
            fewer = lines[:start] + lines[start + size :]
            if broken_promise(Input(given.name, b"".join(fewer))) == message:
                lines = fewer
                break
        else:
            if size == 1:
                break
            size = size - 1 if size < 8 else size // 2
    return Input(given.name, b"".join(lines))


def broken_promise(given: Input) -> str | None:
    """The promise that an input breaks, if any."""
    try:
        keep_promises(given)
    except BrokenPromise as error:
        return str(error)
    return None


def keep(folder: Path, given: Input, message: str) -> Path:
    """Write the smallest input that breaks a promise, for somebody to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{abs(hash(given)):x}{Path(given.name).suffix}"
    path.write_bytes(smallest(given, message).data)
    return path
