"""Writes the `# noqa` comments that silence findings."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.findings import Edit, Finding, Position
from flake8_training_phase.results import FileResult
from flake8_training_phase.sources.edits import apply_edits
from flake8_training_phase.sources.noqa import Suppressions
from flake8_training_phase.sources.parsing import AnalysisError, parse
from flake8_training_phase.sources.text import SourceText

_NOQA = re.compile(r"# noqa:\s?[A-Z]+[0-9]+(?:[,\s]*[A-Z]+[0-9]+)*", re.IGNORECASE)
"""A comment with codes, up to the last of them."""

Lines = Mapping[int, Sequence[Finding]]
"""Findings by the row whose comment silences them."""


def silenced(result: FileResult, reason: str) -> FileResult:
    """The result of a file with comments that silence its findings; those that no comment can silence are left.

    A comment is kept only when the text still means the same and the findings are silent, as flake8 understands it.
    """
    if not result.findings:
        return result
    source = result.after.source
    lines: defaultdict[int, list[Finding]] = defaultdict(list)
    suppressions = Suppressions(source)
    for finding in result.findings:
        row = suppressions.comment_row(finding.start.row)
        if row is not None and finding.code != CODE_OF_BROKEN_FILE:
            lines[row].append(finding)
    text, done = _with_comments(source, lines, reason)
    if not done:
        return result
    try:
        after = result.after.with_text(text)
    except (SyntaxError, ValueError):  # A file in pieces that has no place for it.
        return result
    gone = set(done)
    left = tuple(finding for finding in result.findings if finding not in gone)
    return replace(result, after=after, findings=left, made=(*result.made, *done))


def _with_comments(source: SourceText, lines: Lines, reason: str) -> tuple[str, list[Finding]]:
    """The text with as many comments as do what they should, and the findings that they silence."""
    done = [finding for findings in lines.values() for finding in findings]
    text = _commented(source, lines, reason)
    if _is_silent(source, text, done):
        return text, done
    if len(lines) <= 1:
        return source.text, []
    # Comments are at the end of their rows, so those of one half leave the rows of the other where they are.
    rows = list(lines)
    half = len(rows) // 2
    text, first = _with_comments(source, {row: lines[row] for row in rows[:half]}, reason)
    text, second = _with_comments(source.with_text(text), {row: lines[row] for row in rows[half:]}, reason)
    return text, first + second


def _commented(source: SourceText, lines: Lines, reason: str) -> str:
    comments = _comments(source)
    return apply_edits(
        source,
        [
            _edit(source.line(row), row, comments.get(row), sorted({one.code for one in findings}), reason)
            for row, findings in lines.items()
        ],
    )


def _edit(line: str, row: int, comment: int | None, codes: Iterable[str], reason: str) -> Edit:
    """What to insert in a line, whose comment begins at column `comment`, to silence codes."""
    because = f" - {reason}" if reason else ""
    noqa = None if comment is None else _NOQA.search(line, comment)
    if noqa is None:
        gap = " " * max(0, 2 - (len(line) - len(line.rstrip(" \t"))))
        return _insertion(row, len(line), f"{gap}# noqa: {', '.join(codes)}{because}")
    if line[noqa.end() :].strip():
        because = ""  # The comment has words of its own.
    return _insertion(row, noqa.end(), "".join(f", {code}" for code in codes) + because)


def _insertion(row: int, column: int, content: str) -> Edit:
    return Edit(Position(row, column), Position(row, column), content)


def _comments(source: SourceText) -> dict[int, int]:
    """The column of the comment in each row that has one."""
    readline = io.StringIO("".join(line.rstrip("\r\n") + "\n" for line in source.lines)).readline
    try:
        return {
            one.start[0]: one.start[1] for one in tokenize.generate_tokens(readline) if one.type == tokenize.COMMENT
        }
    except (tokenize.TokenError, SyntaxError):
        return {}


def _is_silent(source: SourceText, text: str, findings: Iterable[Finding]) -> bool:
    """Whether a text with comments can be written, means what it meant, and silences findings."""
    changed = source.with_text(text)
    suppressions = Suppressions(changed)
    try:
        source.encode(text)
        same = ast.dump(parse(changed)) == ast.dump(parse(source))
    except (AnalysisError, RecursionError, UnicodeEncodeError):
        return False
    return same and all(suppressions.silence(finding) for finding in findings)
