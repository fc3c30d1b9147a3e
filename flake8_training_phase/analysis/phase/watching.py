"""The phase flow, watched: which calls of a class run, what they receive, and what the layers inside are entered with.

Rules ask the flow what is wrong with a call. Whoever wants to show a model asks for all that happens.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, Event, LayerCall, PhaseTest
from flake8_training_phase.analysis.domain.values import LANES, Instance, Value
from flake8_training_phase.analysis.phase.flow import PhaseFlow, PhaseTransfer
from flake8_training_phase.analysis.phase.results import Context, FlowResult, Outcome, ResolvedPhase, Subject
from flake8_training_phase.keras.generations import Flag, Generation, Passed, Phase

GraphOf = Callable[[Instance], Sequence[LayerCall]]
"""Gives the calls in the graph of a functional model; none where it is not needed to know what the model runs."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A layer that was run."""

    call: LayerCall | DirectKerasCall
    """The call of the class that led to it."""
    layers: tuple[Instance, ...]
    """The layer, after those around it that the call ran."""
    phase: Phase
    """What its own `call` received."""
    context: Phase
    """What its layers found in the call context."""


@dataclass(slots=True)
class Watched:
    """What happened in one run of a `call`."""

    ran: set[Subject] = field(default_factory=set)
    received: dict[Subject, set[ResolvedPhase]] = field(default_factory=dict)
    entered: dict[Entered, None] = field(default_factory=dict)
    """In the order in which they were first run."""


class WatchedFlow(PhaseFlow):
    """A phase flow that knows the graphs of functional models, also of those that layers inside layers hold."""

    def __init__(self, generation: Generation, graph_of: GraphOf) -> None:
        super().__init__(generation)
        self.graph_of = graph_of

    @property
    def _knows(self) -> Hashable:
        return self.graph_of

    def _transfer(self, report: FlowResult) -> PhaseTransfer:
        return _WatchedTransfer(self, report)

    def watch(self, cls: UserClass, phase: Phase, context: Phase) -> Watched:
        """Run the `call` of a class that received a phase, in a call context."""
        return _WatchedTransfer(self, FlowResult()).watch(cls.trace.events, phase, context)

    def watch_graph(self, calls: Iterable[LayerCall], phase: Phase) -> Watched:
        """Run a functional or Sequential model that received a phase: the calls that its graph holds, in order."""
        return _GraphTransfer(self, FlowResult()).watch(calls, phase, phase)


class _WatchedTransfer(PhaseTransfer):
    """A run that records what happens."""

    def __init__(self, flow: WatchedFlow, report: FlowResult) -> None:
        super().__init__(flow, report)
        self._watched_flow = flow
        self._watched = Watched(received=report.received)
        self._call: LayerCall | DirectKerasCall | None = None
        self._around: tuple[Instance, ...] = ()

    def watch(self, events: Iterable[Event], phase: Phase, context: Phase) -> Watched:
        """Run the events of a whole `call`."""
        self.whole_call(events, phase, context)
        return self._watched

    def _layer_call(self, call: LayerCall, lanes: int, context: Context) -> Context:
        self._call = call
        self._watched.ran.add(call)
        return super()._layer_call(call, lanes, context)

    def _keras_call(self, event: DirectKerasCall, lanes: int, context: Context) -> Context:
        self._call = event
        self._watched.ran.add(event)
        return super()._keras_call(event, lanes, context)

    def _phase_test(self, event: PhaseTest, lanes: int) -> None:
        if event.lanes & lanes:
            self._watched.ran.add(event)
        super()._phase_test(event, lanes)

    def _inside(self, receiver: Instance, phase: Phase, context: Phase) -> Outcome:
        if self._call is None:
            return super()._inside(receiver, phase, context)
        outer, self._around = self._around, (*self._around, receiver)
        self._watched.entered[Entered(self._call, self._around, phase, context)] = None
        calls = self._watched_flow.graph_of(receiver)
        outcome = self._graph(calls, phase, context) if calls else super()._inside(receiver, phase, context)
        self._around = outer
        return outcome

    def _graph(self, calls: Sequence[LayerCall], phase: Phase, context: Phase) -> Outcome:
        """What the layers in a graph receive, and what they leave in a shared context: a constant flag of theirs."""
        report = FlowResult()
        after = _GraphTransfer(self._watched_flow, report).whole_call(calls, phase, context)
        inside = (one.phase for found in report.received.values() for one in found)
        return frozenset(inside), frozenset(slot.phase for slot in after)

    def _model(self, receiver: Instance, contents: Iterable[Value], phase: Phase, context: Phase) -> Outcome:
        # Run each time: what it holds is entered on another way.
        return self._contents(receiver.type, contents, phase, context)


class _GraphTransfer(_WatchedTransfer):
    """A run of the calls of a graph, which passes its own flag to the layers (`Generation.graph_forwards_flag`)."""

    def _flags_for(self, call: LayerCall, receiver: Value, lanes: int) -> set[Flag]:
        written = super()._flags_for(call, receiver, lanes)
        if not isinstance(receiver, Instance):
            return written
        accepts, default = self.flow.signature(receiver.type)
        shared, forwards = self.generation.shared_context, self.generation.graph_forwards_flag
        if not accepts and not (shared and self.generation.flag_survives_without_parameter):
            return {Passed.ABSENT}  # A graph does not keep a flag that the layer does not take (row 7j).
        if not (shared and forwards):
            return written
        # The flag of the graph wins. Without one, what was written into the graph when it was made does: the flag of
        # the call, or the default of the signature (rows 7g to 7l, E1b).
        kept: set[Flag] = {default if flag is Passed.ABSENT and default is not None else flag for flag in written}
        phases = [phase for lane, phase in LANES if lane & lanes]
        return {flag for phase in phases for flag in (kept if phase is None else {phase})}
