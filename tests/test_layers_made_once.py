"""Layers that something else makes once and keeps are not made inside `call`."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Severity
from flake8_training_phase.sources.text import SourceText

MODEL = """\
import functools

import keras
import tensorflow as tf


class Migrated(keras.layers.Layer):
    def make(self):
        inputs = keras.Input((5,))
        return keras.Model(inputs, keras.layers.Dense(10)(inputs))

    def run(self, x):
        return keras.layers.Dense(10)(x)

    def call(self, x):
        BODY
"""
ONCE = (
    'return tf.compat.v1.keras.utils.get_or_create_layer("dense", self.make)(x)',
    'return tf.compat.v1.keras.utils.get_or_create_layer("dense", create_layer_method=self.make)(x)',
    'return self.cached("dense", self.make)(x)',
    """def make():
            inputs = keras.Input((5,))
            return keras.Model(inputs, keras.layers.Dense(10)(inputs))

        return get_or_create("dense", make)(x)""",
    """@functools.lru_cache
        def make():
            inputs = keras.Input((5,))
            return keras.Model(inputs, keras.layers.Dense(10)(inputs))

        return make()(x)""",
)
ALWAYS = ("return self.run(x)", "return keras.layers.Dense(10)(x)", "return self.make()(x)")


def severities(body: str) -> list[Severity]:
    text = MODEL.replace("BODY", body)
    return [one.severity for one in engine.check(SourceText(text), Settings(), "model.py") if one.code == "KTP212"]


@pytest.mark.parametrize("body", ONCE)
def test_made_once(body: str) -> None:
    assert severities(body) == []


@pytest.mark.parametrize("body", ALWAYS)
def test_made_in_every_call(body: str) -> None:
    assert severities(body) == [Severity.BUG]


def test_made_for_a_graph_of_the_class() -> None:
    graph = """return self.run(x)

    def build_graph(self):
        x = keras.Input((5,))
        return keras.Model(x, self.call(x))"""
    assert severities(graph) == [Severity.FRAGILE]
