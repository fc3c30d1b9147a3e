"""Every way to write Keras's name is understood."""

from __future__ import annotations

import pytest

from tests.analysis.conftest import Reported

MODULE = """
{imports}

class Block({layer}):
    def __init__(self):
        super().__init__()
        self.drop = {dropout}(0.5)

    def call(self, x, training=None):
        return self.drop(x)
"""

SPELLINGS = [
    ("import keras", "keras.layers.Layer", "keras.layers.Dropout"),
    ("import keras", "keras.Layer", "keras.layers.Dropout"),
    ("import keras as k", "k.layers.Layer", "k.layers.Dropout"),
    ("import tensorflow as tf", "tf.keras.layers.Layer", "tf.keras.layers.Dropout"),
    ("import tensorflow as tf", "tf.keras.Model", "tf.keras.layers.Dropout"),
    ("import tensorflow", "tensorflow.keras.Model", "tensorflow.keras.layers.Dropout"),
    ("import tensorflow.compat.v2 as tf", "tf.keras.Model", "tf.keras.layers.Dropout"),
    ("import tensorflow.compat.v1 as tf", "tf.keras.Model", "tf.keras.layers.Dropout"),
    ("import tf_keras", "tf_keras.Model", "tf_keras.layers.Dropout"),
    ("import tf_keras as keras", "keras.Model", "keras.layers.Dropout"),
    ("from tensorflow import keras", "keras.Model", "keras.layers.Dropout"),
    ("from tensorflow.keras import layers, Model", "Model", "layers.Dropout"),
    ("from tensorflow.keras import layers as L", "L.Layer", "L.Dropout"),
    ("from tensorflow.keras.layers import Dropout, Layer as L", "L", "Dropout"),
    ("from tensorflow.python.keras.layers import Dropout, Layer", "Layer", "Dropout"),
    (
        "from tensorflow.python.keras.engine.base_layer import Layer\nfrom keras.layers import Dropout",
        "Layer",
        "Dropout",
    ),
    ("from keras.layers import *\nfrom keras import Model", "Model", "Dropout"),
    ("from keras.src.layers.regularization.dropout import Dropout\nfrom keras import Model", "Model", "Dropout"),
    ("import tensorflow as tf\nlayers = tf.keras.layers", "layers.Layer", "layers.Dropout"),
    ("import tensorflow as tf\nkeras = tf.keras", "keras.Model", "keras.layers.Dropout"),
    ("import tensorflow as tf\nkl = tf.keras.layers\nDrop = kl.Dropout", "kl.Layer", "Drop"),
    (
        "try:\n    import keras\nexcept ImportError:\n    from tensorflow import keras",
        "keras.Model",
        "keras.layers.Dropout",
    ),
    (
        "try:\n    import tf_keras as keras\nexcept ImportError:\n    import keras",
        "keras.Model",
        "keras.layers.Dropout",
    ),
    (
        "import os\nif os.getenv('X'):\n    from keras import layers\nelse:\n    from tensorflow.keras import layers",
        "layers.Layer",
        "layers.Dropout",
    ),
    ("from my_package.backend import keras", "keras.Model", "keras.layers.Dropout"),
    ("from ..compat import tf", "tf.keras.Model", "tf.keras.layers.Dropout"),
    ("import keras_core as keras", "keras.Model", "keras.layers.Dropout"),
    ("from keras import layers\nfrom functools import partial\nDrop = partial(layers.Dropout)", "layers.Layer", "Drop"),
]


@pytest.mark.parametrize(("imports", "layer", "dropout"), SPELLINGS, ids=[spelling[0] for spelling in SPELLINGS])
def test_spelling_is_understood(imports: str, layer: str, dropout: str, reported: Reported) -> None:
    assert reported(MODULE.format(imports=imports, layer=layer, dropout=dropout)) == {"self.drop(x)"}


@pytest.mark.parametrize(
    ("imports", "layer", "dropout"),
    [
        ("from torch import nn", "nn.Module", "nn.Dropout"),
        ("from flax import linen as nn", "nn.Module", "nn.Dropout"),
        ("import sonnet as snt", "snt.Module", "snt.Dropout"),
        ("import keras\nfrom torch import nn", "keras.layers.Layer", "nn.Dropout"),
        ("from keras.initializers import Identity\nimport keras", "keras.layers.Layer", "Identity"),
    ],
)
def test_other_libraries_are_left_alone(imports: str, layer: str, dropout: str, reported: Reported) -> None:
    assert reported(MODULE.format(imports=imports, layer=layer, dropout=dropout)) == set()


def test_import_inside_a_function_is_understood(reported: Reported) -> None:
    code = """
        def make_block():
            from tensorflow.keras import layers

            class Block(layers.Layer):
                def __init__(self):
                    super().__init__()
                    self.drop = layers.Dropout(0.5)

                def call(self, x, training=None):
                    return self.drop(x)

            return Block()
        """
    assert reported(code) == {"self.drop(x)"}
