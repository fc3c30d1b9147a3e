"""Markdown: its blocks of Python as one module, and fixes back into the blocks.

Every other line stays in the module as a comment, so that a row of the module is a row of the file. Blocks that are no
whole Python are assumed to be fragments, as most are, and left out.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

from flake8_training_phase.findings import Position
from flake8_training_phase.sources.document import DisplayPosition, Document, Part
from flake8_training_phase.sources.ipython import is_indented, python_of
from flake8_training_phase.sources.line_changes import changed_lines
from flake8_training_phase.sources.masks import Mask
from flake8_training_phase.sources.text import SourceText, lines_of

_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?!`)|~{3,}(?!~))(?P<info>(?<=`)[^`]*|(?<=~).*)")
"""A fence; one of backticks has no other backtick after it."""
_DIRECTIVE = re.compile(r"\{code(?:-block|-cell)?\}\s*")
"""A block of MyST, whose first lines may be options of the block: `{code-block} python`."""
_PYTHON = re.compile(r"(?:\{\s*\.?)?(?:i?python3?|py3?)(?![\w+-])", re.IGNORECASE)
"""The language of a block: `python title="model.py"`, `{.python .numberLines}`, `{python}`."""
_OPTION = re.compile(r":[\w-]+:")
_SKIP = re.compile(r"<!--\s*training-phase:\s*skip\s*-->")


@dataclass(frozen=True, slots=True)
class _Block:
    """A block between fences: the indexes of its lines, and what is before and after its opening fence."""

    start: int
    end: int
    indent: str
    info: str

    @property
    def is_python(self) -> bool:
        return _PYTHON.match(_DIRECTIVE.sub("", self.info, count=1)) is not None

    def code(self, lines: Sequence[str]) -> list[str]:
        """The lines of the block, moved to the left as far as its fence."""
        return [line[len(self.indent_of(line)) :] for line in lines[self.start : self.end]]

    def indent_of(self, line: str) -> str:
        """The part of the indent that a line has."""
        same = takewhile(lambda pair: pair[0] == pair[1], zip(self.indent, line, strict=False))
        return "".join(char for char, _ in same)


class Markdown(Document):
    """A Markdown file."""

    def __init__(self, name: str, file: SourceText) -> None:
        self._file = file
        self._mask = Mask([file.text])
        self._blocks: list[_Block] = []
        module = [self._mask.line(line) for line in file.lines]
        for block in _blocks(file.lines):
            code = self._python(block) if block.is_python and not _is_skipped(block, file.lines) else None
            if code is not None:
                self._blocks.append(block)
                module[block.start : block.end] = lines_of(code)
                for fence in (block.start - 1, block.end):
                    if fence < len(module):
                        module[fence] = self._mask.separator(file.lines[fence])
        super().__init__(name, file.with_text("".join(module)))

    @classmethod
    def read(cls, name: str, data: bytes) -> Markdown:
        """The Markdown in the bytes of a file; any bytes are some."""
        has_bom = data.startswith(codecs.BOM_UTF8)
        body = data[len(codecs.BOM_UTF8) :] if has_bom else data
        try:
            return cls(name, SourceText(body.decode("utf-8"), "utf-8", has_bom))
        except UnicodeDecodeError:
            return cls(name, SourceText(body.decode("latin-1"), "latin-1", has_bom))

    def with_text(self, text: str) -> Markdown:
        """The same file with other code. Raises ValueError for code that has not its blocks."""
        lines: list[str] = []
        done = 0
        # Pieces are code and what is after it, in turn.
        for block, piece in zip(self._blocks, self._mask.split(text)[::2], strict=True):
            lines += self._file.lines[done : block.start]
            lines += _indented(block, self._file.lines, lines_of(self._mask.lifted(piece)))
            done = block.end
        changed = Markdown(self.name, self._file.with_text("".join([*lines, *self._file.lines[done:]])))
        if changed.source.text != text:
            raise ValueError("the blocks do not hold what was put into them")
        return changed

    def to_bytes(self) -> bytes:
        """The bytes of the file. Raises UnicodeEncodeError for code that its encoding does not have."""
        return self._file.encode(self._file.text)

    def place(self, position: Position) -> DisplayPosition:
        """The place in the file, which differs where blocks are indented."""
        index = bisect_left(self._blocks, position.row, key=lambda block: block.start) - 1
        moved = 0
        if index >= 0 and position.row <= self._blocks[index].end:
            moved = len(self._blocks[index].indent_of(self._file.line(position.row)))
        return DisplayPosition(position.row, position.column + moved)

    def line(self, row: int) -> str:
        """A line of the file."""
        return self._file.line(row)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The whole file."""
        return (Part(None, self._file.text),)

    def _python(self, block: _Block) -> str | None:
        lines = block.code(self._file.lines)
        options = 0
        while _DIRECTIVE.match(block.info) and options < len(lines) and _OPTION.match(lines[options]):
            options += 1
        try:
            code = python_of("".join(lines[options:]), self._mask)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if is_indented(code):
            return None
        return "".join([*map(self._mask.line, lines[:options]), code])


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """All blocks between fences, of whatever language."""
    opening: re.Match[str] | None = None
    start = 0
    for index, line in enumerate(lines):
        fence = _FENCE.fullmatch(line.rstrip())
        if fence is None:
            continue
        if opening is None:
            opening, start = fence, index + 1
        elif not fence["info"] and fence["fence"].startswith(opening["fence"]):
            yield _Block(start, index, opening["indent"], opening["info"].strip())
            opening = None
    if opening is not None:
        yield _Block(start, len(lines), opening["indent"], opening["info"].strip())


def _is_skipped(block: _Block, lines: Sequence[str]) -> bool:
    """Whether the last line of text before a block says that it is not to be checked."""
    before = (lines[index].strip() for index in range(block.start - 2, -1, -1))
    return _SKIP.fullmatch(next(filter(None, before), "")) is not None


def _indented(block: _Block, lines: Sequence[str], code: Sequence[str]) -> Iterator[str]:
    """The lines of a block that has other code now. Those that stay, and the indent of those that change, are what
    they were.
    """
    old, was = lines[block.start : block.end], block.code(lines)
    done = 0
    for replaced, replacing in changed_lines(was, code):
        yield from old[done : replaced.start]
        done = replaced.stop
        for before, line in zip_longest(old[replaced.start : replaced.stop], code[replacing.start : replacing.stop]):
            if line is not None:
                yield (block.indent if before is None else block.indent_of(before)) + line
    yield from old[done:]
