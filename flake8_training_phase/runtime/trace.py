"""What a traced model did, as people and tests ask about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.runtime.recording import Recording, TracedCall, label


@dataclass(frozen=True, slots=True)
class Trace(Recording):
    """Everything that a model ran, in order."""

    def in_mode(self, mode: str) -> tuple[TracedCall, ...]:
        """The calls of one mode."""
        return tuple(call for call in self.calls if call.mode == mode)

    def of(self, path: str) -> tuple[TracedCall, ...]:
        """The calls of the layer that the model holds under a path, and of those below it."""
        return tuple(call for call in self.calls if is_below(call.path, path))

    @property
    def wrong(self) -> tuple[TracedCall, ...]:
        """The calls that ran in another phase than the one asked for."""
        return tuple(call for call in self.calls if not call.is_right)

    def skipped(self) -> dict[str, tuple[str, ...]]:
        """By path, the modes in which a layer did not run that ran in others. Randomness written by hand may."""
        ran: dict[str, set[str]] = {}
        for call in self.calls:
            if not call.by_hand:
                ran.setdefault(call.path, set()).add(call.mode)
        missing = {path: tuple(mode for mode in self.modes if mode not in modes) for path, modes in ran.items()}
        return {path: modes for path, modes in missing.items() if modes}

    def table(self) -> str:
        """A table for people: a row for each layer call, a column for each mode, `!` after what is wrong."""
        rows = [("layer", "called at", *self.modes)]
        rows += [(*key, *(_cell(calls, mode) for mode in self.modes)) for key, calls in self._by_call().items()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows]
        if self.unseen:
            lines += ["", self.note_on_unseen()]
        return "\n".join(line.rstrip() for line in lines)

    def note_on_unseen(self) -> str:
        """What ran that could not be looked into."""
        return f"{self.model} ran {', '.join(self.unseen)}, compiled earlier, whose layers are not seen"

    def to_html(self) -> str:
        """A page that shows the code of the model with the mode of each call: what the analysis says, and beside it
        what was measured here. It needs nothing from elsewhere.
        """
        from flake8_training_phase.output.maps.html import as_html
        from flake8_training_phase.runtime.measured_map import measured_map  # The analysis, which a trace does without.

        return as_html([measured_map(self)])

    def __str__(self) -> str:
        return self.table()

    def _by_call(self) -> dict[tuple[str, str], list[TracedCall]]:
        found: dict[tuple[str, str], list[TracedCall]] = {}
        for call in self.calls:
            at = f"{Path(call.site.file).name}:{call.site.line}" if call.site else "-"
            found.setdefault((label(call), at), []).append(call)
        return found


def is_below(path: str, above: str) -> bool:
    """Whether a path is another one, or leads on from it: `head.blocks[0]` from `head.blocks`."""
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _cell(calls: Iterable[TracedCall], mode: str) -> str:
    here = [call for call in calls if call.mode == mode]
    words = "/".join(sorted({call.phase.value for call in here})) or "skipped"
    return words if all(call.is_right for call in here) else f"{words} !"


def wrong_lines(calls: Iterable[TracedCall]) -> Iterator[str]:
    """A line for each call, each line once."""
    yield from dict.fromkeys(str(call) for call in calls)
