"""Draws whole programs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from hypothesis import strategies as st

from tests.runtime.programs.calls import CallDrawer
from tests.runtime.programs.drawing import Dice
from tests.runtime.programs.layers import Constructor, Held
from tests.runtime.programs.objects import ObjectHolder
from tests.runtime.programs.program import Program, Target
from tests.runtime.programs.ways import Around, Lines, indented

IMPORTS = (
    "import keras\nimport tensorflow as tf\nfrom keras import layers",
    "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers",
    "import tensorflow as tf\n\nkeras = tf.keras\nlayers = keras.layers",
    "import keras\nimport keras.layers as layers\nimport tensorflow as tf",
)

SIGNATURES: tuple[tuple[int, tuple[str, str | None]], ...] = (
    # What `call` takes after its data, and the expression for the flag in it.
    (8, (", training=None", "training")),
    (4, ("", None)),
    (2, (", training=False", "training")),
    (1, (", training=True", "training")),
    (1, (", *, training=None", "training")),
    (1, (", mask=None, training=None", "training")),
    (1, (", training: bool | None = None", "training")),
    (1, (", training=None, **kwargs", "training")),
    (1, (", is_training=False", "is_training")),
    (1, (", is_training=None", "is_training")),
    (1, (", train=True", "train")),
    (1, (", **kwargs", 'kwargs.get("training")')),
    (1, (", training", "training")),
    (1, (", /, training=None", "training")),
    (1, (", *rest, training=None, **kwargs", "training")),
    (1, (", mask=None, *, training=False", "training")),
    (1, (", training=1", "training")),
    (1, (", training=DEFAULT", "training")),
    (1, (", training=None, is_training=True", "training")),
    (1, (", train_flag=None, **kwargs", "train_flag")),
    (1, (", train=False, mask=None", "train")),
    (1, (", mask=None", None)),
)

KERAS_PARENTS = ("keras.layers.Dropout", "keras.layers.GaussianNoise", "keras.layers.BatchNormalization")

DECORATORS = {
    "logged": [
        "def logged(method):",
        "    @functools.wraps(method)",
        "    def run(self, *args, **kwargs):",
        "        return method(self, *args, **kwargs)",
        "",
        "    return run",
    ],
    "hidden": [
        "def hidden(method):",
        "    def run(self, *args, **kwargs):",
        "        return method(self, *args, **kwargs)",
        "",
        "    return run",
    ],
}
"""Decorators of a `call`: through the first, Keras sees its signature."""

GRAPH = (
    "inputs = keras.Input((3, 4))",
    "super().__init__(inputs=inputs, outputs=keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(inputs)))",
)


@dataclass(slots=True)
class Class:
    """A class that was drawn."""

    name: str
    lines: Lines
    is_model: bool
    held: list[Held]
    call: str | None
    """What its `call` takes after its data, None when it has none of its own or inherited from the program."""
    constructor: list[str]
    switch: bool
    maybe: list[str] = field(default_factory=list)
    helpers: list[tuple[str, str]] = field(default_factory=list)
    """Methods that take the data, with their parameter for the flag."""
    builds: bool = False
    """It has a `build`, its own or inherited."""
    attributes: list[str] = field(default_factory=list)
    """The attributes in which its constructor keeps one layer each."""
    adding: list[str] = field(default_factory=list)
    """Its methods that add a layer."""


@dataclass(slots=True)
class ModuleText:
    """A module on its way."""

    name: str
    imports: list[str]
    functions: list[Lines] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its source."""
        parts = [["import functools"], *([line] for line in self.imports), ["DEFAULT = True"]]
        blocks = ["\n".join(line for lines in parts for line in lines)]
        blocks += ["\n".join(lines) for lines in (*self.functions, *(one.lines for one in self.classes))]
        return "\n".join(line.rstrip() for line in "\n\n\n".join(blocks).splitlines()) + "\n"


class ProgramDrawer:
    """Draws a program of one or two modules."""

    def __init__(self, dice: Dice, only_fixable: bool = False) -> None:
        self.dice = dice
        self.layers = ObjectHolder(self.dice, only_fixable)
        self.calls = CallDrawer(self.dice, self.layers, only_fixable)
        self.known: list[Class] = []
        self.required = False

    def program(self) -> Program:
        """A program."""
        first = ModuleText("blocks", [self.dice.one_of(IMPORTS)])
        modules = [first]
        self._classes(first, self.dice.number(1, 2))
        if self.dice.chance(3):
            modules.append(self._importing(first))
            self._classes(modules[-1], self.dice.number(1, 2))
        drawn = [(module.name, one) for module in modules for one in module.classes]
        targets = tuple(Target(module, one.name) for module, one in drawn if one.constructor != ["*layers"])
        texts = {module.name: module.text for module in modules}
        return Program(texts, targets, self._may_raise)

    @property
    def _may_raise(self) -> bool:
        """Something was drawn that may not run."""
        return self.calls.may_raise or self.layers.may_raise or self.required

    def _importing(self, other: ModuleText) -> ModuleText:
        """A second module, which uses the first."""
        names = ", ".join([*(one.name for one in other.classes), *self.layers.shared])
        lines = (f"from .blocks import {names}", f"from program.blocks import {names}")
        return ModuleText("models", [self.dice.one_of(IMPORTS), self.dice.one_of(lines)])

    def _classes(self, module: ModuleText, count: int) -> None:
        self.layers.factories = []
        if self.dice.chance(4):
            self._factory(module)
        for _ in range(count):
            options = [(14, self._class), (2, self._keras_child), *([(1, self._container)] if self.known else [])]
            drawn = self.dice.weighted(options)(module)
            module.classes.append(drawn)
            self.known.append(drawn)
            self.layers.classes.append(drawn.name)
            self.layers.parameters[drawn.name] = drawn.constructor
            self.layers.attributes[drawn.name] = drawn.attributes
            self.layers.adding[drawn.name] = drawn.adding
            if drawn.helpers:
                self.calls.methods[drawn.name] = drawn.helpers
            if self.dice.chance(6) and not self.calls.only_fixable:
                drawn.lines += ["", "", *self._shared_object()]

    def _factory(self, module: ModuleText) -> None:
        """A function that gives a layer: always the same, or one of two by a text that it is given."""
        name, layer = self.dice.name("make_layer"), self.layers.layer(own=False)
        if self.dice.chance(2):
            other = ['    if kind == "first":', f"        return {layer}", f"    return {self.layers.layer(own=False)}"]
            module.functions.append([f'def {name}(kind="first"):', *other])
            self.layers.factories = [f"{name}()", f'{name}("first")', f'{name}("second")']
        else:
            module.functions.append([f"def {name}():", f"    return {layer}"])
            self.layers.factories = [f"{name}()"]

    def _shared_object(self) -> Lines:
        """A layer or a model that the module makes."""
        name = self.dice.name("SHARED")
        layer, other = self.layers.layer(own=not self._may_raise), self.layers.layer(own=False)
        forms = (
            [f"{name} = {layer}"],
            [f"{name} = keras.Sequential([keras.Input((3, 4)), {layer}, {other}])"],
            [
                f"inputs_{name} = keras.Input((3, 4))",
                f"{name} = keras.Model(inputs_{name}, {layer}({other}(inputs_{name})))",
            ],
        )
        self.layers.shared.append(name)
        return self.dice.one_of(forms)

    def _container(self, module: ModuleText) -> Class:
        """A class that runs the layers that it is given, one after the other."""
        is_model = self.dice.chance(2)
        name, base = self.dice.name("Stack"), "keras.Model" if is_model else "keras.layers.Layer"
        taken, given = self.dice.one_of(((", training=None", ", training=training"), ("", ""), (", training=None", "")))
        inside = ["def __init__(self, *layers):", "    super().__init__()"]
        inside.append(f"    self.stacked = {self.dice.one_of(('list(layers)', 'layers', '[*layers]'))}")
        inside += ["", f"def call(self, x{taken}):", "    for layer in self.stacked:"]
        inside += [f"        x = layer(x{given})", "    return x"]
        return Class(name, [f"class {name}({base}):", *indented(inside)], is_model, [], None, ["*layers"], False)

    def _keras_child(self, module: ModuleText) -> Class:
        """A subclass of a layer of Keras whose `call` is run by `super().call`, or inherited."""
        name = self.dice.name("Child")
        parent = self.dice.one_of((*KERAS_PARENTS, "keras.Sequential", "keras.Model"))
        made = {
            "keras.layers.BatchNormalization": "",
            "keras.Sequential": "[keras.Input((3, 4)), keras.layers.Dropout(0.5)]",
        }.get(parent, "0.5")
        making = GRAPH if parent == "keras.Model" else (f"super().__init__({made})",)
        lines = [f"class {name}({parent}):", "    def __init__(self):", *indented(indented(list(making)))]
        call = None
        if self.dice.chance(2) and parent != "keras.Model":
            taken, flag = self._signature()
            around = Around([], [flag] if flag else [], ", training=None")
            body = [*self.calls._super(around, 0), "return x"]
            lines += ["", f"    def call(self, x{taken}):", *indented(indented(body))]
            call = taken
        return Class(name, lines, parent in ("keras.Sequential", "keras.Model"), [], call, [], False)

    def _signature(self, has_parent: bool = False) -> tuple[str, str | None]:
        shapes = [one for one in SIGNATURES if self.calls.numbers or one[1][0] != ", training=1"]
        if self.calls.only_fixable and has_parent:
            # A flag of another name that goes to the `call` of a parent shows nothing until that is repaired.
            shapes = [one for one in shapes if one[1][1] in (None, "training")]
        taken, flag = self.dice.weighted(shapes)
        self.required |= taken == ", training"
        return taken, flag

    def _class(self, module: ModuleText) -> Class:
        """A class with layers, and a `call` that runs them."""
        # A subclass of Dropout is built when its constructor has run, and takes no more layers on Keras 3.
        parents = [one for one in self.known if one.call is not None and not one.name.startswith("Child")]
        parent = self.dice.one_of(parents) if parents and self.dice.chance(4) else None
        constructor = Constructor(held=list(parent.held), maybe=list(parent.maybe)) if parent else Constructor()
        if parent:
            constructor.parameters = list(parent.constructor)
        for _ in range(self.dice.number(0 if parent else 1, 3)):
            self.layers.hold(constructor)
        if parent:  # What it passes on to its parent's constructor it does not take itself.
            constructor.parameters = [one for one in constructor.parameters if one not in parent.constructor] + list(
                parent.constructor
            )
        is_model = parent.is_model if parent else self.dice.chance(2)
        name = self.dice.name("Model" if is_model else "Layer")
        base = parent.name if parent else "keras.Model" if is_model else "keras.layers.Layer"
        switch = any(one.startswith("switch=") for one in constructor.parameters)
        call, body, helpers = self._call(constructor, parent, switch, module)
        lines = [
            f"class {name}({base}):",
            *indented([*self._constructor(constructor, parent, switch, is_model), *body]),
        ]
        drawn = Class(name, lines, is_model, constructor.held, call, constructor.parameters, switch)
        drawn.maybe, drawn.helpers = constructor.maybe, helpers
        drawn.builds = bool(constructor.build) or (parent is not None and parent.builds)
        drawn.attributes, drawn.adding = constructor.attributes, constructor.adding
        return drawn

    def _constructor(self, constructor: Constructor, parent: Class | None, switch: bool, is_model: bool) -> Lines:
        given = ", ".join(
            f"{one.partition('=')[0]}={one.partition('=')[0]}" for one in (parent.constructor if parent else [])
        )
        keep = ["self.switch = switch"] if switch else []
        taken = "".join(f", {one}" for one in constructor.parameters)
        lines = [f"def __init__(self{taken}):"]
        lines += indented([f"super().__init__({given})", *keep, *constructor.body])
        for method in constructor.methods:
            lines = [*method, "", *lines] if len(method) == 1 else [*lines, "", *method]
        if constructor.build:
            lines += ["", "def build(self, input_shape):"]
            # The `build` of a Model of Keras 2 runs its `call`, which has no single input where there is a `*rest`.
            is_first = is_model and not (parent and parent.builds)
            lines += indented([*constructor.build, "self.built = True" if is_first else "super().build(input_shape)"])
        return lines

    def _call(
        self, constructor: Constructor, parent: Class | None, switch: bool, module: ModuleText
    ) -> tuple[str | None, Lines, list[tuple[str, str]]]:
        taken, flag = self._signature(has_parent=parent is not None)
        around = Around(constructor.held, [flag] if flag else [], switch=switch, maybe=constructor.maybe)
        anew: Lines = []
        # An override in another module is not seen by the fix of the method.
        if parent is not None and parent.helpers and self.dice.chance(2) and not self.calls.only_fixable:
            anew = ["", *self.calls.helper(*self.dice.one_of(parent.helpers), around)]
        if parent is not None and self.dice.chance(4):
            module.functions += around.functions
            return parent.call, [*anew, *(line for method in around.methods for line in ("", *method))], parent.helpers
        if parent is not None:
            around.parent_call, around.parent_by_name = parent.call, parent.name
        body = self.calls.body(around)
        if (
            self.calls.only_fixable
            and flag not in (None, "training")
            and not any(_tells_a_layer(line, flag) for line in body)
        ):
            # A name that no layer is given is no flag.
            taken, body = ", training=None", [re.sub(rf"\b{re.escape(flag)}(?!\w)", "training", line) for line in body]
        module.functions += around.functions
        lines = [
            "",
            *(self._decorator(module) if flag == "training" else ()),
            f"def call(self, x{taken}):",
            *indented(body),
        ]
        for method in around.methods:
            lines += ["", *method]
        return taken, [*lines, *anew], around.helpers

    def _decorator(self, module: ModuleText) -> Lines:
        name = self.dice.weighted(((30, ""), (1, "logged"), (1, "hidden")))
        if not name or self.calls.only_fixable:
            return []
        if DECORATORS[name] not in module.functions:
            module.functions.append(DECORATORS[name])
        return [f"@{name}"]


def _tells_a_layer(line: str, flag: str | None) -> bool:
    given = flag is not None and f"training={flag}" in line
    return given and not any(name in line for name in ("_helper", "_apply", "run"))


def random_program(seed: str, only_fixable: bool = False) -> Program:
    """The program of a seed; with `only_fixable` one in which all that is wrong is a mistake that a rule repairs."""
    return ProgramDrawer(Dice(Random(seed).randint), only_fixable).program()


@st.composite
def programs(draw: Callable[[st.SearchStrategy[int]], int]) -> Program:
    """The same programs as hypothesis makes them: small ones first, and smaller ones when a test fails."""
    return ProgramDrawer(Dice(lambda least, most: draw(st.integers(least, most)))).program()
