"""What the models in `tests/runtime/wild` do when they run, before and after a fix: what drops, what moves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from tests.found_in_the_wild import Figures

RUNNER = """
import json, sys
import numpy as np

dropped = set()

def note(layer, inputs, outputs):
    if not np.array_equal(inputs, outputs):
        dropped.add(id(layer))

if sys.argv[1] == "jax":
    import jax, keras

    def watch(layer, inputs, outputs):
        jax.debug.callback(lambda *arrays: note(layer, *arrays), inputs, outputs)
else:
    import tensorflow as tf

    keras = tf.keras

    def watch(layer, inputs, outputs):
        if tf.executing_eagerly():
            note(layer, inputs, outputs)

    plain_function = tf.nn.dropout

    def function(x, rate, **options):
        outputs = plain_function(x, rate, **options)
        watch(sys._getframe(1).f_locals.get("self"), x, outputs)
        return outputs

    tf.nn.dropout = function

plain_call = keras.layers.Dropout.call

def call(self, inputs, training=None):
    outputs = plain_call(self, inputs, training=training)
    watch(self, inputs, outputs)
    return outputs

# Keras 3 hands the default of the parameter to other layers, so it has to stay what it is.
call.__defaults__ = plain_call.__defaults__
keras.layers.Dropout.call = call

def moved(layer):
    mean, variance = np.array(layer.moving_mean), np.array(layer.moving_variance)
    return not (np.allclose(mean, 0) and np.allclose(variance, 1))

found = []
for text in json.load(sys.stdin):
    names = {}
    exec(text, names)
    layers = {id(one): one for model in names["run"]() for one in model._flatten_layers()}
    # A layer with a rate that is no Dropout calls a dropout function itself.
    dropouts = [one for one in layers.values() if isinstance(getattr(one, "rate", None), float)]
    norms = [one for one in layers.values() if isinstance(one, keras.layers.BatchNormalization)]
    drops = sum(id(one) in dropped for one in dropouts)
    found.append([drops, len(dropouts), sum(map(moved, norms)), len(norms)])
print(json.dumps(found))
"""


def figures(texts: Sequence[str], keras: int, backend: str = "tensorflow") -> list[Figures]:
    """What each program does, all of them in one process under Keras 2 or 3."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": ""}
    environment["TF_USE_LEGACY_KERAS"] = "1" if keras == 2 else "0"
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, backend],
        input=json.dumps(texts),
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [Figures(*numbers) for numbers in json.loads(done.stdout.splitlines()[-1])]
