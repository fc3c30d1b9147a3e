"""KTP201: what leaves a flag in the call context of Keras 3, and which layer finds it."""

from __future__ import annotations

from textwrap import indent

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import keras


class Frozen(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=False)


class Outer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.frozen = Frozen()

    def call(self, x):
        return self.frozen(x)


class Eager(keras.layers.Layer):
    def call(self, x, training=True):
        return x


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.base = keras.layers.BatchNormalization()
        self.forced = keras.layers.Dropout(0.5)
        self.frozen = Frozen()
        self.outer = Outer()
        self.eager = Eager()
        self.flip = keras.layers.RandomFlip()
        self.resize = keras.layers.Resizing(8, 8)
        self.aug = keras.Sequential([keras.layers.RandomFlip()])
        self.dense = keras.layers.Dense(8)
        self.drop = keras.layers.Dropout(0.5)
        self.blocks = [keras.layers.Dropout(0.1) for _ in range(3)]

    def _backbone(self, x):
        return self.base(x, training=False)

    def call(self, x, training=None):
"""
FIRST = HEAD.count("\n") + 1
"""The line that the body of `call` begins on."""


LEAK = " leaks its default "


def model(body: str) -> SourceText:
    """A model whose `call` has that body."""
    return SourceText(HEAD + indent(body, "        ") + "\n")


def messages(body: str, keras: str = "all") -> list[str]:
    """The messages of KTP201 about such a model."""
    settings = Settings(select=("KTP201",), keras_versions=targets(keras))
    return [one.message for one in engine.check(model(body), settings, "model.py")]


def poisoned(body: str, keras: str = "all") -> list[str]:
    """Those about the layers that receive the flag of another one."""
    return [message for message in messages(body, keras) if LEAK not in message]


POISONED = {
    # What poisons, and in which line of the body it stands.
    "a constant False": ("x = self.base(x, training=False)\nreturn self.drop(x)", 1),
    "a constant True": ("x = self.forced(x, training=True)\nreturn self.drop(x)", 1),
    "behind what knows nothing of the phase": (
        "x = self.base(x, training=False)\nx = self.dense(x)\nreturn self.drop(x)",
        1,
    ),
    "on one way only": ("if x.shape[1] > 3:\n    x = self.base(x, training=False)\nreturn self.drop(x)", 2),
    "the last of several": (
        "x = self.base(x, training=False)\nx = self.forced(x, training=True)\nreturn self.drop(x)",
        2,
    ),
    "a layer that freezes inside": ("x = self.frozen(x)\nreturn self.drop(x)", 1),
    "a layer in a layer that freezes": ("x = self.outer(x)\nreturn self.drop(x)", 1),
    "a class of one's own with the default True": ("x = self.eager(x)\nreturn self.drop(x)", 1),
    "an augmentation layer": ("x = self.flip(x)\nreturn self.drop(x)", 1),
    "an augmentation layer in a Sequential": ("x = self.aug(x)\nreturn self.drop(x)", 1),
    "Resizing": ("x = self.resize(x)\nreturn self.drop(x)", 1),
    "the round before": (
        "for block in self.blocks:\n    x = block(x)\n    x = self.base(x, training=False)\nreturn x",
        3,
    ),
    "an element of a list": (
        "x = self.base(x, training=False)\nfor block in self.blocks:\n    x = block(x)\nreturn x",
        1,
    ),
    "a nested function": (
        "def tail(y):\n    return self.drop(y)\n\nx = self.base(x, training=False)\nreturn tail(x)",
        4,
    ),
}


@pytest.mark.parametrize("made", ["keras.Model(x, layers.Dense(2)(x))", "keras.applications.VGG16()"])
@pytest.mark.parametrize("release", ["3.3", "3.9", "3.15"])
def test_a_functional_model_takes_the_flag_and_leaves_it(made: str, release: str) -> None:
    # Measured on Keras 3.3.3 and 3.15.1.
    text = (
        "import keras\nfrom keras import layers\n\nx = keras.Input((3,))\n\n\nclass Model(keras.Model):\n"
        f"    def __init__(self):\n        super().__init__()\n        self.base = {made}\n"
        "        self.drop = layers.Dropout(0.5)\n\n    def call(self, x, training=None):\n"
        "        return self.drop(self.base(x, training=False))\n"
    )
    settings = Settings(select=("KTP201",), keras_versions=targets(release))
    (found,) = engine.check(SourceText(text), settings, "model.py")
    assert f"in `fit()` in Keras {release}" in found.message


@pytest.mark.parametrize(("body", "line"), POISONED.values(), ids=POISONED.keys())
def test_what_poisons_is_named_with_its_line(body: str, line: int) -> None:
    (message,) = poisoned(body)
    assert f"(line {FIRST + line - 1}): " in message


@pytest.mark.parametrize("name", ["resize", "eager"])
def test_a_default_that_leaks_is_reported_and_given_the_flag(name: str) -> None:
    body = f"x = self.{name}(x)\nx = self.dense(x)\nreturn self.drop(x)"
    (leak,) = (message for message in messages(body) if LEAK in message)
    assert leak.startswith(f"`self.{name}`")
    assert f"`self.drop` (line {FIRST + 2}): training mode" in leak
    fixed = engine.fix(model(body), Settings(), "model.py").text
    assert f"self.{name}(x, training=training)" in fixed
    assert "self.drop(x, training=training)" in fixed


@pytest.mark.parametrize(
    "first", ["self.base(x, training=False)", "self.forced(x, training=True)", "self.frozen(x)", "self.outer(x)"]
)
def test_a_constant_that_leaks_is_meant(first: str) -> None:
    body = f"x = {first}\nreturn self.drop(x)"
    assert not any(LEAK in message for message in messages(body))
    assert first in engine.fix(model(body), Settings(select=("KTP201",)), "model.py").text


def test_a_helper_that_poisons() -> None:
    (message,) = poisoned("x = self._backbone(x)\nreturn self.drop(x)")
    line = next(number for number, text in enumerate(HEAD.splitlines(), 1) if "return self.base" in text)
    assert f"inherits `training=False` from `self.base` (line {line})" in message


RIGHT = {
    "the flag is passed": "x = self.base(x, training=False)\nreturn self.drop(x, training=training)",
    "the flag is passed in between": (
        "x = self.base(x, training=False)\nx = self.forced(x, training=training)\nreturn self.drop(x)"
    ),
    "the constant comes last": "x = self.drop(x)\nreturn self.base(x, training=False)",
    "on another way": ("if x.shape[1] > 3:\n    return self.base(x, training=False)\nreturn self.drop(x)"),
    "an augmentation layer that is told": "x = self.flip(x, training=training)\nreturn self.drop(x)",
}


@pytest.mark.parametrize("body", RIGHT.values(), ids=RIGHT.keys())
def test_what_does_not_poison(body: str) -> None:
    assert poisoned(body) == []


CONSTANT = "x = self.base(x, training=False)\nreturn self.drop(x)"
DEFAULT = "x = self.flip(x)\nreturn self.drop(x)"


@pytest.mark.parametrize(
    ("body", "keras", "title"),
    [
        (CONSTANT, "all", "Keras 3"),
        (CONSTANT, "3.1", "Keras 3.1"),
        (CONSTANT, "3.16", "Keras 3.16"),
        (DEFAULT, "3.1", "Keras 3.1"),
        (DEFAULT, "3.15", "Keras 3.15"),
        (DEFAULT, "3.14,3.15,3.16", "Keras 3.14 to 3.15"),
        ("x = self.resize(x)\nreturn self.drop(x)", "all", "Keras 3.6 to 3.15"),
    ],
)
def test_releases_in_the_message(body: str, keras: str, title: str) -> None:
    (message,) = poisoned(body, keras)
    assert f" in {title}. " in message


@pytest.mark.parametrize(("body", "keras"), [(CONSTANT, "2"), (DEFAULT, "2"), (DEFAULT, "3.16")])
def test_releases_that_are_right(body: str, keras: str) -> None:
    assert poisoned(body, keras) == []
