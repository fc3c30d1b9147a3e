"""A traced model, and what is around it, is as it was: also when it raises."""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.runtime import trace_training

tf = pytest.importorskip("tensorflow")
INPUTS = np.ones((4, 3), "float32")


def busy_model(keras: Any) -> Any:
    """A model that changes everything that a model can change."""

    class Busy(keras.Model):  # type: ignore[misc]
        runs_of_all = 0

        def __init__(self) -> None:
            super().__init__()
            self.norm = keras.layers.BatchNormalization()
            self.drop = keras.layers.Dropout(0.5, seed=1)
            self.dense = keras.layers.Dense(3)
            self.runs = 0
            self.seen: list[int] = []
            self.by_name: dict[str, int] = {}
            self.total = tf.Variable(0.0, trainable=False)
            self.mean = keras.metrics.Mean(name="mean_output")
            self.g_opt = keras.optimizers.Adam(0.1)
            self.array = np.zeros(2)
            self.fails = False

        def call(self, inputs: Any, training: Any = None) -> Any:
            self.runs += 1
            type(self).runs_of_all += 1
            self.seen.append(self.runs)
            self.by_name[str(self.runs)] = self.runs
            self.array += 1
            self.total.assign_add(1.0)
            random.random()
            np.random.rand()
            hidden = self.drop(self.norm(inputs, training=True), training=training)
            if self.fails and training:
                raise ArithmeticError("on purpose")
            return self.dense(hidden)

        def train_step(self, data: Any) -> Any:
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
            weights = self.trainable_variables
            self.g_opt.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            self.dense.trainable = not self.dense.trainable
            self.mean.update_state(loss)
            return {"loss": loss}

    return Busy()


def everything(model: Any, keras: Any) -> dict[str, Any]:
    """All that a user can see of a model and of the generators."""
    seen = {
        name: value for name, value in vars(model).items() if isinstance(value, (int, float, str, bool, type(None)))
    }
    held = [model.norm, model.drop, model.dense]
    optimizer = model.g_opt.variables if keras.__name__ == "keras" else model.g_opt.variables()
    return {
        "attributes": seen,
        "names": sorted(vars(model)),
        "containers": (list(model.seen), dict(model.by_name), model.array.tolist(), type(model).runs_of_all),
        "weights": [one.tolist() for one in model.get_weights()] if model.built else None,
        "optimizer": [np.array(one).tolist() for one in optimizer],
        "metrics": [one.numpy().tolist() for one in model.mean.variables],
        "counter": float(model.total.numpy()),
        "layers": [(layer.built, layer.trainable, len(layer.weights)) for layer in held],
        "functions": (model.train_function, model.predict_function, getattr(model, "optimizer", None)),
        "generators": (random.getstate(), repr(np.random.get_state())),
    }


@pytest.mark.parametrize("fitted", [True, False], ids=["fitted", "not built"])
@pytest.mark.parametrize("fails", [False, True], ids=["", "raises"])
def test_nothing_that_a_user_sees_changes(keras: Any, fitted: bool, fails: bool) -> None:
    model = busy_model(keras)
    model.compile(loss="mse")
    if fitted:
        model.fit(INPUTS, INPUTS, verbose=0)
        model.predict(INPUTS, verbose=0)
    model.fails = fails
    before = everything(model, keras)
    if fails:
        with pytest.raises(Exception, match="on purpose"):
            trace_training(model, INPUTS, targets=INPUTS)
    else:
        trace_training(model, INPUTS, targets=INPUTS)
    assert everything(model, keras) == before
    model.fails = False
    model.fit(INPUTS, INPUTS, verbose=0)
    assert everything(model, keras)["counter"] > before["counter"]


def draws_of(keras: Any) -> list[Callable[[], Any]]:
    noise = keras.layers.GaussianNoise(1.0)
    draws: list[Callable[[], Any]] = [
        lambda: noise(INPUTS, training=True),
        lambda: tf.random.normal((2,)),
        lambda: keras.layers.Dense(1).name,
    ]
    return [*draws, lambda: keras.random.normal((2,))] if keras.__name__ == "keras" else draws


@pytest.mark.parametrize("which", range(4))
def test_what_is_drawn_and_named_afterwards_is_the_same(keras: Any, which: int) -> None:
    results = []
    for traced in (False, True):
        keras.backend.clear_session()
        keras.utils.set_random_seed(3)
        draws = draws_of(keras)
        if which >= len(draws):
            pytest.skip("tf_keras has no keras.random")
        draws[which]()
        model = keras.Sequential([keras.layers.Dense(2), keras.layers.Dropout(0.5)])
        if traced:
            trace_training(model, INPUTS)
        results.append(np.array(draws[which]()).tolist())
    assert results[0] == results[1]


def test_global_generator_of_tensorflow(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return inputs + tf.random.get_global_generator().normal((4, 3))

    results = []
    for traced in (False, True):
        tf.random.set_global_generator(tf.random.Generator.from_seed(3))
        if traced:
            trace_training(Model(), INPUTS)
        results.append(tf.random.get_global_generator().normal((2,)).numpy().tolist())
    assert results[0] == results[1]


@dataclass(slots=True)
class Notes:
    """What a model writes down in an object that is not its own."""

    runs: int = 0
    last: deque[int] = field(default_factory=lambda: deque([7], maxlen=3))
    by_name: OrderedDict[str, int] = field(default_factory=lambda: OrderedDict(a=1))


def test_containers_and_slots_of_the_user(keras: Any) -> None:
    notes = Notes()

    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            notes.runs += 1
            notes.last.append(notes.runs)
            notes.by_name[str(notes.runs)] = notes.runs
            return inputs

    trace_training(Model(), INPUTS)
    assert notes == Notes()
    notes.by_name.move_to_end("a")  # It is still whole.


def test_losses_of_the_last_call(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            self.add_loss(tf.reduce_mean(inputs))
            return inputs

    model = Model()
    trace_training(model, INPUTS)
    assert model.losses == []


def test_model_that_is_reached_by_a_closure(keras: Any) -> None:
    inner = keras.Sequential([keras.layers.Dense(3), keras.layers.BatchNormalization()])
    inner.build((None, 3))

    class Outer(keras.Model):  # type: ignore[misc]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return inner(inputs, training=True)

    before = inner.get_weights()
    trace_training(Outer(), INPUTS + np.arange(3, dtype="float32"))
    assert all(np.array_equal(one, other) for one, other in zip(before, inner.get_weights(), strict=True))


def test_states_of_a_recurrent_layer(keras: Any) -> None:
    model = keras.Sequential([keras.layers.LSTM(2, stateful=True, dropout=0.5)])
    inputs = np.ones((2, 3, 4), "float32")
    model(inputs)
    states = [np.array(state).tolist() for state in model.layers[0].states]
    trace_training(model, inputs)
    assert [np.array(state).tolist() for state in model.layers[0].states] == states


def test_compiled_function_is_still_the_users(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.drop = keras.layers.Dropout(0.5)

        @tf.function(jit_compile=True)  # type: ignore[untyped-decorator, unused-ignore]
        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.drop(inputs, training=training)

    model = Model()
    model(INPUTS, training=True)
    count = model.call.experimental_get_tracing_count()
    trace = trace_training(model, INPUTS)
    assert [call.phase.value for call in trace.calls] == ["train", "train", "infer", "infer", "infer"]
    assert model.call.experimental_get_tracing_count() == count
    assert np.count_nonzero(model(INPUTS, training=True)) < INPUTS.size
