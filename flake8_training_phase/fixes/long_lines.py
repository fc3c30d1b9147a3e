"""Breaks a line that a fix makes too long at its brackets, the outermost first, as Black would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.helpers import ensure_type

from flake8_training_phase.findings import Edit, Position
from flake8_training_phase.fixes.broken_lines import Line, broken
from flake8_training_phase.sources.text import SourceText

_LINE_END = re.compile(r"[\r\n]")
_DEEPEST = 4
"""How many brackets inside each other are broken."""
_AROUND = (("", ""), ("", " pass"), ("_(", ")"))
"""What makes a module of a line: of a statement, of the head of one, of an element of something in brackets."""


def kept_short(edits: Sequence[Edit], source: SourceText, length: int, newline: str) -> tuple[Edit, ...]:
    """The edits; those that would make one line too long are one that breaks it, where that can be done."""
    made: dict[Edit, Edit] = {}
    for row in {edit.start.row for edit in edits}:
        of_row = [edit for edit in edits if row in (edit.start.row, edit.end.row)]
        if any(edit.start.row != edit.end.row or _LINE_END.search(edit.content) for edit in of_row):
            continue
        old = source.line(row)
        new = _edited(old, of_row)
        if len(old) <= length < len(new):
            lines = _broken(new, length, newline, _DEEPEST)
            if lines is not None:
                made |= dict.fromkeys(of_row, Edit(Position(row, 0), Position(row, len(old)), lines))
    return tuple(dict.fromkeys(made.get(edit, edit) for edit in edits))


def _edited(line: str, edits: Iterable[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        line = line[: edit.start.column] + edit.content + line[edit.end.column :]
    return line


def _broken(text: str, length: int, newline: str, depth: int) -> str | None:
    """The lines that take the place of one; None where it has no brackets that can be broken."""
    code = text.lstrip(" \t")
    indent = text[: len(text) - len(code)]
    found = _parsed(code) if depth and "#" not in code else None
    if found is None:
        return None
    lines: list[str] = []
    for narrow in broken(found.calls[-1], Line(indent, "", length), newline):
        lines = (indent + found.with_call(narrow)).split(newline)
        if all(len(line) <= length for line in lines):
            break
    return newline.join(
        line if len(line) <= length else _broken(line, length, newline, depth - 1) or line for line in lines
    )


@dataclass(frozen=True, slots=True)
class _Code:
    """The code of one line."""

    tree: cst.Module
    before: str
    behind: str
    calls: tuple[cst.Call, ...]
    """Those that are in no other brackets, in the order of the text."""

    def with_call(self, narrow: cst.Call) -> str:
        """The code with another last call."""
        changed = ensure_type(self.tree.deep_replace(self.calls[-1], narrow), cst.Module)
        return changed.code[len(self.before) : len(changed.code) - len(self.behind)]


def _parsed(code: str) -> _Code | None:
    """A line as code; None for what is none by itself, and for what has no brackets of a call."""
    for before, behind in _AROUND:
        try:
            tree = cst.parse_module(f"{before}{code}{behind}")
        except cst.ParserSyntaxError:
            continue
        seen = _Outermost(around=bool(before))
        tree.visit(seen)
        return _Code(tree, before, behind, tuple(seen.calls)) if seen.calls else None
    return None


class _Outermost(cst.CSTVisitor):
    """Finds the calls that are in no other brackets but those put around the code."""

    def __init__(self, around: bool) -> None:
        super().__init__()
        self.calls: list[cst.Call] = []
        self._is_around = around

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Whether to look for calls in a node."""
        if isinstance(node, cst.Call):
            if self._is_around:
                self._is_around = False
                return True
            if node.args:
                self.calls.append(node)
            return False
        # An f-string cannot be broken before Python 3.12.
        in_brackets = isinstance(
            node, (cst.List, cst.Dict, cst.Set, cst.Subscript, cst.BaseComp, cst.FormattedStringExpression)
        )
        return not in_brackets and not (isinstance(node, cst.BaseExpression) and node.lpar)
