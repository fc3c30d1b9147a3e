"""After `setattr(self, f"…", layer)` any attribute may be a layer, but for what a model of Keras has itself."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import keras
import tensorflow as tf


class Staged(keras.Model):
    def __init__(self):
        super().__init__()
        for k in range(3):
            setattr(self, f"stage_{k}", keras.layers.Dropout(0.5))

    def call(self, x, training=None):
        return self.stage_0(x, training=training)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            guess = self(x, training=True)
"""
TAIL = """\
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        return {}
"""
LOSSES = (
    "loss = self.compiled_loss(y, guess)",
    "loss = self.compute_loss(x, y, guess)",
    "loss = self.loss(y, guess)",
    "loss = tf.reduce_mean(guess)\nself.add_loss(loss)",
    "loss = tf.reduce_mean(guess)\nself.compiled_metrics(y, guess)",
    "loss = self.compute_loss(y=y, y_pred=guess)\nself.compute_metrics(x, y, guess, None)",
)


@pytest.mark.parametrize("loss", LOSSES)
def test_no_layer_is_seen_in_them(loss: str) -> None:
    text = HEAD + textwrap.indent(loss, " " * 12) + "\n" + TAIL
    assert engine.check(SourceText(text), Settings(), "staged.py") == []
    assert engine.fix(SourceText(text), Settings(), "staged.py", unsafe=True).text == text


def test_another_attribute_may_still_be_a_layer() -> None:
    text = HEAD + "            loss = tf.reduce_mean(self.stage_1(x))\n" + TAIL
    assert [one.code for one in engine.check(SourceText(text), Settings(), "staged.py")] == ["KTP301"]
