"""Which phase a layer call runs in, for each way to run the model, for an editor that points at the call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import layer_title
from flake8_training_phase.findings import Position
from flake8_training_phase.keras.generations import Generation, Phase

Phases = Mapping[RunMode, frozenset[Phase]]
"""What a call may run in, by how the model is run; nothing where it does not run."""


@dataclass(frozen=True, slots=True)
class CallModes:
    """One layer call, as one class makes it."""

    class_name: str
    is_model: bool
    """Whether the class is a model, which is run itself; a layer is run inside one that passes it the right phase."""
    call: str
    """What is called, as the user writes it."""
    receiver: str
    """What it is: `Dropout`."""
    by_releases: Mapping[str, Phases]
    """By the releases of Keras that do the same: `"Keras 3.6 to 3.15"`."""


def call_modes(module: CheckedModule, position: Position) -> list[CallModes]:
    """The layer call at a position of a module, the innermost of several: once for each class that makes it."""
    found = list(_calls_at(module, position))
    innermost = max((module.source.start(call.node) for _, call in found), default=None)
    return [_modes(one, call) for one, call in found if module.source.start(call.node) == innermost]


def _calls_at(module: CheckedModule, position: Position) -> Iterator[tuple[LayerClass, LayerCall]]:
    for layer_class in module.layer_classes:
        for call in layer_class.layer_calls:
            here = module.source.start(call.node) <= position <= module.source.end(call.node)
            if here and dependence(call.receiver) is not Dependence.NO:
                yield layer_class, call


def _modes(layer_class: LayerClass, call: LayerCall) -> CallModes:
    alike: dict[tuple[frozenset[Phase], ...], list[Generation]] = {}
    for generation in layer_class.generations:
        reports = (layer_class.module.flow(generation).report(layer_class.cls, mode) for mode in RunMode)
        phases = tuple(frozenset(one.phase for one in report.of(call)) for report in reports)
        alike.setdefault(phases, []).append(generation)
    by_releases = {
        layer_class.title(generations): dict(zip(RunMode, phases, strict=True)) for phases, generations in alike.items()
    }
    return CallModes(layer_class.name, layer_class.cls.is_model, call.name, layer_title(call.receiver), by_releases)
