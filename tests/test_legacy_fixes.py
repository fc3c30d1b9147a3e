"""What the fixes of the legacy rules do beyond the examples of the rules: imports, several findings at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

HEAD = "import keras\n"
FALLBACK = """
class A(keras.layers.Layer):
    def call(self, x, training=None):
        training = training or K.learning_phase()
        return self.dropout(x, training=training)
"""
CHOICE = """
class B(keras.layers.Layer):
    def call(self, x, training=None):
        return K.in_train_phase(x * 2, x, training=training)
"""
CONDITION = """
class C(keras.layers.Layer):
    def call(self, x, training=None):
        return K.switch(K.learning_phase(), x * 2, x)
"""
UNFIXABLE = "phase = K.learning_phase()\n"
GUARDED = "if hasattr(K, 'set_learning_phase'):\n    K.set_learning_phase(0)\n"


def fixed(text: str, unsafe: bool = False) -> str:
    return engine.fix(SourceText(text), Settings(select=("KTP4",)), "example.py", unsafe=unsafe).text


@pytest.mark.parametrize(
    "uses", [FALLBACK, CHOICE, CONDITION, FALLBACK + CHOICE, CHOICE + CHOICE + CONDITION, CONDITION + FALLBACK]
)
def test_import_goes_with_the_last_use(uses: str) -> None:
    result = fixed(HEAD + "from keras import backend as K\n" + uses)
    assert "backend" not in result
    assert "K." not in result
    assert result.startswith(HEAD + "\n")


@pytest.mark.parametrize("other", [UNFIXABLE, GUARDED, "y = K.floatx()\n", "__all__ = ['K']\n", "K = None\n"])
def test_import_stays_for_other_uses(other: str) -> None:
    text = HEAD + "from keras import backend as K\n" + other
    assert fixed(text + CHOICE + FALLBACK).startswith(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import keras.backend as K\n", ""),
        ("from keras import backend as K, layers\n", "from keras import layers\n"),
        ("from keras import layers, backend as K\n", "from keras import layers\n"),
        ("from keras import (\n    backend as K,\n    layers,\n)\n", "from keras import (\n    layers,\n)\n"),
        ("\nfrom keras import backend as K\n\nimport os\n", "\nimport os\n"),
        ("from keras import backend as K  # noqa: F401\n", "from keras import backend as K  # noqa: F401\n"),
        ("import os; from keras import backend as K\n", "import os; from keras import backend as K\n"),
        ("if True:\n    from keras import backend as K\n", "if True:\n    from keras import backend as K\n"),
    ],
)
def test_how_the_import_is_removed(before: str, after: str) -> None:
    assert fixed(HEAD + before + CHOICE).partition("\nclass")[0] == HEAD + after


@pytest.mark.parametrize(
    ("use", "stays"),
    [
        ("from compat import A, K\n", True),
        ("from compat import *\n\nx = K.zeros(3)\n", True),
        ("import compat as c\n\nx = c.K.zeros(3)\n", True),
        ("from compat import A\nfrom keras import backend as K\n\nx = K.zeros(3)\n", False),
    ],
)
def test_import_stays_for_another_file_that_takes_it_from_here(tmp_path: Path, use: str, stays: bool) -> None:
    text = f"{HEAD}from keras import backend as K\n{FALLBACK}"
    (tmp_path / "compat.py").write_text(text)
    (tmp_path / "model.py").write_text(use)
    settings = Settings(select=("KTP4",))
    result = engine.fix(SourceText(text), settings, str(tmp_path / "compat.py")).text
    assert "learning_phase" not in result
    assert ("import backend as K" in result) is stays


def test_an_unsafe_fix_that_is_not_made_keeps_the_import() -> None:
    text = HEAD + "from keras import backend as K\n\nK.set_learning_phase(0)\n" + CHOICE
    assert "import backend as K\n" in fixed(text)
    assert "K" not in fixed(text, unsafe=True)


def test_names_imported_one_by_one_go_in_a_later_round() -> None:
    text = HEAD + "from keras.backend import in_train_phase as choose, learning_phase\n"
    body = "\nclass A(keras.layers.Layer):\n    def call(self, x, training=None):\n        return "
    read = "choose(lambda: x * 2, x, learning_phase())\n"
    assert fixed(text + body + read) == HEAD + body + "x * 2 if training else x\n"


@pytest.mark.parametrize("flag", ["training if x is None else None", "lambda: x"])
def test_a_flag_in_a_choice_keeps_its_brackets(flag: str) -> None:
    text = HEAD + "from keras import backend as K\n" + CHOICE.replace("training=training", f"training={flag}")
    assert f"return x * 2 if ({flag}) else x\n" in fixed(text, unsafe=True)


def test_models_are_told_apart_from_what_builds_them() -> None:
    text = (
        "import keras\nfrom keras import backend as K\n\n\ndef run(net, x):\n    K.set_learning_phase(0)\n"
        "    base_model = keras.applications.ResNet50()\n    inputs = keras.Input((8,))\n"
        "    outputs = base_model(inputs)\n"
        "    load_model(x)\n    net.predict(x)\n    return keras.Model(inputs, outputs), net(x), base_model(x)\n"
    )
    result = fixed(text, unsafe=True)
    assert "net(x, training=False), base_model(x, training=False)" in result
    assert result.count("training=") == 2


def test_a_fallback_that_stands_in_no_function() -> None:
    text = HEAD + "from keras import backend as K\nif training is None:\n    training = K.learning_phase()\n"
    assert fixed(text) == text


SETTLED = {
    "x * 2, y, training=True": "x * 2",
    "x * 2, y, True": "x * 2",
    "x * 2, lambda: y, training=False": "y",
    "x * 2, y, training=0": "y",
    "lambda: x * 2, y, training=1": "x * 2",
    "alt=y, x=x * 2, training=True": "x * 2",
    "twice, y, training=True": "twice()",
}


@pytest.mark.parametrize("given", SETTLED)
def test_what_a_literal_settles_is_no_choice(given: str) -> None:
    head = "import keras\nfrom keras import backend as K\n\n\nclass B(keras.layers.Layer):\n"
    body = "    def call(self, x, y):\n        def twice():\n            return x * 2\n\n        return "
    result = fixed(f"{head}{body}K.in_train_phase({given})\n", unsafe=True)
    assert result.endswith(f"{body}{SETTLED[given]}\n")


@pytest.mark.parametrize(("name", "taken"), [("in_train_phase", "x"), ("in_test_phase", "y")])
def test_what_a_literal_settles_keeps_its_brackets(name: str, taken: str) -> None:
    text = f"from keras import backend as K\n\n\ndef f(x, y):\n    return 2 * K.{name}(x + 1, y + 1, training=True)\n"
    assert fixed(text).endswith(f"    return 2 * ({taken} + 1)\n")
