"""Draws layers, and the ways in which a constructor keeps them."""

from __future__ import annotations

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
    (1, "keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True, recurrent_dropout=0.2))"),
)


def is_on_by_default(layer: str) -> bool:
    """Whether a layer runs in training when nobody says anything, as augmentation does: that is meant.

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


class LayerDrawer:
    """Draws layers: those of Keras, and instances of the classes drawn before."""

    def __init__(self, dice: Dice, only_fixable: bool) -> None:
        self.dice = dice
        self._built_in = [one for one in BUILT_IN if not (only_fixable and is_on_by_default(one[1]))]
        self.classes: list[str] = []
        """How those classes are called in this module, constructed without arguments."""
        self.taking_layer: list[str] = []
        """Classes of which a layer is an optional first argument."""
        self.factories: list[str] = []
        """Functions of the module that give a layer."""

    def layer(self, own: bool = True) -> str:
        """An expression that makes a layer."""
        dice = self.dice
        if own and self.classes and dice.chance(2):
            name = dice.one_of(self.classes)
            if name in self.taking_layer and dice.chance(2):
                return f"{name}({self.layer(own=False)})"
            return f"{name}()"
        if self.factories and dice.chance(8):
            return f"{dice.one_of(self.factories)}()"
        return dice.weighted(self._built_in)

    def layers(self) -> list[str]:
        """Expressions for one to three layers."""
        return [self.layer() for _ in range(self.dice.number(1, 3))]

    def hold(self, constructor: Constructor) -> None:
        """Let a constructor keep one thing more."""
        forms = (
            (8, self._attribute),
            (2, self._list),
            (1, self._appended),
            (1, self._comprehension),
            (1, self._tuple),
            (1, self._dict),
            (1, self._sequential),
            (1, self._grown_sequential),
            (1, self._functional),
            (1, self._either),
            (1, self._optional),
            (1, self._set_by_name),
            (1, self._method_factory),
            (1, self._class_attribute),
            (1, self._partial),
            (1, self._parameter),
            (1, self._alias),
            (1, self._property),
            (1, self._in_build),
            (1, self._nested_list),
            (1, self._unpacked),
        )
        self.dice.weighted(forms)(constructor)

    def _keep(self, constructor: Constructor, *lines: str, name: str) -> None:
        constructor.body += lines
        constructor.held.append(Held(f"self.{name}"))

    def _keep_list(self, constructor: Constructor, *lines: str, name: str, count: int) -> None:
        constructor.body += lines
        constructor.held.append(Held(f"self.{name}", "list", tuple(map(str, range(count)))))

    def _attribute(self, constructor: Constructor) -> None:
        name = self.dice.name("layer")
        self._keep(constructor, f"self.{name} = {self.layer()}", name=name)

    def _list(self, constructor: Constructor) -> None:
        name, layers = self.dice.name("blocks"), self.layers()
        self._keep_list(constructor, f"self.{name} = [{', '.join(layers)}]", name=name, count=len(layers))

    def _tuple(self, constructor: Constructor) -> None:
        name, layers = self.dice.name("pair"), self.layers()
        self._keep_list(constructor, f"self.{name} = ({', '.join(layers)},)", name=name, count=len(layers))

    def _appended(self, constructor: Constructor) -> None:
        name = self.dice.name("stack")
        lines = (f"self.{name} = []", "for _ in range(2):", f"    self.{name}.append({self.layer()})")
        self._keep_list(constructor, *lines, name=name, count=2)

    def _comprehension(self, constructor: Constructor) -> None:
        name = self.dice.name("row")
        self._keep_list(constructor, f"self.{name} = [{self.layer()} for _ in range(2)]", name=name, count=2)

    def _nested_list(self, constructor: Constructor) -> None:
        name = self.dice.name("grid")
        constructor.body.append(f"self.{name} = [[{self.layer()}, {self.layer()}], [{self.layer()}]]")
        constructor.held.append(Held(f"self.{name}[0]", "list", ("0", "1")))
        constructor.held.append(Held(f"self.{name}[1][0]"))

    def _dict(self, constructor: Constructor) -> None:
        name = self.dice.name("table")
        constructor.body.append(f'self.{name} = {{"first": {self.layer()}, "second": {self.layer()}}}')
        constructor.held.append(Held(f"self.{name}", "dict", ('"first"', '"second"')))

    def _sequential(self, constructor: Constructor) -> None:
        name = self.dice.name("net")
        layers = ", ".join(self.layers())
        self._keep(constructor, f"self.{name} = keras.Sequential([keras.Input((3, 4)), {layers}])", name=name)

    def _grown_sequential(self, constructor: Constructor) -> None:
        name = self.dice.name("net")
        grown = (f"self.{name}.add({layer})" for layer in ("keras.Input((3, 4))", *self.layers()))
        self._keep(constructor, f"self.{name} = keras.Sequential()", *grown, name=name)

    def _functional(self, constructor: Constructor) -> None:
        name = self.dice.name("graph")
        lines = ["inputs = keras.Input((3, 4))", "outputs = inputs"]
        lines += [f"outputs = {layer}(outputs)" for layer in self.layers()]
        self._keep(constructor, *lines, f"self.{name} = keras.Model(inputs, outputs)", name=name)

    def _either(self, constructor: Constructor) -> None:
        name = self.dice.name("either")
        lines = ("if switch:", f"    self.{name} = {self.layer()}", "else:", f"    self.{name} = {self.layer()}")
        self._need_switch(constructor)
        self._keep(constructor, *lines, name=name)

    def _optional(self, constructor: Constructor) -> None:
        name = self.dice.name("choice")
        self._need_switch(constructor)
        self._keep(constructor, f"self.{name} = {self.layer()} if switch else {self.layer()}", name=name)

    def _need_switch(self, constructor: Constructor) -> None:
        if not any(one.startswith("switch=") for one in constructor.parameters):
            constructor.parameters.append(f"switch={self.dice.one_of((True, False))}")

    def _set_by_name(self, constructor: Constructor) -> None:
        name = self.dice.name("named")
        self._keep(constructor, f'setattr(self, "{name}", {self.layer()})', name=name)

    def _method_factory(self, constructor: Constructor) -> None:
        name = self.dice.name("made")
        constructor.methods.append([f"def _make_{name}(self):", f"    return {self.layer()}"])
        self._keep(constructor, f"self.{name} = self._make_{name}()", name=name)

    def _class_attribute(self, constructor: Constructor) -> None:
        name = self.dice.name("kind")
        constructor.methods.append([f"{name}_class = keras.layers.Dropout"])
        self._keep(constructor, f"self.{name} = self.{name}_class(0.5)", name=name)

    def _partial(self, constructor: Constructor) -> None:
        name = self.dice.name("part")
        lines = (f"make_{name} = functools.partial(keras.layers.Dropout, 0.5)", f"self.{name} = make_{name}()")
        self._keep(constructor, *lines, name=name)

    def _parameter(self, constructor: Constructor) -> None:
        if "layer=None" in constructor.parameters:
            self._attribute(constructor)
            return
        name = self.dice.name("given")
        constructor.parameters.insert(0, "layer=None")
        form = self.dice.one_of((f"layer or {self.layer()}", f"{self.layer()} if layer is None else layer"))
        self._keep(constructor, f"self.{name} = {form}", name=name)

    def _alias(self, constructor: Constructor) -> None:
        name = self.dice.name("twin")
        lines = (f"self.{name} = self.{name}_again = {self.layer()}",)
        self._keep(constructor, *lines, name=self.dice.one_of((name, f"{name}_again")))

    def _property(self, constructor: Constructor) -> None:
        name = self.dice.name("shown")
        constructor.methods.append(["@property", f"def {name}_property(self):", f"    return self.{name}"])
        self._keep(constructor, f"self.{name} = {self.layer()}", name=name)
        constructor.held[-1] = Held(f"self.{name}_property")

    def _in_build(self, constructor: Constructor) -> None:
        name = self.dice.name("late")
        constructor.build.append(f"self.{name} = {self.layer()}")
        constructor.held.append(Held(f"self.{name}"))

    def _unpacked(self, constructor: Constructor) -> None:
        first, second = self.dice.name("left"), self.dice.name("right")
        constructor.body.append(f"self.{first}, self.{second} = {self.layer()}, {self.layer()}")
        constructor.held += [Held(f"self.{first}"), Held(f"self.{second}")]
