"""Draws the body of a `call`: which layers it runs, in which way, with which flag."""

from __future__ import annotations

from tests.runtime.programs.drawing import Dice
from tests.runtime.programs.layers import LayerDrawer
from tests.runtime.programs.ways import Around, Lines, Ways, indented


class CallDrawer(Ways):
    """Draws bodies."""

    def __init__(self, dice: Dice, layers: LayerDrawer, only_fixable: bool) -> None:
        self.only_fixable = only_fixable
        self.dice = dice
        self.layers = layers
        self.numbers = dice.chance(4)
        self.methods = {}

    def helper(self, name: str, parameter: str, around: Around) -> Lines:
        """A method of a base class, written anew."""
        inner = around.inner(["training"] if parameter else [])
        return [f"def {name}(self, x{parameter}):", *indented([*self.statement(inner, 0), "return x"])]

    def body(self, around: Around) -> Lines:
        """All statements of a `call`, whose data is `x`."""
        lines = [line for _ in range(self.dice.number(1, 3)) for line in self.statement(around, 2)]
        last = self._some_layer(around)
        if last is not None and self.dice.chance(3):
            return [*lines, f"return {last}(x{self.argument(around)})"]
        return [*lines, "return x"]

    def statement(self, around: Around, depth: int) -> Lines:
        """One statement, or what makes up a block."""
        forms = self.ways(around)
        if depth:
            forms += [(3, self._by_helper), (3, self._guard), (1, self._unknown_guard), (1, self._try)]
            forms += [(1, self._choice), (1, self._block), (1, self._cases), (1, self._condition)]
        if self.only_fixable:
            guards = (self._guard, self._choice, self._cases, self._condition)
            forms = [(weight, form) for weight, form in forms if form not in guards]
        elif around.flags:
            forms += [(2, self._change_flag), (1, self._early_return)]
        if around.parent_call is not None:
            forms.append((8, self._super))
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
            (1, ", training=1" if self.numbers else ", training=True"),
        ]
        if around.flags:
            flag = dice.one_of(around.flags)
            made = [flag, f"not {flag}", f"bool({flag})", f"{flag} or False", f"{flag} and True"]
            made += [f"{flag} if {flag} is not None else False", f"True if {flag} else False", f"not not {flag}"]
            made += [f"({dice.name('seen')} := {flag})", f"{flag} is True", f"{flag} != False", f"True and {flag}"]
            made += [f"None if {flag} is None else {flag}", f"int({flag} or 0)", f"{flag} and len(x.shape) > 2"]
            options.append((10, f", training={flag}"))
            options.append((3, f", training={self._told(dice.one_of(made))}"))
            options.append((1, f', **{{"training": {flag}}}'))
            options.append((1, f", {flag}"))
        chosen = dice.weighted(options)
        if chosen.startswith(", ") and "=" not in chosen and "**" not in chosen:
            self.may_raise = True
        return chosen

    def _told(self, test: str) -> str:
        """A test that a number passes as the bool does that it equals."""
        return test.replace("is True", "== True").replace("is False", "== False") if self.numbers else test

    def _guard(self, around: Around, depth: int) -> Lines:
        if not around.flags:
            return self._unknown_guard(around, depth)
        flag = self.dice.one_of(around.flags)
        tests = [flag, f"not {flag}", f"{flag} is None", f"{flag} is not None", f"{flag} is True", f"{flag} == True"]
        tests += [f"{flag} is False", f"{flag} and x is not None", f"{flag} or {flag} is None", f"bool({flag})"]
        tests += (
            f"{flag} != False",
            f"{flag} == 1",
            f"{flag} in (True, 1)",
            f"not ({flag} is None)",
            f"{flag} != None",
        )
        tests += [f"({self.dice.name('seen')} := {flag})", f"len(x.shape) > 2 and {flag}", f"isinstance({flag}, bool)"]
        return self._if(self._told(self.dice.one_of(tests)), around, depth)

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
        end = self.dice.one_of((["finally:", "    x = x * 1.0"], ["except TypeError:", "    pass"]))
        return ["try:", *indented(self.statement(around, 0)), *end]

    def _block(self, around: Around, depth: int) -> Lines:
        """A block that runs once."""
        name = self.dice.name("left")
        heads = (['with tf.name_scope("part"):'], ["for _ in range(1):"], [f"{name} = 1", f"while {name}:"])
        head = self.dice.one_of(heads)
        counted = [f"    {name} -= 1"] if "while" in head[-1] else []
        return [*head, *counted, *indented(self.statement(around, depth - 1))]

    def _cases(self, around: Around, depth: int) -> Lines:
        value, case = self.dice.one_of(
            (("len(x.shape)", "3"), ("x.shape[-1]", "7"), *((flag, "True") for flag in around.flags))
        )
        first, second = (indented(indented(self.statement(around, 0))) for _ in range(2))
        return [f"match {value}:", f"    case {case}:", *first, "    case _:", *second]

    def _condition(self, around: Around, depth: int) -> Lines:
        """`tf.cond`, which runs one of two functions."""
        layer = self._some_layer(around)
        if layer is None:
            return self._call(around, depth)
        test = self.dice.one_of(("x.shape[-1] == 4", *(f"bool({flag})" for flag in around.flags)))
        run = f"lambda: {layer}(x{self.argument(around)})"
        return [f"x = tf.cond(tf.constant({test}), {run}, lambda: x)"]

    def _change_flag(self, around: Around, depth: int) -> Lines:
        flag = self.dice.one_of(around.flags)
        if not flag.isidentifier() or self.dice.chance(2):
            name = self.dice.name("flag")
            made = self.dice.one_of((flag, f"bool({flag})", f"not {flag}", f"{flag} is True", f"False or {flag}"))
            lines = [f"{name} = {self._told(made)}"]
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
