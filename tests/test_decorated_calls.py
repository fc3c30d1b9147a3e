"""A parameter is added to a `call` only where its decorators hand it on."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability
from flake8_training_phase.sources.text import SourceText

MODEL = """
import functools
import tensorflow as tf
import keras
from somewhere import unknown


def fixed(function):
    @functools.wraps(function)
    def wrapper(self, x):
        return function(self, x)
    return wrapper


def open(function):
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        return function(self, *args, **kwargs)
    return wrapper


def noted(name):
    def decorator(function):
        return function
    return decorator


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    @DECORATOR
    def call(self, x):
        return self.drop(x)
"""


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("tf.function", Applicability.SAFE),
        ("tf.function(jit_compile=True)", Applicability.SAFE),
        ("tf.autograph.experimental.do_not_convert", Applicability.SAFE),
        ("open", Applicability.SAFE),
        ('noted("x")', Applicability.SAFE),
        ("unknown", Applicability.UNSAFE),
        # Measured in Keras 2 and 3: `fit()` and `model(x, training=True)` raise with the parameter.
        ("tf.function(input_signature=[tf.TensorSpec([None, 4])])", None),
        ("fixed", None),
        ("tf.custom_gradient", None),
    ],
)
def test_the_parameter_reaches_call(decorator: str, expected: Applicability | None) -> None:
    settings = Settings(select=("KTP101",))
    (found,) = engine.check(SourceText(MODEL.replace("DECORATOR", decorator)), settings, "model.py")
    assert (found.fix and found.fix.applicability) is expected


def test_a_call_that_is_compiled_for_a_signature_takes_nothing_else() -> None:
    compiled = "        self.call = tf.function(self.call, input_signature=[tf.TensorSpec([None, 4])])\n\n    def call("
    text = MODEL.replace("    @DECORATOR\n    def call(", compiled)
    (found,) = engine.check(SourceText(text), Settings(select=("KTP101",)), "model.py")
    assert found.fix is None


def test_a_flag_that_is_deleted_is_not_passed_on() -> None:
    text = MODEL.replace("    @DECORATOR\n", "").replace(
        "(self, x):\n        return self", "(self, x, training=None):\n        del training\n        return self"
    )
    assert engine.fix(SourceText(text), Settings(), "model.py").text == text


POSITIONAL = """
import keras


class Layer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=False, /):
        return self.drop(x, training=training)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.layer, self.norm = Layer(), keras.layers.BatchNormalization()

    def call(self, x, mask=None, training=None):
        return CALL
"""


@pytest.mark.parametrize("call", ["self.layer(x, training)", "self.norm(x, mask, training)"])
def test_a_flag_that_cannot_be_given_by_keyword_stays(call: str) -> None:
    text = POSITIONAL.replace("CALL", call)
    (found,) = engine.check(SourceText(text), Settings(select=("KTP203",)), "model.py")
    assert found.fix is None
