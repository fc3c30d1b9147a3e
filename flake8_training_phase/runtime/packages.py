"""The installed Keras that a layer is of, and its classes whose behaviour depends on the mode."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from flake8_training_phase.keras import catalogue
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer

__tracebackhide__ = True  # pytest shows the code of the user, not this.


@dataclass(frozen=True, slots=True)
class KerasPackage:
    """An imported Keras: `keras` (Keras 3) or `tf_keras` (Keras 2)."""

    module: ModuleType
    layer_class: Any
    model_class: Any

    @property
    def name(self) -> str:
        """`"keras"` or `"tf_keras"`."""
        return self.module.__name__

    @property
    def version(self) -> str:
        """Its version: `"3.15.1"`."""
        return str(getattr(self.module, "__version__", ""))

    @property
    def is_keras_2(self) -> bool:
        """Whether it behaves as Keras 2."""
        return self.version.startswith("2.")

    @property
    def runs_on_tensorflow(self) -> bool:
        """Whether TensorFlow computes, and not torch or jax."""
        return self.backend == "tensorflow"

    @property
    def backend(self) -> str:
        """What computes: `"tensorflow"`, `"jax"` or `"torch"`."""
        return "tensorflow" if self.is_keras_2 else str(self.module.backend.backend())

    def phase_classes(self) -> tuple[type, ...]:
        """Its layer classes whose own `call` takes `training` and may act on it: no models, containers, wrappers."""
        return _phase_classes(self)


@cache
def _phase_classes(package: KerasPackage) -> tuple[type, ...]:
    built_in = (cls for cls in _subclasses(package.layer_class) if cls.__module__.partition(".")[0] == package.name)
    return tuple(dict.fromkeys(cls for cls in built_in if "call" in vars(cls) and _asks_for_phase(cls, package)))


def _asks_for_phase(cls: type, package: KerasPackage) -> bool:
    if issubclass(cls, package.model_class) or "training" not in inspect.signature(vars(cls)["call"]).parameters:
        return False
    known = catalogue.layer(cls.__name__)
    return known is None or known.depends_on not in (DependsOn.WRAPPED, DependsOn.NOTHING)


def package_of(layer: Any) -> KerasPackage:
    """The Keras that a layer or model is made with. Raises TypeError for anything else."""
    for cls in type(layer).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in ("keras", "tf_keras"):
            return package(sys.modules[root])
    torch = sys.modules.get("torch")
    is_compiled = torch is not None and isinstance(layer, torch.nn.Module) and hasattr(layer, "_orig_mod")
    hint = ": pass the model that `torch.compile` was given" if is_compiled else ""
    raise TypeError(f"a Keras model or layer is needed, not {type(layer).__name__}{hint}")


def package(module: ModuleType) -> KerasPackage:
    """An imported Keras: the module `keras` or `tf_keras`."""
    return KerasPackage(module, module.layers.Layer, module.Model)


def depends_on_phase(layer: Any) -> bool:
    """Whether a layer behaves differently in training with what its constructor was given: `Dropout(0.0)` does not."""
    known = _known_class(layer)
    if known is None or known.depends_on is not DependsOn.ARGUMENTS:
        return known is None or known.depends_on is not DependsOn.NOTHING
    return any(_argument(layer, argument.name) for argument in known.arguments)


def is_frozen(layer: Any) -> bool:
    """Whether it is a BatchNormalization that runs in inference mode because it is not trainable."""
    return not layer.trainable and any("BatchNormalization" in cls.__name__ for cls in type(layer).__mro__)


def _known_class(layer: Any) -> KerasLayer | None:
    found = (catalogue.layer(cls.__name__) for cls in type(layer).__mro__)
    return next((one for one in found if one is not None), None)


def _argument(layer: Any, name: str) -> Any:
    """What a layer keeps of a constructor argument; true when it does not keep it."""
    for attribute in (name, f"_{name}"):
        if hasattr(layer, attribute):
            return getattr(layer, attribute)
    return True


def _subclasses(cls: Any) -> Iterator[type]:
    children: list[type] = cls.__subclasses__()
    for child in children:
        yield child
        yield from _subclasses(child)
