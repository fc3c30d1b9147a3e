"""What a user declares about layers, base classes and spellings that are not Keras's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from flake8_training_phase.keras.catalogue import CallSignature, DependsOn, KerasLayer, layers
from flake8_training_phase.keras.packages import Catalogue

_SPELLINGS = {"": "keras", "2": "tf_keras", "3": "keras_core"}
"""What a module stands for that is a Keras of any version, Keras 2, or Keras 3."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Names from outside the checked code, and what they mean. Dotted names are those that the code imports."""

    training_layers: tuple[str, ...] = ()
    """Layers that behave differently in training and take `training=None`; a name without a dot is a class's."""
    layer_bases: tuple[str, ...] = ()
    """Classes that derive from Keras's `Layer`."""
    model_bases: tuple[str, ...] = ()
    """Classes that derive from Keras's `Model`."""
    keras_modules: tuple[str, ...] = ()
    """Modules that are a Keras, with `=2` or `=3` after the name of one that is always of that version."""
    training_aliases: tuple[str, ...] = ()
    """Names of parameters of `call` that mean the phase."""
    catalogues: tuple[Catalogue, ...] = ()
    """What is known of the layers of other packages, beside what comes with this one."""

    def spelled(self, dotted: str) -> str:
        """A dotted name as Keras itself spells it: `my_keras.layers.Dense` may give `keras.layers.Dense`."""
        for entry in self.keras_modules:
            name, _, version = entry.partition("=")
            if dotted == name or dotted.startswith(f"{name}."):
                return _SPELLINGS[version] + dotted[len(name) :]
        return dotted

    def layer(self, dotted: str) -> KerasLayer | None:
        """The layer or base class that a dotted name means; None for a name that nothing was declared for."""
        name = dotted.rpartition(".")[2]
        if _is_among(dotted, name, self.training_layers):
            return _training_layer(name)
        for bases, base in ((self.model_bases, "Model"), (self.layer_bases, "Layer")):
            if _is_among(dotted, name, bases):
                return _subclass(name, base)
        return None


NOTHING = Knowledge()
"""The declarations of a user who makes none."""


def _is_among(dotted: str, name: str, entries: tuple[str, ...]) -> bool:
    return dotted in entries or name in entries


@cache
def _training_layer(name: str) -> KerasLayer:
    signature = CallSignature(("inputs", "training"), accepts_training=True, default=None)
    # It is unknown whether it has weights: without them less is reported.
    return KerasLayer(name, "Layer", {2: signature, 3: signature}, DependsOn.ALWAYS, (), has_weights=False)


@cache
def _subclass(name: str, base: str) -> KerasLayer:
    return KerasLayer(name, base, layers()[base].signatures, DependsOn.UNKNOWN, (), has_weights=False)
