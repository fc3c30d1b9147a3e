"""Whether a layer surely has weights: leaving it out makes another network."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import Constant, Instance, Value, members
from flake8_training_phase.keras.catalogue import KerasLayer

_RANDOM = ("Random", "Gaussian", "SpatialDropout")
_DROPOUTS = frozenset({"Dropout", "AlphaDropout"})
_CHANGES_AT_INFERENCE = frozenset({"RandomCrop"})


def has_weights(value: Value) -> bool:
    """Whether some of what `value` may be is a layer with weights."""
    return any(isinstance(one, Instance) and _has_weights(one, ()) for one in members(value))


def is_identity_at_inference(value: Value) -> bool:
    """Whether whatever `value` may be is a layer of Keras that gives back its input, but in training."""
    found = _layers(value)
    return bool(found) and all(_is_identity(one) for one in found or ())


def _layers(value: Value) -> list[Instance] | None:
    """The layers that a value may be, None left out; None when it may be something unknown."""
    given = [one for one in members(value) if not isinstance(one, Constant)]
    layers = [one for one in given if isinstance(one, Instance)]
    return layers if len(layers) == len(given) else None


def _has_weights(layer: Instance, inside: tuple[UserClass, ...]) -> bool:
    if isinstance(layer.type, KerasLayer):
        return layer.type.has_weights or _any_has_weights(layer.contents, inside)
    cls = layer.type
    if cls in inside:
        return False
    if cls.keras_base is not None and cls.keras_base.has_weights:
        return True
    run = [event.receiver for event in walk(cls.trace.events) if isinstance(event, LayerCall)]
    return _any_has_weights((*cls.base_contents(), *run), (*inside, cls))


def _any_has_weights(values: Iterable[Value], inside: tuple[UserClass, ...]) -> bool:
    return any(isinstance(one, Instance) and _has_weights(one, inside) for value in values for one in members(value))


def _is_identity(layer: Instance) -> bool:
    if isinstance(layer.type, UserClass):
        return False
    name = layer.type.name
    if name in ("Sequential", "TimeDistributed"):
        return bool(layer.contents) and all(is_identity_at_inference(one) for one in layer.contents)
    return name in _DROPOUTS or (name.startswith(_RANDOM) and name not in _CHANGES_AT_INFERENCE)
