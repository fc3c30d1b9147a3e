"""One training step of each kind, as it is and as KTP301 fixes it: does dropout drop, does the batch teach anything?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText
from tests.runtime.conftest import installed

MODEL = """
model = keras.Sequential([keras.layers.Dense(64), keras.layers.Dropout(0.5), keras.layers.BatchNormalization()])
model.build((None, 64))
"""
TAPE = f"""
import tensorflow as tf

from compat import keras

{MODEL}
optimizer = keras.optimizers.SGD(0.0)


def train(x):
    with tf.GradientTape() as tape:
        y_pred = model(x)
        loss = tf.reduce_mean(y_pred**2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return y_pred
"""
HELPER = TAPE.replace("y_pred = model(x)", "y_pred = forward(x)").replace(
    "def train", "def forward(x, training=False):\n    return model(x, training=training)\n\n\ndef train"
)
MINIMIZE = f"""
import tensorflow as tf

from compat import keras

{MODEL}
optimizer = keras.optimizers.SGD(0.0)
seen = []


def train(x):
    def loss():
        seen.append(model(x))
        return tf.reduce_mean(seen[-1] ** 2)

    optimizer.minimize(loss, model.trainable_variables)
    return seen[-1]
"""
JAX = f"""
import jax
import keras

{MODEL}
optimizer = keras.optimizers.SGD(0.0)
optimizer.build(model.trainable_variables)


def compute_loss(trainable, fixed, x):
    y_pred, fixed = model.stateless_call(trainable, fixed, x)
    return keras.ops.mean(y_pred**2), (y_pred, fixed)


gradient_of = jax.value_and_grad(compute_loss, has_aux=True)


def train(x):
    trainable = [one.value for one in model.trainable_variables]
    fixed = [one.value for one in model.non_trainable_variables]
    (_, (y_pred, fixed)), gradients = gradient_of(trainable, fixed, x)
    optimizer.stateless_apply([one.value for one in optimizer.variables], gradients, trainable)
    for variable, value in zip(model.non_trainable_variables, fixed):
        variable.assign(value)
    return y_pred
"""
STEPS = {"tape": (TAPE, "23"), "helper": (HELPER, "23"), "minimize": (MINIMIZE, "2"), "jax": (JAX, "j")}
"""The code, and where it runs: Keras 2, Keras 3 with TensorFlow, Keras 3 with JAX."""

# Dropout comes before BatchNormalization, so that two calls on the same input differ where it drops.
RUNNER = """
import json, sys, types
where, *texts = json.loads(sys.stdin.read())
import numpy as np
if where == "2":
    import tf_keras as keras
else:
    import keras
sys.modules["compat"] = types.SimpleNamespace(keras=keras)
x = np.random.default_rng(0).normal(5, 1, (32, 64)).astype("float32")
found = []
for text in texts:
    names = {}
    exec(text, names)
    mean = names["model"].layers[-1].moving_mean
    before = np.array(mean)
    first, second = np.array(names["train"](x)), np.array(names["train"](x))
    found.append([not np.allclose(np.array(mean), before), float(abs(first - second).max()) > 1.0])
print(json.dumps(found))
"""
MISSING = {"2": ("tf_keras", "tensorflow"), "3": ("keras", "tensorflow"), "j": ("keras", "jax")}


def fixed(text: str) -> str:
    """The text after the unsafe fix of KTP301."""
    settings = Settings(select=("KTP301",))
    # The runner gives `keras` another name, which the checker cannot know.
    plain = text.replace("from compat import keras", "import keras")
    result = engine.fix(SourceText(plain), settings, "step.py", unsafe=True)
    assert result.made
    assert result.remaining == ()
    return result.text.replace("import keras\n", "from compat import keras\n") if plain != text else result.text


@cache
def measured(where: str) -> dict[str, list[list[bool]]]:
    """For each kind of step: whether the statistics move and dropout drops, as it is and fixed."""
    names = [name for name, (_, places) in STEPS.items() if where in places]
    texts = [text for name in names for text in (STEPS[name][0], fixed(STEPS[name][0]))]
    environment = {**os.environ, "KERAS_BACKEND": "jax" if where == "j" else "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
    environment["TF_USE_LEGACY_KERAS"] = "1" if where == "2" else "0"
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps([where, *texts]),
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers = json.loads(done.stdout.splitlines()[-1])
    return {name: answers[2 * place : 2 * place + 2] for place, name in enumerate(names)}


@pytest.mark.parametrize(("name", "where"), [(name, place) for name, (_, places) in STEPS.items() for place in places])
def test_a_step_trains_as_in_inference_until_it_is_fixed(name: str, where: str) -> None:
    missing = [package for package in MISSING[where] if installed(package) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    as_it_is, after_the_fix = measured(where)[name]
    assert as_it_is == [False, False]
    assert after_the_fix == [True, True]
