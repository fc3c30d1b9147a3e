"""Where a report goes: to a stream, or to a file."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TextIO

from flake8_training_phase.output.colours import Colour
from flake8_training_phase.output.report import Report


class Writer(Protocol):
    """A reporter, or what else writes a report."""

    def write(self, report: Report, stream: TextIO) -> None:
        """Write a report."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A file, or else the stream that the run writes to."""

    file: Path | None = None
    colour: Colour = Colour.AUTO

    def write(self, writer: Writer, report: Report, stream: TextIO) -> None:
        """Write a report, coloured when that is wanted. A file is replaced as a whole, as UTF-8. Raises OSError."""
        if self.file is None:
            shown = replace(report, coloured=self.colour.wanted(stream), on_terminal=stream.isatty())
            writer.write(shown, stream)
            return
        from flake8_training_phase.sources import files

        data = io.BytesIO()
        text = io.TextIOWrapper(data, "utf-8", errors="backslashreplace", newline="", write_through=True)
        writer.write(replace(report, coloured=self.colour is Colour.ALWAYS), text)
        files.create(self.file, data.getvalue())
