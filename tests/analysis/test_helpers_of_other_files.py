"""A helper that is in another file, or in a base class there, and drops only when it is told to train."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

BASE = """
import tensorflow as tf
from tensorflow import keras


def normalized(x, norm, flag=False):
    return norm(x, training=flag)


class Base(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def _normalize(self, x, training):
        return normalized(x, self.norm, training)

    def _drop(self, x, training=False):
        return tf.nn.dropout(x, 0.3) if training else x

    def _through(self, x, training=None):
        return self._drop(x, training=training)
"""

DERIVED = """
from base import Base


class Derived(Base):
    def call(self, x{parameter}):
        return {returned}
"""

RUN_THERE = """
import keras

from helpers import run


class Net({base}):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return run(self.drop, x)
"""


@pytest.mark.parametrize(
    ("parameter", "returned", "expected"),
    [
        (", training=None", "self._drop(x)", ["KTP210"]),
        (", training=None", "self._through(x)", ["KTP210"]),
        ("", "self._through(x)", ["KTP102"]),
        (", is_training=False", "self._normalize(x, is_training)", ["KTP103"]),
        (", train_flag=False", "self._drop(x, train_flag)", ["KTP103"]),
        (", training=None", "self._drop(x, training)", []),
        (", training=None", "self._through(x, training=training)", []),
        (", training=None", "self._normalize(x, training)", []),
    ],
)
def test_what_is_said_of_the_caller(tmp_path: Path, parameter: str, returned: str, expected: list[str]) -> None:
    (tmp_path / "base.py").write_text(BASE)
    source = SourceText(DERIVED.format(parameter=parameter, returned=returned))
    found = engine.check(source, Settings(), str(tmp_path / "derived.py"), Project())
    assert [one.code for one in found] == expected


@pytest.mark.parametrize(("base", "expected"), [("keras.Model", ["KTP101"]), ("keras.layers.Layer", [])])
def test_a_layer_that_is_run_there(tmp_path: Path, base: str, expected: list[str]) -> None:
    """In a model no flag comes to it: that is no matter of context."""
    (tmp_path / "helpers.py").write_text("def run(layer, x):\n    return layer(x)\n")
    source = SourceText(RUN_THERE.format(base=base))
    found = engine.check(source, Settings(), str(tmp_path / "net.py"), Project())
    assert [one.code for one in found] == expected


PENALTY = """
import tensorflow as tf


def penalty(model, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = model(x)
    return tf.norm(tape.gradient(score, x))


def error(model, x):
    return tf.reduce_mean(model(x))
"""

TRAINED = """
import keras
import tensorflow as tf

from losses import error, penalty

critic = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(1)])


def train_step(x):
    with tf.GradientTape() as tape:
        loss = {loss}
    gradients = tape.gradient(loss, critic.trainable_variables)
    optimizer.apply_gradients(zip(gradients, critic.trainable_variables))
"""


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("tf.reduce_mean(critic(x, training=True)) + penalty(critic, x)", []),
        ("error(critic, x) + penalty(critic, x)", ["KTP301"]),
    ],
)
def test_a_penalty_on_the_inputs_that_is_computed_there(tmp_path: Path, loss: str, expected: list[str]) -> None:
    (tmp_path / "losses.py").write_text(PENALTY)
    found = engine.check(SourceText(TRAINED.format(loss=loss)), Settings(), str(tmp_path / "step.py"), Project())
    assert [one.code for one in found] == expected
