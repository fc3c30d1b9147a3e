"""A layer that a model runs without a flag: on JAX, `fit()` makes no call context that could give it one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText
from tests.runtime.conftest import installed

MODEL = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.flip = keras.layers.RandomFlip()
        self.block = Block()
        self.told = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.flip(self.block(self.drop(self.told(x, training=training))))
"""
CONTEXT = " and works only by inheriting the caller's mode"
FIT = ": on JAX nothing is inherited, so `fit()` runs it in inference mode"
PREDICT = ": on JAX nothing is inherited, so `predict()` runs it in training mode"


def said(code: str, **settings: object) -> list[tuple[str, str, str]]:
    """Of each finding the layer it names, what it says of it, and how bad it is."""
    found = engine.check(SourceText(code), Settings(**settings), "model.py")  # type: ignore[arg-type]
    assert {one.code for one in found} <= {"KTP202"}
    return [(one.message.split("`")[1], _effect(one.message), one.severity.value) for one in found]


def _effect(message: str) -> str:
    return message.partition("without `training`")[2].partition(". ")[0]


@pytest.mark.parametrize(
    "choice",
    [
        "import jax\n",
        "from jax import numpy as jnp\n",
        "import os\n\nos.environ['KERAS_BACKEND'] = 'jax'\n",
        "import os\n\nos.environ.setdefault('KERAS_BACKEND', 'jax')\n",
        "import keras\n\nkeras.config.set_backend('jax')\n",
    ],
)
def test_a_model_for_jax(choice: str) -> None:
    wrong = [("self.flip", PREDICT, "bug"), ("self.block", FIT, "bug"), ("self.drop", FIT, "bug")]
    assert said(choice + MODEL) == wrong


@pytest.mark.parametrize("other", ["", "import jaxtyping\n", "BACKENDS = ['jax']\n", "print('KERAS_BACKEND is jax')\n"])
def test_a_model_for_any_backend(other: str) -> None:
    fragile = [(layer, CONTEXT, "fragile") for layer in ("self.flip", "self.block", "self.drop")]
    assert said(other + MODEL) == fragile


def test_a_layer_has_a_context_on_jax_too() -> None:
    code = "import jax\n" + MODEL.replace("class Model(keras.Model)", "class Model(keras.layers.Layer)")
    assert {words for _, words, _ in said(code)} == {CONTEXT}


def test_what_is_on_unless_it_is_told_stays_so_inside_another() -> None:
    code = "import jax\n" + MODEL.replace("keras.layers.RandomFlip()", "keras.Sequential([keras.layers.RandomFlip()])")
    assert ("self.flip", PREDICT, "bug") in said(code)


HOST = """

class Host(keras.Model):
    def __init__(self):
        {first}
        inputs = keras.Input((8,))
        self.parts = [Model() for _ in range(3)]
        outputs = inputs
        for part in self.parts:
            outputs = part(outputs)
        {last}
"""


def test_a_block_of_a_graph_is_run_by_the_graph() -> None:
    graph = HOST.format(first="super().__init__()", last="super().__init__(inputs, outputs)")
    assert {effect for _, effect, _ in said(f"import jax\n{MODEL}{graph}")} == {CONTEXT}
    without = HOST.format(first="super().__init__()", last="self.outcome = outputs")
    assert FIT in {effect for _, effect, _ in said(f"import jax\n{MODEL}{without}")}


def test_keras_2_knows_no_jax() -> None:
    assert said("import jax\n" + MODEL.replace("keras", "tf_keras")) != []
    assert {severity for *_, severity in said("import jax\n" + MODEL.replace("keras", "tf_keras"))} == {"fragile"}


@pytest.mark.skipif(installed("jax") is None or installed("keras") is None, reason="runs Keras on JAX")
def test_what_keras_does_on_jax() -> None:
    script = f"""{MODEL}
import numpy as np

from flake8_training_phase.runtime import MODES, trace_training

trace = trace_training(Model(), np.ones((2, 4, 4, 3), "float32"))
for path in ("flip", "drop", "block.drop", "told"):
    print(path, *(call.phase.value for mode in MODES for call in trace.of(path) if call.mode == mode))
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True, timeout=300
    )
    assert done.stdout.splitlines()[-4:] == [
        "flip train train infer infer train",
        "drop infer train infer infer infer",
        "block.drop infer train infer infer infer",
        "told train train infer infer infer",
    ]
