"""What users tell of layers, base classes and spellings of their own, through each front end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flake8.main.cli import main

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.knowledge import Knowledge
from flake8_training_phase.sources.text import SourceText
from tests.helpers import Result

Fix = Callable[..., Result]


def written(folder: Path, texts: dict[str, str]) -> None:
    """Write files, given by what they hold."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


FOREIGN_LAYER = """\
import keras
from my_lib.layers import StochasticDepth


class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = StochasticDepth(0.1)

    def call(self, x, training=None):
        return self.drop(x)
"""

FOREIGN_MODEL = """\
import keras
from my_framework import BaseModel


class Classifier(BaseModel):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.1)

    def call(self, x):
        return self.drop(x)
"""

FOREIGN_KERAS = """\
from my_pkg.backend import nn


class Classifier(nn.Model):
    def __init__(self):
        super().__init__()
        self.drop = nn.layers.Dropout(0.1)

    def call(self, x):
        return self.drop(x)
"""

FOREIGN_FLAG = """\
import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.1)

    def call(self, x, is_fitting=False):
        return self.drop(x, training=is_fitting)
"""

OWN_CLASSES = """\
import keras


class LegacyClassifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.1)

    def call(self, x):
        return self.drop(x)
"""

SETTINGS = [
    # What is set, to what, the text that is checked, what is found without it and with it.
    ("training-layers", "my_lib.layers.StochasticDepth", FOREIGN_LAYER, [], ["KTP202"]),
    ("training-layers", "StochasticDepth", FOREIGN_LAYER, [], ["KTP202"]),
    ("training-layers", "other_lib.StochasticDepth", FOREIGN_LAYER, [], []),
    ("model-bases", "my_framework.BaseModel", FOREIGN_MODEL, [], ["KTP101"]),
    ("model-bases", "BaseModel", FOREIGN_MODEL, [], ["KTP101"]),
    ("layer-bases", "my_framework.BaseModel", FOREIGN_MODEL, [], ["KTP102"]),
    ("keras-modules", "my_pkg.backend.nn", FOREIGN_KERAS, [], ["KTP101"]),
    ("keras-modules", "my_pkg.backend.nn=3", FOREIGN_KERAS, [], ["KTP101"]),
    ("keras-modules", "my_pkg.backend.nn=2", FOREIGN_KERAS, [], []),
    ("training-aliases", "is_fitting", FOREIGN_FLAG, [], ["KTP103"]),
    ("ignore-classes", "Legacy*", OWN_CLASSES, ["KTP101"], []),
    ("ignore-classes", "*legacy*", OWN_CLASSES, ["KTP101"], ["KTP101"]),
]
each_setting = pytest.mark.parametrize(("key", "value", "text", "without", "with_it"), SETTINGS)


Flake8 = Callable[..., list[str]]


@pytest.fixture
def flake8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Flake8:
    """Runs flake8 in this process, in `tmp_path`, and gives the codes it prints."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> list[str]:
        capfd.readouterr()
        main(["--select", "KTP", "-j", "1", *arguments, "model.py"])
        return [line.split()[1] for line in capfd.readouterr().out.splitlines()]

    return run


@each_setting
def test_in_flake8(
    key: str, value: str, text: str, without: list[str], with_it: list[str], tmp_path: Path, flake8: Flake8
) -> None:
    written(tmp_path, {"model.py": text})
    assert flake8() == without
    assert flake8(f"--training-phase-{key}", value) == with_it
    written(tmp_path, {"setup.cfg": f"[flake8]\ntraining-phase-{key} =\n    unused\n    {value}\n"})
    assert flake8() == with_it
    written(tmp_path, {"pyproject.toml": f'[tool.training-phase]\n{key} = ["{value}"]\n'})
    assert flake8("--isolated", "--training-phase-isolated") == without
    (tmp_path / "setup.cfg").unlink()
    assert flake8() == with_it


@each_setting
def test_in_the_command(
    key: str, value: str, text: str, without: list[str], with_it: list[str], tmp_path: Path, fix: Fix
) -> None:
    def found(*options: str) -> list[str]:
        return [one["code"] for one in json.loads(fix("--check", "--output-format", "json", *options, ".").out)]

    written(tmp_path, {"model.py": text})
    assert found() == without
    assert found(f"--{key}", f"unused, {value}") == with_it
    written(tmp_path, {"pyproject.toml": f'[tool.training-phase]\n{key} = ["{value}"]\n'})
    assert found() == with_it


def found(folder: Path, fix: Fix, *options: str) -> list[tuple[str, str]]:
    """Files and codes."""
    shown = json.loads(fix("--check", "--output-format", "json", *options, ".").out)
    return [(one["filename"], one["code"]) for one in shown]


# What is told of


def test_a_phase_layer_takes_the_flag_by_keyword(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": FOREIGN_LAYER})
    fix("--training-layers", "StochasticDepth", ".")
    assert "self.drop(x, training=training)" in (tmp_path / "model.py").read_text()
    written(tmp_path, {"model.py": FOREIGN_LAYER.replace("self.drop(x)", "self.drop(x, training)")})
    assert found(tmp_path, fix, "--training-layers", "StochasticDepth") == [("model.py", "KTP203")]
    assert found(tmp_path, fix) == []


SUBCLASS = """\
import keras
from my_lib.layers import StochasticDepth


class Depth(StochasticDepth):
    pass


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.depth = Depth(0.1)
        self.other = StochasticDepth(0.1) if keras else keras.layers.Dense(2)

    def call(self, x, training=None):
        return self.other(self.depth(x))
"""


def test_what_is_made_of_training_layers(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": SUBCLASS})
    expected = [("model.py", "KTP202"), ("model.py", "KTP202")]
    assert found(tmp_path, fix, "--training-layers", "my_lib.layers.StochasticDepth") == expected
    assert found(tmp_path, fix) == []


@pytest.mark.parametrize(
    "spelled",
    [
        "from my_lib.layers import StochasticDepth",
        "from my_lib.layers import StochasticDepth as Depth; StochasticDepth = Depth",
        "import my_lib.layers; StochasticDepth = my_lib.layers.StochasticDepth",
        "import my_lib.layers as L; StochasticDepth = L.StochasticDepth",
        "from my_lib import layers; StochasticDepth = layers.StochasticDepth",
    ],
)
def test_a_dotted_name_however_it_is_imported(spelled: str, tmp_path: Path, fix: Fix) -> None:
    text = FOREIGN_LAYER.replace("from my_lib.layers import StochasticDepth", spelled)
    written(tmp_path, {"model.py": text})
    assert found(tmp_path, fix, "--training-layers", "my_lib.layers.StochasticDepth") == [("model.py", "KTP202")]


def test_a_class_of_the_project_is_read_not_told(tmp_path: Path, fix: Fix) -> None:
    plain = "import keras\n\n\nclass StochasticDepth(keras.layers.Layer):\n    def call(self, x):\n        return x\n"
    written(tmp_path, {"model.py": FOREIGN_LAYER, "my_lib/__init__.py": "", "my_lib/layers.py": plain})
    assert found(tmp_path, fix, "--training-layers", "my_lib.layers.StochasticDepth") == []
    # Where the project says nothing of it, the user does.
    written(tmp_path, {"my_lib/layers.py": "StochasticDepth = make_layer()\n"})
    assert found(tmp_path, fix, "--training-layers", "my_lib.layers.StochasticDepth") == [("model.py", "KTP202")]


@pytest.mark.parametrize(
    "spelled",
    [
        "from my_pkg.backend import nn",
        "from .backend import nn",
        "from . import backend; nn = backend.nn",
        "from my_pkg import backend; nn = backend.nn",
        "import my_pkg.backend; nn = my_pkg.backend.nn",
        "import my_pkg.backend.nn as nn",
    ],
)
def test_a_spelling_of_keras_that_the_project_has(spelled: str, tmp_path: Path, fix: Fix) -> None:
    text = FOREIGN_KERAS.replace("from my_pkg.backend import nn", spelled)
    backend = "nn = pick_a_keras()\n"
    written(tmp_path, {"my_pkg/__init__.py": "", "my_pkg/backend.py": backend, "my_pkg/model.py": text})
    assert found(tmp_path, fix) == []
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.backend.nn") == [("my_pkg/model.py", "KTP101")]
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.backend.nn=2") == []
    written(tmp_path, {"my_pkg/model.py": "", "my_pkg/__init__.py": text})
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.backend.nn") == [("my_pkg/__init__.py", "KTP101")]


@pytest.mark.parametrize("spelled", ["import my_pkg.backend", "from my_pkg import backend", "from my_pkg import *"])
def test_a_spelling_of_keras_that_a_library_has(spelled: str, tmp_path: Path, fix: Fix) -> None:
    name = "my_pkg.backend.nn" if spelled.startswith("import") else "backend.nn"
    text = FOREIGN_KERAS.replace("from my_pkg.backend import nn", f"{spelled}; nn = {name}")
    written(tmp_path, {"model.py": text})
    expected = [] if "*" in spelled else [("model.py", "KTP101")]
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.backend.nn") == expected
    assert found(tmp_path, fix) == []


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("my_pkg/__init__.py", "from .compiled import nn"),
        ("my_pkg/model.py", "from .compiled import nn"),
        ("my_pkg/models/model.py", "from ..compiled import nn"),
        ("my_pkg/models/__init__.py", "from ..compiled import nn"),
    ],
)
def test_a_relative_import_of_what_is_no_file(name: str, spelled: str, tmp_path: Path, fix: Fix) -> None:
    text = FOREIGN_KERAS.replace("from my_pkg.backend import nn", spelled)
    written(tmp_path, {"my_pkg/__init__.py": "", "my_pkg/models/__init__.py": "", name: text})
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.compiled.nn") == [(name, "KTP101")]
    assert found(tmp_path, fix, "--keras-modules", "compiled.nn") == []


def test_a_name_that_only_begins_like_a_keras() -> None:
    told = Knowledge(keras_modules=("my_keras",))
    assert told.spelled("my_keras.layers.Dense") == "keras.layers.Dense"
    assert told.spelled("my_keras_core.layers.Dense") == "my_keras_core.layers.Dense"


def test_standard_input_and_texts(fix: Fix) -> None:
    assert fix("--check", "-", stdin=FOREIGN_LAYER.encode()).code == 0
    assert fix("--check", "--training-layers", "StochasticDepth", "-", stdin=FOREIGN_LAYER.encode()).code == 1
    told = Settings(training_layers=("StochasticDepth",))
    assert engine.check(SourceText(FOREIGN_LAYER), Settings(), "model.py") == []
    assert [one.code for one in engine.check(SourceText(FOREIGN_LAYER), told, "model.py")] == ["KTP202"]


@pytest.mark.parametrize("spelled", ["from my_pkg.nn import backend as K", "import my_pkg.nn.backend as K"])
def test_the_import_of_a_backend_goes_with_its_last_use(spelled: str, tmp_path: Path, fix: Fix) -> None:
    call = "    def call(self, x, training=None):\n        return K.in_train_phase(x * 2, x, training=training)\n"
    written(tmp_path, {"old.py": f"import keras\n{spelled}\n\n\nclass A(keras.layers.Layer):\n{call}"})
    fix("--keras-modules", "my_pkg.nn", ".")
    assert "my_pkg" not in (tmp_path / "old.py").read_text()


def test_a_module_of_the_project_that_is_a_keras(tmp_path: Path, fix: Fix) -> None:
    text = FOREIGN_KERAS.replace("from my_pkg.backend import nn", "from my_pkg import nn")
    written(tmp_path, {"my_pkg/__init__.py": "", "my_pkg/nn.py": "Model = make()\n", "my_pkg/model.py": text})
    assert found(tmp_path, fix) == []
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.nn") == [("my_pkg/model.py", "KTP101")]


LEGACY = """\
from my_pkg.backend.nn.backend import learning_phase
from my_pkg.backend.nn import backend as K

x = K.in_train_phase(1, 2)
"""


def test_the_legacy_api_in_a_keras_of_the_users(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"old.py": LEGACY})
    assert found(tmp_path, fix) == []
    assert found(tmp_path, fix, "--keras-modules", "my_pkg.backend.nn") == [("old.py", "KTP407"), ("old.py", "KTP404")]


NESTED = """\
import keras
from keras.backend import learning_phase


class Outer:
    class LegacyInner(keras.Model):
        def __init__(self):
            super().__init__()
            self.drop = keras.layers.Dropout(0.1)

        def call(self, x):
            return self.drop(x)


phase = learning_phase()
"""


def test_an_ignored_class_is_ignored_and_nothing_else(tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": NESTED})
    assert found(tmp_path, fix) == [("model.py", "KTP101"), ("model.py", "KTP401")]
    assert found(tmp_path, fix, "--ignore-classes", "LegacyI?ner") == [("model.py", "KTP401")]
    fix("--ignore-classes", "Outer", ".")
    assert (tmp_path / "model.py").read_text() == NESTED


# What nobody knows stays silent, in both front ends

SILENT = """\
import keras
import my_lib
from my_lib.layers import StochasticDepth
from .missing import Missing


class Model(keras.Model):
    def __init__(self, head, blocks):
        super().__init__()
        {held}

    def call(self, x, training=None):
        return {called}
"""


SILENT_LAYERS = pytest.mark.parametrize(
    ("held", "called"),
    [
        ("self.dense = keras.layers.Dense(4)", "self.dense(x)"),
        ("self.norm = keras.layers.LayerNormalization()", "self.norm(x)"),
        ("self.act = keras.layers.Activation('relu')", "self.act(x)"),
        ("self.pool = keras.layers.GlobalAveragePooling2D()", "self.pool(x)"),
        ("self.rnn = keras.layers.LSTM(4)", "self.rnn(x)"),
        ("self.many = [keras.layers.Dense(4), keras.layers.Flatten()]", "[one(x) for one in self.many]"),
        ("self.drop = StochasticDepth(0.1)", "self.drop(x)"),
        ("self.drop = Missing(0.1)", "self.drop(x)"),
        ("self.head = head", "self.head(x)"),
        ("self.blocks = list(blocks)", "[block(x) for block in self.blocks]"),
        ("self.made = my_lib.make()", "self.made(x)"),
        ("self.made = getattr(my_lib, head)()", "self.made(x)"),
        ("pass", "my_lib.function(x)"),
        ("self.function = lambda x: x", "self.function(x)"),
    ],
)


@SILENT_LAYERS
def test_layers_without_a_flag_and_unknown_callables(held: str, called: str, tmp_path: Path, flake8: Flake8) -> None:
    written(tmp_path, {"model.py": SILENT.format(held=held, called=called)})
    assert flake8("--extend-select", "KTP1,KTP2,KTP3,KTP4") == []


@SILENT_LAYERS
def test_the_same_in_the_command(held: str, called: str, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"model.py": SILENT.format(held=held, called=called)})
    assert found(tmp_path, fix, "--select", "ALL") == []
