"""Many mistakes in one file: the fixes come together in one run, in whatever order they are made."""

from __future__ import annotations

import random

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability
from flake8_training_phase.sources.edits import apply_edits, compatible_fixes
from flake8_training_phase.sources.text import SourceText

TANGLED = """
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


class Block(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)
        self.norm = layers.BatchNormalization()
        self.drops = [layers.Dropout(0.1) for _ in range(2)]

    def _tail(self, x):
        for drop in self.drops:
            x = drop(x)
        return x

    def call(self, x):
        return self._tail(self.norm(self.dense(x)))


class Scaled(layers.Dropout):
    def call(self, inputs):
        return super().call(inputs) * 0.5


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
        self.block = Block(8)
        self.scaled = Scaled(0.5)
        self.memory = layers.Dropout(0.5)
        self.last = layers.Dropout(0.5)

    def _head(self, x, training=None):
        return self.last(x, training=training)

    def call(self, x, training=None):
        if training is None:
            training = K.learning_phase()
        x = self.backbone(x, training=False)
        x = self.block(x)
        x = self.memory(x, training)
        return self._head(self.scaled(x))
"""

UNTANGLED = """
from tensorflow import keras
from tensorflow.keras import layers


class Block(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units)
        self.norm = layers.BatchNormalization()
        self.drops = [layers.Dropout(0.1) for _ in range(2)]

    def _tail(self, x, training=None):
        for drop in self.drops:
            x = drop(x, training=training)
        return x

    def call(self, x, training=None):
        return self._tail(self.norm(self.dense(x), training=training), training=training)


class Scaled(layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=training) * 0.5


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
        self.block = Block(8)
        self.scaled = Scaled(0.5)
        self.memory = layers.Dropout(0.5)
        self.last = layers.Dropout(0.5)

    def _head(self, x, training=None):
        return self.last(x, training=training)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        x = self.block(x, training=training)
        x = self.memory(x, training=training)
        return self._head(self.scaled(x, training=training), training=training)
"""


ALL_KINDS = """
import keras
import tensorflow as tf
from keras import layers


class Default(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.1)

    def call(self, x, training=True):
        return self.drop(x, training=training)


class Misnamed(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.2)

    def call(self, x, is_training=False):
        return self.drop(x, training=is_training)


class Kwargs(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.3)

    def call(self, x, **kwargs):
        return self.drop(x, training=kwargs.get("training"))


class Required(layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization()

    def call(self, x, training):
        if training:
            x = self.norm(x)
        return x


class ByHand(layers.Layer):
    def call(self, x):
        return tf.nn.dropout(x, 0.4)


class Everything(keras.Model):
    def __init__(self):
        super().__init__()
        self.default = Default()
        self.misnamed = Misnamed()
        self.kwargs = Kwargs()
        self.required = Required()
        self.by_hand = ByHand()
        self.erased = layers.Dropout(0.5)
        self.direct = layers.Dropout(0.7)
        self.last = layers.Dropout(0.8)

    def features(self, x):
        return self.last(self.default(x))

    def call(self, x):
        x = self.required(self.kwargs(self.misnamed(x)))
        x = self.erased(x, training=None)
        x = self.by_hand(self.direct.call(x))
        return self.features(x)
"""

SORTED_OUT = """
import keras
import tensorflow as tf
from keras import layers


class Default(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.1)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Misnamed(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.2)

    def call(self, x, training=False):
        return self.drop(x, training=training)


class Kwargs(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.3)

    def call(self, x, training=None, **kwargs):
        return self.drop(x, training=training)


class Required(layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization()

    def call(self, x, training=None):
        x = self.norm(x, training=training)
        return x


class ByHand(layers.Layer):
    def call(self, x, training=None):
        return tf.nn.dropout(x, 0.4) if training else x


class Everything(keras.Model):
    def __init__(self):
        super().__init__()
        self.default = Default()
        self.misnamed = Misnamed()
        self.kwargs = Kwargs()
        self.required = Required()
        self.by_hand = ByHand()
        self.erased = layers.Dropout(0.5)
        self.direct = layers.Dropout(0.7)
        self.last = layers.Dropout(0.8)

    def features(self, x, training=None):
        return self.last(self.default(x, training=training), training=training)

    def call(self, x, training=None):
        x = self.required(self.kwargs(self.misnamed(x, training=training), training=training), training=training)
        x = self.erased(x, training=training)
        x = self.by_hand(self.direct(x, training=training), training=training)
        return self.features(x, training=training)
"""

SAMPLES = {"tangled": (TANGLED, UNTANGLED), "all kinds": (ALL_KINDS, SORTED_OUT)}
samples = pytest.mark.parametrize(("text", "clean"), SAMPLES.values(), ids=SAMPLES.keys())


@samples
def test_one_run_sorts_out_all(text: str, clean: str) -> None:
    fixed = engine.fix(SourceText(text), Settings(), "net.py", unsafe=True)
    assert fixed.text == clean
    assert fixed.remaining == ()


@samples
def test_a_second_run_changes_nothing(text: str, clean: str) -> None:
    assert engine.fix(SourceText(clean), Settings(), "net.py", unsafe=True).made == ()


@samples
@pytest.mark.parametrize("seed", range(12))
def test_order_of_the_fixes_does_not_matter(text: str, clean: str, seed: int) -> None:
    """One randomly chosen fix at a time ends in the same text."""
    chance = random.Random(seed)
    source = SourceText(text)
    for _ in range(100):
        fixes = [one.fix for one in engine.check(source, Settings(), "net.py") if one.fix is not None]
        if not fixes:
            break
        edits, _ = compatible_fixes([chance.choice(fixes)])
        source = SourceText(apply_edits(source, edits))
    assert source.text == clean


@samples
def test_safe_fixes_alone_converge_too(text: str, clean: str) -> None:
    fixed = engine.fix(SourceText(text), Settings(), "net.py")
    left = [one for one in fixed.remaining if one.fix is not None and one.fix.applicability is Applicability.SAFE]
    assert left == []


def test_flag_that_is_renamed_is_forwarded_by_its_new_name() -> None:
    source = """
import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.1)
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, is_training=None):
        return self.drop(self.noise(x, training=is_training))
"""
    fixed = engine.fix(SourceText(source), Settings(), "x.py", unsafe=True).text
    assert "is_training" not in fixed
    assert "self.drop(self.noise(x, training=training), training=training)" in fixed


def test_flag_that_keras_does_not_fill_is_not_forwarded_safely() -> None:
    source = """
import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.1)
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, train=True):
        return self.drop(self.noise(x, training=train))
"""
    # Right on Keras 2, where the context tells the dropout: with `training=train` it would always drop.
    assert engine.fix(SourceText(source), Settings(), "x.py").text == source
    fixed = engine.fix(SourceText(source), Settings(), "x.py", unsafe=True).text
    assert "self.drop(self.noise(x, training=training), training=training)" in fixed


def test_call_of_a_base_class_by_its_name_is_given_the_flag_that_the_base_class_gets() -> None:
    source = """
import keras


class Base(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)


class Child(Base):
    def call(self, x):
        return Base.call(self, x) * 2
"""
    fixed = engine.fix(SourceText(source), Settings(), "x.py").text
    assert "return Base.call(self, x, training=training) * 2" in fixed
