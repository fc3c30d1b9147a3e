"""What layers of Keras hold for subclasses, as `self._dropout_layer` of an attention, and what they are made with."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

ATTENTION = """\
import keras
from keras import layers


class Attention({base}):
{init}
    def call(self, query, value, training=None):
        query = {called}
        return self._output_dense(query)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = Attention({given})

    def call(self, x):
        return self.attention(x, x)
"""
ONE = "layers.MultiHeadAttention"
PASSES_ON = """\
    def __init__(self, heads, size, rate=0.0):
        super().__init__(heads, size, dropout=rate)
"""
BY_POSITION = """\
    def __init__(self):
        super().__init__(2, 4, None, 0.5)
"""
NONE = """\
    def __init__(self):
        super().__init__(2, 4, None, 0.0)
"""
OWN = """\
    def __init__(self, heads, size, rate=0.0):
        super().__init__(heads, size, dropout=rate)
        self._dropout_layer = layers.LayerNormalization()
"""


def codes(text: str) -> list[str]:
    """The codes of what is reported, in order of the alphabet."""
    return sorted(one.code for one in engine.check(SourceText(text), Settings(), "attention.py"))


@pytest.mark.parametrize(
    ("base", "init", "given"),
    [
        (ONE, "", "2, 4, dropout=0.5"),
        (ONE, "", "2, 4, None, 0.5"),
        (ONE, "", "2, 4, dropout=unknown()"),
        (ONE, PASSES_ON, "2, 4, 0.5"),
        (ONE, BY_POSITION, ""),
        ("layers.GroupQueryAttention", "", "4, 2, 2, dropout=0.5"),
    ],
)
def test_the_dropout_of_an_attention(base: str, init: str, given: str) -> None:
    text = ATTENTION.format(base=base, init=init, given=given, called="self._dropout_layer(query)")
    assert codes(text) == ["KTP101", "KTP202"]


@pytest.mark.parametrize(
    ("init", "given", "called"),
    [
        ("", "2, 4", "self._dropout_layer(query)"),
        ("", "2, 4, dropout=0.0", "self._dropout_layer(query)"),
        (PASSES_ON, "2, 4", "self._dropout_layer(query)"),
        (NONE, "", "self._dropout_layer(query)"),
        (OWN, "2, 4, 0.5", "self._dropout_layer(query)"),
        ("", "2, 4, dropout=0.5", "self._softmax(self._query_dense(query))"),
        ("", "2, 4, dropout=0.5", "self._masked_softmax(self._key_dense(self._value_dense(query)))"),
    ],
)
def test_none_that_drops(init: str, given: str, called: str) -> None:
    assert codes(ATTENTION.format(base=ONE, init=init, given=given, called=called)) == []


def test_one_that_anybody_may_make_may_drop() -> None:
    text = ATTENTION.partition("\n\nclass Net")[0]
    assert codes(text.format(base=ONE, init="", called="self._dropout_layer(query)")) == ["KTP202"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("0.5", ["KTP209"]), ("rate=0.5", ["KTP209"]), ("0.0", []), ("rate=0.0", [])],
)
def test_a_rate_that_a_parent_is_given_by_position_or_by_name(given: str, expected: list[str]) -> None:
    text = f"""\
import keras


class Drop(keras.layers.Dropout):
    def __init__(self):
        super().__init__({given})

    def call(self, x, training=None):
        return super().call(x)
"""
    assert codes(text) == expected
