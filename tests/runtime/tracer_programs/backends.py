"""Traces models of many kinds on whatever `KERAS_BACKEND` says, and asserts that each is left as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.runtime import MODES, Trace, assert_training_reaches, trace_training

keras = pytest.importorskip("keras")
BACKEND = keras.backend.backend()
RIGHT = "train train infer infer infer"
ONES = np.ones((2, 3), "float32")
layers = keras.layers
TESTS: list[Callable[[], None]] = []


def test(function: Callable[[], None]) -> Callable[[], None]:
    TESTS.append(function)
    return function


def modes_of(trace: Trace, path: str = "drop") -> str:
    """The modes that a layer ran in."""
    ran = [{call.phase.value for call in trace.of(path) if call.mode == mode} for mode in MODES]
    return " ".join("/".join(sorted(words)) or "skipped" for words in ran)


def model_of(forward: Any, **attributes: Any) -> Any:
    """A model that holds a dropout and runs a function."""

    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.drop = layers.Dropout(0.5)
            for name, value in attributes.items():
                setattr(self, name, value)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return forward(self, inputs, training)

    return Model()


def numbers(values: Any) -> list[Any]:
    return [np.array(keras.ops.convert_to_numpy(value)).tolist() for value in values]


def everything(model: Any) -> tuple[Any, ...]:
    """What a user sees of a fitted model: its numbers, what is compiled, and the generators."""
    metrics = [variable for metric in model.metrics for variable in metric.variables]
    seeds = [layer.seed_generator.state for layer in model._flatten_layers() if hasattr(layer, "seed_generator")]
    variables = [*model.variables, *model.optimizer.variables, *metrics, *seeds]
    gradients = [getattr(variable.value, "grad", None) for variable in model.trainable_variables]
    kept = [None if gradient is None else numbers([gradient]) for gradient in gradients]
    functions = (model.train_function, model.predict_function, model.optimizer, sorted(vars(model)))
    drawn: Any = np.random.get_state()  # numpy's releases do not agree about its type.
    return numbers(variables), kept, functions, drawn[1].tolist()


@test
def fitted_model_is_left_as_it_was() -> None:
    """With the metrics, the loss and the optimizer of the user, and without targets."""
    model = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    for fitted in (False, True):
        if fitted:
            model.fit(ONES, np.zeros((2, 2)), verbose=0)
            model.predict(ONES, verbose=0)
        before = everything(model)
        for targets in (None, np.zeros((2, 2), "float32")):
            assert modes_of(assert_training_reaches(model, ONES, targets=targets), "layers[1]") == RIGHT
            assert everything(model) == before
    model.fit(ONES, np.zeros((2, 2)), verbose=0)


@test
def what_raises_leaves_everything() -> None:
    model = model_of(lambda self, x, training: 1 // 0 if self.fails else self.norm(x, training=True), fails=False)
    model.norm = layers.BatchNormalization()
    model.compile("sgd", "mse")
    model.fit(ONES, ONES, verbose=0)
    before = everything(model)
    model.fails = True
    for mode in MODES:
        with pytest.raises(Exception, match="zero"):
            trace_training(model, ONES, mode=mode)
    assert everything(model) == before


@test
def training_afterwards_is_the_same() -> None:
    results = []
    for traced in (False, True):
        keras.backend.clear_session()
        keras.utils.set_random_seed(7)
        model = keras.Sequential([layers.Dense(3), layers.Dropout(0.5), layers.BatchNormalization()])
        model.compile("adam", "mse")
        if traced:
            trace_training(model, ONES, targets=ONES)
            assert not model.built
        history = model.fit(np.arange(12).reshape(4, 3) / 12, np.zeros((4, 3)), epochs=2, batch_size=2, verbose=0)
        results.append((history.history, numbers(model.weights), numbers([keras.random.normal((2,))])))
    assert results[0] == results[1]


@test
def outputs_of_nothing_and_beside_none() -> None:
    every: list[Any] = [None, {"out": None}, [], "beside"]
    for outputs in every:

        def forward(model: Any, inputs: Any, training: Any, outputs: Any = outputs) -> Any:
            hidden = model.drop(model.dense(inputs), training=training)
            return {"out": hidden, "nothing": None} if outputs == "beside" else outputs

        assert modes_of(assert_training_reaches(model_of(forward, dense=layers.Dense(3)), ONES)) == RIGHT


@test
def layer_in_a_mode_only() -> None:
    model = model_of(lambda self, x, training: self.drop(x, training=training) if training else x)
    with pytest.raises(AssertionError, match="drop did not run in training=False, no flag, predict"):
        assert_training_reaches(model, ONES)


@test
def inputs_of_many_kinds() -> None:
    def summed(model: Any, inputs: Any, training: Any) -> Any:
        values = (
            inputs.values() if isinstance(inputs, dict) else inputs if isinstance(inputs, (list, tuple)) else [inputs]
        )
        return model.drop(sum(values), training=training)

    class Batches(keras.utils.PyDataset):  # type: ignore[misc, name-defined]
        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return ONES, ONES

    tensor = keras.ops.convert_to_tensor(ONES)
    given: list[Any] = [({"a": ONES, "b": ONES},), (ONES, ONES), ([[1.0, 2.0], [3.0, 4.0]],), (tensor,), (Batches(),)]
    if BACKEND == "torch":
        data = pytest.importorskip("torch.utils.data")
        given.append((data.DataLoader(data.TensorDataset(tensor, tensor), batch_size=2),))
    for inputs in given:
        assert modes_of(assert_training_reaches(model_of(summed), *inputs)) == RIGHT


@test
def recurrent_masked_and_wrapped_layers() -> None:
    held = [
        layers.Embedding(5, 3, mask_zero=True),
        layers.Bidirectional(layers.GRU(2, dropout=0.5, return_sequences=True)),
        layers.TimeDistributed(layers.Dropout(0.5)),
        layers.RNN(layers.LSTMCell(2, dropout=0.5)),
    ]
    trace = assert_training_reaches(keras.Sequential(held), np.array([[1, 2, 0], [3, 0, 0]], "int32"))
    assert {"layers[1].forward_layer", "layers[2].layer"} <= {call.path for call in trace.calls}


@test
def mixed_precision() -> None:
    for policy in ("mixed_float16", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        try:
            model = keras.Sequential([layers.Dense(2), layers.Dropout(0.5)])
            model.compile("adam", "mse")
            model.fit(ONES, np.zeros((2, 2)), verbose=0)
            before = everything(model)
            assert modes_of(assert_training_reaches(model, ONES, targets=np.zeros((2, 2))), "layers[1]") == RIGHT
            assert everything(model) == before
        finally:
            keras.config.set_dtype_policy("float32")


@test
def model_from_a_file() -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dropout(0.5)])
    model.compile("adam", "mse")
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        loaded = keras.models.load_model(Path(folder) / "model.keras")
    assert modes_of(assert_training_reaches(loaded, ONES, targets=np.zeros((2, 2))), "layers[1]") == RIGHT


@test
def augmentation_says_why() -> None:
    model = keras.Sequential([layers.RandomFlip(), layers.Conv2D(1, 1)])
    images = np.ones((2, 4, 4, 3), "float32")
    with pytest.raises(AssertionError, match="uses its default, True"):
        assert_training_reaches(model, images)
    assert_training_reaches(model, images, ignore="layers[0]")


@test
def randomness_by_hand() -> None:
    generator = keras.random.SeedGenerator(3)
    model = model_of(lambda self, x, training: x + keras.random.normal((2, 3), seed=self.seeds), seeds=generator)
    assert {call.layer for call in trace_training(model, ONES).calls} == {"keras.random.normal"}
    if BACKEND == "jax":
        jax = pytest.importorskip("jax")

        model = model_of(lambda self, x, training: x + jax.random.normal(jax.random.key(0), (2, 3)))
        assert {call.layer for call in trace_training(model, ONES).calls} == {"jax.random.normal"}
    if BACKEND == "torch":
        torch = pytest.importorskip("torch")

        model = model_of(lambda self, x, training: x + torch.randn(2, 3))
        assert {call.layer for call in trace_training(model, ONES).calls} == {"torch.randn"}
        # A dropout that is given the flag is one that knows about it.
        model = model_of(lambda self, x, training: torch.nn.functional.dropout(x, 0.5, training=bool(training)))
        assert [call.mode for call in trace_training(model, ONES).calls] == ["fit", "training=True"]


@test
def function_that_jax_compiled_earlier() -> None:
    if BACKEND != "jax":
        return
    jax = pytest.importorskip("jax")

    norm = layers.BatchNormalization()
    norm.build((2, 3))
    compiled = jax.jit(lambda x: norm(x, training=False))
    compiled(ONES)
    trace = trace_training(model_of(lambda self, x, training: compiled(x)), ONES)
    assert [call.phase.value for call in trace.calls] == ["infer"] * len(MODES)


@test
def what_torch_compiles() -> None:
    if BACKEND != "torch":
        return
    torch = pytest.importorskip("torch")

    class Model(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.drop = layers.Dropout(0.5)
            self.dense = layers.Dense(3)
            self.faster = torch.compile(self.run, backend="eager")

        def run(self, inputs: Any, training: Any) -> Any:
            return self.drop(self.dense(inputs), training=training)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.faster(inputs, training)

    for is_compiled in (False, True):
        model = Model()
        if is_compiled:
            model(ONES)
        trace = assert_training_reaches(model, ONES)
        assert (modes_of(trace), {call.layer for call in trace.calls}) == (RIGHT, {"Dropout"})

    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dropout(0.5)])
    model.compile("adam", "mse", jit_compile=True)
    trace = assert_training_reaches(model, ONES, targets=np.zeros((2, 2), "float32"))
    assert (modes_of(trace, "layers[1]"), model.jit_compile) == (RIGHT, True)
    compiled = torch.compile(model, backend="eager")
    assert tuple(compiled(torch.ones(2, 3)).shape) == (2, 2)  # Nothing of the tracer was compiled.
    with pytest.raises(TypeError, match=r"pass the model that `torch.compile` was given"):
        trace_training(compiled, ONES)


@test
def training_step_that_needs_targets() -> None:
    if BACKEND != "torch":
        return
    torch = pytest.importorskip("torch")

    class Stepping(keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.drop = layers.Dropout(0.5)
            self.dense = layers.Dense(3)
            self.own = keras.optimizers.Adam(0.1)

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.dense(self.drop(inputs, training=training))

        def train_step(self, data: Any) -> Any:
            x, y = data
            self.zero_grad()
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            loss.backward()
            with torch.no_grad():
                self.own.apply([weight.value.grad for weight in self.trainable_weights], self.trainable_weights)
            return {"loss": loss.detach()}

    model = Stepping()
    model.compile("adam", "mse")
    model(ONES)
    before = numbers(model.weights), numbers(model.own.variables)
    assert modes_of(assert_training_reaches(model, ONES, targets=ONES)) == RIGHT
    assert (numbers(model.weights), numbers(model.own.variables)) == before
    with pytest.raises(TypeError, match="pass `targets=`"):
        trace_training(model, ONES, mode="fit")


if __name__ == "__main__":
    for one in TESTS:
        print(one.__name__, flush=True)
        one()
