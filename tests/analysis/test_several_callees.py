"""A name that holds one of several functions, layers or flags, by the branch that bound it or the round of a loop."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

CLASS = """
import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.frozen = keras.layers.BatchNormalization()
        self.norm = keras.layers.BatchNormalization()
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
"""

CALLS = {
    "what a function does that only training binds": (
        """
        if training:
            step = lambda h: self.drop(h, training=True)
        else:
            step = lambda h: h
        return self.norm(step(x), training=training)
        """,
        [],
    ),
    "what it leaves behind": (
        """
        step = (lambda h: self.drop(h, training=True)) if training else (lambda h: h)
        x = step(x)
        return self.norm(x)
        """,
        ["KTP202 self.norm(x)"],
    ),
    "a layer in training, another one in inference": (
        """
        layer = self.drop if training else self.frozen
        x = layer(x, training=True)
        return self.norm(x, training=training)
        """,
        ["KTP213 True"],
    ),
    "a layer in training, nothing in inference": (
        """
        block = self.drop if training else None
        if block is not None:
            x = block(x)
        return x
        """,
        ["KTP202 block(x)"],
    ),
    "one of two functions does not come before the other": (
        """
        if x is None:
            step = lambda h: self.frozen(h, training=False)
        else:
            step = lambda h: self.norm(h)
        return step(x)
        """,
        ["KTP202 self.norm(h)"],
    ),
    "but both may come before what follows": (
        """
        if x is None:
            step = lambda h: self.frozen(h, training=False)
        else:
            step = lambda h: self.dense(h)
        x = step(x)
        return self.norm(x)
        """,
        ["KTP201 self.norm(x)"],
    ),
    "a layer of the second round": (
        """
        block = self.dense
        for _ in range(2):
            x = block(x)
            block = self.drop
        return x
        """,
        ["KTP202 block(x)"],
    ),
    "a flag of the second round": (
        """
        flag = True
        for _ in range(2):
            x = self.drop(x, training=flag)
            flag = False
        return self.norm(x)
        """,
        ["KTP201 self.norm(x)"],
    ),
    "what the first round leaves to the second": (
        """
        flag = False
        for _ in range(2):
            x = self.drop(x)
            x = self.frozen(x, training=flag)
            flag = training
        return x
        """,
        ["KTP201 self.drop(x)", "KTP202 self.drop(x)"],
    ),
    "a function of the second round": (
        """
        apply, last = self.dense, lambda h: self.norm(h)
        while x is not None:
            x = apply(x)
            apply = last
        return x
        """,
        ["KTP202 self.norm(h)"],
    ),
}


@pytest.mark.parametrize(("call", "expected"), CALLS.values(), ids=CALLS)
def test_what_may_be_called(call: str, expected: list[str]) -> None:
    source = SourceText(CLASS + textwrap.indent(textwrap.dedent(call), " " * 8))
    found = engine.check(source, Settings(), "example.py")
    assert [f"{one.code} {source.text[source.offset(one.start) : source.offset(one.end)]}" for one in found] == expected
