"""What `flake8_training_phase.runtime` sees of models, on each generation of Keras."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.runtime import MODES, Trace, assert_training_reaches, trace_training
from tests.helpers import run

ROOT = Path(__file__).parents[2]
RIGHT = "train train infer infer infer"
INPUTS = np.ones((2, 3, 4), "float32")


def model(keras: Any, call: str, **layers: Any) -> Any:
    """A model that holds some layers, with a `call` of which a text gives the signature's end and the result."""
    signature, _, result = call.partition("->")
    namespace: dict[str, Any] = {"keras": keras}
    exec(f"def call(self, x{signature.strip()}):\n    return {result.strip()}\n", namespace)
    made = type("Made", (keras.Model,), {"call": namespace["call"]})()
    for name, layer in layers.items():
        setattr(made, name, layer)
    return made


def by_context(keras: Any) -> str:
    """The phases of a layer that a model runs without a flag: on JAX, `fit` makes no call context (KTP202)."""
    return "infer train infer infer infer" if keras.backend.backend() == "jax" else RIGHT


def words(trace: Trace, path: str) -> str:
    """The modes of a layer in the five ways of running: `train train infer infer infer`."""
    found = ("/".join(sorted({one.phase.value for one in trace.of(path) if one.mode == mode})) for mode in MODES)
    return " ".join(filter(None, found))


def test_flag_that_is_forwarded(keras: Any) -> None:
    made = model(keras, ", training=None -> self.drop(x, training=training)", drop=keras.layers.Dropout(0.5))
    assert words(assert_training_reaches(made, INPUTS), "drop") == RIGHT


def test_flag_from_the_context(keras: Any) -> None:
    made = model(keras, ", training=None -> self.drop(x)", drop=keras.layers.Dropout(0.5))
    assert words(trace_training(made, INPUTS), "drop") == by_context(keras)


def test_model_without_the_parameter(keras: Any) -> None:
    made = model(keras, "-> self.drop(x)", drop=keras.layers.Dropout(0.5))
    assert words(trace_training(made, INPUTS), "drop") == (
        RIGHT if keras.__name__ == "tf_keras" else "infer train infer infer infer"
    )


@pytest.mark.parametrize("flag", ["1", "True", "keras.backend.epsilon() > 0"])
def test_flag_that_is_a_number(keras: Any, flag: str) -> None:
    made = model(keras, f"-> self.drop(x, training={flag})", drop=keras.layers.Dropout(0.5))
    assert words(trace_training(made, INPUTS), "drop") == "train train train train train"


def test_flag_that_is_a_tensor(keras: Any) -> None:
    is_keras_2 = keras.__name__ == "tf_keras"
    keras.true = importlib.import_module("tensorflow").constant(True) if is_keras_2 else keras.ops.array(True)
    made = model(keras, "-> self.drop(x, training=keras.true)", drop=keras.layers.GaussianNoise(0.1))
    if not is_keras_2:
        assert words(trace_training(made, INPUTS, mode="no flag"), "drop") == "train"


def test_layer_that_does_not_depend_on_the_phase(keras: Any) -> None:
    layers = {"none": keras.layers.Dropout(0.0), "lstm": keras.layers.LSTM(4, return_sequences=True)}
    made = model(keras, ", training=None -> self.dense(self.lstm(self.none(x)))", dense=keras.layers.Dense(4), **layers)
    assert trace_training(made, INPUTS).calls == ()
    with pytest.raises(AssertionError, match="has run no layer"):
        assert_training_reaches(made, INPUTS)


def test_recurrent_layer_is_one_call(keras: Any) -> None:
    made = model(keras, ", training=None -> self.lstm(x)", lstm=keras.layers.LSTM(4, recurrent_dropout=0.5))
    assert [call.layer for call in trace_training(made, INPUTS, mode="fit").calls] == ["LSTM"]


def test_frozen_normalization(keras: Any) -> None:
    norm = keras.layers.BatchNormalization(trainable=False)
    made = model(keras, ", training=None -> self.norm(x, training=training)", norm=norm)
    assert words(assert_training_reaches(made, INPUTS), "norm") == "infer infer infer infer infer"


def test_layer_that_is_made_in_call(keras: Any) -> None:
    made = model(keras, ", training=None -> keras.layers.Dropout(0.5)(x)")
    made.compile(loss="mse", run_eagerly=True)
    assert [call.phase.value for call in trace_training(made, INPUTS).calls] == by_context(keras).split()


def test_failure_of_graphs_comes_out(keras: Any) -> None:
    if keras.__name__ == "tf_keras" or keras.backend.backend() != "tensorflow":
        pytest.skip("a dropout has variables only in Keras 3, and a graph refuses them only on TensorFlow")
    made = model(keras, ", training=None -> keras.layers.Dropout(0.5)(x)")
    with pytest.raises(ValueError, match=r"only supports singleton tf\.Variables"):
        trace_training(made, INPUTS, mode="fit")


def test_layers_below_layers_have_paths(keras: Any) -> None:
    block = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5)])
    wrapped = keras.layers.TimeDistributed(keras.layers.Dropout(0.5))
    made = model(keras, ", training=None -> self.last(self.blocks[0](x))", blocks=[block], last=wrapped)
    calls = trace_training(made, INPUTS, mode="fit").calls
    paths = list(dict.fromkeys(call.path for call in calls))  # Keras 3 calls what is distributed for each step.
    assert paths == ["blocks[0].layers[1]", "last.layer"]


def test_file_and_line_are_those_of_the_call(keras: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "class Block:\n"
        "    def call(self, x, training=None):\n"
        "        helped = self.helper(x)\n"
        "        return self.drop(\n"
        "            helped, training=training)\n"
        "\n"
        "    def helper(self, x):\n"
        "        return self.drop(x)\n"
    )
    name = f"lines_{keras.__name__}"
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    made = type("Made", (importlib.import_module(name).Block, keras.Model), {})()
    made.drop = keras.layers.Dropout(0.5)
    calls = trace_training(made, INPUTS, mode="fit").calls
    assert [(call.file, call.line) for call in calls] == [(str(tmp_path / f"{name}.py"), line) for line in (8, 4)]


def test_line_of_a_layer_that_overrides_dunder_call(keras: Any) -> None:
    class Checking:
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return super().__call__(*args, **kwargs)  # type: ignore[misc]

    class Block(Checking, keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)
            self.after = keras.layers.Dropout(0.5)

        def __call__(self, inputs: Any, **kwargs: Any) -> Any:
            outputs = super().__call__(inputs, **kwargs)
            return self.after(outputs)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.drop(inputs, training=training)

    class Model(Checking, keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.block = Block()

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.block(inputs, training=training)

    trace = trace_training(Model(), INPUTS)
    in_model, in_block, after = (
        function.__code__.co_firstlineno + lines
        for function, lines in ((Model.call, 1), (Block.call, 1), (Block.__call__, 2))
    )
    lines = {call.path: tuple(site and site.line for site in call.through) for call in trace.calls}
    assert lines == {"block.drop": (None, in_model, in_block), "block.after": (None, after)}


def test_functional_model(keras: Any) -> None:
    inputs = keras.Input((3, 4))
    made = keras.Model(inputs, keras.layers.Dropout(0.5, name="drop")(inputs))
    trace = assert_training_reaches(made, INPUTS)
    assert {call.site for call in trace.calls} == {None}


def test_layer_is_run_in_a_model_that_has_the_flag(keras: Any) -> None:
    assert words(trace_training(keras.layers.GaussianNoise(0.1), INPUTS), "") == ""
    assert [call.phase.value for call in trace_training(keras.layers.GaussianNoise(0.1), INPUTS).calls] == RIGHT.split()


def test_compiled_code_is_seen(keras: Any) -> None:
    tf = pytest.importorskip("tensorflow")
    made = model(keras, ", training=None -> self.run(x, training)", drop=keras.layers.Dropout(0.5))
    made.run = tf.function(lambda x, training: made.drop(x, training=training))
    assert words(trace_training(made, INPUTS), "drop") == RIGHT


def test_wrong_layers_are_named(keras: Any) -> None:
    layers = {"on": keras.layers.Dropout(0.5), "right": keras.layers.Dropout(0.5)}
    made = model(keras, ", training=None -> self.on(self.right(x, training=training), training=True)", **layers)
    with pytest.raises(
        AssertionError, match=r"^on \(Dropout\) at .* ran in training mode in training=False: .*KTP213"
    ) as raised:
        assert_training_reaches(made, INPUTS)
    assert "right (Dropout) at" not in str(raised.value)
    assert_training_reaches(made, INPUTS, ignore=["on"])
    assert_training_reaches(made, INPUTS, mode=["fit", "training=True"])


def test_everything_is_put_back(keras: Any) -> None:
    layers = {"norm": keras.layers.BatchNormalization(), "dense": keras.layers.Dense(1)}
    made = model(keras, ", training=None -> self.dense(self.norm(x))", **layers)
    made.compile(optimizer="adam", loss="mse")
    made.fit(INPUTS, INPUTS[..., :1], verbose=0)
    before = (made.get_weights(), made.optimizer, made.train_function, made.run_eagerly)
    originals = (keras.layers.BatchNormalization.call, keras.layers.Layer.__call__)
    trace_training(made, INPUTS)
    after = (made.get_weights(), made.optimizer, made.train_function, made.run_eagerly)
    assert all(np.array_equal(one, other) for one, other in zip(before[0], after[0], strict=True))
    assert before[1:] == after[1:]
    assert originals == (keras.layers.BatchNormalization.call, keras.layers.Layer.__call__)


def test_what_the_model_raises_comes_out_and_patches_are_undone(keras: Any) -> None:
    original = keras.layers.Dropout.call
    made = model(
        keras, ", training=None -> self.drop(x) if training is None else 1 / 0", drop=keras.layers.Dropout(0.5)
    )
    # `fit` runs in a graph: autograph, and Keras with torch, raise an error of their own that quotes it.
    with pytest.raises(Exception, match="division by zero"):
        trace_training(made, INPUTS)
    assert keras.layers.Dropout.call is original


def test_unknown_mode(keras: Any) -> None:
    with pytest.raises(ValueError, match="unknown mode 'train'; there are fit, training=True"):
        trace_training(keras.layers.Dropout(0.5), INPUTS, mode="train")


def test_something_that_is_no_model() -> None:
    with pytest.raises(TypeError, match="a Keras model or layer is needed, not int"):
        trace_training(1, INPUTS)


def test_plugin_costs_nothing_before_a_fixture_is_used() -> None:
    code = (
        "import sys, pytest; before = {*sys.modules}; import flake8_training_phase.runtime.pytest_plugin;"
        "print(sorted({*sys.modules} - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    package = "flake8_training_phase"
    assert done.stdout == f"{[package, f'{package}.runtime', f'{package}.runtime.pytest_plugin']}\n"


def test_example_of_the_documentation(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    page = (ROOT / "docs" / "testing-your-models.md").read_text(encoding="utf-8")
    name, code = re.search(r"<!-- example: (\S+) -->\n```python\n(.*?)```", page, re.DOTALL).groups()  # type: ignore[union-attr]
    output = re.search(r"<!-- output -->\n```text\n(.*?)```", page, re.DOTALL).group(1)  # type: ignore[union-attr]
    (tmp_path / name).write_text(code, encoding="utf-8")
    plugin = ("-p", "flake8_training_phase.runtime.pytest_plugin") if not _installed() else ()
    # The summary says it all again where pytest takes itself to be in continuous integration.
    told = run("pytest", *plugin, "-q", "--tb=short", "-rN", tmp_path / name, cwd=ROOT)
    assert told.code == 1
    shown = re.sub(r"^E   (?:AssertionError: )?", "", told.out.replace(f"{tmp_path}/", ""), flags=re.MULTILINE)
    assert [line.strip() for line in output.splitlines() if line] == [
        line.strip() for line in shown.splitlines() if re.match(r"\s*(layer  |norm |dropout )", line)
    ]


def _installed() -> bool:
    """Whether the installed package brings the plugin by itself."""
    return any(one.name == "training-phase" for one in entry_points(group="pytest11"))
