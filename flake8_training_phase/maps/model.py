"""A map as data, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MODES = ("fit()", "training=True", "training=False", "no flag", "predict()")
"""The ways to run a model, in the order of the cells."""


TRAINING = (0, 1)
"""The places of those that ask for training mode."""


class State(Enum):
    """What a call does in one way of running the model."""

    TRAIN = "train"
    INFER = "infer"
    MIXED = "mixed"
    """One or the other: by the way that the code takes, or layer by layer inside."""
    SKIPPED = "skipped"
    RAISES = "raises"
    UNKNOWN = "unknown"
    SAME = "same"
    """What runs does the same in both modes."""


@dataclass(frozen=True, slots=True)
class ModeCell:
    """A call in one way of running the model, under some releases."""

    state: State
    wrong: bool = False
    """It runs in another mode than the one asked for, and nothing in the code says that this is meant."""
    leaked_from: int | None = None
    """The number of the row whose flag this call finds in the call context."""
    reason: str | None = None
    """Why it is unknown, or raises; None for what raises only because a call around or inside it does."""

    @property
    def is_notable(self) -> bool:
        """Whether it is wrong or unknown by itself."""
        return self.reason is not None if self.state is State.RAISES else self.wrong or self.state is State.UNKNOWN


class RowKind(Enum):
    """What a row stands for."""

    LAYER = "layer"
    INNER = "inner"
    """A layer that another one runs by itself: inside a Sequential, a functional model, a wrapper."""
    HELPER = "helper"
    """A function of the checked code that runs layers."""
    TEST = "test"
    """A condition on the flag."""


@dataclass(frozen=True, slots=True, order=True)
class SourceLine:
    """A line of a file."""

    file: str
    line: int
    """Inside the cell, in a notebook."""
    cell: int | None = None
    """The number of the cell of a notebook."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.cell is None else f"{self.file}:cell {self.cell}:{self.line}"

    @property
    def short(self) -> str:
        """The line alone."""
        return str(self.line) if self.cell is None else f"{self.cell}:{self.line}"


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """A function whose code makes calls."""

    name: str
    place: SourceLine
    lines: tuple[tuple[SourceLine, str], ...]
    """Its source, line by line."""


ModeCells = tuple[ModeCell, ...]
"""One for each of `MODES`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One call."""

    number: int
    """From 1, in the order in which the program calls."""
    kind: RowKind
    call: str
    """What is called, as the user writes it: `self.dropout`."""
    layer: str
    """What it is: `Dropout`."""
    passed: str
    """The flag it is given, as the user writes it: `training=training`; empty for none."""
    place: SourceLine | None
    """None for what no line of the checked code calls."""
    by_release: tuple[ModeCells, ...]
    """The cells for each of the map's releases."""
    rows: tuple[Row, ...] = ()
    """The calls that it makes itself."""
    functions: tuple[FunctionSource, ...] = ()
    """The code that it runs."""
    measured: ModeCells | None = None
    """What a trace has seen, where there is one: a cell for each of the map's `measured_modes`."""

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong with it in some release."""
        return any(cell.wrong for cells in self.by_release for cell in cells)

    @property
    def is_notable(self) -> bool:
        """Whether it is wrong or unknown in some release by itself, or was measured otherwise."""
        return self.differs or any(cell.is_notable for cells in self.by_release for cell in cells)

    @property
    def depends_on_mode(self) -> bool:
        """Whether it is, or holds, anything that does not do the same in both modes."""
        return any(cell.state is not State.SAME for cells in self.by_release for cell in cells)

    @property
    def leaks(self) -> tuple[int, ...]:
        """The numbers of the rows whose flags it finds in the call context, in some release."""
        found = (cell.leaked_from for cells in self.by_release for cell in cells)
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def leaked_flags(self, source: int) -> tuple[bool, ...]:
        """The flags that it finds in the context, and that the row of that number left there: in some releases this,
        in others perhaps that.
        """
        modes = (mode for cells in self.by_release for mode, cell in enumerate(cells) if cell.leaked_from == source)
        return tuple(dict.fromkeys(mode not in TRAINING for mode in modes))

    @property
    def differs(self) -> bool:
        """Whether a trace has seen something else than the analysis says."""
        return bool(self.differing_modes)

    @property
    def differing_modes(self) -> tuple[int, ...]:
        """The places of the modes in which it has; where it is compared with several releases, with the nearest."""
        if self.measured is None:
            return ()
        differing = [
            tuple(
                place
                for place, (seen, said) in enumerate(zip(self.measured, cells, strict=False))
                if not _agree(seen, said)
            )
            for cells in self.by_release
        ]
        return min(differing, key=len, default=())

    def walk(self) -> Iterator[Row]:
        """The row and all below it."""
        yield self
        for row in self.rows:
            yield from row.walk()


def _agree(seen: ModeCell, said: ModeCell) -> bool:
    vague = (State.MIXED, State.UNKNOWN, State.SAME)
    return seen.state is said.state or seen.state in vague or said.state in vague


@dataclass(frozen=True, slots=True)
class Map:
    """A model, or a layer inside a model that passes it the flag."""

    name: str
    is_model: bool
    function: FunctionSource
    """Its `call`."""
    releases: tuple[str, ...]
    """The ranges of releases that do not do the same: `"Keras 2"`, `"Keras 3.1 to 3.9"`."""
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    """What the map does not show, and why."""
    measured_on: str | None = None
    """Where a trace was recorded: `"Keras 3.15.1"`."""
    measured_modes: tuple[str, ...] = MODES
    """The ways in which the model was traced: `MODES`, and after them those of which the code is not asked."""

    def walk(self) -> Iterator[Row]:
        """All rows, in order."""
        for row in self.rows:
            yield from row.walk()
