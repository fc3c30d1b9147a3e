"""Names that a module imports from Keras or, where that is not used, from somewhere else."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.maps.static import maps_of
from flake8_training_phase.sources.documents import read_document
from tests.maps.models import drawn

TORCH = """
from torch import nn


class Layer(nn.Module):
    def forward(self, inputs, **kwargs):
        return self.module(inputs, **kwargs)


class Input:
    def __init__(self, shape):
        self.shape = shape


class BatchNormalization(Layer):
    def __init__(self):
        super().__init__()
        self.module = nn.BatchNorm2d(8)


class Model(nn.Module):
    def __init__(self, inputs=None, outputs=None):
        super().__init__()
        self.nodes = inputs, outputs


def shifted(inputs):
    return BatchNormalization()(inputs + 1)
"""

OPERATIONS = "def shifted(inputs):\n    return inputs + 1\n"

BACKENDS = {
    "an if on the environment": """
        import os

        if os.environ.get("BACKEND", "tensorflow") == "tensorflow":
            from tensorflow.keras.layers import BatchNormalization, Input
            from tensorflow.keras.models import Model
            from operations import shifted
        elif os.environ["BACKEND"] == "torch":
            from torch_backend import BatchNormalization, Input, Model, shifted
        else:
            from keras_core.layers import BatchNormalization, Input
            from keras_core import Model
            from operations import shifted
        """,
    "an if on what an earlier one has set": """
        import os

        has_keras = False
        if os.environ.get("BACKEND", "tensorflow") == "tensorflow":
            try:
                import tensorflow as tf
                has_keras = True
            except ImportError:
                pass
        if has_keras:
            from keras.layers import BatchNormalization, Input
            from keras import Model
            from operations import shifted
        else:
            from torch_backend import BatchNormalization, Input, Model, shifted
        """,
    "a name that both give": """
        import os

        if os.environ.get("BACKEND", "tensorflow") == "tensorflow":
            from keras.layers import BatchNormalization, Input
            from keras import Model
            from operations import shifted
        else:
            from torch_backend import BatchNormalization, Input, Model
            from operations import shifted
        """,
    "a try": """
        try:
            from keras.layers import BatchNormalization, Input
            from keras import Model
        except ImportError:
            from torch_backend import BatchNormalization, Input, Model
        from operations import shifted
        """,
    "the else of a try": """
        try:
            import keras
        except ImportError:
            from torch_backend import BatchNormalization, Input, Model, shifted
        else:
            from keras.layers import BatchNormalization, Input
            from keras import Model
            from operations import shifted
        """,
}

NET = """
import keras
from backend import BatchNormalization, Input, Model, shifted


def backbone():
    inputs = Input((8,))
    return Model(inputs, BatchNormalization()(shifted(inputs)))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = backbone()

    def call(self, x, training=None):
        return self.backbone(x, training=training)
"""


def net(folder: Path, **files: str) -> list[str]:
    """The map of the class `Net` in the file `net`."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    document = read_document(folder / "net.py")
    [shown] = maps_of(document, Settings(keras_versions=targets("3.15")), "Net")
    return drawn(shown.rows)


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
def test_a_model_of_layers_that_are_those_of_torch_where_keras_is_not_used(tmp_path: Path, backend: str) -> None:
    found = net(tmp_path, net=NET, backend=backend, torch_backend=TORCH, operations=OPERATIONS)
    normal = "train train infer infer infer"
    assert found == [f"self.backbone Functional: {normal}", f"  BatchNormalization: {normal}"]


def test_a_layer_of_keras_that_an_older_release_does_not_have_is_one_of_both(tmp_path: Path) -> None:
    found = net(
        tmp_path,
        net="""
            import keras

            try:
                from keras.layers import SpectralNormalization as Norm
            except ImportError:
                from compat import Norm

            class Net(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.norm = Norm(keras.layers.Dense(8))

                def call(self, x):
                    return self.norm(x)
            """,
        compat="""
            import keras

            class Norm(keras.layers.Wrapper):
                def call(self, x, training=True):
                    return keras.ops.where(training, x, 2 * x)
            """,
    )
    assert found[0].startswith("self.norm SpectralNormalization or Norm: ")


def test_without_keras_a_name_is_what_each_import_gives(tmp_path: Path) -> None:
    found = net(
        tmp_path,
        net="""
            import keras

            try:
                from missing import Block
            except ImportError:
                from blocks import Block

            class Net(keras.Model):
                def __init__(self):
                    super().__init__()
                    self.block = Block()

                def call(self, x, training=None):
                    return self.block(x, training=training)
            """,
        blocks="""
            import keras

            class Block(keras.layers.Layer):
                def __init__(self):
                    super().__init__()
                    self.drop = keras.layers.Dropout(0.5)

                def call(self, x, training=None):
                    return self.drop(x, training=training)
            """,
    )
    assert found[-1] == "  self.drop Dropout: train train infer infer infer"
