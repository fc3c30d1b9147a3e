"""What a guard by the flag does to layers (KTP205, KTP206) and to dropout by hand (KTP211)."""

from __future__ import annotations

from textwrap import indent

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

LAYERS = {
    "BatchNormalization": "keras.layers.BatchNormalization()",
    "Dense": "keras.layers.Dense(8)",
    "layers with weights in a Sequential": "keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])",
}
NOISE = {
    "Dropout": "keras.layers.Dropout(0.5)",
    "GaussianNoise": "keras.layers.GaussianNoise(1.0)",
    "SpatialDropout1D": "keras.layers.SpatialDropout1D(0.5)",
    "a Sequential of noise": "keras.Sequential([keras.layers.Dropout(0.5), keras.layers.GaussianDropout(0.5)])",
}
GUARDS = {
    "if training": "if training:\n    x = self.layer(x, training=training)\nreturn self.out(x)",
    "if training and": "if training and self.use_x:\n    x = self.layer(x, training=training)\nreturn self.out(x)",
    "if … and training": "if self.use_x and training:\n    x = self.layer(x, training=training)\nreturn self.out(x)",
    "if … if training": (
        "if self.use_x:\n    if training:\n        x = self.layer(x, training=training)\nreturn self.out(x)"
    ),
    "conditional expression": "x = self.layer(x, training=training) if training else x\nreturn self.out(x)",
    "conditional with and": (
        "x = self.layer(x, training=training) if training and self.use_x else x\nreturn self.out(x)"
    ),
    "early return": "if not training:\n    return x\nreturn self.layer(x, training=training)",
}


def codes(layer: str, body: str) -> set[str]:
    """What is said of a `call` with that body, and that layer."""
    text = f"""\
import keras


class Model(keras.Model):
    def __init__(self, use_x):
        super().__init__()
        self.use_x = use_x
        self.layer = {layer}
        self.out = keras.layers.Dense(2)

    def call(self, x, training=None):
{indent(body, "        ")}
"""
    settings = Settings(extend_select=("KTP206",))
    return {finding.code for finding in engine.check(SourceText(text), settings, "model.py")}


@pytest.mark.parametrize("body", GUARDS.values(), ids=GUARDS.keys())
@pytest.mark.parametrize("layer", [LAYERS["BatchNormalization"]])
def test_batch_normalization_left_out_at_inference(layer: str, body: str) -> None:
    assert codes(layer, body) == {"KTP205"}


@pytest.mark.parametrize("body", [one for name, one in GUARDS.items() if name != "early return"])
@pytest.mark.parametrize("layer", [*LAYERS.values()][1:], ids=[*LAYERS][1:])
def test_layer_with_weights_left_out_at_inference(layer: str, body: str) -> None:
    # Behind an early return a head that is for training only would look the same.
    assert codes(layer, body) == {"KTP205"}


@pytest.mark.parametrize("body", GUARDS.values(), ids=GUARDS.keys())
@pytest.mark.parametrize("layer", NOISE.values(), ids=NOISE.keys())
def test_guard_around_noise_is_only_redundant(layer: str, body: str) -> None:
    assert codes(layer, body) == {"KTP206"}


@pytest.mark.parametrize("layer", [*LAYERS.values(), *NOISE.values()])
def test_a_guard_that_knows_nothing_of_the_phase(layer: str) -> None:
    body = "if self.use_x:\n    x = self.layer(x, training=training)\nreturn self.out(x)"
    assert codes(layer, body) == set()


GUARDED = {
    "if training": "if training:\n    x = tf.nn.dropout(x, 0.5)\nreturn x",
    "if training and": "if training and self.rate:\n    x = tf.nn.dropout(x, self.rate)\nreturn x",
    "if self.rate": "if self.rate > 0 and training:\n    return tf.nn.dropout(x, self.rate)\nreturn x",
    "else": "if not training:\n    y = x\nelse:\n    y = tf.nn.dropout(x, 0.5)\nreturn y",
    "conditional expression": "return tf.nn.dropout(x, 0.5) if training else x",
    "rate if training else 0.": "return tf.nn.dropout(x, rate=self.rate if training else 0.0)",
    "a rate chosen before": "rate = self.rate if training else 0.0\nreturn tf.nn.dropout(x, rate=rate)",
    "keep_prob": "keep_prob = 1.0\nif training:\n    keep_prob = 0.5\nreturn tf.compat.v1.nn.dropout(x, keep_prob)",
    "1 - keep_prob": "keep_prob = 0.5 if training else 1.0\nreturn tf.nn.dropout(x, 1 - keep_prob)",
    "early return": "if not training:\n    return x\nreturn tf.nn.dropout(x, 0.5)",
    "early return for None": "if training is None or not training:\n    return x\nreturn tf.nn.dropout(x, 0.5)",
    "tf.cond": "return tf.cond(tf.cast(training, tf.bool), lambda: tf.nn.dropout(x, 0.5), lambda: x)",
    "tf.cond with functions": (
        "def dropped():\n    return tf.nn.dropout(x, 0.5)\n\nreturn tf.cond(training, dropped, lambda: x)"
    ),
    "smart_cond": "return smart_cond(training, lambda: tf.nn.dropout(x, 0.5), lambda: tf.identity(x))",
    "tf.where": "return tf.where(training, tf.nn.dropout(x, 0.5), x)",
    "times a cast flag": "flag = tf.cast(training, x.dtype)\nreturn flag * tf.nn.dropout(x, 0.5) + (1 - flag) * x",
    "a rate times a cast flag": "return tf.nn.dropout(x, 0.5 * tf.cast(training, tf.float32))",
    "a helper under if": "return self.dropped(x) if training else x",
    "a helper that is told": "return self.maybe(x, training)",
    # These may be meant, or not: that the flag has to do with them is enough to be silent.
    "in both branches": "return tf.nn.dropout(x, 0.5) if training else tf.nn.dropout(x, 0.1)",
    "an input that is made from the flag": "if training:\n    x = x * 2\nreturn tf.nn.dropout(x, 0.5)",
    "a flag under another name": "drop = training and self.rate > 0\nif drop:\n    x = tf.nn.dropout(x, 0.5)\nreturn x",
}
UNGUARDED = {
    "no guard": "return tf.nn.dropout(x, 0.5)",
    "a guard by something else": "if self.rate:\n    x = tf.nn.dropout(x, self.rate)\nreturn x",
    "a flag for something else": "self.add_loss(tf.reduce_mean(x) if training else 0.0)\nreturn tf.nn.dropout(x, 0.5)",
    "a helper without a guard": "return self.dropped(x)",
}


def dropouts(body: str) -> int:
    """How often KTP211 speaks of a `call` with that body."""
    text = f"""\
import keras
import tensorflow as tf
from keras.src.utils.control_flow_util import smart_cond


class Drop(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def dropped(self, x):
        return tf.nn.dropout(x, self.rate)

    def maybe(self, x, training):
        return tf.nn.dropout(x, self.rate) if training else x

    def call(self, x, training=None):
{indent(body, "        ")}
"""
    return len(engine.check(SourceText(text), Settings(select=("KTP211",)), "drop.py"))


@pytest.mark.parametrize("body", GUARDED.values(), ids=GUARDED.keys())
def test_dropout_by_hand_that_minds_the_phase(body: str) -> None:
    assert dropouts(body) == 0


@pytest.mark.parametrize("body", UNGUARDED.values(), ids=UNGUARDED.keys())
def test_dropout_by_hand_in_every_phase(body: str) -> None:
    assert dropouts(body) >= 1
