"""An attribute that holds a rate first and then the layer made with it gets the flag as its twins do."""

from __future__ import annotations

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

BLOCK = """
import keras


class Block(keras.layers.Layer):
    def __init__(self, dropout=0.0, inner_dropout=0.1):
        super().__init__()
        self._dropout = dropout
        self._inner_dropout = inner_dropout

    def build(self, input_shape):
        self._inner_dropout_layer = keras.layers.Dropout(self._inner_dropout)
        self._dropout = keras.layers.Dropout(rate=self._dropout)

    def call(self, x):
        return self._dropout(self._inner_dropout_layer(x))
"""
FIXED = "return self._dropout(self._inner_dropout_layer(x, training=training), training=training)"
HALF = "return self._dropout(self._inner_dropout_layer(x, training=training))"


def fixed(text: str) -> str:
    return engine.fix(SourceText(text), Settings(), "block.py").text


def test_both_twins_get_the_flag() -> None:
    assert FIXED in fixed(BLOCK)
    assert engine.check(SourceText(fixed(BLOCK)), Settings(), "block.py") == []


def test_the_twins_of_a_layer_that_has_the_parameter() -> None:
    assert FIXED in fixed(BLOCK.replace("def call(self, x):", "def call(self, x, training=None):"))


def test_what_was_there_before_build_is_gone() -> None:
    """`build` runs before `call`: what `__init__` kept under that name may have been anything."""
    assert FIXED in fixed(BLOCK.replace("dropout=0.0", "dropout=None", 1))
    assert FIXED in fixed(BLOCK.replace("self._dropout = dropout", "self._dropout = dropout or make()", 1))


def test_what_may_stay_what_it_was_gets_no_flag() -> None:
    old = "self._dropout = keras.layers.Dropout(rate=self._dropout)"
    new = "self._dropout = self._dropout or keras.layers.Dropout(.5)"
    text = fixed(BLOCK.replace(old, new, 1))
    assert FIXED not in text
    assert HALF in text
