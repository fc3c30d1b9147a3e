"""Prints in which mode layers run that a model calls in its `call`, on whatever `KERAS_BACKEND` says: as JSON, the
words for the five ways to run the model, by pattern. With `trace` as its argument they are what the tracer sees.

With `measure` nothing looks at the flag that a layer was given. In inference mode the layers here hand on their inputs,
in training mode they drop or flip them: outputs that are not the inputs mean training mode. For `fit()` the loss says
so, the mean difference of the two, which Keras takes from the step that it executes.

What is measured comes from the trainer for JAX (`backend/jax/trainer.py:56` and `:205` in Keras 3.15.1): it runs
`stateless_call`, which runs the `call` of the model (`layers/layer.py:1188`) and makes no call context. Before that it
runs the model to learn shapes (`_symbolic_build` in `trainers/trainer.py`, `compute_output_spec` in
`backend/jax/core.py`). From Keras 3.5 on that is done in a `SymbolicScope`; up to 3.4 nothing tells such runs from real
ones, and the tracer shows both.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from flake8_training_phase.runtime import MODES, trace_training

keras: Any = import_module("keras")
layers = keras.layers
IMAGES = np.arange(32 * 4 * 4 * 3, dtype="float32").reshape(32, 4, 4, 3) + 1


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


class OtherModel(keras.Model):  # type: ignore[misc]
    """A model inside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout = layers.Dropout(0.5)

    def call(self, inputs: Any, training: Any = None) -> Any:
        return self.dropout(inputs)


def functional() -> Any:
    inputs = keras.Input(IMAGES.shape[1:])
    return keras.Model(inputs, layers.Dropout(0.5)(inputs))


@dataclass(frozen=True)
class Pattern:
    """What a model runs, how its code looks in Markdown, and whether it passes the flag."""

    title: str
    makes: tuple[Callable[[], Any], ...]
    """Makes what is run: of one kind, or of several that are to run in the same mode."""
    passes: bool = False


PATTERNS = (
    Pattern("`self.dropout(x)`", (lambda: layers.Dropout(0.5),)),
    Pattern("`self.dropout(x, training=training)`", (lambda: layers.Dropout(0.5),), passes=True),
    Pattern("`self.random_flip(x)`", (layers.RandomFlip,)),
    Pattern("`self.block(x)`, a layer that has the flag or only runs others", (Block, Around)),
    Pattern("`self.block(x, training=training)`, which runs `self.dropout(x)`", (Block,), passes=True),
    Pattern(
        "`self.sequential(x)`, `self.functional(x)`, `self.other_model(x)`",
        (lambda: keras.Sequential([layers.Dropout(0.5)]), functional, OtherModel),
    ),
)


def model_of(held: Any, passes: bool) -> Any:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.held = held

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.held(inputs, training=training) if passes else self.held(inputs)

    model = Model()
    model.compile("sgd", "mean_absolute_error")
    return model


def change(outputs: Any) -> float:
    """The mean difference of what came out and what went in."""
    return float(np.abs(keras.ops.convert_to_numpy(outputs) - IMAGES).mean())


RUNS: tuple[Callable[[Any], float], ...] = (
    lambda model: model.fit(IMAGES, IMAGES, verbose=0).history["loss"][0],
    lambda model: change(model(IMAGES, training=True)),
    lambda model: change(model(IMAGES, training=False)),
    lambda model: change(model(IMAGES)),
    lambda model: change(model.predict(IMAGES, verbose=0)),
)
"""The five ways to run a model, in the order of the tables; what each gives is how much the inputs were changed."""


def measured(make: Callable[[], Any], passes: bool) -> Iterator[str]:
    """The five words for a layer, measured on a new model each."""
    for run in RUNS:
        keras.utils.set_random_seed(0)
        try:
            yield "train" if run(model_of(make(), passes)) else "infer"
        except Exception:
            traceback.print_exc()
            yield "raises"


def traced(make: Callable[[], Any], passes: bool) -> Iterator[str]:
    """The five words for a layer as the tracer sees it."""
    trace = trace_training(model_of(make(), passes), IMAGES)
    for mode in MODES:
        yield "/".join(call.phase.value for call in trace.in_mode(mode))


if __name__ == "__main__":
    look = {"measure": measured, "trace": traced}[sys.argv[1]]
    found = {}
    for pattern in PATTERNS:
        kinds = [look(make, pattern.passes) for make in pattern.makes]
        found[pattern.title] = " ".join("/".join(dict.fromkeys(words)) for words in zip(*kinds, strict=True))
    print(json.dumps(found))
