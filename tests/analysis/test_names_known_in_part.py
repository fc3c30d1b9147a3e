"""Layers under names that a loop makes, `f"drop{i}"`: what is held under one such name is not held under another."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.domain.name_patterns import after_format, after_percent, may_be_same
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

MODEL = """
import keras
from keras import layers


class Net(keras.Model):
    def __init__(self, prefix="part"):
        super().__init__()
        self.parts = {{}}
{made}

    def call(self, x, training=None):
        for i in range(3):
            x = {dense}(x)
            x = {drop}(x{flag})
        return x
"""

# What makes the layers, and how the one that drops nothing and the one that does are called.
SPELLINGS = {
    "attributes": (
        """
        for i in range(3):
            setattr(self, f"dense{i}", layers.Dense(4))
            setattr(self, f"drop{i}", layers.Dropout(0.5))
        """,
        'getattr(self, f"dense{i}")',
        'getattr(self, f"drop{i}")',
    ),
    "attributes that begin alike": (
        """
        for i in range(3):
            setattr(self, f"part{i}", layers.Dense(4))
            setattr(self, f"part{i}_drop", layers.Dropout(0.5))
        """,
        'getattr(self, f"part{i}")',
        'getattr(self, f"part{i}_drop")',
    ),
    "attributes by their whole names": (
        """
        for i in range(3):
            setattr(self, "dense%d" % i, layers.Dense(4))
            setattr(self, "drop%d" % i, layers.Dropout(0.5))
        """,
        "self.dense0",
        "self.drop0",
    ),
    "whole names, read in part": (
        """
        self.dense0, self.dense1 = layers.Dense(4), layers.Dense(4)
        self.drop0 = self.drop1 = layers.Dropout(0.5)
        """,
        'getattr(self, "dense" + str(i))',
        'getattr(self, "drop" + str(i))',
    ),
    "a known prefix": (
        """
        setattr(self, prefix + "_dense", layers.Dense(4))
        setattr(self, f"{prefix}_drop", layers.Dropout(0.5))
        """,
        "self.part_dense",
        "self.part_drop",
    ),
    "keys": (
        """
        for i in range(3):
            self.parts[f"dense{i}"] = layers.Dense(4)
            self.parts["drop{}".format(i)] = layers.Dropout(0.5)
        """,
        'self.parts[f"dense{i}"]',
        'self.parts.get(f"drop{i}")',
    ),
    "keys of two parts": (
        """
        for i in range(3):
            self.parts["dense", i] = layers.Dense(4)
            self.parts["drop", i] = layers.Dropout(0.5)
        """,
        'self.parts["dense", i]',
        'self.parts["drop", 0]',
    ),
    "comprehensions": (
        """
        self.parts = {f"dense{i}": layers.Dense(4) for i in range(3)}
        self.parts.update({f"drop{i}": layers.Dropout(0.5) for i in range(3)})
        """,
        'self.parts[f"dense{i}"]',
        'self.parts["drop0"]',
    ),
}


@pytest.mark.parametrize(("made", "dense", "drop"), SPELLINGS.values(), ids=SPELLINGS)
def test_layers_are_told_apart_by_what_is_known_of_their_names(made: str, dense: str, drop: str) -> None:
    made = textwrap.indent(textwrap.dedent(made).strip(), " " * 8)
    right = MODEL.format(made=made, dense=dense, drop=drop, flag=", training=training")
    assert engine.check(SourceText(right), Settings(), "net.py") == []
    [found] = engine.check(SourceText(right.replace(", training=training", "")), Settings(), "net.py")
    assert (found.code, right.splitlines()[found.start.row - 1].strip()) == (
        "KTP202",
        f"x = {drop}(x, training=training)",
    )


def test_layers_under_one_name_are_any_of_them() -> None:
    made = 'setattr(self, f"part{prefix.x}", layers.Dense(4))'
    made += "\n        " + 'setattr(self, f"part{prefix.y}", layers.Dropout(0.5))'
    text = MODEL.format(made=f"        {made}", dense="abs", drop='getattr(self, f"part{i}")', flag="")
    assert [one.code for one in engine.check(SourceText(text), Settings(), "net.py")] == ["KTP202"]


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ("drop*", "drop1", True),
        ("drop1", "drop*", True),
        ("drop*", "dense1", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXYc", False),
        ("ab*ba", "aba", False),
        ("drop*", "*_out", True),
        ("drop*a", "drop*b", False),
        ("*", "any", True),
        ("same", "same", True),
        ("same", "other", False),
    ],
)
def test_names_that_may_be_one(one: str, other: str, may_be: bool) -> None:
    assert may_be_same(one, other) is may_be


def test_what_formatting_leaves_open() -> None:
    assert after_format("conv_{}_{1:02d}{name!r}") == "conv_*_**"
    assert after_percent("conv%02d_%(name)s") == "conv*_*"
