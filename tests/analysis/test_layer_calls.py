"""A layer's call is seen in whatever way `call` makes it."""

from __future__ import annotations

import sys
import textwrap

import pytest

from tests.analysis.conftest import Reported

CLASS = """
import keras
import tensorflow as tf
from functools import partial
from keras import layers


def apply(layer, x):
    return layer(x)


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5)
        self.dense = layers.Dense(8)
        self.many = [layers.Dropout(0.5) for _ in range(3)]
        self.named = {{"a": layers.Dropout(0.5)}}

    def call(self, x, training=None, mask=None):
{call}
"""

FORGOTTEN = [
    ("return self.drop(x)", "self.drop(x)"),
    ("return self.dense(self.drop(x))", "self.drop(x)"),
    ("return self.drop(inputs=x)", "self.drop(inputs=x)"),
    ("drop = self.drop\nreturn drop(x)", "drop(x)"),
    ("for one in self.many:\n    x = one(x)\nreturn x", "one(x)"),
    ("for i, one in enumerate(self.many):\n    x = one(x)\nreturn x", "one(x)"),
    ("for i in range(3):\n    x = self.many[i](x)\nreturn x", "self.many[i](x)"),
    ("for one in reversed(self.many):\n    x = one(x)\nreturn x", "one(x)"),
    ("for one in self.many[1:]:\n    x = one(x)\nreturn x", "one(x)"),
    ("for one, size in zip(self.many, x):\n    x = one(x)\nreturn x", "one(x)"),
    ("for name, one in self.named.items():\n    x = one(x)\nreturn x", "one(x)"),
    ("for one in self.named.values():\n    x = one(x)\nreturn x", "one(x)"),
    ("for one in [self.dense, self.drop]:\n    x = one(x)\nreturn x", "one(x)"),
    ("return [one(x) for one in self.many]", "one(x)"),
    ("return {name: one(x) for name, one in self.named.items()}", "one(x)"),
    ("return self.drop(x) if mask is None else x", "self.drop(x)"),
    ("if mask is not None:\n    x = self.drop(x)\nreturn x", "self.drop(x)"),
    ("with tf.name_scope('a'):\n    x = self.drop(x)\nreturn x", "self.drop(x)"),
    ("try:\n    x = self.drop(x)\nfinally:\n    pass\nreturn x", "self.drop(x)"),
    ("while mask:\n    x = self.drop(x)\nreturn x", "self.drop(x)"),
    ("match mask:\n    case None:\n        x = self.drop(x)\nreturn x", "self.drop(x)"),
    ("match mask:\n    case [drop]:\n        x = self.drop(x)\nreturn x", "self.drop(x)"),
    ("match training:\n    case False:\n        return x\n    case _:\n        return self.drop(x)", "self.drop(x)"),
    ("def inner(y):\n    return self.drop(y)\nreturn inner(x)", "self.drop(y)"),
    ("return tf.map_fn(lambda y: self.drop(y), x)", "self.drop(y)"),
    ("return tf.cond(mask, lambda: self.drop(x), lambda: x)", "self.drop(x)"),
    ("return partial(self.drop)(x)", "partial(self.drop)(x)"),
    ("return getattr(self, 'drop')(x)", "getattr(self, 'drop')(x)"),
    ("if (y := self.drop(x)) is not None:\n    x = y\nreturn x", "self.drop(x)"),
    ("x += self.drop(x)\nreturn x", "self.drop(x)"),
    ("return x + self.drop(x) * 2", "self.drop(x)"),
    ("return f'{self.drop(x)}' and x", "self.drop(x)"),
    ("training = training and self.trainable\nreturn self.drop(x)", "self.drop(x)"),
    ("if training is None:\n    training = False\nreturn self.drop(x)", "self.drop(x)"),
    ("if x is None:\n    return x\nreturn self.drop(x)", "self.drop(x)"),
]


def block(call: str) -> str:
    """The example with a body of `call`."""
    return CLASS.format(call=textwrap.indent(call, " " * 8))


@pytest.mark.parametrize(("call", "expected"), FORGOTTEN, ids=[call for call, _ in FORGOTTEN])
def test_forgotten_flag_is_seen(call: str, expected: str | None, reported: Reported) -> None:
    assert reported(block(call)) == ({expected} if expected else set())


FORWARDED = [
    "return self.drop(x, training=training)",
    "is_train = training\nreturn self.drop(x, training=is_train)",
    "training = bool(training)\nreturn self.drop(x, training=training)",
    "return self.drop(x, training=training and self.trainable)",
    "kwargs = {'training': training}\nreturn self.drop(x, **kwargs)",
    "kwargs = dict(training=training)\nreturn self.drop(x, **kwargs)",
    "return partial(self.drop, training=training)(x)",
    "for one in self.many:\n    x = one(x, training=training)\nreturn x",
    "def inner(y):\n    return self.drop(y, training=training)\nreturn inner(x)",
    "return self.dense(x)",
    "return self.drop(*x)",
    "return self.drop(x, wanted(x))",
    "drop = self.drop\nmatch mask:\n    case {'layer': drop}:\n        x = drop(x)\nreturn x",
]


@pytest.mark.parametrize("call", FORWARDED)
def test_forwarded_flag_is_seen(call: str, reported: Reported) -> None:
    assert reported(block(call)) == set()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* came with Python 3.11")
def test_exception_groups_are_followed(reported: Reported) -> None:
    call = "try:\n    x = self.dense(x)\nexcept* ValueError:\n    x = self.drop(x)\nreturn x"
    assert reported(block(call)) == set()  # As with `except`: it may ask what the layer takes.
    call = "try:\n    x = self.drop(x)\nexcept* ValueError:\n    pass\nreturn x"
    assert reported(block(call)) == {"self.drop(x)"}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
def test_type_parameters_are_followed(reported: Reported) -> None:
    code = """
        import keras

        type Pair[T] = tuple[T, T]

        class Block[T: keras.layers.Layer](keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.drop = keras.layers.Dropout(0.5)

            def call[X](self, x: X, training=None) -> X:
                return self.drop(x)
        """
    assert reported(code) == {"self.drop(x)"}


@pytest.mark.parametrize(
    ("test", "expected"),
    [("training == 1", {"self.drop(x)"}), ("training is True", {"self.drop(x)"}), ("training == 2", set())],
)
def test_code_that_no_phase_reaches_forgets_nothing(test: str, expected: set[str], reported: Reported) -> None:
    assert reported(block(f"if {test}:\n    x = self.drop(x)\nreturn x")) == expected


def test_methods_that_call_each_other_end(reported: Reported) -> None:
    code = """
        import keras

        class Tree(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.drop = keras.layers.Dropout(0.5)

            def call(self, x, training=None):
                return self.left(x, training)

            def left(self, x, training):
                return self.right(self.drop(x), training)

            def right(self, x, training):
                return self.left(x, training) if x is None else self.call(x, training)
        """
    assert reported(code) == {"self.drop(x)"}


RANKER = """
import keras


class Ranker(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
"""


@pytest.mark.parametrize("attached", ["Ranker.call = run", 'setattr(Ranker, "call", run)'])
def test_a_function_that_is_made_the_call_of_a_class(attached: str, reported: Reported) -> None:
    function = "\n\ndef run(self, x, training=None):\n    return self.drop(x)\n\n\n"
    assert reported(RANKER + function + attached) == {"self.drop(x)"}


def test_a_method_that_is_the_call_of_its_class_too(reported: Reported) -> None:
    method = "\n    def forward(self, x, training=None):\n        return self.drop(x)\n\n    call = forward\n"
    assert reported(RANKER + method) == {"self.drop(x)"}


def test_layers_that_are_folded_over_a_value(reported: Reported) -> None:
    code = """
        from functools import reduce

        import keras

        class Chain(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.parts = [keras.layers.Dense(8), keras.layers.Dropout(0.5)]

            def call(self, x, training=None):
                return reduce(lambda value, part: part(value), self.parts, x)
        """
    assert reported(code) == {"part(value)"}
