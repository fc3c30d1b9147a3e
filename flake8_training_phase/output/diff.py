"""What fixes would change, as a unified diff that `git apply` takes."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.paths import below
from flake8_training_phase.output.report import Report
from flake8_training_phase.results import FileResult

_STYLES = {"-": Style.RED, "+": Style.GREEN, "@": Style.CYAN}
_QUOTED = re.compile(rb'[\x00-\x1f\x7f"\\]')


def write(report: Report, stream: TextIO) -> None:
    """The diffs of all files that fixes have changed, in the bytes of these files; of a notebook, a terminal shows the
    cells. A file that several paths lead to has one diff.
    """
    painter = Painter(report.coloured)
    pieces = []
    changed = {_name(result.path): result for result in report.results if result.changed}
    for name, result in changed.items():
        lines = _diffs_of_cells(name, result) if report.on_terminal and _has_cells(result) else _diff(name, result)
        for number, line in enumerate(lines):
            style = Style.BOLD if number < 2 else _STYLES.get(line[0])
            pieces.append(line if style is None else painter(style, line))
    text = "".join(pieces)
    stream.flush()
    stream.buffer.write(text.encode("utf-8", "surrogateescape"))
    stream.flush()


def _name(path: Path) -> str:
    """What a diff calls a file: a link by what it leads to, as git keeps it as a link and `patch` refuses it."""
    here = os.getcwd()  # noqa: PTH109 - as it was given
    real = below(Path(os.path.realpath(path)), os.path.realpath(here))
    return below(path, here) if os.path.isabs(real) else real  # noqa: PTH117 - no path of this system


def _has_cells(result: FileResult) -> bool:
    return any(part.name is not None for part in result.before.parts)


def _diff(name: str, result: FileResult) -> Iterator[str]:
    """The lines of the diff of a file, with their ends. Bytes that are not UTF-8 are surrogates in it."""
    old, new = (_lines(document.to_bytes()) for document in (result.before, result.after))
    return _marked(difflib.unified_diff(old, new, _named("a", name), _named("b", name)))


def _diffs_of_cells(name: str, result: FileResult) -> Iterator[str]:
    """One diff for each cell of a notebook, for readers."""
    for before, after in zip(result.before.parts, result.after.parts, strict=True):
        old, new = (_lines(part.text.encode("utf-8", "surrogatepass")) for part in (before, after))
        part_name = f"{name}:{before.name}"
        for line in difflib.unified_diff(old, new, f"a/{part_name}", f"b/{part_name}"):
            # Cells end without a line end as a rule.
            yield line if line.endswith("\n") else f"{line}\n"


def _lines(data: bytes) -> list[str]:
    """The lines as `git apply` counts them."""
    pieces = data.decode("utf-8", "surrogateescape").split("\n")
    return [*(f"{piece}\n" for piece in pieces[:-1]), *([pieces[-1]] if pieces[-1] else [])]


def _marked(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"


def _named(side: str, path: str) -> str:
    """The name of a file in a diff, as git writes it: in quotes if it has control characters or is no text, and with
    a tab after it if it has spaces.
    """
    name = f"{side}/{Path(path).as_posix().lstrip('/')}"
    data = os.fsencode(name)
    if _QUOTED.search(data) or data.decode("utf-8", "replace") != name:
        escaped = "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in data)
        return f'"{escaped}"'
    return f"{name}\t" if " " in name else name
