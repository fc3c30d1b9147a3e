"""Layers that are on unless a flag says otherwise, as the augmentation layers of Keras are."""

from __future__ import annotations

import re

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall
from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.results import Subject
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.layer_calls import defaults_to_true
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer

_MEANT = re.compile(r"^Random|Augment|MixUp|CutMix|CutOut|Mosaic|^MC|MonteCarlo", re.IGNORECASE)
"""Classes that are on unless a flag says otherwise, by their name: augmentation, Monte Carlo dropout."""


def on_unless_told(cls: UserClass) -> bool:
    """Whether layers of the class are to be on unless a flag says otherwise, as Keras's augmentation is."""
    keras = [one for one in cls.mro if isinstance(one, KerasLayer)]
    return any(_MEANT.search(one.name) for one in cls.mro) or any(map(defaults_to_true, keras))


def augments(event: Subject) -> bool:
    """Whether a call runs nothing but augmentation."""
    if not isinstance(event, LayerCall):
        return False
    layers = [one for one in members(event.receiver) if isinstance(one, Instance)]
    return bool(layers) and all(_is_augmentation(one) for one in layers)


def only_augments(layer_class: LayerClass) -> bool:
    """Whether a class does nothing but augment, and leaves it to the default of what it runs.

    Such layers are mapped over datasets, outside of any model, where that default is what counts. One that runs layers
    with weights as well is a network.
    """
    events = [event for event in layer_class.events if not isinstance(event, Inlined)]
    calls = [event for event in events if isinstance(event, LayerCall)]
    return len(calls) == len(events) and any(map(augments, calls)) and all(_is_preprocessing(one) for one in calls)


def _is_preprocessing(call: LayerCall) -> bool:
    layers = [one.type for one in members(call.receiver) if isinstance(one, Instance)]
    plain = bool(layers) and all(isinstance(one, KerasLayer) and not one.has_weights for one in layers)
    return augments(call) or (plain and dependence(call.receiver) is Dependence.NO)


def _is_augmentation(layer: Value) -> bool:
    if not isinstance(layer, Instance):
        return False
    if layer.contents:
        return all(_is_augmentation(one) for held in layer.contents for one in members(held))
    if isinstance(layer.type, KerasLayer):
        # `Resizing` has that default too, and does the same in both modes.
        return defaults_to_true(layer.type) and layer.type.depends_on is not DependsOn.NOTHING
    return on_unless_told(layer.type)
