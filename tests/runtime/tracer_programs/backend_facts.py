"""Prints what layers run in that a model calls in its `call`, on whatever `KERAS_BACKEND` says: a line for each row of
the table in `docs/what-happens-to-training.md`, its words in the order of the columns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.runtime import MODES, trace_training

keras = pytest.importorskip("keras")
layers = keras.layers
IMAGES = np.ones((2, 4, 4, 3), "float32")


class Block(layers.Layer):  # type: ignore[misc, name-defined]
    """A layer that has the flag and runs a dropout without it."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout = layers.Dropout(0.5)

    def call(self, inputs: Any, training: Any = None) -> Any:
        return self.dropout(inputs)


class Around(layers.Layer):  # type: ignore[misc, name-defined]
    """A layer that only runs another."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout = layers.Dropout(0.5)

    def call(self, inputs: Any) -> Any:
        return self.dropout(inputs)


class OtherModel(keras.Model):  # type: ignore[misc, name-defined]
    """A model inside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout = layers.Dropout(0.5)

    def call(self, inputs: Any, training: Any = None) -> Any:
        return self.dropout(inputs)


def functional() -> Any:
    inputs = keras.Input(IMAGES.shape[1:])
    return keras.Model(inputs, layers.Dropout(0.5)(inputs))


ROWS: tuple[tuple[Callable[[], Any], bool], ...] = (
    (lambda: layers.Dropout(0.5), False),
    (lambda: layers.Dropout(0.5), True),
    (layers.RandomFlip, False),
    (Block, False),
    (Around, False),
    (Block, True),
    (lambda: keras.Sequential([layers.Dropout(0.5)]), False),
    (functional, False),
    (OtherModel, False),
)
"""What the model runs, and whether it passes the flag."""


def model_of(held: Any, passes: bool) -> Any:
    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.held = held

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.held(inputs, training=training) if passes else self.held(inputs)

    return Model()


if __name__ == "__main__":
    for make, passes in ROWS:
        trace = trace_training(model_of(make(), passes), IMAGES)
        print(*(call.phase.value for mode in MODES for call in trace.in_mode(mode)))
