"""What the analysis says of a program: the phases that the layers receive which each line calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flake8_training_phase.analysis.domain.arguments import Arguments
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import (
    Branch,
    DirectKerasCall,
    Event,
    Exit,
    Inlined,
    LayerCall,
    Loop,
    walk,
)
from flake8_training_phase.analysis.domain.values import LANES, Constant, Container, Instance, Value, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence, object_dependence, parent_dependence
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Generation, Passed, Phase
from flake8_training_phase.sources.text import SourceText
from tests.runtime.programs.program import Program, Target

MODES = dict(zip(("fit", "training=True", "training=False", "no flag", "predict"), RunMode, strict=True))

_QUIET = re.compile(r"return_sequences=True|switch=True|built = True|DEFAULT = True")
LOUD = re.compile(r"True|training=1|DEFAULT|Random|Resizing|\bnot (?!None)|!=")
"""Code that may put True into the call context when nobody tells a flag.

The graph that Keras 3 makes of a Sequential without an Input when it is called first keeps what the context holds then,
and runs in that when it is told None: `layers/layer.py:927` (3.15.1) builds it before its own flag is looked at. That
first call is told nothing.
"""

Line = tuple[str, int]
"""Module and number."""


@dataclass(slots=True)
class Said:
    """What the analysis says of one line in one mode."""

    phases: set[str] = field(default_factory=set)
    """`train`, `infer`."""
    unknown: bool = False
    constant: bool = False
    """Something that runs there depends on no phase, because all flags inside are constants: no phase is said of it."""
    runs: bool = False
    """A layer of Keras is surely called there, if the mode runs the line at all."""
    classes: set[str] = field(default_factory=set)
    """The names of the classes of the program that are run there; no two have the same."""


class Analysed:
    """A program as the analysis sees it."""

    def __init__(self, program: Program, files: dict[str, Path]) -> None:
        self.classes: dict[Target, LayerClass] = {}
        self._is_loud = any(LOUD.search(_QUIET.sub("", text)) for text in program.modules.values())
        self._projects = {name: Project(True) for name in program.modules}
        for name, text in program.modules.items():
            source, project = SourceText(text), self._projects[name]
            module = CheckedModule(ast.parse(text), source, str(files[name]), Settings(), project)
            self.classes |= {Target(name, one.name): one for one in module.layer_classes}

    def said(self, target: Target, generation: Generation, mode: str) -> dict[Line, Said] | None:
        """What is said of each line that calls a layer when a class is run; None when it cannot be followed."""
        cls = self.classes[target].cls
        layer = _made(cls)
        summary = cls.program.summary(layer)
        if cls.call is None or not summary.complete:
            return None
        flow = PhaseFlow(generation)
        report = flow.report(cls, MODES[mode], layer)
        names = {module.scope: path.stem for path, module in self._projects[target.module].modules.items()}
        certain = set(_certain(summary.events))
        lines: dict[Line, Said] = {}
        for event in walk(summary.events):
            if isinstance(event, (LayerCall, DirectKerasCall)):
                place = names[event.place.scope.root], event.node.lineno
                received = {one.phase for one in report.of(event)}
                line = lines.setdefault(place, Said())
                _add(line, event, received, event in certain)
                if generation.shared_context and any(True for _ in _late_graphs(event.receiver)):
                    line.unknown |= self._is_loud and not _is_told(event, flow.entry_phase(cls, MODES[mode]))
        return lines


def _made(cls: UserClass) -> Instance:
    """The object that is run: it is made without arguments."""
    nothing = Arguments(ast.Call(func=ast.Name(cls.name), args=[], keywords=[]), (), {}, starred=False, hidden=False)
    return Instance(cls, cls.generations, construction=nothing)


def _is_told(event: LayerCall | DirectKerasCall, phase: Phase) -> bool:
    """Whether a Sequential is surely told True or False by a call, when its caller runs in a phase."""
    is_direct = all(isinstance(one, Instance) and isinstance(one.type, KerasLayer) for one in members(event.receiver))
    lane = next((place for place, (_, flag) in enumerate(LANES) if flag is phase), None)
    return is_direct and lane is not None and isinstance(event.flag.by_lane[lane], bool)


def _add(line: Said, event: LayerCall | DirectKerasCall, received: set[Phase], certain: bool) -> None:
    depends = _depends(event)
    if depends is not Dependence.NO:
        line.phases |= {"train" if phase else "infer" for phase in received}
    line.unknown |= Passed.UNKNOWN in received or depends is Dependence.MAYBE
    line.unknown |= any(not isinstance(one, (Instance, Constant)) for one in members(event.receiver))
    line.runs |= bool(received) and certain and _is_plain(event)
    objects = set(_objects(event.receiver))
    line.constant |= any(_holds_constants(one) for one in objects)
    line.classes |= {one.type.name for one in objects}


def _depends(event: LayerCall | DirectKerasCall) -> Dependence:
    return dependence(event.receiver) if isinstance(event, LayerCall) else parent_dependence(event)


def _is_plain(event: LayerCall | DirectKerasCall) -> bool:
    receiver = event.receiver
    plain = isinstance(receiver, Instance) and isinstance(receiver.type, KerasLayer) and not receiver.contents
    return plain and _depends(event) is Dependence.YES


def _objects(value: Value) -> Iterator[Instance]:
    """The objects of classes of the program that a value may be, or hold."""
    for one in members(value):
        if isinstance(one, Instance):
            if isinstance(one.type, UserClass):
                yield one
                yield from (inner for held in one.type.base_contents(one) for inner in _objects(held))
            yield from (inner for held in one.contents for inner in _objects(held))


def _holds_constants(one: Instance) -> bool:
    """Whether an object, or one that it runs, has layers whose phase depends on nothing but constants."""
    if object_dependence(one) is Dependence.NO:
        return True
    called = (event.receiver for event in _layer_calls(one))
    return any(_holds_constants(inner) for value in called for inner in _objects(value) if inner.type is not one.type)


def _late_graphs(value: Value) -> Iterator[Instance]:
    """The Sequentials without an Input that are run there."""
    for one in members(value):
        if isinstance(one, Instance) and isinstance(one.type, UserClass):
            held = [event.receiver for event in _layer_calls(one)]
            for other in (*held, *one.type.base_contents(one)):
                if other is not one:
                    yield from _late_graphs(other)
        elif isinstance(one, Instance):
            given = one.arguments.get("layers", one.arguments.get("#0"))
            layers = given.values if isinstance(given, Container) else one.contents
            is_sequential = isinstance(one.type, KerasLayer) and one.type.name == "Sequential"
            if is_sequential and layers and any(isinstance(first, Instance) for first in members(layers[0])):
                yield one
            for other in one.contents:
                yield from _late_graphs(other)


def _layer_calls(one: Instance) -> Iterator[LayerCall]:
    assert isinstance(one.type, UserClass)
    return (event for event in walk(one.type.program.summary(one).events) if isinstance(event, LayerCall))


def _certain(events: Iterable[Event]) -> Iterator[Event]:
    """The events that happen whenever their lanes are taken: under no branch, in no loop, after no way out."""
    for event in events:
        if isinstance(event, (Branch, Loop)):
            if any(isinstance(one, Exit) for one in walk([event])):
                return
        elif isinstance(event, Inlined):
            yield from _certain(event.events)
        elif isinstance(event, Exit):
            return
        else:
            yield event
