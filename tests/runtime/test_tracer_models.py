"""The tracer on inputs, models and layers of many kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from flake8_training_phase.runtime import MODES, Trace, assert_training_reaches, trace_training

tf = pytest.importorskip("tensorflow")
RIGHT = "train train infer infer infer"
ONES = np.ones((2, 3), "float32")


def modes_of(trace: Trace, path: str = "drop") -> str:
    """The modes that a layer ran in."""
    ran = [{call.phase.value for call in trace.of(path) if call.mode == mode} for mode in MODES]
    return " ".join("/".join(sorted(words)) or "skipped" for words in ran)


def model_of(keras: Any, forward: Any, base: Any = None, **attributes: Any) -> Any:
    """A model that holds a dropout and runs a function."""

    class Model(base or keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)
            for name, value in attributes.items():
                setattr(self, name, value)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return forward(self, inputs, training)

    return Model()


def dropped(model: Any, inputs: Any, training: Any) -> Any:
    return model.drop(inputs, training=training)


def test_dict_of_inputs(keras: Any) -> None:
    model = model_of(keras, lambda self, x, training: {"out": self.drop(x["a"], training=training) + x["b"]})
    assert modes_of(assert_training_reaches(model, {"a": ONES, "b": ONES})) == RIGHT


def test_several_inputs(keras: Any) -> None:
    model = model_of(keras, lambda self, x, training: self.drop(x[0] + x[1], training=training))
    assert modes_of(assert_training_reaches(model, ONES, ONES)) == RIGHT


def test_python_lists(keras: Any) -> None:
    assert modes_of(assert_training_reaches(model_of(keras, dropped), [[1.0, 2.0], [3.0, 4.0]])) == RIGHT


def test_dataset_gives_one_batch(keras: Any) -> None:
    def forward(model: Any, inputs: Any, training: Any) -> Any:
        assert inputs.shape[-1] == 3
        return model.drop(inputs, training=training)

    data = tf.data.Dataset.from_tensor_slices((np.ones((8, 3), "float32"), np.ones((8, 3), "float32"))).batch(2)
    assert modes_of(assert_training_reaches(model_of(keras, forward), data)) == RIGHT


def test_dataset_of_keras_gives_one_batch(keras: Any) -> None:
    class Batches(getattr(keras.utils, "PyDataset", None) or keras.utils.Sequence):  # type: ignore[misc]
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return ONES, ONES

    assert modes_of(assert_training_reaches(model_of(keras, dropped), Batches())) == RIGHT


def test_layer_that_takes_a_list(keras: Any) -> None:
    query = np.ones((2, 3, 4), "float32")
    assert_training_reaches(keras.layers.Attention(dropout=0.5), [query, query])


def test_named_tuple_of_outputs(keras: Any) -> None:
    class Outputs(NamedTuple):
        hidden: Any
        inputs: Any

    model = model_of(keras, lambda self, x, training: Outputs(self.drop(x, training=training), x))
    assert modes_of(assert_training_reaches(model, ONES)) == RIGHT


def test_strings(keras: Any) -> None:
    vectorize = keras.layers.TextVectorization(output_sequence_length=4)
    vectorize.adapt(["a b c", "b c d"])
    embed = keras.layers.Embedding(10, 3)
    model = model_of(
        keras,
        lambda self, x, training: self.drop(self.embed(self.vectorize(x)), training=training),
        vectorize=vectorize,
        embed=embed,
    )
    assert modes_of(assert_training_reaches(model, np.array(["a b", "c"]))) == RIGHT


def test_ragged_inputs(keras: Any) -> None:
    model = model_of(keras, lambda self, x, training: self.drop(tf.reduce_sum(x, axis=1), training=training))
    if keras.__name__ == "keras":
        model._convert_input_args = False
        model._allow_non_tensor_positional_args = True
    ragged = tf.ragged.constant([[[1.0, 1.0]], [[2.0, 2.0], [3.0, 3.0]]], ragged_rank=1)
    assert modes_of(assert_training_reaches(model, ragged)) == RIGHT


def test_sparse_inputs(keras: Any) -> None:
    model = model_of(
        keras, lambda self, x, training: self.drop(self.dense(x), training=training), dense=keras.layers.Dense(2)
    )
    sparse = tf.sparse.from_dense(np.eye(3, dtype="float32"))
    assert modes_of(assert_training_reaches(model, sparse)) == RIGHT


def test_masks(keras: Any) -> None:
    inputs = keras.Input((4,), dtype="int32")
    hidden = keras.layers.Embedding(5, 3, mask_zero=True)(inputs)
    outputs = keras.layers.LSTM(2, dropout=0.5, name="drop")(hidden)
    model = keras.Model(inputs, outputs)
    tokens = np.array([[1, 2, 0, 0], [3, 0, 0, 0]], "int32")
    # By its path: a functional model has its layers in a list.
    assert modes_of(assert_training_reaches(model, tokens), "layers[2]") == RIGHT


@pytest.mark.parametrize("outputs", [None, "text"], ids=["None", "strings"])
def test_outputs_of_no_numbers(keras: Any, outputs: Any) -> None:
    def forward(model: Any, inputs: Any, training: Any) -> Any:
        result = {"out": model.drop(inputs, training=training)}
        return result | {"text": None if outputs is None else tf.fill((tf.shape(inputs)[0],), outputs)}

    assert modes_of(assert_training_reaches(model_of(keras, forward), ONES)) == RIGHT


@pytest.mark.parametrize("outputs", [None, {"out": None}, (None, None), {}, []], ids=str)
def test_outputs_of_nothing(keras: Any, outputs: Any) -> None:
    def forward(model: Any, inputs: Any, training: Any) -> Any:
        model.drop(inputs, training=training)
        return outputs

    assert modes_of(assert_training_reaches(model_of(keras, forward), ONES)) == RIGHT


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(keras: Any, policy: str) -> None:
    keras.mixed_precision.set_global_policy(policy) if keras.__name__ == "tf_keras" else keras.config.set_dtype_policy(
        policy
    )
    try:
        model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dropout(0.5)])
        model.compile("adam", "mse")
        assert modes_of(assert_training_reaches(model, ONES, targets=np.zeros((2, 2))), "layers[1]") == RIGHT
    finally:
        keras.backend.clear_session()
        keras.mixed_precision.set_global_policy("float32")


def test_recurrent_and_wrapped_layers(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Bidirectional(layers.GRU(2, dropout=0.5, return_sequences=True)),
            layers.TimeDistributed(layers.Dropout(0.5)),
            layers.RNN(layers.LSTMCell(2, dropout=0.5)),
        ]
    )
    trace = assert_training_reaches(model, np.ones((2, 3, 4), "float32"))
    assert {"layers[0].forward_layer", "layers[1].layer"} <= {call.path for call in trace.calls}


def test_compiled_with_xla(keras: Any) -> None:
    model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dropout(0.5)])
    model.compile("adam", "mse", jit_compile=True)
    assert modes_of(assert_training_reaches(model, ONES), "layers[1]") == RIGHT


def test_model_of_a_distribution_strategy(keras: Any) -> None:
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        model = model_of(
            keras, lambda self, x, training: self.dense(dropped(self, x, training)), dense=keras.layers.Dense(1)
        )
        model.compile("adam", "mse")
    model.fit(ONES, np.zeros((2, 1)), verbose=0)
    before = model.get_weights()
    assert modes_of(assert_training_reaches(model, ONES)) == RIGHT
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))


def test_model_from_a_file(keras: Any, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dropout(0.5)])
    model.compile("adam", "mse")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert modes_of(assert_training_reaches(loaded, ONES, targets=np.zeros((2, 2))), "layers[1]") == RIGHT


def gan(keras: Any) -> Any:
    class Gan(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.generator = keras.Sequential([keras.layers.Dense(3), keras.layers.Dropout(0.5)])
            self.generator.build((None, 3))
            self.g_opt = keras.optimizers.Adam(0.1)

        def train_step(self, images: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self.generator(images, training=True) - images) ** 2)
            weights = self.generator.trainable_variables
            self.g_opt.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            return {"loss": loss}

    return Gan()


def test_model_without_call_is_run_by_fit(keras: Any) -> None:
    model = gan(keras)
    model.compile()
    before = model.generator.get_weights()
    trace = assert_training_reaches(model, ONES)
    assert (trace.modes, {call.phase.value for call in trace.calls}) == (("fit",), {"train"})
    assert all(np.array_equal(one, other) for one, other in zip(before, model.generator.get_weights(), strict=True))


def test_layer_that_needs_arguments(keras: Any) -> None:
    class Scaled(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        def call(self, inputs: Any, *, scale: float, training: Any = None) -> Any:
            return self.drop(inputs, training=training) * scale

    assert modes_of(assert_training_reaches(Scaled(), ONES, call_arguments={"scale": 2.0})) == RIGHT


def test_model_that_needs_arguments_is_called_directly(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        def call(self, inputs: Any, context: Any, training: Any = None) -> Any:
            return self.drop(inputs, training=training) + context

    trace = assert_training_reaches(Model(), ONES, call_arguments={"context": ONES})
    assert trace.modes == ("training=True", "training=False", "no flag")
    assert [call.phase.value for call in trace.calls] == ["train", "infer", "infer"]


@pytest.mark.parametrize("unpacked", [True, False], ids=["unpacked", "by keras.utils"])
def test_train_step_that_needs_targets(keras: Any, unpacked: bool) -> None:
    class Stepping(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return inputs

        def train_step(self, data: Any) -> Any:
            x, y = data if unpacked else keras.utils.unpack_x_y_sample_weight(data)[:2]
            return {"loss": tf.reduce_mean(self(x, training=True) - y)}

    model = Stepping()
    model.compile(loss="mse")
    with pytest.raises(TypeError, match="`train_step` of Stepping fails without targets: pass `targets=`"):
        trace_training(model, ONES, mode="fit")


def test_train_step_that_needs_sample_weights(keras: Any) -> None:
    class Stepping(keras.Model):  # type: ignore[misc]
        def train_step(self, data: Any) -> Any:
            x, y, weights = data
            return {"loss": tf.reduce_mean(weights[:, None] * (self(x, training=True) - y))}

    model = model_of(keras, dropped, base=Stepping)
    model.compile(loss="mse")
    data = tf.data.Dataset.from_tensors((ONES, ONES, np.ones(2, "float32")))
    assert modes_of(assert_training_reaches(model, data)) == RIGHT
    with pytest.raises(TypeError, match=r"fails without sample weights: pass a data set"):
        trace_training(model, ONES, targets=ONES, mode="fit")


def test_sample_weights_of_a_data_set(keras: Any) -> None:
    model = model_of(keras, lambda self, x, training: self.dense(dropped(self, x, training)))
    model.dense = keras.layers.Dense(3)
    for is_compiled in (False, True):
        if is_compiled:
            model.compile("adam", "mse", weighted_metrics=["mae"])
        data = tf.data.Dataset.from_tensors((ONES, ONES, np.ones(2, "float32")))
        assert modes_of(assert_training_reaches(model, data, mode=[*MODES, "evaluate"])) == RIGHT


def evaluated(keras: Any, flag: bool) -> Any:
    """A model with a `test_step` of its own."""

    class Evaluated(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.drop(inputs, training=training)

        def test_step(self, data: Any) -> Any:
            x, y = data
            return {"loss": tf.reduce_mean(self(x, training=flag) - y)}

    return Evaluated()


def test_test_step_of_the_user(keras: Any) -> None:
    model = evaluated(keras, flag=False)
    model.compile(loss="mse")
    model.evaluate(ONES, ONES, verbose=0)
    function = model.test_function
    trace = assert_training_reaches(model, ONES, targets=ONES, mode=["fit", "evaluate"])
    assert [call.phase.value for call in trace.calls] == ["train", "infer"]
    assert model.test_function is function
    (wrong,) = trace_training(evaluated(keras, flag=True), ONES, mode="evaluate").wrong
    assert str(wrong).endswith("(KTP302, docs/rules/KTP302.md)")


def test_constant_in_a_step_of_the_user_is_of_the_rule_for_steps(keras: Any) -> None:
    class Stepping(keras.Model):  # type: ignore[misc]
        def test_step(self, data: Any) -> Any:
            return {"loss": tf.reduce_mean(self(data[0], training=True))}

        def predict_step(self, data: Any) -> Any:
            return self(data, training=True)

    model = model_of(keras, dropped, base=Stepping)
    model.compile(loss="mse")
    wrong = trace_training(model, ONES, targets=ONES, mode=["evaluate", "predict"]).wrong
    assert {(call.mode, call.reason.rule if call.reason else None) for call in wrong} == {
        ("evaluate", "KTP302"),
        ("predict", "KTP302"),
    }


def test_mistakes_are_named(keras: Any) -> None:
    model = model_of(keras, dropped)
    for nothing in ((), (None,)):
        with pytest.raises(TypeError, match="pass a batch of its inputs"):
            trace_training(model, *nothing)
    with pytest.raises(TypeError, match="the list_iterator would be used up: pass one batch of it"):
        trace_training(model, iter([ONES]))
    with pytest.raises(TypeError, match="a batch is needed, not the function `dropped`"):
        trace_training(model, dropped)
    with pytest.raises(RuntimeError, match=r"outside of a `tf.function`"):
        tf.function(lambda: trace_training(model, ONES) and None)()
    with pytest.raises(ValueError, match="the batch is empty"):
        trace_training(model, ONES[:0])
    with pytest.raises(ValueError, match="no mode to run the model in"):
        assert_training_reaches(model, ONES, mode=[])
    with pytest.raises(TypeError, match="`ignore` takes paths and names of layers as text, not Dropout"):
        assert_training_reaches(model, ONES, ignore=model.drop)
    with pytest.raises(TypeError, match="did you mean mode='training=True'"):
        trace_training(model, ONES, mode=True)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no layer has the path or name 'dorp'; did you mean 'drop'"):
        assert_training_reaches(model, ONES, ignore=["dorp"])
    with pytest.raises(ValueError, match="no layer has the path or name 'dorp'; did you mean 'drop'"):
        assert_training_reaches(model, ONES, may_skip="dorp")
    with pytest.raises(ValueError, match="rows of different length"):
        trace_training(model, [[1.0], [2.0, 3.0]])
