"""The phase flow, watched: which calls of a class run, what they receive, and what the layers inside are entered with.

Rules ask the flow what is wrong with a call. Whoever wants to show a model asks for all that happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import KerasCall, LayerCall, PhaseTest
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.analysis.phase.flow import PhaseFlow, PhaseTransfer
from flake8_training_phase.analysis.phase.results import Context, Outcome, Received, Report, Subject
from flake8_training_phase.keras.generations import Phase


@dataclass(frozen=True, slots=True)
class Entered:
    """A layer that was run."""

    call: LayerCall | KerasCall
    """The call of the class that led to it."""
    layers: tuple[Instance, ...]
    """The layer, behind those around it that the call ran."""
    phase: Phase
    """What its own `call` received."""
    context: Phase
    """What its layers found in the call context."""


@dataclass(slots=True)
class Watched:
    """What happened in one run of a `call`."""

    ran: set[Subject] = field(default_factory=set)
    received: dict[Subject, set[Received]] = field(default_factory=dict)
    entered: dict[Entered, None] = field(default_factory=dict)
    """In the order in which they were first run."""


def watch(flow: PhaseFlow, cls: UserClass, phase: Phase, context: Phase) -> Watched:
    """Run the `call` of a class that received a phase, in a call context."""
    report = Report()
    transfer = _WatchedTransfer(flow, report)
    transfer.whole_call(cls.trace.events, phase, context)
    transfer.watched.received = report.received
    return transfer.watched


class _WatchedTransfer(PhaseTransfer):
    """A run that writes down what it comes to."""

    def __init__(self, flow: PhaseFlow, report: Report) -> None:
        super().__init__(flow, report)
        self.watched = Watched()
        self._call: LayerCall | KerasCall | None = None
        self._around: tuple[Instance, ...] = ()

    def _layer_call(self, call: LayerCall, lanes: int, context: Context) -> Context:
        self._call = call
        self.watched.ran.add(call)
        return super()._layer_call(call, lanes, context)

    def _keras_call(self, event: KerasCall, lanes: int, context: Context) -> Context:
        self._call = event
        self.watched.ran.add(event)
        return super()._keras_call(event, lanes, context)

    def _phase_test(self, event: PhaseTest, lanes: int) -> None:
        if event.lanes & lanes:
            self.watched.ran.add(event)
        super()._phase_test(event, lanes)

    def _inside(self, receiver: Instance, phase: Phase, context: Phase) -> Outcome:
        assert self._call is not None
        outer, self._around = self._around, (*self._around, receiver)
        self.watched.entered[Entered(self._call, self._around, phase, context)] = None
        outcome = super()._inside(receiver, phase, context)
        self._around = outer
        return outcome
