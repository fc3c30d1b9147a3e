"""Draws layers, and the ways in which a constructor keeps them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.runtime.programs.drawing import Dice

SIMPLE = "keras.layers.Dropout(0.5)"

BUILT_IN = (
    (8, SIMPLE),
    (4, "keras.layers.BatchNormalization()"),
    (2, "keras.layers.GaussianNoise(0.1)"),
    (1, "keras.layers.GaussianDropout(rate=0.1)"),
    (1, "keras.layers.AlphaDropout(0.1)"),
    (1, "keras.layers.SpatialDropout1D(0.1)"),
    (1, "keras.layers.Dropout(0.0)"),
    (1, "keras.layers.BatchNormalization(trainable=False)"),
    (2, "keras.layers.Dense(4)"),
    (1, 'keras.layers.Activation("relu")'),
    (1, "keras.layers.LayerNormalization()"),
    (1, "keras.layers.RandomFlip()"),
    (1, "keras.layers.Resizing(2, 3)"),
    (1, "keras.layers.LSTM(4, return_sequences=True)"),
    (1, "keras.layers.GRU(4, return_sequences=True, dropout=0.2)"),
    (1, "keras.layers.TimeDistributed(keras.layers.Dropout(0.5))"),
    (1, "keras.layers.TimeDistributed(keras.layers.GaussianNoise(0.1), name=None)"),
    (1, "tf.keras.layers.Dropout(0.5)"),
    (1, "layers.GaussianNoise(0.1)"),
    (1, "layers.Lambda(lambda x: x * 2.0)"),
    (1, "keras.Sequential([keras.Input((3, 4)), keras.layers.Dropout(0.5)])"),
    (1, "keras.Sequential([layers.Dense(4), layers.Dropout(0.5), keras.Sequential([layers.BatchNormalization()])])"),
    (1, "keras.layers.RandomContrast(0.1)"),
    (1, 'keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True, dropout=0.2), merge_mode="concat")'),
    (1, "keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True, recurrent_dropout=0.2))"),
)


OTHER_THAN = {
    "0.5": ("0.0", "0.3"),
    "keras.layers.Dropout": ("keras.layers.GaussianNoise", "layers.SpatialDropout1D"),
    "keras.layers.BatchNormalization": ("keras.layers.LayerNormalization",),
}
"""What may be given in the place of the default of a constructor's parameter."""


def is_on_by_default(layer: str) -> bool:
    """Whether a layer runs in training when no flag is passed, as augmentation does: that is meant.

    On Keras 3 layers after it in the same call do so as well.
    """
    return "Random" in layer or "Resizing" in layer


@dataclass(frozen=True, slots=True)
class Held:
    """What an object keeps: a layer, or several."""

    expression: str
    """How `call` reads it: `self.drop`, `self.blocks`."""
    kind: str = "layer"
    """`layer`, `list` or `dict`."""
    keys: tuple[str, ...] = ()
    """Expressions that index it."""
    made: str = ""
    """How it is made, where that is known: `keras.layers.Dropout(0.5)`."""


@dataclass(slots=True)
class Constructor:
    """The lines of a class that make its layers."""

    body: list[str] = field(default_factory=list)
    """Of `__init__`, after `super().__init__()`."""
    methods: list[list[str]] = field(default_factory=list)
    """Further methods, and class attributes."""
    build: list[str] = field(default_factory=list)
    """Of `build`."""
    parameters: list[str] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    maybe: list[str] = field(default_factory=list)
    """Attributes that are a layer or None."""
    attributes: list[str] = field(default_factory=list)
    """Attributes that `__init__` gives one layer each."""
    adding: list[str] = field(default_factory=list)
    """Methods that add a layer."""


_KEYWORD = re.compile(r"\w+=")


class LayerDrawer:
    """Draws layers: those of Keras, and instances of the classes drawn before."""

    may_raise = False
    """Something was drawn that may not run."""

    def __init__(self, dice: Dice, only_fixable: bool) -> None:
        self.dice = dice
        self.only_fixable = only_fixable
        self._built_in = [one for one in BUILT_IN if not (only_fixable and is_on_by_default(one[1]))]
        self.classes: list[str] = []
        """How those classes are called in this module, constructed without arguments."""
        self.parameters: dict[str, list[str]] = {}
        """What their constructors take: `layer=None`, `switch=True`, `*layers`."""
        self.attributes: dict[str, list[str]] = {}
        """The attributes in which their constructors keep one layer each, and nothing else knows of."""
        self.adding: dict[str, list[str]] = {}
        """Their methods that add a layer to an object."""
        self.factories: list[str] = []
        """Calls of functions of the module that give a layer."""
        self.shared: list[str] = []
        """Layers and models that a module makes itself."""

    @property
    def taking_layer(self) -> list[str]:
        """Classes of which a layer is an optional first argument."""
        return [name for name in self.classes if "layer=None" in self.parameters[name]]

    def layer(self, own: bool = True) -> str:
        """An expression that makes a layer."""
        dice = self.dice
        if own and self.classes and dice.chance(2):
            return self.made(dice.one_of(self.classes))
        if self.factories and dice.chance(8):
            return dice.one_of(self.factories)
        if own and self.shared and dice.chance(6):
            return dice.one_of(self.shared)
        return dice.weighted(self._built_in)

    def made(self, cls: str) -> str:
        """An object of a class of the program, made with some of the arguments that there are."""
        given = [self._given(one) for one in self.parameters[cls] if self.dice.chance(2)]
        # `*layers` behind a `switch=True` can't be given: by position they come before it.
        by_keyword = [one for one in given if _KEYWORD.match(one)]
        return f"{cls}({', '.join(by_keyword or [one for one in given if one])})"

    def _given(self, parameter: str) -> str:
        """What a constructor is given for a parameter; nothing where it knows best."""
        name, _, default = parameter.partition("=")
        if name in ("layer", "*layers"):
            return self.layer(own=False) if name == "layer" else ", ".join(self.layers(own=False))
        options = {"switch": ("True", "False")}.get(name) or OTHER_THAN.get(default, ())
        return f"{name}={self.dice.one_of(options)}" if options else ""

    def layers(self, own: bool = True) -> list[str]:
        """Expressions for one to three layers."""
        return [self.layer(own) for _ in range(self.dice.number(1, 3))]
