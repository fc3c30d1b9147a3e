"""A model that only a training step of the project runs is judged by what happens there."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.sources.text import SourceText

NET = """
import keras

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)
"""
TRAIN = """
import tensorflow as tf
from net import Net

def train(optimizer, x, y):
    net = Net()
    with tf.GradientTape() as tape:
        loss = (net(x{flag}) - y) ** 2
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
"""


def said(folder: Path, train: str, keras: str = "2,3") -> tuple[str, str]:
    """What is said of the model without the parameter, and how bad it is."""
    (folder / "net.py").write_text(NET)
    (folder / "train.py").write_text(train)
    settings = Settings(select=("KTP101",), keras_versions=targets(keras))
    found = engine.check(SourceText(NET), settings, str(folder / "net.py"), Project())
    assert len(found) == 1
    return found[0].message, found[0].severity.value


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("", "the step (line 8 of train.py) runs `self.dropout` (Dropout, line 10) in inference mode."),
        (
            ", training=True",
            "(line 8 of train.py) runs `self.dropout` (Dropout) in inference mode in Keras 3.1 to 3.9.",
        ),
    ],
)
def test_the_message_names_the_step(tmp_path: Path, flag: str, expected: str) -> None:
    message, severity = said(tmp_path, TRAIN.format(flag=flag))
    assert expected in message
    assert severity == "bug"


def test_a_step_that_passes_the_flag_is_right_from_keras_3_10_on(tmp_path: Path) -> None:
    message, severity = said(tmp_path, TRAIN.format(flag=", training=True"), "3.10+")
    assert "works only by inheriting the caller's mode" in message
    assert severity == "fragile"


def test_one_that_may_be_fitted_as_well(tmp_path: Path) -> None:
    message, _ = said(tmp_path, TRAIN.format(flag="") + "\n\nNet().fit(1, 2)\n")
    assert "`fit()` runs" in message
