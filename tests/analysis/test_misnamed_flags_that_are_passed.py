"""A flag under another name than `training` does no harm where whoever is seen to run the model passes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

NET = """
import keras

class PreNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, is_training{default}):
        return self.dropout(x, training=is_training)

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.pre_net = PreNet()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, is_training{default}):
        x = self.pre_net(x{to_part})
        return self.norm(x, training=is_training)
"""
TRAIN = """
import tensorflow as tf
from net import Net

net = Net()

def train_step(optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = (net(x{flag}) - y) ** 2
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
"""
TOLD, TOLD_PART = ", is_training=True", ", is_training=is_training"


def severities(folder: Path, net: str, train: str) -> dict[int, str]:
    """The severities by the row of the signature."""
    (folder / "net.py").write_text(net)
    (folder / "train.py").write_text(train)
    found = engine.check(SourceText(net), Settings(select=("KTP103",)), str(folder / "net.py"), Project())
    return {one.start.row: one.severity.value for one in found}


@pytest.mark.parametrize("default", ["", "=None", "=False"])
def test_a_step_and_a_host_that_pass_it(tmp_path: Path, default: str) -> None:
    net = NET.format(default=default, to_part=TOLD_PART)
    assert severities(tmp_path, net, TRAIN.format(flag=TOLD)) == {9: "fragile", 18: "fragile"}


def test_a_model_that_is_fitted_as_well(tmp_path: Path) -> None:
    net = NET.format(default="=False", to_part=TOLD_PART)
    assert severities(tmp_path, net, TRAIN.format(flag=TOLD) + "\nnet.fit(1, 2)\n")[18] == "bug"


def test_a_step_that_does_not_pass_it(tmp_path: Path) -> None:
    net = NET.format(default="=False", to_part=TOLD_PART)
    assert severities(tmp_path, net, TRAIN.format(flag=""))[18] == "bug"


def test_a_default_that_trains_wherever_nothing_is_said(tmp_path: Path) -> None:
    net = NET.format(default="=True", to_part=TOLD_PART)
    assert severities(tmp_path, net, TRAIN.format(flag=TOLD))[18] == "bug"


def test_a_host_that_does_not_pass_it(tmp_path: Path) -> None:
    net = NET.format(default="=False", to_part="")
    assert severities(tmp_path, net, TRAIN.format(flag=TOLD))[9] == "bug"


def test_a_model_that_nobody_is_seen_to_run(tmp_path: Path) -> None:
    net = NET.format(default="=False", to_part=TOLD_PART)
    assert severities(tmp_path, net, "import keras\n")[18] == "bug"
