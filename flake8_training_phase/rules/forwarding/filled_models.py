"""What subclasses of Sequential and of functional models hold that are given their layers where they are made."""

from __future__ import annotations

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall
from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.entries.graph_run import graph_run
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.keras.catalogue import MODEL_NAMES


def layers_given(layer_class: LayerClass, event: DirectKerasCall) -> list[Value]:
    """The layers that a class is given where the module makes it, when its `call` runs that of Sequential or Model."""
    if event.parent not in MODEL_NAMES:
        return []
    return graph_run(layer_class.module).filled.get(layer_class.cls, [])


def off_by_default(layer: Value) -> bool:
    """Whether a layer behaves differently in training and has the default `training=False`."""
    return dependence(layer) is Dependence.YES and any(_has_default_false(one) for one in members(layer))


def _has_default_false(layer: Value) -> bool:
    if not isinstance(layer, Instance):
        return False
    if isinstance(layer.type, UserClass):
        return layer.type.training_default is False
    return layer.type.signature(3).default is False
