"""Follows the phase through a class under one Keras: what does each layer receive when the outermost model is
asked for training, for inference, or for nothing?

The events of a `call` are run in order, with the set of values that the call context may hold; ways that meet again
are joined. A project layer that is called runs its own events in the same context.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import (
    Branch,
    DirectKerasCall,
    Event,
    FlagArgument,
    Inlined,
    LayerCall,
    Loop,
    PassedBy,
    PhaseTest,
)
from flake8_training_phase.analysis.domain.values import (
    FALSE_LANE,
    LANES,
    NONE_LANE,
    TRUE_LANE,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.phase.binding import (
    binds_misnamed_flag,
    binds_other_parameter,
    flags_of_call,
    is_refused,
    phase_in_body,
    signature_of,
)
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.modes import Leaves, RunMode
from flake8_training_phase.analysis.phase.results import (
    Context,
    ContextEntry,
    FlowResult,
    Outcome,
    ResolvedPhase,
    Subject,
    bounded,
)
from flake8_training_phase.keras.catalogue import MODEL_NAMES, KerasLayer
from flake8_training_phase.keras.generations import Flag, Generation, Passed, Phase, Resolution

MAX_NESTING = 24
"""How deep layers inside layers are followed."""


class PhaseFlow:
    """The phase flow under one generation of Keras."""

    def __init__(self, generation: Generation, leaves: Leaves = Leaves.ALL) -> None:
        self.generation = generation
        self.leaves = leaves
        self._running: list[Instance] = []

    @property
    def _knows(self) -> Hashable:
        """What the outcomes depend on that is not asked of the program."""
        return None

    def _transfer(self, report: FlowResult) -> PhaseTransfer:
        """A run over the events of a class."""
        return PhaseTransfer(self, report)

    def report(self, cls: UserClass, mode: RunMode, layer: Instance | None = None) -> FlowResult:
        """What the layer calls of `cls` receive in `mode`: a Model is run itself, a Layer inside a right host.

        Any object of the class is run, or `layer`, which is one.
        """
        return self._report(cls, self._entry(cls, mode), layer)

    def report_in_host(self, cls: UserClass, context: Phase, layer: Instance | None = None) -> FlowResult:
        """What the layer calls of `cls` receive when another layer calls it without a flag in this call context."""
        accepts, default = signature_of(cls, self.generation)
        return self._report(cls, self.generation.resolve(Passed.ABSENT, context, default, accepts), layer)

    def _report(self, cls: UserClass, resolved: Resolution, layer: Instance | None = None) -> FlowResult:
        one = cls.program.canonical(layer or cls.instance)
        phase = phase_in_body(cls, resolved, self.generation)
        # Modes that begin alike go on alike: in a right class, `fit()` and `training=True` do.
        question = ("report", one, self.generation, self.leaves, phase, resolved.context)
        report = FlowResult()

        def run() -> FlowResult:
            self._follow(one, cls.program.summary(one).events, report, phase, resolved.context)
            return report

        return cls.program.ask(question, run, meanwhile=report)

    def alone(self, cls: UserClass, mode: RunMode, call: LayerCall) -> frozenset[Phase]:
        """What the layers run by a call of `cls` would receive if nothing ran before it."""
        return self.in_context(self._entry(cls, mode).context, call)

    def in_context(self, context: Phase, call: LayerCall) -> frozenset[Phase]:
        """What the layers run by a call receive that finds this in the call context."""
        report = FlowResult()
        PhaseTransfer(self, report).sequence([call], call.lanes, frozenset({ContextEntry(context)}))
        return frozenset(received.phase for received in report.of(call))

    def untold(self, layer: Instance) -> Outcome:
        """What comes of a layer that is called without a flag, and without a host."""
        accepts, default = signature_of(layer.type, self.generation)
        resolved = self.generation.resolve(Passed.ABSENT, None, default, accepts)
        phase = phase_in_body(layer.type, resolved, self.generation)
        return PhaseTransfer(self, FlowResult())._inside(layer, phase, resolved.context)

    def entry(self, cls: UserClass, mode: RunMode) -> tuple[Phase, Phase]:
        """What the outermost `call` holds as its phase, and the call context that its layers find."""
        resolved = self._entry(cls, mode)
        return phase_in_body(cls, resolved, self.generation), resolved.context

    def signature(self, type_: KerasLayer | UserClass) -> tuple[bool, bool | None]:
        """Whether Keras finds `training` in the signature of a class's `call`, and the default there."""
        return signature_of(type_, self.generation)

    def flags(self, argument: FlagArgument, phase: Phase) -> set[Flag]:
        """What a call may pass when the `call` around it received this phase."""
        return flags_of_call(argument, _lane(phase), self.generation)

    def entry_phase(self, cls: UserClass, mode: RunMode) -> Phase:
        """The phase that the outermost call itself runs with."""
        return self._entry(cls, mode).phase

    def _entry(self, cls: UserClass, mode: RunMode) -> Resolution:
        """What the outermost call runs with, and the context its layers find."""
        flag: Flag = mode.flag
        context: Phase = None
        by_fit = mode in (RunMode.FIT, RunMode.PREDICT)
        accepts, default = signature_of(cls, self.generation)
        if not cls.is_model:
            flag, context = Passed.ABSENT, None if mode is RunMode.NONE else mode.wanted
        elif by_fit and self.generation.fit_needs_parameter and not accepts:
            flag = Passed.ABSENT
        return self.generation.resolve(flag, context, default, accepts)

    def outcome(self, layer: Instance, phase: Phase, context: Phase) -> Outcome:
        """The effect of calling a layer of the checked code."""
        unchanged: Outcome = (frozenset(), frozenset({context}))
        if isinstance(layer.type, KerasLayer):
            return unchanged
        program = layer.type.program
        one = program.canonical(layer)
        if len(self._running) > MAX_NESTING or program.is_nested_too_deep(one):
            program.nest_too_deep(self._running)
        if len(self._running) > MAX_NESTING or not (summary := program.summary(one)).complete:
            return unchanged
        question = ("outcome", one, self.generation, self.leaves, phase, context, self._knows)
        return program.ask(question, lambda: self._outcome(one, summary.events, phase, context), meanwhile=unchanged)

    def _outcome(self, layer: Instance, events: Iterable[Event], phase: Phase, context: Phase) -> Outcome:
        report = FlowResult()
        after = self._follow(layer, events, report, phase, context)
        inside = frozenset(one.phase for found in report.received.values() for one in found)
        left = frozenset(slot.phase for slot in after) or frozenset({context})
        if phase is Passed.UNKNOWN:
            # What holds for some phase is only possible, and must not be reported as what happens.
            return _if_the_same(inside), _if_the_same(left)
        return inside, left

    def _follow(
        self, layer: Instance, events: Iterable[Event], report: FlowResult, phase: Phase, context: Phase
    ) -> Context:
        """Run what the `call` of a layer does; gives the context it leaves behind."""
        self._running.append(layer)
        try:
            return self._transfer(report).whole_call(events, phase, context)
        finally:
            self._running.pop()


class PhaseTransfer:
    """One run over the events of one class: what each of them receives and leaves in the call context."""

    def __init__(self, flow: PhaseFlow, report: FlowResult) -> None:
        self.flow = flow
        self.generation = flow.generation
        self.report = report
        self._returned: Context = frozenset()
        self._left_loop: Context = frozenset()
        self._loops: dict[tuple[Loop, int, Context], tuple[Context, Context]] = {}
        """What loops have left behind, and what was returned in them, by what they began with."""
        self._models: dict[tuple[Instance, Phase, Phase], Outcome] = {}
        """What models that hand their phase to the layers they hold have done: each may be held several times."""

    def whole_call(self, events: Iterable[Event], phase: Phase, context: Phase) -> Context:
        """Run a `call` that received a phase; gives the context it leaves behind."""
        return self.sequence(events, _lane(phase), frozenset({ContextEntry(context)}))

    def sequence(self, events: Iterable[Event], lanes: int, context: Context) -> Context:
        """Run the events of a `call` in some lanes; gives the context they leave behind."""
        return self._block(events, lanes, context) | self._returned

    def _block(self, events: Iterable[Event], lanes: int, context: Context) -> Context:
        for event in events:
            if not context:
                break
            context = self._event(event, lanes, context)
        return context

    def _event(self, event: Event, lanes: int, context: Context) -> Context:
        if isinstance(event, LayerCall):
            return self._layer_call(event, lanes, context) if event.lanes & lanes else context
        if isinstance(event, Branch):
            ways = [self._block(way, lanes, context) for way in event.ways]
            return bounded(frozenset().union(*ways))
        if isinstance(event, Loop):
            return self._loop(event, lanes, context)
        if isinstance(event, Inlined):
            return self._inlined(event, lanes, context) if event.lanes & lanes else context
        if isinstance(event, PhaseTest):
            self._phase_test(event, lanes)
            return context
        if isinstance(event, DirectKerasCall):
            return self._keras_call(event, lanes, context) if event.lanes & lanes else context
        if not event.lanes & lanes:
            return context
        if event.of_loop:
            self._left_loop |= context
        else:
            self._returned |= context
        return frozenset()

    def _loop(self, event: Loop, lanes: int, context: Context) -> Context:
        # The body is run twice: without a memory each loop inside another would double the work.
        question = (event, lanes, context)
        if question not in self._loops:
            outer = self._left_loop, self._returned
            self._left_loop = self._returned = frozenset()
            once = self._block(event.body, lanes, context)
            again = bounded(once | self._left_loop)
            twice = again if again <= context else self._block(event.body, lanes, again)
            after = bounded(context | once | twice | self._left_loop)
            self._loops[question] = after, self._returned
            self._left_loop, self._returned = outer
        after, returned = self._loops[question]
        self._returned |= returned
        return after

    def _inlined(self, event: Inlined, lanes: int, context: Context) -> Context:
        outer, self._returned = self._returned, frozenset()
        after = self._block(event.events, lanes, context) | self._returned
        self._returned = outer
        return after

    def _keras_call(self, event: DirectKerasCall, lanes: int, context: Context) -> Context:
        """`super().call(x)`: no context, the default of the parent's signature.

        A graph of Keras 2 does nothing with the flag that its `call` is given, its layers find that of the context:
        `engine/functional.py:627` (2.15).
        """
        receiver = event.receiver
        base = receiver.type if isinstance(receiver.type, KerasLayer) else receiver.type.keras_base
        if base is None:
            return context
        contents = () if isinstance(receiver.type, KerasLayer) else receiver.type.base_contents(receiver)
        after: set[ContextEntry] = set()
        for flag in flags_of_call(event.flag, lanes, self.generation):
            phase = base.signature_in(self.generation.first).default if flag is Passed.ABSENT else flag
            if not contents:
                for found in self._in_method(base, phase, context) if self._includes(base) else ():
                    self._note(event, ResolvedPhase(found))
                continue
            for slot in context:
                handed = phase if self.generation.shared_context else slot.phase
                inside, left = self._contents(receiver.type, contents, handed, slot.phase)
                for found in inside:
                    self._note(event, ResolvedPhase(found))
                after |= {ContextEntry(one, slot.writer if one is slot.phase else None) for one in left}
        return frozenset(after) if contents and self.generation.shared_context else context

    def _in_method(self, base: KerasLayer, phase: Phase, context: Context) -> set[Phase]:
        """What runs in a method of a Keras layer that was given a phase: that, or what a layer inside makes of it."""
        if not base.gives_flag_to_parts:
            return {phase}
        return {self.generation.resolve(phase, slot.phase, None, True).phase for slot in context}

    def _phase_test(self, event: PhaseTest, lanes: int) -> None:
        owner = event.place.owner
        if not self.flow.leaves.include(owner is not None and owner.training_default is True):
            return
        for lane, phase in LANES:
            if lane & lanes & event.lanes:
                self._note(event, ResolvedPhase(True if phase is None and event.none_trains else phase))

    def _layer_call(self, call: LayerCall, lanes: int, context: Context) -> Context:
        after: set[ContextEntry] = set()
        for member in members(call.receiver):
            for flag in self._flags_for(call, member, lanes):
                after |= self._one_call(call, member, flag, context)
        return bounded(frozenset(after)) if self.generation.shared_context else context

    def _flags_for(self, call: LayerCall, receiver: Value, lanes: int) -> set[Flag]:
        """What a call passes to one of the layers that it may call."""
        return flags_of_call(call.flag, lanes, self.generation)

    def _one_call(self, call: LayerCall, receiver: Value, flag: Flag, context: Context) -> set[ContextEntry]:
        """One layer called with one flag; gives what the context may hold afterwards."""
        if not isinstance(receiver, Instance):
            # Not known to be a layer: assumed to be one when it receives a flag.
            if flag is Passed.ABSENT or call.flag.passed_by is not PassedBy.KEYWORD:
                return set(context)
            return {ContextEntry(flag, None if flag is slot.phase else call) for slot in context}
        if is_refused(call, receiver, flag, self.generation):
            self.report.refused.add(call)
        if binds_other_parameter(call, receiver, flag, self.generation):
            flag = Passed.ABSENT
        accepts, default = signature_of(receiver.type, self.generation)
        own = binds_misnamed_flag(call, receiver, flag)
        is_inherited = flag is Passed.ABSENT or (self.generation.loses_flag(accepts) and not own)
        after: set[ContextEntry] = set()
        # What the layer does depends on what it inherits, not on who wrote that.
        for inherited in {slot.phase for slot in context}:
            resolved = self.generation.resolve(Passed.ABSENT if own else flag, inherited, default, accepts)
            phase = flag if own else phase_in_body(receiver.type, resolved, self.generation)
            inside, left = self._inside(receiver, phase, resolved.context)
            for slot in (one for one in context if one.phase is inherited):
                self._note_all(call, inside, slot, is_inherited)
                after |= {ContextEntry(one, slot.writer if one is inherited else call) for one in left}
        return after

    def _note_all(self, call: LayerCall, phases: Iterable[Phase], slot: ContextEntry, is_inherited: bool) -> None:
        """Note what a layer receives in one context, with who wrote it where that is why."""
        for phase in phases:
            from_writer = is_inherited and slot.writer is not None and slot.phase in (phase, None)
            self._note(call, ResolvedPhase(phase, slot.writer, slot.phase) if from_writer else ResolvedPhase(phase))

    def _inside(self, receiver: Instance, phase: Phase, context: Phase) -> Outcome:
        """What the layers run by a layer receive, and what is in the shared context when it returns."""
        unchanged = frozenset({context})
        if isinstance(receiver.type, UserClass) and receiver.type.call is not None:
            inside, after = self.flow.outcome(receiver, phase, context)
            return inside if dependence(receiver) is Dependence.YES else frozenset(), after
        contents = receiver.contents
        if isinstance(receiver.type, UserClass):
            contents = contents or receiver.type.base_contents(receiver)
        if contents:
            return self._model(receiver, contents, phase, context)
        counts = dependence(receiver) is Dependence.YES and self._includes(receiver.type)
        leaf = receiver.type if isinstance(receiver.type, KerasLayer) else receiver.type.keras_call
        left = leaf.left_in(self.generation.first) if leaf is not None and phase is context is None else None
        return (frozenset({phase}) if counts else frozenset()), unchanged if left is None else frozenset({left})

    def _includes(self, leaf: KerasLayer | UserClass) -> bool:
        return self.flow.leaves.include(signature_of(leaf, self.generation)[1] is True)

    def _model(self, receiver: Instance, contents: Iterable[Value], phase: Phase, context: Phase) -> Outcome:
        question = (receiver, phase, context)
        if question not in self._models:
            self._models[question] = self._contents(receiver.type, contents, phase, context)
        return self._models[question]

    def _contents(
        self, holder: KerasLayer | UserClass, contents: Iterable[Value], phase: Phase, context: Phase
    ) -> Outcome:
        """A Sequential, a functional model or a wrapper hands its phase to the layers it runs, unless it has none."""
        inside: set[Phase] = set()
        contexts: set[Phase] = {context}
        for value in contents:
            for member in members(value):
                if not isinstance(member, Instance):
                    continue
                after: set[Phase] = set()
                for held in contexts:
                    resolved = self._handed_on(holder, member, phase, held)
                    own = phase_in_body(member.type, resolved, self.generation)
                    found, left = self._inside(member, own, resolved.context)
                    inside |= found
                    after |= left
                contexts = after if self.generation.shared_context else contexts
        return frozenset(inside), frozenset(contexts)

    def _handed_on(self, holder: KerasLayer | UserClass, member: Instance, phase: Phase, held: Phase) -> Resolution:
        """What a layer runs with inside one that has a phase.

        A graph of Keras 3 without a phase runs each layer with the default of its signature, which was written into it
        when it was made (rows flipF and resizeF); from 3.10 on it hands a phase to layers without the parameter as
        well: `models/functional.py:695` (3.15.1). TimeDistributed runs `call` itself, past the context:
        `layers/rnn/time_distributed.py:118`. The others hand on what they have, None included:
        `layers/rnn/bidirectional.py:219`.
        """
        accepts, default = signature_of(member.type, self.generation)
        if self.generation.shared_context:
            base = holder.keras_base if isinstance(holder, UserClass) else holder
            if base is not None and base.name == "TimeDistributed":
                return Resolution(phase, held)
            if base is not None and base.name in MODEL_NAMES:
                if not self.generation.graph_forwards_flag:
                    return self.generation.resolve(Passed.ABSENT, held, default, accepts)
                flag: Flag = phase
                if phase is None:
                    flag = Passed.ABSENT if default is None else default
                accepts_flag = accepts or self.generation.flag_survives_without_parameter
                return self.generation.resolve(flag if accepts_flag else Passed.ABSENT, held, default, accepts)
        return self.generation.resolve(phase if accepts else Passed.ABSENT, held, default, accepts)

    def _note(self, call: Subject, received: ResolvedPhase) -> None:
        self.report.received.setdefault(call, set()).add(received)


def _if_the_same(phases: frozenset[Phase]) -> frozenset[Phase]:
    return phases if len(phases) < 2 else frozenset({Passed.UNKNOWN})


def _lane(phase: Phase) -> int:
    """The lanes of the trace that a phase stands for."""
    if phase is Passed.UNKNOWN:
        return TRUE_LANE | FALSE_LANE | NONE_LANE
    return next(lane for lane, flag in LANES if flag is phase)
