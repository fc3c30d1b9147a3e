"""How Keras is spelled: which dotted names mean Keras, and which generations a spelling can be."""

from __future__ import annotations

from functools import lru_cache

ALL = frozenset({2, 3})
KERAS_2_ONLY = frozenset({2})
KERAS_3_ONLY = frozenset({3})

_ROOTS: tuple[tuple[str, frozenset[int]], ...] = (
    # The longest spelling comes first: `tensorflow.keras` must not hide `tensorflow.compat.v1.keras`.
    ("tensorflow.compat.v1.keras", ALL),
    ("tensorflow.compat.v2.keras", ALL),
    ("tensorflow.python.keras", KERAS_2_ONLY),
    ("tensorflow_core.keras", KERAS_2_ONLY),
    ("tensorflow.keras", ALL),
    ("keras_core", KERAS_3_ONLY),
    ("tf_keras", KERAS_2_ONLY),
    ("keras", ALL),
    ("keras (3)", KERAS_3_ONLY),
)

WELL_KNOWN_NAMES = {"keras": "keras", "tf_keras": "tf_keras", "tf": "tensorflow", "tensorflow": "tensorflow"}
"""Names that mean Keras or TensorFlow wherever they are imported from: `from my_package.backend import keras`."""

_LAYER_AREAS = frozenset({"layers", "models", "engine", "src", "api", "legacy", "experimental", "applications"})


@lru_cache(maxsize=4096)
def keras_path(dotted: str) -> tuple[str, frozenset[int]] | None:
    """The path below Keras and the possible generations of a dotted name; None for a name outside Keras.

    `"tensorflow.keras.layers.Dropout"` gives `("layers.Dropout", {2, 3})`.
    """
    for root, generations in _ROOTS:
        if dotted == root:
            return "", generations
        if dotted.startswith(root) and dotted[len(root)] == ".":
            return dotted[len(root) + 1 :], generations
    return None


def beside_tf_keras(dotted: str) -> str:
    """A dotted name as it is meant in a module that imports `tf_keras` too: `keras` is Keras 3 there."""
    root, dot, rest = dotted.partition(".")
    return f"keras (3){dot}{rest}" if root == "keras" else dotted


def layer_name(dotted: str) -> str | None:
    """The class name when a dotted name can only be a layer or model class of Keras: `"Dropout"`, else None."""
    found = keras_path(dotted)
    if found is None or not found[0]:
        return None
    area, _, rest = found[0].partition(".")
    name = found[0].rpartition(".")[2]
    if not name[:1].isupper():
        return None
    return name if not rest or area in _LAYER_AREAS else None


def is_backend_function(dotted: str, name: str) -> bool:
    """Whether a dotted name is the function `name` of a Keras backend module, in any spelling of Keras."""
    found = keras_path(dotted)
    if found is None:
        return False
    path = found[0].removeprefix("src.")
    return path in {f"backend.{name}", name, f"_impl.keras.backend.{name}", f"api.backend.{name}"}
