"""A phase that the project keeps in an attribute: who sets it decides whether anything is wrong."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

MODEL = """\
import keras
import tensorflow as tf


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.training = MADE

    def call(self, x):
        return self.drop(x, training=self.training)

    def train(self, batches, optimizer):
        SET
        for x, y in batches:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x) - y) ** 2)
            optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
"""
SETTERS = (
    "self.training = True",
    "self.training.assign(True)",
    "tf.keras.backend.set_value(self.training, True)",
    "setattr(self, 'training', True)",
    "self.__dict__['training'] = True",
    "object.__setattr__(self, 'training', True)",
)


def codes(made: str, setter: str = "pass", behind: str = "") -> list[str]:
    text = MODEL.replace("MADE", made).replace("SET", setter) + behind
    found = engine.check(SourceText(text), Settings(), "net.py")
    assert engine.fix(SourceText(text), Settings(), "net.py").text == text
    return [one.code for one in found if one.code in ("KTP215", "KTP301")]


@pytest.mark.parametrize("setter", SETTERS)
def test_set_by_the_loop(setter: str) -> None:
    assert codes("False", setter) == []


@pytest.mark.parametrize(
    "made", ["tf.Variable(False, trainable=False)", "tf.compat.v1.placeholder_with_default(False, ())"]
)
def test_made_to_be_set(made: str) -> None:
    assert codes(made) == []


def test_set_from_outside() -> None:
    assert codes("False", behind="\n\nnet = Net()\nnet.training = True\n") == []


def test_set_by_nobody() -> None:
    assert codes("False") == ["KTP215"]
