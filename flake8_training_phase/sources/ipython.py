"""Python as IPython takes it: with magics, shell commands and questions where a statement can be.

IPython is not needed for that. It gives these forms a meaning only where Python has none, so they are looked for in
code that Python cannot parse.

https://ipython.readthedocs.io/en/stable/interactive/reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_training_phase.sources.masks import Mask
from flake8_training_phase.sources.text import lines_of, parsed

PYTHON_CELL_MAGICS = frozenset(
    {"capture", "debug", "heat", "memit", "prun", "pyinstrument", "python", "python3", "scalene", "snakeviz", "time"}
    | {"timeit", "wandb"}
)
"""Cell magics that run the Python code of their cell."""

_CELL_MAGIC = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*%%(\w*)(.*)")
_TABS = re.compile(r"\b(?:all|tensorflow|keras)\b", re.IGNORECASE)
"""The tabs of a book that shows code for several frameworks, of which ours is one: `%%tab pytorch, tensorflow`."""
_MAGIC = re.compile(
    r"""[ \t]*(?:
        [%!?]                                     # %magic, !command, ?question
      | [\w.,\[\]'"][\w.,\[\]'" \t]*=[ \t]*(?:!|%[ \t]*\w)    # files = !ls, here = %pwd
      | (?:pip|conda|mamba|cat|cd|cp|ls|mkdir|mv|rm)[ \t]+[-\w./~$]    # magics that may be written without their %
    )""",
    re.VERBOSE,
)
_INDENTED = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n)*[ \t]+[^\s#]")
_CONTINUED_LINE = re.compile(r"(?:[^\n]*\\\r?\n)*[^\n]*\n?")
_LEXEME = re.compile(
    r""""{3}(?:\\.|[^\\])*?(?:"{3}|\\?\Z) | '{3}(?:\\.|[^\\])*?(?:'{3}|\\?\Z) |"""
    r""""(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' |"""
    r"""(?P<blank>[ \t\r\f]+ | \#[^\n]* | \\\r?\n) | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<end>\n) | \w+ | .""",
    re.DOTALL | re.VERBOSE,
)


def python_of(code: str, mask: Mask) -> str:
    """The code with what is not Python hidden, row by row; it may be indented.

    Raises SyntaxError for what IPython cannot run either, and ValueError, RecursionError or MemoryError for what cannot
    be parsed for another reason.
    """
    cell_magic = _CELL_MAGIC.match(code)
    if cell_magic is not None:
        if not _holds_python(cell_magic[1], cell_magic[2]):
            return hidden(code, mask)
        before, magic, body = _cut(code, cell_magic.start(1) - 2)
        return before + mask.line(magic) + python_of(body, mask)
    try:
        _parse(code)
    except SyntaxError:
        code = "".join(_statements(code, mask))
        _parse(code)
    return code


def _holds_python(magic: str, arguments: str) -> bool:
    """Whether what is below a cell magic is Python, and not that of another framework."""
    return magic in PYTHON_CELL_MAGICS or (magic == "tab" and _TABS.search(arguments) is not None)


def is_indented(code: str) -> bool:
    """Whether the first statement is indented. IPython then takes all lines without that indent."""
    return _INDENTED.match(code) is not None


def hidden(code: str, mask: Mask) -> str:
    """The code with every line of it hidden."""
    return "".join(map(mask.line, lines_of(code)))


def _parse(code: str) -> None:
    if not is_indented(code):
        parsed(code)
        return
    try:
        parsed(f"if True:\n{code}")
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) - 1
        raise


def _cut(code: str, offset: int) -> tuple[str, str, str]:
    """What is before the line at an offset, the line, and what is after it."""
    end = code.find("\n", offset) + 1 or len(code)
    return code[:offset], code[offset:end], code[end:]


def _statements(code: str, mask: Mask) -> Iterator[str]:
    """The statements one by one, hidden where they are none of Python's."""
    start = 0
    while start < len(code):
        is_magic = _MAGIC.match(code, start) is not None
        if is_magic:
            magic = _CONTINUED_LINE.match(code, start)
            end = magic.end() if magic else len(code)
        else:
            end, is_magic = _statement(code, start)
        if is_magic:
            first, *others = lines_of(code[start:end])
            yield mask.statement(first)
            yield from map(mask.line, others)
        else:
            yield code[start:end]
        start = end


def _statement(code: str, start: int) -> tuple[int, bool]:
    """Where the line of code ends that begins at an offset, and whether it is a question: `thing?`.

    Brackets, long strings and backslashes make one line of several.
    """
    depth, last = 0, ""
    for lexeme in _LEXEME.finditer(code, start):
        kind = lexeme.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "end" and depth <= 0:
            return lexeme.end(), last == "?"
        if kind not in ("blank", "end"):
            last = lexeme[0]
    return len(code), last == "?"
