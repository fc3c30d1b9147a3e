"""What is recorded of a model that runs: each call of a layer, and the mode that it ran in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MODES = ("fit", "training=True", "training=False", "no flag", "predict")
"""The ways to run a model, in the order in which they are run and shown."""

EVALUATE = "evaluate"
"""A way that is run only where it is asked for: a `test_step` of the user's may need targets."""

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
    origin: Site | None = None
    """The line that left a flag behind, for a layer that found it there."""

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
        return f"{label(self)}{at} ran in {self.phase} mode in {self.mode}{because}"


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that a model ran, in order, and what it ran on."""

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


def label(call: TracedCall) -> str:
    """What ran, for people: `encoder.dropout (Dropout)`."""
    return call.layer if call.by_hand else f"{call.path} ({call.layer})"
