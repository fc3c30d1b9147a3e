"""A `call` that a model inherits from another file is judged in the model whose layers it runs, once."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

MIXIN = """
class Residual:
    def call(self, x):
        return x + self.drop(x)
"""
RUNNER = """
import keras

class Runner(keras.Model):
    stages = ()

    def call(self, x):
        for stage in self.stages:
            x = stage(x)
        return x
"""
MADE_THERE = RUNNER.replace("stages = ()", "stages = [keras.layers.Dropout(0.5)]")
NET = """
import keras

from base import {base}

class Net({base}, keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.stages = [self.drop]

class Larger(Net):
    pass
"""


def rows(folder: Path, base: str, name: str) -> list[int]:
    """The rows of the models without the parameter in `net.py`, which inherit from a class in `base.py`."""
    (folder / "base.py").write_text(base)
    path = folder / "net.py"
    path.write_text(NET.format(base=name))
    found = engine.check(SourceText(path.read_text()), Settings(select=("KTP101",)), str(path), Project())
    return [one.start.row for one in found]


def test_that_of_a_mixin(tmp_path: Path) -> None:
    assert rows(tmp_path, MIXIN, "Residual") == [6]


def test_that_of_a_model_which_has_no_layers_of_its_own(tmp_path: Path) -> None:
    assert rows(tmp_path, RUNNER, "Runner") == [6]


def test_that_of_a_model_which_goes_wrong_itself_is_reported_there(tmp_path: Path) -> None:
    assert rows(tmp_path, MADE_THERE, "Runner") == []
