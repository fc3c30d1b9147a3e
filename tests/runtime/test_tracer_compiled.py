"""The tracer and what TensorFlow compiles: functions of the user's, their lines, and randomness inside them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.runtime import MODES, assert_training_reaches, trace_training

tf = pytest.importorskip("tensorflow")
ONES = np.ones((2, 3), "float32")


def test_compiled_call_of_a_model_that_is_not_built(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(3)
            self.drop = keras.layers.Dropout(0.5)

        @tf.function(jit_compile=True)  # type: ignore[untyped-decorator, unused-ignore]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.drop(self.dense(inputs), training=True)

    with pytest.raises(AssertionError, match=r"drop .* ran in training mode in predict") as raised:
        assert_training_reaches(Model(), ONES)
    assert "did not run" not in str(raised.value)


def saved(keras: Any, folder: Path) -> Any:
    """A function with an always-on dropout that was saved and loaded."""
    module = tf.Module()
    module.drop = keras.layers.Dropout(0.5)
    module.drop(ONES)
    module.seeds = module.drop.seed_generator.state.value if keras.__name__ == "keras" else None
    module.serve = tf.function(lambda x: module.drop(x, training=True), input_signature=[tf.TensorSpec((None, 3))])
    tf.saved_model.save(module, folder)
    return tf.saved_model.load(folder)


def test_function_of_a_saved_model_is_named(keras: Any, tmp_path: Path) -> None:
    loaded = saved(keras, tmp_path)

    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return loaded.serve(inputs)

    with pytest.raises(AssertionError, match=r"has run no layer .*; Model ran __inference_.*, compiled earlier"):
        assert_training_reaches(Model(), ONES)


def test_pass_beside_a_function_that_is_not_seen_warns(keras: Any) -> None:
    always_on = keras.layers.Dropout(0.5)
    compiled = tf.function(lambda x: always_on(x, training=True)).get_concrete_function(tf.TensorSpec((2, 3)))

    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return compiled(self.drop(inputs, training=training))

    with pytest.warns(UserWarning, match=r"Model ran __inference_.*, compiled earlier, whose layers are not seen"):
        trace = assert_training_reaches(Model(), ONES)
    assert trace.table().endswith("compiled earlier, whose layers are not seen")


ALIKE = """
import {keras} as keras


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training:
            x = (
                self.drop(x, training=training)
            )
        return self.drop(x, training=training)
"""


def test_models_that_are_written_alike_have_their_own_lines(
    keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for name in (f"one_{keras.__name__}", f"other_{keras.__name__}"):
        file = tmp_path / f"{name}.py"
        file.write_text(ALIKE.replace("{keras}", keras.__name__))
        calls = trace_training(importlib.import_module(name).Model(), ONES).calls
        assert {(call.file, call.line) for call in calls} == {(str(file), 13), (str(file), 15)}


DRAWS: dict[str, Callable[[Any], Any]] = {
    "tf.nn.dropout": lambda x: tf.nn.dropout(x, 0.5),
    "tf.compat.v1.nn.dropout": lambda x: tf.compat.v1.nn.dropout(x, rate=0.5),
    "tf.random.normal": lambda x: x + tf.random.normal((2, 3)),
    "tf.random.gamma": lambda x: x + tf.random.gamma((2, 3), 1.0),
    "tf.random.stateless_normal": lambda x: x + tf.random.stateless_normal((2, 3), seed=(1, 2)),
    "tf.random.shuffle": lambda x: tf.random.shuffle(x),
    "tf.random.Generator.normal": lambda x: x + tf.random.get_global_generator().normal((2, 3)),
    "tf.image.random_brightness": lambda x: tf.image.random_brightness(x, 0.5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_randomness_by_hand_is_seen_in_every_mode(keras: Any, name: str) -> None:
    draw = DRAWS[name]

    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return draw(inputs)

    trace = trace_training(Model(), ONES)
    assert [(call.layer, call.mode) for call in trace.calls] == [(name, mode) for mode in MODES]


def test_dropout_by_hand_that_is_switched_off(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return tf.nn.dropout(inputs, rate=0.5 if training else 0.0)

    assert [call.mode for call in assert_training_reaches(Model(), ONES).calls] == ["fit", "training=True"]


def test_randomness_of_the_backend_of_keras() -> None:
    keras = pytest.importorskip("tf_keras")

    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return keras.backend.dropout(inputs, 0.5) + keras.backend.random_normal((2, 3))

    names = {call.layer for call in trace_training(Model(), ONES, mode="fit").calls}
    assert names == {"tf_keras.backend.dropout", "tf_keras.backend.random_normal"}
