"""Layers that are on unless they are told otherwise, as the augmentation layers of Keras are."""

from __future__ import annotations

import re

from flake8_training_phase.analysis.classes import UserClass
from flake8_training_phase.analysis.events import LayerCall
from flake8_training_phase.analysis.phase_flow import Subject
from flake8_training_phase.analysis.values import Instance, Value, members
from flake8_training_phase.keras.catalogue import KerasLayer

_MEANT = re.compile(r"^Random|Augment|MixUp|CutMix|CutOut|Mosaic|^MC|MonteCarlo", re.IGNORECASE)
"""Classes that are on unless they are told otherwise, by their name: augmentation, Monte Carlo dropout."""


def on_unless_told(cls: UserClass) -> bool:
    """Whether layers of the class are to be on unless they are told otherwise, as Keras's augmentation is."""
    return any(_MEANT.search(one.name) or _is_on_by_default(one) for one in cls.ancestors)


def _is_on_by_default(type_: KerasLayer | UserClass) -> bool:
    return isinstance(type_, KerasLayer) and any(one.default is True for one in type_.signatures.values())


def augments(event: Subject) -> bool:
    """Whether a call runs nothing but augmentation."""
    if not isinstance(event, LayerCall):
        return False
    layers = [one for one in members(event.receiver) if isinstance(one, Instance)]
    return bool(layers) and all(_is_augmentation(one) for one in layers)


def _is_augmentation(layer: Value) -> bool:
    if not isinstance(layer, Instance):
        return False
    if layer.contents:
        return all(_is_augmentation(one) for held in layer.contents for one in members(held))
    return _is_on_by_default(layer.type) if isinstance(layer.type, KerasLayer) else on_unless_told(layer.type)
