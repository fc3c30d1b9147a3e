"""What a traced model did: the mode that each layer call ran in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

MODES = ("fit", "training=True", "training=False", "no flag", "predict")
"""The ways to run a model, in the order in which they are run and shown."""

TRAINING_MODES = frozenset({"fit", "training=True"})
"""Those that ask for training; the others ask for inference."""


class Phase(Enum):
    """The mode that a layer ran in. `None` for a flag is inference, as it is to every layer of Keras."""

    TRAINING = "train"
    INFERENCE = "infer"
    UNKNOWN = "?"
    """The flag was a tensor without a value yet."""

    def __str__(self) -> str:
        return self.name.lower()


def phase_wanted(mode: str) -> Phase:
    """The phase that a user asks for in a mode."""
    return Phase.TRAINING if mode in TRAINING_MODES else Phase.INFERENCE


@dataclass(frozen=True, slots=True)
class Site:
    """A line of code outside Keras that calls a layer."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a layer ran in the wrong mode."""

    text: str
    rule: str | None
    """The rule that covers it: `"KTP201"`."""
    page: str | None = None
    """The page of the documentation that explains it, for what no rule covers."""

    def __str__(self) -> str:
        page = self.page or f"docs/rules/{self.rule}.md"
        return f"{self.text} ({self.rule}, {page})" if self.rule else f"{self.text} ({page})"


@dataclass(frozen=True, slots=True)
class TracedCall:
    """One call of a layer of Keras that behaves differently in training, or of a function that draws at random."""

    layer: str
    """Its class: `"Dropout"`; the function: `"tf.nn.dropout"`."""
    name: str
    """Its Keras name: `"dropout_3"`."""
    path: str
    """Where the model holds it: `"encoder.blocks[1].dropout"`; its Keras name when it was not found there."""
    mode: str
    """One of `MODES`."""
    phase: Phase
    """What it ran in, after Keras has resolved argument, context and default."""
    frozen: bool
    """It is a BatchNormalization with `trainable=False`, which always runs in inference mode."""
    site: Site | None
    """The line that called it; None when Keras alone did, as for the layers of a functional model."""
    through: tuple[Site | None, ...]
    """The lines that called the layers around it, the outermost first."""
    reason: Reason | None = None
    """Why it ran in the wrong mode; None when it did not."""
    by_hand: bool = False
    """It is randomness written by hand, which is active wherever it runs."""

    @property
    def file(self) -> str | None:
        """The file of the line that called it."""
        return self.site.file if self.site else None

    @property
    def line(self) -> int | None:
        """The number of the line that called it."""
        return self.site.line if self.site else None

    @property
    def is_right(self) -> bool:
        """Whether it ran in the phase that its mode asks for, as far as it can."""
        return self.frozen or self.phase is phase_wanted(self.mode)

    def __str__(self) -> str:
        """A sentence: `dropout (Dropout) at model.py:12 ran in inference mode in fit`."""
        at = f" at {self.site}" if self.site else ""
        because = f": {self.reason}" if self.reason else ""
        return f"{_label(self)}{at} ran in {self.phase} mode in {self.mode}{because}"


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that a model ran, in order."""

    model: str
    """The class of the model."""
    modes: tuple[str, ...]
    """The modes it was run in."""
    calls: tuple[TracedCall, ...]
    unseen: tuple[str, ...] = ()
    """Compiled functions that ran and cannot be looked into: their layers are not recorded."""
    file: str | None = None
    """The file that the class of the model is in; None for what has none."""
    keras: str = ""
    """The version of Keras that it ran on: `"3.15.1"`."""

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
        """A table for people: a row for each layer call, a column for each mode, `!` behind what is wrong."""
        rows = [("layer", "called at", *self.modes)]
        rows += [(*key, *(_cell(calls, mode) for mode in self.modes)) for key, calls in self._by_call().items()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(line.rstrip() for line in lines)

    def to_html(self) -> str:
        """A page that shows the code of the model with the mode of each call: what the analysis says, and beside it
        what was measured here. It needs nothing from elsewhere.
        """
        from flake8_training_phase.maps.measured import measured_map  # The analysis, which a trace does without.
        from flake8_training_phase.output.maps.html import as_html

        return as_html([measured_map(self)])

    def __str__(self) -> str:
        return self.table()

    def _by_call(self) -> dict[tuple[str, str], list[TracedCall]]:
        found: dict[tuple[str, str], list[TracedCall]] = {}
        for call in self.calls:
            at = f"{Path(call.site.file).name}:{call.site.line}" if call.site else "-"
            found.setdefault((_label(call), at), []).append(call)
        return found


def is_below(path: str, above: str) -> bool:
    """Whether a path is another one, or leads on from it: `head.blocks[0]` from `head.blocks`."""
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _label(call: TracedCall) -> str:
    return call.layer if call.by_hand else f"{call.path} ({call.layer})"


def _cell(calls: Iterable[TracedCall], mode: str) -> str:
    here = [call for call in calls if call.mode == mode]
    words = "/".join(sorted({call.phase.value for call in here})) or "skipped"
    return words if all(call.is_right for call in here) else f"{words} !"


def wrong_lines(calls: Iterable[TracedCall]) -> Iterator[str]:
    """A line for each call, each line once."""
    yield from dict.fromkeys(str(call) for call in calls)
