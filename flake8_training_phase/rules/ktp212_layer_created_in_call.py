"""KTP212 layer-created-in-call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.patterns.constructions import has_state, is_random, layers_made, runs_as_graph
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules.rule import Example, Problem, Proof, Rule


class LayerCreatedInCall(Rule):
    """A layer is made inside `call`, anew each time the model runs.

    ## What it does

    Reports a layer with weights, or under Keras 3 one with a random generator such as Dropout, that is constructed in
    `call` or in a method that `call` runs. Layers without any state (`Concatenate`, `ReLU`, `Resizing`) are left
    alone, and so is what is stored on `self`, or made by a function that is only handed to another one, which may keep
    what it makes (`get_or_create_layer`): it is made once. Where a method makes a functional model of `call`, whose
    layers then belong to that, the finding is *fragile*.

    ## What Keras does

    The layer is no part of the model: its weights are new at random in every call, and are not saved. `fit()` and
    `predict()` compile `call`, and a compiled function may not make variables when it is called again: they raise.
    With `run_eagerly=True` the weights are made anew for every batch, so that they never train. The random generator
    of a Dropout is such a variable in Keras 3. (Only in a graph of TensorFlow 1, which runs `call` once, such weights
    train, as variables of the graph that the layer does not own.)

    ## Example

    ```python
    def call(self, x, training=None):
        return keras.layers.Dropout(0.5)(x, training=training)
    ```

    Use instead:

    ```python
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    There is no fix: where the layer belongs, and whether calls share it, is for the author to say.

    ## References

    - Keras 3.15.1, `random/seed_generator.py`
    - Keras 2.15, `engine/base_layer.py`, `add_weight`
    - Measured: rows 22i, 22j
    """

    severity = Severity.BUG
    bad = (
        Example(
            bad="""
import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
        x = keras.layers.Dropout(0.5)(x, training=training)
        return self.dense(x)
""",
            fixed=None,
            proof=Proof(build="Classifier()", layer="", keras3="E/T T I I E"),
        ),
        Example(
            bad="""
from tensorflow import keras
from tensorflow.keras import layers


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization()

    def _widen(self, x):
        wide = layers.Dense(16, activation="relu")
        return wide(x)

    def call(self, x, training=None):
        return self.norm(self._widen(x), training=training)
""",
            fixed=None,
            proof=Proof(build="Classifier()", layer="norm", keras2="E/T T I I E", keras3="E/T T I I E"),
        ),
    )
    good = (
        """
import keras
import tensorflow as tf


class Merge(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = None
        self.blocks = []
        self.made = []

    def build(self, shape):
        self.out = keras.layers.Dense(8)

    def _make(self):
        self.norm = keras.layers.BatchNormalization()
        layer = keras.layers.Dense(8)
        return layer

    def _build_once(self, x, training):
        if not self.made:
            self.made = [self._make()]
        return self.norm(self.made[0](x), training=training)

    def call(self, x, training=None):
        if self.dense is None:
            self.dense = keras.layers.Dense(8)
        if not self.blocks:
            self.blocks.append(keras.layers.Dense(8))
        x = self._build_once(x, training)
        x = keras.layers.Concatenate()([x, self.dense(x)])
        x = keras.layers.ReLU()(keras.layers.Dropout(0.0)(x))
        x = keras.layers.Normalization(mean=0.0, variance=1.0)(x)
        return self.out(x)


def functional():
    inputs = keras.Input((8,))
    return keras.Model(inputs, keras.layers.Dense(8)(inputs))
""",
    )

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The layers that no model will own."""
        for layer_class in module.layer_classes:
            for node, made in layers_made(layer_class):
                keras = layer_class.keras if has_state(made) else (3,) if is_random(made) else ()
                keras = tuple(one for one in keras if one in layer_class.keras)
                if keras and runs_as_graph(layer_class):
                    message = f"{_made(node)}: right only in the functional model that is made of `{layer_class.name}`"
                    yield self.problem(node, message, keras, severity=Severity.FRAGILE)
                elif keras:
                    yield self.problem(node, _message(node, keras, with_weights=has_state(made)), keras)


def _made(node: ast.Call) -> str:
    return f"`{ast.unparse(node.func)}(…)` is made inside `call`"


def _message(node: ast.Call, keras: tuple[int, ...], with_weights: bool) -> str:
    made = _made(node)
    if with_weights:
        return f"{made}: its weights are new in every call and belong to no layer, and a compiled `fit()` raises"
    return f"{made}: `fit()` and `predict()` raise under Keras {keras[-1]}, where its random generator is a variable"


RULE = LayerCreatedInCall()
