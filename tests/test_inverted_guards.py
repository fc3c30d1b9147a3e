"""Dropout that runs only at inference, where it does nothing (KTP214)."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import keras


class DropPath(keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            return x * keras.random.bernoulli(keras.ops.shape(x), 0.5)
        return x


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.drop_path = DropPath()
        self.noise = keras.Sequential([keras.layers.GaussianNoise(0.5)])
        self.norm = keras.layers.BatchNormalization()
        self.flip = keras.layers.RandomFlip()

    def call(self, x, training=None):
"""
IDLE = (
    "if not training:\n    x = self.drop(x)\nreturn x",
    "if not training:\n    x = self.drop(x, training=training)\nreturn x",
    "if not training:\n    x = self.drop_path(x)\nreturn x",
    "if not training:\n    x = self.noise(x)\nreturn x",
    "if training:\n    return x\nreturn self.drop(x)",
    "if training:\n    pass\nelse:\n    x = self.drop(x)\nreturn x",
    "return self.drop(x) if not training else x",
    "return x if training else self.drop(x)",
    "if training is False:\n    x = self.drop(x)\nreturn x",
    "inference = not training\nif inference:\n    x = self.drop(x)\nreturn x",
    "if not training and x is not None:\n    x = self.drop(x)\nreturn x",
    "return self.head(x, training)\n\ndef head(self, x, training):\n    return x if training else self.drop(x)",
)
RIGHT = (
    "if training:\n    x = self.drop(x, training=training)\nreturn x",
    "if not training:\n    return x\nreturn self.drop(x, training=training)",
    "if not training:\n    x = self.drop(x, training=True)\nreturn x",
    "if training:\n    x = self.drop(x, training=True)\nelse:\n    x = self.drop(x, training=False)\nreturn x",
    "if not training:\n    x = self.norm(x, training=training)\nreturn x",
    "if not training:\n    x = self.flip(x, training=True)\nreturn x",
    "if not training:\n    x = x + 1\nreturn self.drop(x, training=training)",
    "if training is None:\n    x = self.drop(x, training=training)\nreturn x",
    "x = self.drop(x, training=training)\nif not training:\n    x = self.drop(x, training=training)\nreturn x",
)
TURNED = {
    "if not training:\n    x = self.drop(x)\nreturn x": (
        "if training:\n    x = self.drop(x, training=training)\nreturn x"
    ),
    "return self.drop(x) if not training else x": "return self.drop(x, training=training) if training else x",
}


def text_of(body: str) -> SourceText:
    return SourceText(HEAD + textwrap.indent(body, "        ").replace("        def ", "    def ") + "\n")


def codes(body: str) -> list[str]:
    return [one.code for one in engine.check(text_of(body), Settings(), "model.py")]


@pytest.mark.parametrize("body", IDLE)
def test_idle(body: str) -> None:
    assert [one for one in codes(body) if one != "KTP207"] == ["KTP214"]


@pytest.mark.parametrize("body", RIGHT)
def test_right(body: str) -> None:
    assert "KTP214" not in codes(body)


@pytest.mark.parametrize("body", TURNED)
def test_guard_is_turned(body: str) -> None:
    fixed = engine.fix(text_of(body), Settings(), "model.py", unsafe=True)
    assert fixed.text == text_of(TURNED[body]).text
