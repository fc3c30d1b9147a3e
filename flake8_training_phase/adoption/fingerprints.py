"""What a finding is known by when the lines around it move."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_training_phase.findings import Finding
from flake8_training_phase.results import FileResult
from flake8_training_phase.sources.parsing import AnalysisError, parse
from flake8_training_phase.sources.text import SourceText


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """What identifies a finding of one file as long as its line is not edited."""

    code: str
    scope: str
    """The class and function it is in, `Model.call`; empty for the module itself."""
    line: str
    """The line it begins in, without indentation and with single spaces."""


def fingerprints(findings: Sequence[Finding], source: SourceText) -> list[Fingerprint]:
    """The fingerprints of findings, in their order. Two findings can have the same."""
    scopes = list(_scopes(source)) if findings else []
    return [
        Fingerprint(one.code, _scope_at(one.start.row, scopes), " ".join(source.line(one.start.row).split()))
        for one in findings
    ]


def digests(path: str, result: FileResult) -> list[str]:
    """A number in hexadecimal for each finding of a file, which no other finding has; `path` stands for the file."""
    if result.after is None:
        return []
    seen: Counter[Fingerprint] = Counter()
    made = []
    for one in fingerprints(result.findings, result.after.source):
        seen[one] += 1
        parts = (path, one.code, one.scope, one.line, str(seen[one]))
        made.append(hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest())
    return made


@dataclass(frozen=True, slots=True)
class _Scope:
    first: int
    last: int
    name: str


def _scopes(source: SourceText) -> Iterator[_Scope]:
    """The classes and functions of a module, the outer ones first."""
    try:
        waiting: list[tuple[ast.AST, str]] = [(parse(source), "")]
    except AnalysisError:
        return
    for node, around in waiting:
        for child in ast.iter_child_nodes(node):
            name = around
            if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                name = f"{around}.{child.name}" if around else child.name
                first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                yield _Scope(first, child.end_lineno or first, name)
            if not isinstance(child, ast.expr):
                waiting.append((child, name))


def _scope_at(row: int, scopes: Sequence[_Scope]) -> str:
    return next((scope.name for scope in reversed(scopes) if scope.first <= row <= scope.last), "")
