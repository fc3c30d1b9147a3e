"""Draws the body of a `call`: which layers it runs, in which way, with which flag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.runtime.programs.drawing import Dice
from tests.runtime.programs.layers import Held, LayerDrawer

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

    def inner(self, flags: list[str]) -> Around:
        """The same inside a function that knows these flags."""
        return Around(self.held, flags, None, None, self.methods, self.functions, self.switch)


def indented(lines: Lines) -> Lines:
    """Lines, one step further in."""
    return [f"    {line}" for line in lines]


class CallDrawer:
    """Draws bodies; `may_raise` tells afterwards whether one holds what Keras refuses."""

    def __init__(self, dice: Dice, layers: LayerDrawer, only_fixable: bool) -> None:
        self.only_fixable = only_fixable
        """No flag is meant to be what it is: all that is wrong is a mistake which a rule repairs."""
        self.dice = dice
        self.layers = layers
        self.may_raise = False

    def body(self, around: Around) -> Lines:
        """All statements of a `call`, whose data is `x`."""
        lines = [line for _ in range(self.dice.number(1, 3)) for line in self.statement(around, 2)]
        last = self._some_layer(around)
        if last is not None and self.dice.chance(3):
            return [*lines, f"return {last}(x{self.argument(around)})"]
        return [*lines, "return x"]

    def statement(self, around: Around, depth: int) -> Lines:
        """One statement, or what makes up a block."""
        forms: list[tuple[int, Callable[[Around, int], Lines]]] = [(10, self._call)]
        if around.held:
            forms += [(3, self._loop), (2, self._by_alias), (1, self._by_getattr), (1, self._by_partial)]
            forms += [(1, self._by_lambda), (1, self._by_nested_function), (2, self._by_function), (1, self._direct)]
        if depth:
            forms += [(3, self._by_helper), (3, self._guard), (1, self._unknown_guard), (1, self._try)]
            forms += [(1, self._choice)]
        if self.only_fixable:
            guards = (self._guard, self._choice)
            forms = [(weight, form) for weight, form in forms if form not in guards]
        elif around.flags:
            forms += [(2, self._change_flag), (1, self._early_return)]
        if around.parent_call is not None:
            forms.append((8, self._super))
        forms.append((1, self._made_in_place))
        return self.dice.weighted(forms)(around, depth)

    def argument(self, around: Around) -> str:
        """What a layer is given beside its data."""
        dice = self.dice
        if self.only_fixable:
            flag = dice.one_of(around.flags) if around.flags else None
            return dice.one_of(("", f", training={flag}")) if flag else ""
        options = [
            (6, ""),
            (1, ", training=True"),
            (2, ", training=False"),
            (1, ", training=None"),
            (1, ", training=1"),
        ]
        if around.flags:
            flag = dice.one_of(around.flags)
            made = [flag, f"not {flag}", f"bool({flag})", f"{flag} or False", f"{flag} and True"]
            made += [f"{flag} if {flag} is not None else False", f"True if {flag} else False", f"not not {flag}"]
            options.append((10, f", training={flag}"))
            options.append((3, f", training={dice.one_of(made)}"))
            options.append((1, f', **{{"training": {flag}}}'))
            options.append((1, f", {flag}"))
        chosen = dice.weighted(options)
        if chosen.startswith(", ") and "=" not in chosen and "**" not in chosen:
            self.may_raise = True
        return chosen

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
        return [f"for {self.dice.one_of(heads)}:", f"    x = {name}(x{self.argument(around)})"]

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
        if "training=" not in argument:
            return self._call(around, depth)
        return [f"x = functools.partial({self._some_layer(around)}{argument})(x)"]

    def _by_lambda(self, around: Around, depth: int) -> Lines:
        name = self.dice.name("step")
        return [f"{name} = lambda h: {self._some_layer(around)}(h{self.argument(around)})", f"x = {name}(x)"]

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
        methods, around.methods = around.methods, []
        inside = [line for _ in range(self.dice.number(1, 2)) for line in self.statement(inner, 0)]
        around.methods = [
            *methods,
            *inner.methods,
            [f"def {name}(self, x{parameter}):", *indented([*inside, "return x"])],
        ]
        return [f"x = self.{name}(x{passed})"]

    def _handing_on(self, around: Around) -> tuple[str, str]:
        """What a function takes for the flag, and what it is given."""
        parameter = self.dice.one_of(("", ", training=None", ", training=False", ", training=True", ", training"))
        if self.only_fixable and not around.flags:
            return "", ""
        flag = self.dice.one_of(around.flags) if around.flags else self.dice.one_of(("True", "False", "None"))
        given = (f", training={flag}", f", {flag}")
        if not parameter:
            return "", ""
        if parameter == ", training":
            return parameter, self.dice.one_of(given)
        return parameter, self.dice.one_of((*given, ""))

    def _direct(self, around: Around, depth: int) -> Lines:
        """`.call` of a layer of Keras that takes the flag and is built without a weight."""
        layer = next((held.expression for held in around.held if held.expression.startswith("self.layer")), None)
        if layer is None or not around.flags:
            return self._call(around, depth)
        return [f"x = {layer}(x)"]

    def _guard(self, around: Around, depth: int) -> Lines:
        if not around.flags:
            return self._unknown_guard(around, depth)
        flag = self.dice.one_of(around.flags)
        tests = [flag, f"not {flag}", f"{flag} is None", f"{flag} is not None", f"{flag} is True", f"{flag} == True"]
        tests += [f"{flag} is False", f"{flag} and x is not None", f"{flag} or {flag} is None", f"bool({flag})"]
        return self._if(self.dice.one_of(tests), around, depth)

    def _unknown_guard(self, around: Around, depth: int) -> Lines:
        tests = ["x.shape[-1] == 4", "len(x.shape) > 7", *(["self.switch"] if around.switch else [])]
        if around.switch and around.flags:
            flag = self.dice.one_of(around.flags)
            tests += [] if self.only_fixable else [f"self.switch and {flag}", f"{flag} or self.switch"]
        return self._if(self.dice.one_of(tests), around, depth)

    def _if(self, test: str, around: Around, depth: int) -> Lines:
        lines = [f"if {test}:", *indented(self.statement(around, depth - 1))]
        if self.dice.chance(2):
            lines += ["else:", *indented(self.statement(around, depth - 1))]
        return lines

    def _choice(self, around: Around, depth: int) -> Lines:
        first, second = self._some_layer(around), self._some_layer(around)
        test = self.dice.one_of([*around.flags, "len(x.shape) > 2"])
        if first is None:
            return self._call(around, depth)
        other = self.dice.one_of(("x", f"{second}(x{self.argument(around)})"))
        return [f"x = {first}(x{self.argument(around)}) if {test} else {other}"]

    def _try(self, around: Around, depth: int) -> Lines:
        return ["try:", *indented(self.statement(around, 0)), "finally:", "    x = x * 1.0"]

    def _change_flag(self, around: Around, depth: int) -> Lines:
        flag = self.dice.one_of(around.flags)
        if not flag.isidentifier() or self.dice.chance(2):
            name = self.dice.name("flag")
            made = self.dice.one_of((flag, f"bool({flag})", f"not {flag}", f"{flag} is True", f"False or {flag}"))
            lines = [f"{name} = {made}"]
            layer = self._some_layer(around)
            return lines if layer is None else [*lines, f"x = {layer}(x, training={name})"]
        forms = (
            [f"if {flag} is None:", f"    {flag} = {self.dice.one_of(('False', 'True'))}"],
            [f"{flag} = bool({flag})"],
            [f"{flag} = False if {flag} is None else {flag}"],
            [f"{flag} = {flag} or False"],
        )
        return self.dice.one_of(forms)

    def _early_return(self, around: Around, depth: int) -> Lines:
        flag = self.dice.one_of(around.flags)
        layer = self._some_layer(around)
        value = "x" if layer is None else self.dice.one_of(("x", f"{layer}(x{self.argument(around)})"))
        return [f"if {self.dice.one_of((f'not {flag}', flag, f'{flag} is None'))}:", f"    return {value}"]

    def _super(self, around: Around, depth: int) -> Lines:
        options = [""]
        if " training" in (around.parent_call or ""):
            constants = () if self.only_fixable else ("True", "False")
            options = ["", *(f", training={flag}" for flag in (*around.flags, *around.flags, *constants))]
            options += [f", {flag}" for flag in around.flags if "*" not in (around.parent_call or "")]
        chosen = self.dice.one_of(options)
        if around.parent_by_name is not None and self.dice.chance(4):
            return [f"x = {around.parent_by_name}.call(self, x{chosen})"]
        return [f"x = super().call(x{chosen})"]

    def _made_in_place(self, around: Around, depth: int) -> Lines:
        return [f"x = keras.layers.Dropout(0.5)(x{self.argument(around)})"]
