"""Layers of one Keras inside layers of the other: `tf_keras` and `keras` know nothing of each other's call context."""

from __future__ import annotations

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase


def loses_context(layer_class: LayerClass, call: LayerCall) -> bool:
    """Whether a mode-dependent layer that is surely of another Keras than its host is called without the flag."""
    if not call.flag.absent or not reaches_phase(call):
        return False
    called = [_majors(one) for one in members(call.receiver) if isinstance(one, Instance)]
    return all(majors.isdisjoint(layer_class.cls.generations) for majors in called)


def _majors(layer: Instance) -> frozenset[int]:
    return layer.type.generations if isinstance(layer.type, UserClass) else layer.generations
