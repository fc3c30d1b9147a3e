"""The private layers of Keras that the analysis knows, in the installed Keras: they are there, and of that class."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from flake8_training_phase.keras.catalogue import layers


@pytest.mark.parametrize("package", ["keras", "tf_keras"])
@pytest.mark.parametrize("name", ["MultiHeadAttention", "GroupQueryAttention"])
def test_they_are_there(package: str, name: str) -> None:
    keras: Any = importlib.import_module(package)
    if not hasattr(keras.layers, name):
        pytest.skip(f"{package} has no {name}")
    given = (2, 4, None, 0.5) if name == "MultiHeadAttention" else (4, 2, 2, 0.5)
    attention = getattr(keras.layers, name)(*given)
    x = np.ones((1, 3, 8), "float32")
    attention(x, x)
    held = {key: type(one).__name__ for key, one in vars(attention).items() if isinstance(one, keras.layers.Layer)}
    known = {key: layers()[name].inner_layer(key) for key in held}
    assert {key: None if one is None else one.name for key, one in known.items()} == held
    assert attention._dropout_layer.rate == 0.5
