"""A fix passes on a name only where it is sure to hold the flag still."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

MODEL = """
import keras


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
{body}
        return self.drop(x)
"""

TAKEN_AWAY = """
        try:
            x = x / len(x)
        except ZeroDivisionError as training:
            pass
"""

DELETED = """
        kept = training
        del training
"""

CHANGED_BY_A_FUNCTION = """
        def finish():
            nonlocal training
            training = False

        finish()
"""

READ_BY_A_FUNCTION = """
        def scale(h):
            return h * 2.0 if training else h

        x = scale(x)
"""


def fixed(body: str) -> str:
    return engine.fix(SourceText(MODEL.format(body=body)), Settings(), "x.py").text


@pytest.mark.parametrize("body", [TAKEN_AWAY, DELETED, CHANGED_BY_A_FUNCTION])
def test_a_name_that_may_be_something_else_by_now(body: str) -> None:
    assert "training=training" not in fixed(body)


def test_a_name_that_a_function_only_reads() -> None:
    assert "self.drop(x, training=training)" in fixed(READ_BY_A_FUNCTION)
