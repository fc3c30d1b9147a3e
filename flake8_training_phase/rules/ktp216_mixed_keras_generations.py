"""KTP216 mixed-keras-generations."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.events import LayerCall
from flake8_training_phase.analysis.layer_class import LayerClass, layer_title, takes_keyword
from flake8_training_phase.analysis.patterns.mixed_keras import loses_context
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import Plan
from flake8_training_phase.fixes.plans import forward, take_and_forward
from flake8_training_phase.rules.rule import Example, Problem, Proof, Rule


class MixedKerasGenerations(Rule):
    """A `tf_keras` layer in a Keras 3 model, or the reverse, gets no `training`: it always runs in inference.

    ## What it does

    Reports the call of a phase-dependent layer of `tf_keras` in a layer or model of `keras`, or of `keras` in one of
    `tf_keras`, that passes no `training`. `keras` counts as Keras 3 where the module imports `tf_keras` too, each
    under its own name; `tf.keras` may be either, and is left alone.

    ## What Keras does

    A layer that is given no flag asks the call context. Each Keras has a context of its own: a `tf_keras` layer that
    a Keras 3 model calls finds nothing there, whatever the model was asked for, and runs as in inference, in
    `fit()` and in `model(x, training=True)` alike. An explicit flag is an argument like any other and gets through.
    Only the flag is right then: Keras 3 does not track the weights of a `tf_keras` layer, so that they are neither
    trained nor saved with the model.

    ## Example

    ```python
    import keras
    import tf_keras

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = tf_keras.layers.Dropout(0.5)

        def call(self, x, training=None):
            return self.dropout(x)
    ```

    Use instead:

    ```python
        def call(self, x, training=None):
            return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: the flag is passed explicitly. When `call` has no `training` yet, the parameter is added.

    ## References

    - Keras 3.15.1, `layers/layer.py:1691` (the context of Keras 3)
    - tf_keras 2.21, `src/engine/base_layer_utils.py:505` (the context of Keras 2)
    - Measured: rows E30, E30b, E31
    """

    severity = Severity.BUG
    words = ("tf_keras",)
    bad = (
        Example(
            bad="""
import keras
import tf_keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = tf_keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x)
""",
            fixed="""
import keras
import tf_keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = tf_keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
""",
            proof=Proof(build="Classifier()", layer="dropout", keras2=None, keras3="I I I I I"),
        ),
        Example(
            bad="""
import keras
from tf_keras.layers import BatchNormalization


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = BatchNormalization()

    def call(self, x):
        return self.norm(x)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, training=training)
""",
            fixed="""
import keras
from tf_keras.layers import BatchNormalization


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=training)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, training=training)
""",
            proof=Proof(build="Classifier()", layer="block.norm", keras2=None, keras3="I I I I I"),
        ),
    )
    good = (
        """
try:
    import tf_keras as keras
except ImportError:
    import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x)
""",
        """
import tensorflow as tf
import tf_keras


class Classifier(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = tf_keras.layers.Dropout(0.5)
        self.dense = tf_keras.layers.Dense(8)

    def call(self, x, training=None):
        return self.dense(self.dropout(x))
""",
        """
import keras
import tf_keras


class New(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = tf_keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(self.dense(x))


class Old(tf_keras.Model):
    def __init__(self):
        super().__init__()
        self.new = keras.layers.Dropout(0.5)
        self.old = tf_keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.old(self.new(x, training=training))
""",
    )

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The calls of layers that find nothing in the context."""
        for layer_class in module.layer_classes:
            for call in layer_class.layer_calls:
                if layer_class.keras and loses_context(layer_class, call):
                    message = _message(layer_class, call)
                    yield self.problem(call.node, message, layer_class.keras, _plan(layer_class, call))


def _message(layer_class: LayerClass, call: LayerCall) -> str:
    host, layer = ("Keras 3", "tf_keras") if 3 in layer_class.keras else ("tf_keras", "Keras 3")
    return (
        f"`{call.name}` ({layer_title(call.receiver)} of {layer}) is called without `training` in `{layer_class.name}`,"
        f" a class of {host}: the call context does not cross, so it always runs in inference"
    )


def _plan(layer_class: LayerClass, call: LayerCall) -> Plan | None:
    if not takes_keyword(call.receiver):
        return None
    if call.at_hand:
        return forward(layer_class, call)
    if call.place.is_call_method and not layer_class.cls.accepts_training:
        return take_and_forward(layer_class, layer_class.layer_calls)
    return None


RULE = MixedKerasGenerations()
