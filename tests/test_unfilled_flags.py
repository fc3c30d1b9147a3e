"""A flag that Keras does not fill is not passed on: its default says less than the call context. Another is taken."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import keras


def hidden(method):
    def run(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    return run


def apply(layer, x, training=None):
    return layer(x)


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.last = keras.layers.Dropout(0.5)
"""
UNFILLED = {
    # What the class is told, and its `call`.
    "renamed, and assigned again": (
        "KTP103",
        """
        def call(self, x, is_training=False):
            x = self.drop(x)
            is_training = bool(is_training)
            return self.last(x, training=is_training)
        """,
    ),
    "handed to a function": (
        "KTP103",
        """
        def call(self, x, train=True):
            x = apply(self.drop, x, train)
            train = bool(train)
            return self.last(x, training=train)
        """,
    ),
    "hidden by a decorator": (
        "KTP201",
        """
        @hidden
        def call(self, x, training=None):
            x = self.drop(x, training=True)
            return self.last(x)
        """,
    ),
}


@pytest.mark.parametrize(("code", "call"), UNFILLED.values(), ids=UNFILLED)
def test_it_is_not_passed_on(code: str, call: str) -> None:
    source = SourceText(HEAD + textwrap.indent(textwrap.dedent(call), "    "))
    assert code in {one.code for one in engine.check(source, Settings(), "block.py")}
    assert engine.fix(source, Settings(), "block.py", unsafe=True).text == source.text


TAKEN = {
    # What is wrong, and what the fixes make of it.
    "read out of kwargs, for what needs none": (
        """
        def call(self, x, **kwargs):
            x = keras.layers.Dense(8)(x, training=kwargs.get("training"))
            return self.drop(x)
        """,
        """
        def call(self, x, training=None, **kwargs):
            x = keras.layers.Dense(8)(x, training=training)
            return self.drop(x, training=training)
        """,
    ),
    "of another name, and used for nothing": (
        """
        def call(self, x, is_training=None):
            return super().call(x)
        """,
        """
        def call(self, x, is_training=None, training=None):
            return super().call(x, training=training)
        """,
    ),
    "the default of a helper, which poisons what comes after": (
        """
        def call(self, x, training=None):
            return self._head(x)

        def _head(self, x, training=False):
            x = keras.layers.Dense(8)(x, training=training)
            return self.drop(x)
        """,
        """
        def call(self, x, training=None):
            return self._head(x, training=training)

        def _head(self, x, training=False):
            x = keras.layers.Dense(8)(x, training=training)
            return self.drop(x, training=training)
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), TAKEN.values(), ids=TAKEN)
def test_the_right_one_is_taken(before: str, after: str) -> None:
    head = HEAD if "super()" not in before else HEAD.replace("keras.layers.Layer", "keras.layers.BatchNormalization")
    texts = [SourceText(head + textwrap.indent(textwrap.dedent(call), "    ")) for call in (before, after)]
    assert engine.fix(texts[0], Settings(ignore=("KTP212",)), "block.py", unsafe=True).text == texts[1].text


def test_a_parameter_that_has_the_phase_by_position_is_not_the_flag() -> None:
    code = """
    def call(self, x, mask=None, training=None):
        return self.last(self.drop(x), training=training)


class Child(Block):
    def call(self, x, training=None):
        return super().call(x, training)
"""
    fixed = engine.fix(SourceText(HEAD + code), Settings(), "block.py", unsafe=True)
    assert "self.drop(x, training=training)" in fixed.text
    assert "training=mask" not in fixed.text


def test_a_flag_of_another_name_that_poisons() -> None:
    code = """
    def call(self, x, train=False):
        x = keras.layers.Dense(8)(x, training=train)
        return self.drop(x)
"""
    found = {one.code for one in engine.check(SourceText(HEAD + code), Settings(ignore=("KTP212",)), "block.py")}
    assert found == {"KTP103", "KTP201"}
    fixed = engine.fix(SourceText(HEAD + code), Settings(ignore=("KTP212",)), "block.py", unsafe=True)
    assert "return self.drop(x, training=training)" in fixed.text
