"""Augmentation in a training step is on without a flag; what is beside it is not."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

STEP = """\
import keras
import tensorflow as tf
from keras import layers


class Jitter(layers.Layer):
    def __init__(self):
        super().__init__()
        self.flip = layers.RandomFlip()

    def call(self, x):
        return self.flip(x)


class Flag(layers.Layer):
    def __init__(self):
        super().__init__()
        self.flip = layers.RandomFlip()

    def call(self, x, training=None):
        return self.flip(x, training=training)


class Coder(keras.Model):
    def __init__(self, augmentation, decoder):
        super().__init__()
        self.augmentation = augmentation
        self.decoder = decoder

    def train_step(self, images):
        with tf.GradientTape() as tape:
            images = self.augmentation(images)
            loss = tf.reduce_mean(self.decoder(images))
        weights = self.augmentation.trainable_variables + self.decoder.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))


coder = Coder(AUGMENTATION, keras.Sequential([layers.Dense(3)]))
"""
ON_WITHOUT_A_FLAG = (
    "keras.Sequential([layers.RandomCrop(48, 48), layers.RandomFlip()])",
    "keras.Sequential([layers.Rescaling(1.0), keras.Sequential([layers.RandomFlip()])])",
    "layers.RandomFlip()",
    "layers.RandomRotation(0.2)",
    "Jitter()",
    "keras.Sequential([Jitter()])",
)
OFF_WITHOUT_A_FLAG = (
    "keras.Sequential([layers.RandomFlip(), layers.Dropout(0.5)])",
    "keras.Sequential([layers.GaussianNoise(0.5)])",
    "Flag()",
)


def codes(augmentation: str) -> list[str]:
    text = STEP.replace("AUGMENTATION", augmentation)
    return [one.code for one in engine.check(SourceText(text), Settings(), "step.py") if one.code == "KTP301"]


@pytest.mark.parametrize("augmentation", ON_WITHOUT_A_FLAG)
def test_augmentation_is_on(augmentation: str) -> None:
    assert codes(augmentation) == []


@pytest.mark.parametrize("augmentation", OFF_WITHOUT_A_FLAG)
def test_another_layer_is_off(augmentation: str) -> None:
    assert codes(augmentation) == ["KTP301"]
