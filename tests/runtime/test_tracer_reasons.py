"""What the tracer says of a layer in the wrong mode, or in none, and of randomness written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.runtime import Reason, Trace, assert_training_reaches, trace_training

tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
pytest_plugins = ["pytester"]
ONES = np.ones((2, 3), "float32")

MODEL = """
import keras
import tensorflow as tf


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
        self.norm = keras.layers.BatchNormalization()
        self.block = Block()
        self.is_training = True

    def helper(self, x, training=False):
        return self.drop(x, training=training)

{body}
"""


def traced(tmp_path: Path, body: str, mode: str | None = None) -> Trace:
    """What a model does whose methods stand in a file, as they do for a user."""
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    (tmp_path / "written.py").write_text(MODEL.replace("{body}", indented))
    namespace: dict[str, Any] = {"__name__": "written"}
    exec(compile((tmp_path / "written.py").read_text(), str(tmp_path / "written.py"), "exec"), namespace)
    return trace_training(namespace["Model"](), ONES, mode=mode)


CASES = {
    "constant": ("def call(self, x, training=None):\n    return self.drop(x, training=False)", "fit", "KTP213"),
    "None": ("def call(self, x, training=None):\n    return self.drop(x, training=None)", "fit", "KTP204"),
    "after None": (
        "def call(self, x, training=None):\n    return self.drop(self.norm(x, training=None))",
        "fit",
        "KTP204",
    ),
    "leaked": (
        "def call(self, x, training=None):\n    return self.drop(self.norm(x, training=False))",
        "fit",
        "KTP201 KTP213",
    ),
    "no flag in a model": ("def call(self, x):\n    return self.drop(x)", "fit", "KTP101"),
    "inverted": ("def call(self, x, training=None):\n    return self.drop(x, training=not training)", "fit", "KTP214"),
    "of self": (
        "def call(self, x, training=None):\n    return self.drop(x, training=self.is_training)",
        "predict",
        "KTP215",
    ),
    "helper": ("def call(self, x, training=None):\n    return self.helper(x)", "fit", "KTP210"),
    "other name": (
        "def call(self, x, is_training=False):\n    return self.drop(x, training=is_training)",
        "training=True",
        "KTP103",
    ),
    "passed on": ("def call(self, x, training=None):\n    return self.block(x, training=False)", "fit", "KTP213"),
    "direct": ("def call(self, x, training=None):\n    return self.drop.call(x)", "fit", "KTP208"),
    "own default": (
        "def call(self, x, training=True):\n    return self.drop(x, training=training)",
        "no flag",
        "KTP104",
    ),
    "training step": (
        "def call(self, x, training=None):\n    return self.drop(x, training=training)\n"
        "def train_step(self, data):\n    return {'loss': tf.reduce_mean(self(data[0]))}",
        "fit",
        "KTP301",
    ),
    "dropout by hand": ("def call(self, x, training=None):\n    return tf.nn.dropout(x, 0.5)", "predict", "KTP211"),
    "noise by hand": (
        "def call(self, x, training=None):\n    return x + keras.random.normal((2, 3))",
        "predict",
        "KTP211",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_rule_of_a_wrong_call(case: str, tmp_path: Path) -> None:
    body, mode, rules = CASES[case]
    wrong = traced(tmp_path, body, mode).wrong
    assert {call.reason.rule for call in wrong if call.reason} == set(rules.split())
    assert all(call.file == str(tmp_path / "written.py") for call in wrong)


def test_reason_names_the_call_that_leaks(tmp_path: Path) -> None:
    body = CASES["leaked"][0]
    reason = next(call.reason for call in traced(tmp_path, body, "fit").wrong if call.layer == "Dropout")
    text = "no `training` is passed, and `batch_normalization"
    assert str(reason).startswith(text)
    assert str(reason).endswith("leaks `training=False` to the layers after it (KTP201, docs/rules/KTP201.md)")


def test_randomness_under_a_guard_is_right(tmp_path: Path) -> None:
    body = "def call(self, x, training=None):\n    return tf.nn.dropout(x, 0.5) if training else x"
    trace = traced(tmp_path, body)
    assert [call.mode for call in trace.calls] == ["fit", "training=True"]
    assert (trace.wrong, trace.skipped()) == ((), {})


def test_augmentation_says_why_it_runs_without_a_flag() -> None:
    model = keras.Sequential([keras.layers.RandomFlip(), keras.layers.Conv2D(1, 1)])
    images = np.ones((2, 4, 4, 3), "float32")
    with pytest.raises(
        AssertionError, match=r"in no flag: .*uses its default, True; .*allow it with `ignore=`"
    ) as raised:
        assert_training_reaches(model, images)
    assert "docs/what-happens-to-training.md" in str(raised.value)
    assert_training_reaches(model, images, ignore=["layers[0]"])


def test_augmentation_inside_a_model_says_the_same() -> None:
    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.augment = keras.Sequential([keras.layers.RandomFlip()])

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.augment(inputs)

    (wrong,) = trace_training(Model(), np.ones((2, 4, 4, 3), "float32")).wrong
    assert "uses its default, True" in str(wrong.reason)


def test_model_that_is_not_built_is_built_by_fit() -> None:
    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.body = keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.5)])

        def build(self, shape: Any) -> None:
            self.scale = self.add_weight(shape=(shape[-1],))

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.body(inputs * self.scale, training=training)

    # As in the user's program, the graph of the Sequential keeps the flag of `fit`.
    (wrong,) = trace_training(Model(), ONES).wrong
    assert (wrong.mode, wrong.reason and wrong.reason.rule) == ("no flag", "KTP219")
    assert trace_training(Model(), ONES, mode=["no flag", "fit"]).wrong == ()


def test_mode_in_which_a_layer_did_not_run_is_no_pass() -> None:
    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm = keras.layers.BatchNormalization()

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.norm(inputs, training=training) if training else inputs

    with pytest.raises(AssertionError, match=r"norm did not run in training=False, no flag, predict; allow it with"):
        assert_training_reaches(Model(), ONES)
    assert_training_reaches(Model(), ONES, may_skip=["norm"])


def test_always_on_dropout_in_a_compiled_call_is_no_pass() -> None:
    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        @tf.function  # type: ignore[untyped-decorator, unused-ignore]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.drop(inputs, training=True)

    with pytest.raises(AssertionError, match=r"drop .* ran in training mode in predict"):
        assert_training_reaches(Model(), ONES)


def test_function_that_cannot_be_compiled_again_is_named() -> None:
    drop = keras.layers.Dropout(0.5)
    compiled = tf.function(lambda x: drop(x, training=True)).get_concrete_function(tf.TensorSpec((2, 3)))

    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return compiled(inputs)

    with pytest.raises(AssertionError, match=r"has run no layer .*; Model ran __inference_.*, compiled earlier"):
        assert_training_reaches(Model(), ONES, mode="no flag")


def test_reason_reads_as_a_sentence() -> None:
    assert str(Reason("it is so", "KTP201")) == "it is so (KTP201, docs/rules/KTP201.md)"
    assert str(Reason("it is so", None, "docs/a.md")) == "it is so (docs/a.md)"


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("assert_training_reaches(keras.Sequential([keras.layers.Dense(1)]), np.ones((1, 2)))", "has run no layer"),
        ("trace_training(keras.layers.Dense(1))", "nothing to run the model on"),
        ("trace_training(1, np.ones((1, 2)))", "a Keras model or layer is needed"),
        ("trace_training(keras.layers.Lambda(lambda x: 1 / 0), np.ones((1, 2)))", "division by zero"),
    ],
)
def test_failure_hides_the_source_of_the_tracer(pytester: pytest.Pytester, call: str, told: str) -> None:
    pytester.makepyfile(
        "import keras, numpy as np\n"
        "from flake8_training_phase.runtime import assert_training_reaches, trace_training\n"
        f"def test_it():\n    {call}\n"
    )
    shown = pytester.runpytest_inprocess("-p", "no:cacheprovider").stdout.str()
    assert told in shown
    assert "flake8_training_phase/runtime" not in shown
