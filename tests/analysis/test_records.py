"""What dataclasses and named tuples hold is known, though nobody wrote their constructors."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText
from tests.analysis.conftest import Reported

MODULE = """
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import keras
from keras import layers


@dataclass(frozen=True)
class Config:
    kinds: ClassVar[tuple] = ("batch", "layer")
    width: int
    rate: float = 0.0
    sizes: list = field(default_factory=list)


@dataclass
class Small(Config):
    width: int = 4
    heads: int = 2


class Stage(NamedTuple):
    dense: layers.Layer
    drop: layers.Layer


class Block(layers.Layer):
    def __init__(self, config, stage):
        super().__init__()
        self.drop = layers.Dropout(config.rate)
        self.stage = stage

    def call(self, x, training=None):
        return self.drop(self.stage.drop(self.stage.dense(x)))


block = Block({config}, {stage})
"""
DENSE = "Stage(layers.Dense(2), layers.Dense(2))"


@pytest.mark.parametrize(
    "config",
    ["Config(8, 0.5)", "Config(width=8, rate=0.5)", "Small(rate=0.5)", "Small(8, 0.5)", "Small(heads=1, rate=1)"],
)
def test_a_rate_in_a_configuration(config: str, reported: Reported) -> None:
    assert reported(MODULE.format(config=config, stage=DENSE)) == {
        "self.drop(self.stage.drop(self.stage.dense(x)))",
    }


@pytest.mark.parametrize("config", ["Config(8)", "Config(8, 0.0)", "Small()", "Small(8, 0.0)", "Small(heads=4)"])
def test_a_rate_that_is_off(config: str, reported: Reported) -> None:
    assert reported(MODULE.format(config=config, stage=DENSE)) == set()


def test_layers_in_a_named_tuple(reported: Reported) -> None:
    stage = "Stage(drop=layers.Dropout(0.5), dense=layers.Dense(2))"
    assert reported(MODULE.format(config="Config(8)", stage=stage)) == {"self.stage.drop(self.stage.dense(x))"}


@pytest.mark.parametrize(
    "made", ['namedtuple("Pair", ["dense", "drop"])', 'namedtuple("Pair", "dense, drop")', 'NamedTuple("Pair", FIELDS)']
)
def test_named_tuples_that_a_call_makes(made: str, reported: Reported) -> None:
    made = made.replace("FIELDS", '[("dense", layers.Layer), ("drop", layers.Layer)]')
    module = f"""
from collections import namedtuple
from typing import NamedTuple

import keras
from keras import layers

Pair = {made}


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.pair = Pair(layers.Dense(2), drop=layers.Dropout(0.5))

    def call(self, x, training=None):
        dense, drop = self.pair
        x = self.pair[0](self.pair.dense(dense(x)))
        x = drop(x)
        x = self.pair.drop(x)
        return self.pair[1](x)
"""
    assert reported(module) == {"drop(x)", "self.pair.drop(x)", "self.pair[1](x)"}


def test_a_simple_namespace(reported: Reported) -> None:
    module = """
from types import SimpleNamespace

from keras import layers


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.parts = SimpleNamespace(dense=layers.Dense(2), drop=layers.Dropout(0.5))

    def call(self, x, training=None):
        return self.parts.drop(self.parts.dense(x))
"""
    assert reported(module) == {"self.parts.drop(self.parts.dense(x))"}


@pytest.mark.parametrize("made", ['namedtuple("Pair", "net other")', 'type("Pair", (Both,), {})'])
def test_what_a_call_has_made_a_class_is_one_where_the_module_runs(made: str) -> None:
    module = f"""
from collections import namedtuple

import keras
import tensorflow as tf
from keras import layers


class Both:
    def __init__(self, net, other):
        self.net, self.other = net, other


Pair = {made}


def step(pair, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((pair.net(x) - y) ** 2)
    gradients = tape.gradient(loss, pair.net.trainable_variables)
    pair.other.apply_gradients(zip(gradients, pair.net.trainable_variables))


step(Pair(keras.Sequential([layers.Dropout(0.5)]), other=keras.optimizers.SGD()), 1, 2)
"""
    found = engine.check(SourceText(module), Settings(select=("KTP301",)), "example.py")
    assert [one.message.partition(" is ")[0] for one in found] == ["`pair.net(…)`"]
