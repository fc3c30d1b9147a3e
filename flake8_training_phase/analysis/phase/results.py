"""What the phase flow finds: what layers receive, and what is in the call context."""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_training_phase.analysis.domain.events import KerasCall, LayerCall, PhaseTest
from flake8_training_phase.keras.generations import Phase

Subject = LayerCall | KerasCall | PhaseTest
"""What receives a phase."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What the call context may hold, and the call that wrote it when it was not the host."""

    phase: Phase
    writer: LayerCall | None = None


Context = frozenset[Slot]

Outcome = tuple[frozenset[Phase], frozenset[Phase]]
"""What the phase-dependent layers inside a layer receive, and what may be in the shared context when it returns."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a phase-dependent layer runs with; `writer` is the sibling call it has it from, if one."""

    phase: Phase
    writer: LayerCall | None = None
    left: Phase = None
    """What the sibling left in the context: where it is None, the layer runs with its default."""


@dataclass(slots=True)
class Report:
    """What every layer call of one class receives in one mode."""

    received: dict[Subject, set[Received]] = field(default_factory=dict)

    def of(self, call: Subject) -> set[Received]:
        """What the phase-dependent layers run by a call receive; empty when it does not run or has none."""
        return self.received.get(call, set())
