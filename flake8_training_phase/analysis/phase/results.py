"""What the phase flow finds: what layers receive, and what is in the call context."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, PhaseTest
from flake8_training_phase.keras.generations import Phase

Subject = LayerCall | DirectKerasCall | PhaseTest
"""What receives a phase."""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """What the call context may hold, and the call that wrote it when it was not the host."""

    phase: Phase
    writer: LayerCall | None = None


Context = frozenset[ContextEntry]

MAX_WRITERS = 8
"""How many calls that may have written one phase to the call context are distinguished where ways meet."""

Outcome = tuple[frozenset[Phase], frozenset[Phase]]
"""What the mode-dependent layers inside a layer receive, and what may be in the shared context when it returns."""


@dataclass(frozen=True, slots=True)
class ResolvedPhase:
    """What a mode-dependent layer runs with; `writer` is the sibling call it has it from, if one."""

    phase: Phase
    writer: LayerCall | None = None
    left: Phase = None
    """What the sibling left in the context: where it is None, the layer runs with its default."""


@dataclass(slots=True)
class FlowResult:
    """What every layer call of one class receives in one mode."""

    received: dict[Subject, set[ResolvedPhase]] = field(default_factory=dict)
    refused: set[Subject] = field(default_factory=set)
    """The calls that raise, because a layer is given the flag by position."""

    def of(self, call: Subject) -> set[ResolvedPhase]:
        """What the mode-dependent layers run by a call receive; empty when it does not run or has none."""
        return self.received.get(call, set())


def bounded(context: Context) -> Context:
    """A context with a few writers for each phase, the first ones: one is named in a message, any one proves it."""
    if len(context) <= MAX_WRITERS:
        return context
    kept: dict[Phase, list[ContextEntry]] = {}
    for slot in sorted(context, key=_place_of_writer):
        kept.setdefault(slot.phase, []).append(slot)
    return frozenset(slot for slots in kept.values() for slot in slots[:MAX_WRITERS])


def _place_of_writer(slot: ContextEntry) -> tuple[int, int]:
    node = slot.writer.node if slot.writer is not None else None
    return (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
