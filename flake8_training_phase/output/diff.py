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
    """The diffs of all files that fixes have changed, in the bytes of these files."""
    painter = Painter(report.coloured)
    pieces = []
    for result in report.results:
        if result.changed:
            for number, line in enumerate(unified_diff(result)):
                style = Style.BOLD if number < 2 else _STYLES.get(line[0])
                pieces.append(line if style is None else painter(style, line))
    text = "".join(pieces)
    stream.flush()
    stream.buffer.write(text.encode("utf-8", "surrogateescape"))
    stream.flush()


def unified_diff(result: FileResult) -> Iterator[str]:
    """The lines of a diff with their ends; one diff for each cell of a notebook. Bytes that are not UTF-8 are
    surrogates in it.
    """
    assert result.before is not None
    assert result.after is not None
    name = below(result.path, os.getcwd())  # noqa: PTH109 - as it was given
    befores, afters = result.before.parts, result.after.parts
    if len(befores) == 1 and befores[0].name is None:
        old, new = (_lines(document.to_bytes()) for document in (result.before, result.after))
        yield from _marked(difflib.unified_diff(old, new, _named("a", name), _named("b", name)))
        return
    for before, after in zip(befores, afters, strict=True):
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
