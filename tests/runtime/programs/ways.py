"""Draws the ways in which a `call` runs a layer that is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.runtime.programs.drawing import Dice
from tests.runtime.programs.layers import Held

Lines = list[str]


@dataclass(slots=True)
class Around:
    """What a body may use, and what it adds to its class and module."""

    held: list[Held]
    flags: list[str] = field(default_factory=list)
    """Expressions that hold the phase: `training`."""
    parent_call: str | None = None
    """What the `call` of the base class takes after its first parameter; None when there is none to run."""
    parent_by_name: str | None = None
    """The name of that base class when it is the program's own."""
    methods: list[Lines] = field(default_factory=list)
    functions: list[Lines] = field(default_factory=list)
    switch: bool = False
    """There is an attribute `self.switch`, a bool."""
    maybe: list[str] = field(default_factory=list)
    """Attributes that are a layer or None."""
    helpers: list[tuple[str, str]] = field(default_factory=list)
    """Methods that take the data, and their parameter for the flag."""

    def inner(self, flags: list[str]) -> Around:
        """The same inside a function that knows these flags."""
        return Around(self.held, flags, None, None, self.methods, self.functions, self.switch, self.maybe, self.helpers)


def indented(lines: Lines) -> Lines:
    """Lines, one step further in."""
    return [f"    {line}" for line in lines]


class Ways(ABC):
    """Draws the calls of layers; `may_raise` tells afterwards whether there is one that Keras refuses."""

    may_raise = False
    only_fixable: bool
    """No flag is meant to be what it is: all that is wrong is a mistake which a rule repairs."""
    numbers: bool
    """Flags may be numbers; then no test asks whether one is True itself, which the analysis does not tell apart."""
    dice: Dice
    methods: dict[str, list[tuple[str, str]]]
    """Methods that take the data, by class, with their parameter for the flag."""

    @abstractmethod
    def argument(self, around: Around) -> str:
        """What a layer is given beside its data."""

    @abstractmethod
    def statement(self, around: Around, depth: int) -> Lines:
        """One statement, or what makes up a block."""

    def ways(self, around: Around) -> list[tuple[int, Callable[[Around, int], Lines]]]:
        """The forms there are, and how likely each is."""
        forms: list[tuple[int, Callable[[Around, int], Lines]]] = [(10, self._call), (1, self._made_in_place)]
        if around.held:
            forms += [(3, self._loop), (2, self._by_alias), (1, self._by_getattr), (1, self._by_partial)]
            forms += [(1, self._by_lambda), (1, self._by_nested_function), (2, self._by_function), (1, self._direct)]
            forms += [(1, self._by_comprehension), (1, self._by_picking_method), (1, self._by_map)]
            forms += [(1, self._by_static_method), (1, self._by_options), (1, self._later), (1, self._shared)]
            forms += [(1, self._by_inner_method), (1, self._loop_over_two), (1, self._handed_over)]
            if not self.only_fixable:
                forms += [(1, self._by_factory), (1, self._by_factory_of_two), (1, self._by_one_of_two_functions)]
                forms += [(1, self._flag_changed_by_loop), (1, self._layer_changed_by_loop)]
        if around.maybe:
            forms.append((4, self._maybe))
        return forms

    def _some_layer(self, around: Around) -> str | None:
        """An expression for one layer that is held."""
        if not around.held:
            return None
        held = self.dice.one_of(around.held)
        return f"{held.expression}[{self.dice.one_of(held.keys)}]" if held.keys else held.expression

    def _call(self, around: Around, depth: int) -> Lines:
        layer = self._some_layer(around)
        if layer is None:
            return ["x = x + 1.0"]
        return [f"x = {layer}(x{self.argument(around)})"]

    def _loop(self, around: Around, depth: int) -> Lines:
        several = [held for held in around.held if held.keys]
        if not several:
            return self._call(around, depth)
        held = self.dice.one_of(several)
        name, index = self.dice.name("block"), self.dice.name("i")
        what = held.expression
        if held.kind == "dict":
            heads = [f"{name} in {what}.values()", f"{index}, {name} in {what}.items()"]
        else:
            heads = [f"{name} in {what}", f"{index}, {name} in enumerate({what})", f"{name} in reversed({what})"]
            heads += [f"{name}, {index} in zip({what}, range(9))", f"{name} in {what}[:2]"]
            heads += [f"{index}, {name} in enumerate({what}, 1)", f"{index} in range(len({what}))"]
        head = self.dice.one_of(heads)
        layer = f"{what}[{index}]" if "range(len" in head else name
        lines = [f"for {head}:", f"    x = {layer}(x{self.argument(around)})"]
        if self.only_fixable or not self.dice.chance(4):
            return lines
        test = self.dice.one_of((*around.flags, "len(x.shape) > 2", "len(x.shape) > 7"))
        ends = (
            [f"    if {test}:", "        break"],
            [f"    if {test}:", "        continue", f"    x = {layer}(x{self.argument(around)})"],
        )
        return [*lines, *self.dice.one_of(ends)]

    def _loop_over_two(self, around: Around, depth: int) -> Lines:
        lists = [held for held in around.held if held.kind == "list"]
        if not lists:
            return self._call(around, depth)
        one, other = self.dice.name("one"), self.dice.name("other")
        head = f"for {one}, {other} in zip({self.dice.one_of(lists).expression}, {self.dice.one_of(lists).expression}):"
        calls = (f"    x = {name}(x{self.argument(around)})" for name in (one, other))
        return [head, *calls]

    def _flag_changed_by_loop(self, around: Around, depth: int) -> Lines:
        """A loop whose first round differs from the next."""
        name = self.dice.name("flag")
        first, later = self.dice.one_of((*around.flags, "None", "False")), self.dice.one_of(("True", "False", "None"))
        call = f"    x = {self._some_layer(around)}(x, training={name})"
        return [f"{name} = {first}", "for _ in range(2):", call, f"    {name} = {later}"]

    def _layer_changed_by_loop(self, around: Around, depth: int) -> Lines:
        name, first, later = self.dice.name("block"), self._some_layer(around), self._some_layer(around)
        call = f"    x = {name}(x{self.argument(around)})"
        return [f"{name} = {first}", "for _ in range(2):", call, f"    {name} = {later}"]

    def _by_factory(self, around: Around, depth: int) -> Lines:
        """A function of the module that gives one which runs the layer."""
        name = self.dice.name("make_step")
        forms = (
            ["    return lambda h: layer(h, training=training)"],
            ["    def step(h):", "        return layer(h, training=training)", "", "    return step"],
            ["    return functools.partial(layer, training=training)"],
        )
        around.functions.append([f"def {name}(layer, training=None):", *self.dice.one_of(forms)])
        given = self.dice.one_of((*(f", {flag}" for flag in around.flags), "", ", training=False"))
        return [f"x = {name}({self._some_layer(around)}{given})(x)"]

    def _by_factory_of_two(self, around: Around, depth: int) -> Lines:
        """One that gives this or that function, by a text."""
        name, layer = self.dice.name("make_step"), self._some_layer(around)
        own = self.argument(around.inner([]))
        loud = ['    if kind == "loud":', f"        return lambda h, training=None: layer(h{own})"]
        plain = ["    return lambda h, training=None: layer(h, training=training)"]
        around.functions.append([f"def {name}(layer, kind):", *loud, *plain])
        kind = self.dice.one_of(("loud", "plain"))
        return [f'x = {name}({layer}, "{kind}")(x{self._passed(", training=None", around)})']

    def _by_one_of_two_functions(self, around: Around, depth: int) -> Lines:
        """A function that is another one in each branch."""
        name, test = self.dice.name("step"), self.dice.one_of((*around.flags, "len(x.shape) > 2"))
        first, second = (f"{name} = lambda h: {self._some_layer(around)}(h{self.argument(around)})" for _ in range(2))
        return [f"if {test}:", f"    {first}", "else:", f"    {second}", f"x = {name}(x)"]

    def _by_alias(self, around: Around, depth: int) -> Lines:
        name = self.dice.name("layer")
        return [f"{name} = {self._some_layer(around)}", f"x = {name}(x{self.argument(around)})"]

    def _by_getattr(self, around: Around, depth: int) -> Lines:
        plain = [held for held in around.held if held.kind == "layer" and held.expression.count(".") == 1]
        plain = [held for held in plain if "[" not in held.expression]
        if not plain:
            return self._call(around, depth)
        attribute = self.dice.one_of(plain).expression.removeprefix("self.")
        return [f'x = getattr(self, "{attribute}")(x{self.argument(around)})']

    def _by_partial(self, around: Around, depth: int) -> Lines:
        argument = self.argument(around)
        if "training=" not in argument or self.only_fixable:
            return self._call(around, depth)
        return [f"x = functools.partial({self._some_layer(around)}{argument})(x)"]

    def _by_lambda(self, around: Around, depth: int) -> Lines:
        name = self.dice.name("step")
        return [f"{name} = lambda h: {self._some_layer(around)}(h{self.argument(around)})", f"x = {name}(x)"]

    def _handed_over(self, around: Around, depth: int) -> Lines:
        """A layer that is given to a function which runs it, without the flag."""
        layer = self._some_layer(around)
        runs = [f"next(iter(map({layer}, [x])))", f"tf.nest.map_structure({layer}, x)"]
        return [f"x = {self.dice.one_of(runs)}"]

    def _by_nested_function(self, around: Around, depth: int) -> Lines:
        name = self.dice.name("inner")
        inside = [f"return {self._some_layer(around)}(h{self.argument(around)})"]
        return [f"def {name}(h):", *indented(inside), "", f"x = {name}(x)"]

    def _by_function(self, around: Around, depth: int) -> Lines:
        """A function of the module that is handed the layer."""
        name = self.dice.name("run")
        parameter, passed = self._handing_on(around)
        inner = around.inner(["training"] if parameter else [])
        around.functions.append(
            [f"def {name}(layer, x{parameter}):", *indented([f"return layer(x{self.argument(inner)})"])]
        )
        return [f"x = {name}({self._some_layer(around)}, x{passed})"]

    def _by_helper(self, around: Around, depth: int) -> Lines:
        """A method that is handed the data."""
        name = self.dice.name("_helper")
        parameter, passed = self._handing_on(around)
        inner = around.inner(["training"] if parameter else [])
        inner.methods = []
        inside = [line for _ in range(self.dice.number(1, 2)) for line in self.statement(inner, 0)]
        around.methods = [
            *around.methods,
            *inner.methods,
            [f"def {name}(self, x{parameter}):", *indented([*inside, "return x"])],
        ]
        around.helpers.append((name, parameter))
        return [f"x = self.{name}(x{passed})"]

    def _handing_on(self, around: Around) -> tuple[str, str]:
        """What a function takes for the flag, and what it is given."""
        meant = () if self.only_fixable else (", training=True",)  # Who does not tell may mean the default.
        forms = ("", ", training=None", ", training=False", *meant, ", training", ", *, training=None")
        parameter = self.dice.one_of(forms)
        if self.only_fixable and not around.flags:
            return "", ""
        return parameter, self._passed(parameter, around) if parameter else ""

    def _passed(self, parameter: str, around: Around) -> str:
        """What is given for a parameter that takes the flag."""
        flag = self.dice.one_of(around.flags) if around.flags else self.dice.one_of(("True", "False", "None"))
        given = [f", training={flag}", *([] if "*" in parameter else [f", {flag}"])]
        return self.dice.one_of(given if parameter == ", training" else [*given, ""])

    def _direct(self, around: Around, depth: int) -> Lines:
        """`.call` of a layer of Keras that has no weights, or of one of the program."""
        known = ("keras.layers.Dropout", "keras.layers.GaussianNoise", "Layer", "Model")
        held = next((held for held in around.held if held.made.startswith(known)), None)
        if held is None or self.only_fixable:
            return self._call(around, depth)
        self.may_raise |= not held.made.startswith("keras")
        return [f"x = {held.expression}.call(x{self.argument(around)})"]

    def _by_comprehension(self, around: Around, depth: int) -> Lines:
        several = [held for held in around.held if held.kind == "list"]
        if not several:
            return self._call(around, depth)
        held, name = self.dice.one_of(several), self.dice.name("block")
        run = f"{name}(x{self.argument(around)})"
        forms = (f"[{run} for {name} in {held.expression}][-1]", f"sum({run} for {name} in {held.expression})")
        return [f"x = {self.dice.one_of(forms)}"]

    def _by_picking_method(self, around: Around, depth: int) -> Lines:
        """A method that gives the layer."""
        name = self.dice.name("_pick")
        around.methods.append([f"def {name}(self):", f"    return {self._some_layer(around)}"])
        return [f"x = self.{name}()(x{self.argument(around)})"]

    def _by_map(self, around: Around, depth: int) -> Lines:
        name = self.dice.name("block")
        run = f"lambda {name}: {name}(x{self.argument(around)})"
        return [f"x = list(map({run}, [{self._some_layer(around)}, {self._some_layer(around)}]))[0]"]

    def _maybe(self, around: Around, depth: int) -> Lines:
        """A layer that may be None."""
        layer = self.dice.one_of(around.maybe)
        return [f"if {layer}{self.dice.one_of((' is not None', ''))}:", f"    x = {layer}(x{self.argument(around)})"]

    def _by_static_method(self, around: Around, depth: int) -> Lines:
        if self.only_fixable:  # Decorated functions are not told by a fix, nor is what partial has made.
            return self._call(around, depth)
        name = self.dice.name("_apply")
        parameter, passed = self._handing_on(around)
        inner = around.inner(["training"] if parameter else [])
        head, first = self.dice.one_of((("@staticmethod", ""), ("@classmethod", "cls, ")))
        body = [f"return layer(x{self.argument(inner)})"]
        around.methods.append([head, f"def {name}({first}layer, x{parameter}):", *indented(body)])
        return [f"x = self.{name}({self._some_layer(around)}, x{passed})"]

    def _by_options(self, around: Around, depth: int) -> Lines:
        """The flag in a dict."""
        if not around.flags or self.only_fixable:
            return self._call(around, depth)
        name, flag = self.dice.name("options"), self.dice.one_of(around.flags)
        made = self.dice.one_of((f'{{"training": {flag}}}', f"dict(training={flag})", "{}"))
        return [f"{name} = {made}", f"x = {self._some_layer(around)}(x, **{name})"]

    def _later(self, around: Around, depth: int) -> Lines:
        """A function that sees what the flag has become when it runs."""
        if not around.flags or self.only_fixable:
            return self._call(around, depth)
        name, flag = self.dice.name("later"), self.dice.name("flag")
        first, second = (self.dice.one_of((*around.flags, "True", "False", "None")) for _ in range(2))
        lines = [f"{flag} = {first}", f"{name} = lambda h: {self._some_layer(around)}(h, training={flag})"]
        return [*lines, f"{flag} = {second}", f"x = {name}(x)"]

    def _shared(self, around: Around, depth: int) -> Lines:
        """A layer of the module."""
        name = self.dice.name("shared")
        around.functions.append([f"{name} = keras.layers.{self.dice.one_of(('Dropout', 'GaussianNoise'))}(0.5)"])
        return [f"x = {name}(x{self.argument(around)})"]

    def _by_inner_method(self, around: Around, depth: int) -> Lines:
        """A method of a layer of the program that is no `call`."""
        inner = [held for held in around.held if held.made.partition("(")[0] in self.methods]
        if not inner or self.only_fixable:
            return self._call(around, depth)
        held = self.dice.one_of(inner)
        name, parameter = self.dice.one_of(self.methods[held.made.partition("(")[0]])
        self.may_raise = True  # What `build` makes is not there yet.
        passed = self._passed(parameter, around) if parameter else ""
        return [f"x = {held.expression}.{name}(x{passed})"]

    def _made_in_place(self, around: Around, depth: int) -> Lines:
        return [f"x = keras.layers.Dropout(0.5)(x{self.argument(around)})"]
