"""Traces a model under a strategy with two replicas, before and after it is fitted."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import tensorflow as tf

from flake8_training_phase.runtime import assert_training_reaches

INPUTS = np.arange(12, dtype="float32").reshape(4, 3)
TARGETS = np.zeros((4, 1), "float32")


def main(package: str, kind: str) -> None:
    keras = importlib.import_module(package)
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
        model = made(keras, kind)
        model.compile("adam", "mse")
    check(model, kind)
    model.fit(INPUTS, TARGETS, verbose=0)
    before = model.get_weights()
    check(model, kind)
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    model.fit(INPUTS, TARGETS, verbose=0)
    model.predict(INPUTS, verbose=0)


def made(keras: Any, kind: str) -> Any:
    """A model whose replicas wait for each other in the middle of a layer."""
    layers = keras.layers
    held = [layers.Dropout(0.5), layers.BatchNormalization(synchronized=True), layers.Dropout(0.5), layers.Dense(1)]
    if kind == "Sequential":
        return keras.Sequential(held)

    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.held = held

        def call(self, inputs: Any, training: Any = None) -> Any:
            for layer in self.held[:-1]:
                inputs = layer(inputs, training=training)
            return self.held[-1](inputs)

    return Model()


def check(model: Any, kind: str) -> None:
    """Each replica runs each of the three layers, from the user's line or none."""
    trace = assert_training_reaches(model, INPUTS)
    counts = {mode: len(trace.in_mode(mode)) for mode in trace.modes}
    assert counts == {"fit": 6, "training=True": 3, "training=False": 3, "no flag": 3, "predict": 6}, counts
    assert {call.file for call in trace.calls} == {None if kind == "Sequential" else __file__}, trace.table()


if __name__ == "__main__":
    main(*sys.argv[1:])
