"""The flag by position outside of `call`, and with other arguments after it (KTP203)."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import keras
import tensorflow as tf


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None, mask=None):
        return self.drop(x, training=training)

    def train_step(self, data):
        return self(data, training=True)


class Wrapped:
    def __init__(self):
        self.net = Net()


def make():
    return Net()


net = Net()
graph = keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.5)])
x = mask = tf.zeros((2, 2))
"""
FIXED = {
    "y = net(x, True)": "y = net(x, training=True)",
    "y = net(x, False, mask)": "y = net(x, training=False, mask=mask)",
    "y = Net()(x, True)": "y = Net()(x, training=True)",
    "y = make()(x, True)": "y = make()(x, training=True)",
    "y = Wrapped().net(x, True)": "y = Wrapped().net(x, training=True)",
    "y = [net(one, True) for one in x]": "y = [net(one, training=True) for one in x]",
    "f = lambda x: net(x, True)\nf(x)": "f = lambda x: net(x, training=True)\nf(x)",
    "def score(x, is_training=False):\n    return net(x, is_training)": (
        "def score(x, is_training=False):\n    return net(x, training=is_training)"
    ),
    "def run(net, x):\n    return net(x, True)\n\nrun(Net(), x)": (
        "def run(net, x):\n    return net(x, training=True)\n\nrun(Net(), x)"
    ),
    "def run(net: Net, x, on=False):\n    return net(x, not on)": (
        "def run(net: Net, x, on=False):\n    return net(x, training=not on)"
    ),
    "y = graph(x, True)": "y = graph(x, training=True)",
    "y = keras.layers.Dropout(0.5)(x, True)": "y = keras.layers.Dropout(0.5)(x, training=True)",
    "y = keras.layers.LSTM(3, dropout=0.5)(x, training)": "y = keras.layers.LSTM(3, dropout=0.5)(x, training=training)",
    "class Loop:\n    def __init__(self):\n        self.net = Net()\n\n"
    "    def step(self, x):\n        return self.net(x, True)": (
        "class Loop:\n    def __init__(self):\n        self.net = Net()\n\n"
        "    def step(self, x):\n        return self.net(x, training=True)"
    ),
}
RIGHT = (
    "y = net(x, training=True)",
    "y = net(x, None)",
    "y = net(x, mask)",
    "y = make(x, True)",
    "y = tf.nn.dropout(x, True)",
    "def run(net, x):\n    return net(x, True)",
    "class Plain:\n    def __call__(self, x, training):\n        return x\n\nPlain()(x, True)",
    "class Block(tf.Module):\n    def __call__(self, x, training):\n        return x\n\nBlock()(x, True)",
    "class Own(keras.layers.Layer):\n    def __call__(self, x, training=None):\n"
    "        return super().__call__(x, training=training)\n\nOwn()(x, True)",
    "y = keras.layers.Attention()([x, x], mask)",
)


@pytest.mark.parametrize("uses", FIXED)
def test_flag_gets_its_name(uses: str) -> None:
    fixed = engine.fix(SourceText(f"{HEAD}{uses}\n"), Settings(select=("KTP203",)), "loop.py")
    assert fixed.text == f"{HEAD}{FIXED[uses]}\n"
    assert not fixed.remaining


@pytest.mark.parametrize("uses", RIGHT)
def test_no_flag_of_a_layer(uses: str) -> None:
    assert engine.check(SourceText(f"{HEAD}{uses}\n"), Settings(select=("KTP203",)), "loop.py") == []


def test_keras_2_takes_it_at_its_place() -> None:
    text = HEAD.replace("import keras\n", "import tf_keras as keras\n") + "y = net(x, True)\n"
    assert engine.check(SourceText(text), Settings(select=("KTP203",)), "loop.py") == []


MASKED = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, context=None, mask=None, training=None):
        return self.drop(x, training=training)


class Scores(Block):
    def call(self, x, axis=-1, training=None):
        return keras.ops.softmax(self.drop(x, training=training), axis=axis)


class Taken(Block):
    def call(self, *given, training=None):
        return self.drop(given[0], training=training)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.scores = Scores()
        self.taken = Taken()
        self.attention = keras.layers.MultiHeadAttention(2, 4, dropout=0.5)
        self.lstm = keras.layers.LSTM(4, dropout=0.5)

    def call(self, x, mask=None, training=None):
        return CALL
"""


@pytest.mark.parametrize(
    ("given", "fixed"),
    [
        ("self.block(x, x, None, training)", "self.block(x, x, mask=None, training=training)"),
        ("self.block(x, x, mask, training)", "self.block(x, x, mask=mask, training=training)"),
        ("self.lstm(x, mask, training)", "self.lstm(x, mask, training=training)"),
        ("self.block(x, None, x > 0, training)", "self.block(x, context=None, mask=x > 0, training=training)"),
        ("self.scores(x, -1, training)", "self.scores(x, axis=-1, training=training)"),
        ("self.scores(x, (0, 1), training)", "self.scores(x, axis=(0, 1), training=training)"),
        ("self.scores(x, self.axis, training)", "self.scores(x, axis=self.axis, training=training)"),
        ("self.taken(x, 1, training)", "self.taken(x, 1, training)"),
        (
            "self.attention(x, x, x, None, False, training)",
            "self.attention(x, x, x, attention_mask=None, return_attention_scores=False, training=training)",
        ),
    ],
)
def test_arguments_before_the_flag_that_keras_3_refuses_too(given: str, fixed: str) -> None:
    assert f"return {fixed}\n" in engine.fix(SourceText(MASKED.replace("CALL", given)), Settings(), "x.py").text


def test_arguments_behind_the_flag_in_a_call() -> None:
    host = """

class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.net = Net()

    def call(self, x, training=None, mask=None):
        return self.net(x, training, mask)
"""
    fixed = engine.fix(SourceText(HEAD + host), Settings(select=("KTP203",)), "loop.py")
    assert fixed.text == HEAD + host.replace("x, training, mask)", "x, training=training, mask=mask)")


REQUIRED = """

class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, PARAMETERS):
        return self.drop(x, training=training)


block = Block()
y = block(x, True, mask)
"""


@pytest.mark.parametrize(("other", "unsafe"), [("mask", False), ("padding_mask", False), ("memory", True)])
def test_required_parameters_behind_a_required_flag(other: str, unsafe: bool) -> None:
    text = HEAD + REQUIRED.replace("PARAMETERS", f"training, {other}")
    settings = Settings(select=("KTP203", "KTP105"))
    wanted = HEAD + REQUIRED.replace("PARAMETERS", f"training=None, {other}=None")
    wanted = wanted.replace("block(x, True, mask)", f"block(x, training=True, {other}=mask)")
    assert engine.fix(SourceText(text), settings, "block.py", unsafe=unsafe).text == wanted
