"""`super().call(…)` in a class that others inherit from: what it reaches in them decides whether the flag is passed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding
from flake8_training_phase.sources.text import SourceText

BASE = """\
from keras import layers


class Noisy(layers.Layer):
    def call(self, x, training=None):
        return super().call(x)


class NoisyDropout(Noisy, layers.Dropout):
    pass


class Louder(Noisy):
    pass
"""

PASSED = BASE.replace("call(x)", "call(x, training=training)")


def checked(text: str, settings: Settings, path: Path) -> Finding:
    (found,) = engine.check(SourceText(text), settings, str(path))
    assert found.code == "KTP209"
    return found


@pytest.mark.parametrize(
    ("classes", "is_fixed"),
    [
        ("class Other(Noisy, layers.BatchNormalization):\n    pass\n", True),
        ("class Other(Noisy, layers.AveragePooling1D):\n    pass\n", False),
        ("class Other(Louder, layers.AveragePooling1D):\n    pass\n", False),
        ("class Other(layers.AveragePooling1D, Noisy):\n    pass\n", True),
        (
            "class Own(layers.Layer):\n    def call(self, x):\n        return x\n\n\n"
            "class Other(Noisy, Own):\n    pass\n",
            False,
        ),
    ],
    ids=["takes it", "takes none", "through another base", "comes before", "one of the project"],
)
@pytest.mark.parametrize("is_elsewhere", [False, True], ids=["here", "elsewhere"])
def test_what_a_subclass_reaches(tmp_path: Path, classes: str, is_fixed: bool, is_elsewhere: bool) -> None:
    text = BASE if is_elsewhere else f"{BASE}\n\n{classes}"
    base = tmp_path / "base.py"
    base.write_text(text, encoding="utf-8")
    if is_elsewhere:
        head = "from keras import layers\n\nfrom base import Louder, Noisy\n\n\n"
        (tmp_path / "other.py").write_text(head + classes, encoding="utf-8")
    assert (checked(text, Settings(), base).fix is not None) is is_fixed
    assert (PASSED in engine.fix(SourceText(text), Settings(), str(base)).text) is is_fixed


@pytest.mark.parametrize(("keras", "is_fixed"), [(frozenset({(2, 15), (3, 15)}), False), (frozenset({(3, 15)}), True)])
def test_dense_takes_the_flag_in_keras_3(tmp_path: Path, keras: frozenset[tuple[int, int]], is_fixed: bool) -> None:
    text = f"{BASE}\n\nclass NoisyDense(Noisy, layers.Dense):\n    pass\n"
    found = checked(text, Settings(keras_versions=keras), tmp_path / "base.py")
    assert (found.fix is not None) is is_fixed
    assert found.message.endswith("Pass it unless `self` is a `NoisyDense`") is not is_fixed


UNDER_ANOTHER_NAME = """
import keras


class Base(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)


class Child(Base):
    _base_call = Base.call

    def call(self, x):
        return self._base_call(x) * 2
"""


def test_a_parent_that_is_called_by_another_name_is_not_left_without_the_flag() -> None:
    # Measured with Keras 3.15: with the parameter in Base alone, Child drops nothing in training mode.
    assert engine.fix(SourceText(UNDER_ANOTHER_NAME), Settings(), "x.py").text == UNDER_ANOTHER_NAME
