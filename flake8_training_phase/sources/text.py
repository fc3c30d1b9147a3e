"""The text of one file: its bytes, its lines, and the places in it."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from bisect import bisect_right
from functools import cached_property

from flake8_training_phase.findings import Position

_LINE_END = re.compile(r"\r\n|\r|\n")
_FAITHFUL = frozenset({"utf-8", "latin-1", "iso-8859-1", "ascii"})
"""Encodings that give back the bytes they were decoded from, whatever these are."""


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends, as Python counts lines."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True) if start < end]


def parsed(text: str) -> ast.Module:
    """The syntax tree of a text. Raises SyntaxError, ValueError, RecursionError or MemoryError.

    An `await` or `yield` outside of functions, as notebooks have them, is no error of syntax to Python's parser.
    """
    with warnings.catch_warnings():
        # Invalid escapes and the like are reported by the compiler, not by us.
        warnings.simplefilter("ignore")
        return ast.parse(text)


class SourceText:
    """Text with its line table.

    Lines end as Python's tokenizer ends them, not at form feeds as `str.splitlines` does.
    """

    def __init__(self, text: str, encoding: str = "utf-8", has_bom: bool = False) -> None:
        self.text = text
        self.encoding = encoding
        self.has_bom = has_bom

    @classmethod
    def decode(cls, data: bytes) -> SourceText:
        """The text of a file, in the encoding it declares; latin-1 when that is UTF-8, or none, and it is not, as
        flake8 reads it. Raises SyntaxError for UTF-16 and UTF-32, for two byte order marks, and for a declared encoding
        that is unknown, that it is not in, or that would not give the same bytes back.
        """
        _refuse_wide(data)
        has_bom = data.startswith(codecs.BOM_UTF8)
        body = data[len(codecs.BOM_UTF8) :] if has_bom else data
        if body.startswith(codecs.BOM_UTF8):
            raise SyntaxError("it begins with two byte order marks, which Python does not read")
        encoding = "utf-8"
        try:
            encoding = _declared(body)
            text = body.decode(encoding)
        except LookupError as error:
            raise SyntaxError(str(error)) from error
        except (SyntaxError, UnicodeError) as error:
            if "unknown encoding" in str(error):
                raise
            if encoding != "utf-8":
                raise SyntaxError(f"it is not in the encoding that it declares, {encoding}") from error
            encoding, text = "latin-1", body.decode("latin-1")
        if encoding not in _FAITHFUL and _encoded(text, encoding) != body:
            raise SyntaxError(f"its {encoding} text would not give the same bytes back")
        return cls(text, encoding, has_bom)

    def with_text(self, text: str) -> SourceText:
        """Other text in the same encoding."""
        return SourceText(text, self.encoding, self.has_bom)

    def encode(self, text: str) -> bytes:
        """Other text as bytes of this file: same encoding, same byte order mark."""
        return (codecs.BOM_UTF8 if self.has_bom else b"") + text.encode(self.encoding)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    @cached_property
    def lines(self) -> list[str]:
        """The lines with their ends."""
        return lines_of(self.text)

    def line(self, row: int) -> str:
        """One line without its end; row counts from 1."""
        return self.lines[row - 1].rstrip("\r\n") if row <= len(self.lines) else ""

    def offset(self, position: Position) -> int:
        """How many characters are before a position."""
        return self._starts[position.row - 1] + position.column

    def position(self, offset: int) -> Position:
        """The position after so many characters."""
        row = bisect_right(self._starts, offset)
        return Position(row, offset - self._starts[row - 1])

    def start(self, node: ast.AST) -> Position:
        """Where a node begins."""
        return self._of_bytes(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> Position:
        """Where a node ends."""
        return self._of_bytes(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.text[self.offset(self.start(node)) : self.offset(self.end(node))]

    def _of_bytes(self, row: int, column: int) -> Position:
        # `ast` counts columns in bytes of UTF-8.
        line = self.lines[row - 1]
        if line.isascii():
            return Position(row, column)
        return Position(row, len(line.encode("utf-8")[:column].decode("utf-8")))


_DECLARATION = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
"""The line of PEP 263 that names an encoding."""


def _declared(body: bytes) -> str:
    """The encoding that a file declares, or the usual one."""
    if b"coding" not in body and not body.startswith(codecs.BOM_UTF8):
        return "utf-8"  # Nearly all files; to read their first lines for that takes longer than the rest.
    try:
        return tokenize.detect_encoding(io.BytesIO(body).readline)[0]
    except (SyntaxError, UnicodeError):
        # From Python 3.14 on, it decodes the lines that it reads by what they declare, and names that no more.
        named = _encoding_without_text(b"".join(body.splitlines(keepends=True)[:2]))
        if named is None:
            raise
        return named


def _encoding_without_text(lines: bytes) -> str | None:
    """The encoding that the first lines declare where they are not in it; None where they are, or declare none."""
    found = _DECLARATION.search(lines)
    if found is None:
        return None
    try:
        lines.decode(found[1].decode())
    except UnicodeError:
        return found[1].decode()
    except LookupError:  # It is unknown, or none of text.
        pass
    return None


def _refuse_wide(data: bytes) -> None:
    """Raise SyntaxError for text of two or four bytes a character, of which Python reads nothing."""
    if data[:4].isascii() and b"\0" not in data[:4]:
        return
    for encoding, marks, zeros in _WIDE:
        if data.startswith(marks) or [not byte for byte in data[:4]] in zeros:
            raise SyntaxError(f"it is encoded in {encoding}, which Python does not read; save it as UTF-8")


_WIDE = (
    (
        "UTF-32",
        (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
        ([False, True, True, True], [True, True, True, False]),
    ),
    (
        "UTF-16",
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
        ([False, True, False, True], [True, False, True, False]),
    ),
)
"""Encodings with their byte order marks, and which bytes are zero where text of ASCII characters begins."""


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeError:
        return None
