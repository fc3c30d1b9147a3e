"""What becomes of layers whose `trainable` is set: BatchNormalization that does not learn runs in inference mode."""

from __future__ import annotations

from dataclasses import replace

from flake8_training_phase.analysis.domain.values import Constant, Container, Instance, Value
from flake8_training_phase.keras.catalogue import KerasLayer


def with_trainable(value: Value, trainable: Value) -> Value:
    """A layer of Keras, or a container of such, whose `trainable` was set, and with it that of all in it; any other
    value as it is.
    """
    if isinstance(value, Container):
        return replace(value, values=tuple(with_trainable(one, trainable) for one in value.values))
    if not isinstance(value, Instance) or not isinstance(value.type, KerasLayer):
        return value
    after = {one: with_trainable(one, trainable) for one in value.contents}
    contents = tuple(after[one] for one in value.contents)  # What is in it twice stays one layer.
    if not isinstance(trainable, Constant):
        return replace(value, contents=contents, may_be_frozen=True)
    return replace(value, contents=contents, arguments={**value.arguments, "trainable": trainable})
