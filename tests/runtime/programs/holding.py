"""Draws the ways in which a constructor keeps layers."""

from __future__ import annotations

from collections.abc import Callable

from tests.runtime.programs.layers import Constructor, Held, LayerDrawer


class Holder(LayerDrawer):
    """Draws layers that are kept."""

    def hold(self, constructor: Constructor) -> None:
        """Let a constructor keep one thing more."""
        self.dice.weighted(self.forms())(constructor)

    def forms(self) -> list[tuple[int, Callable[[Constructor], None]]]:
        """The forms there are, and how likely each is."""
        return [
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
            (1, self._extended),
            (1, self._filled_dict),
            (1, self._numbered),
            (1, self._given_class),
            (1, self._given_rate),
            (1, self._by_method),
            (1, self._by_function),
            (1, self._maybe),
            (1, self._around_own),
            (1, self._annotated),
            (1, self._grown_in_loop),
            (1, self._second_graph),
        ]

    def _keep(self, constructor: Constructor, *lines: str, name: str, made: str = "") -> None:
        constructor.body += lines
        constructor.held.append(Held(f"self.{name}", made=made))

    def _keep_list(self, constructor: Constructor, *lines: str, name: str, count: int) -> None:
        constructor.body += lines
        constructor.held.append(Held(f"self.{name}", "list", tuple(map(str, range(count)))))

    def _attribute(self, constructor: Constructor) -> None:
        name, layer = self.dice.name("layer"), self.layer()
        self._keep(constructor, f"self.{name} = {layer}", name=name, made=layer)
        constructor.attributes.append(name)

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

    def _extended(self, constructor: Constructor) -> None:
        name, first, second = self.dice.name("grown"), self.layer(), self.layer()
        forms = (f"self.{name} += [{second}]", f"self.{name}.extend([{second}])", f"self.{name}.insert(0, {second})")
        line = self.dice.one_of((*forms, f"self.{name} = self.{name} + [{second}]"))
        self._keep_list(constructor, f"self.{name} = [{first}]", line, name=name, count=2)

    def _filled_dict(self, constructor: Constructor) -> None:
        name, first, second = self.dice.name("table"), self.layer(), self.layer()
        forms = (
            (f"self.{name} = {{}}", f'self.{name}["first"] = {first}', f'self.{name}["second"] = {second}'),
            (f"self.{name} = dict(first={first}, second={second})",),
            (
                f"{name} = {{}}",
                f'{name}["first"] = {first}',
                f"{name}.update(second={second})",
                f"self.{name} = {name}",
            ),
            (f'self.{name} = {{key: {first} for key in ("first", "second")}}',),
        )
        constructor.body += self.dice.one_of(forms)
        constructor.held.append(Held(f"self.{name}", "dict", ('"first"', '"second"')))

    def _numbered(self, constructor: Constructor) -> None:
        """Attributes whose names are computed."""
        name = self.dice.name("step")
        constructor.body += ["for i in range(2):", f'    setattr(self, f"{name}_{{i}}", {self.layer()})']
        constructor.held.append(Held(f"self.{name}_1"))
        constructor.held.append(Held(f'getattr(self, f"{name}_{{0}}")'))

    def _given_class(self, constructor: Constructor) -> None:
        """A parameter that is a class of layers."""
        name = self.dice.name("kind")
        cls, given = self.dice.one_of((("Dropout", "0.5"), ("BatchNormalization", ""), ("Dense", "4")))
        constructor.parameters.append(f"{name}=keras.layers.{cls}")
        self._keep(constructor, f"self.{name} = {name}({given})", name=name)

    def _given_rate(self, constructor: Constructor) -> None:
        name = self.dice.name("rate")
        constructor.parameters.append(f"{name}=0.5")
        forms = (f"keras.layers.Dropout({name})", f"layers.GRU(4, return_sequences=True, dropout={name})")
        layer = self.dice.one_of(forms)
        self._keep(constructor, f"self.{name}_layer = {layer}", name=f"{name}_layer")

    def _by_method(self, constructor: Constructor) -> None:
        """A method that the constructor runs, and which keeps the layer."""
        name = self.dice.name("placed")
        constructor.methods.append([f"def _place_{name}(self):", f"    self.{name} = {self.layer()}"])
        self._keep(constructor, f"self._place_{name}()", name=name)

    def _by_function(self, constructor: Constructor) -> None:
        """A function inside the constructor that gives the layer."""
        name, layer = self.dice.name("inner"), self.layer()
        made = self.dice.one_of(
            (
                (f"make_{name} = lambda: {layer}",),
                (f"def make_{name}():", f"    return {layer}"),
                (f"def make_{name}(made={layer}):", "    return made"),
            )
        )
        self._keep(constructor, *made, f"self.{name} = make_{name}()", name=name)

    def _maybe(self, constructor: Constructor) -> None:
        """A layer or None."""
        name = self.dice.name("maybe")
        self._need_switch(constructor)
        forms = (
            (f"self.{name} = {self.layer()} if switch else None",),
            (f"self.{name} = None", "if switch:", f"    self.{name} = {self.layer()}"),
        )
        constructor.body += self.dice.one_of(forms)
        constructor.maybe.append(f"self.{name}")

    def _around_own(self, constructor: Constructor) -> None:
        """A wrapper of Keras around a layer of the program, which may refuse what it gets there."""
        if not self.classes or self.only_fixable:
            self._attribute(constructor)
            return
        name = self.dice.name("steps")
        self.may_raise = True
        layer = f"keras.layers.TimeDistributed({self.dice.one_of(self.classes)}())"
        self._keep(constructor, f"self.{name} = {layer}", name=name)

    def _annotated(self, constructor: Constructor) -> None:
        name = self.dice.name("typed")
        self._keep(constructor, f"self.{name}: keras.layers.Layer = {self.layer()}", name=name)

    def _grown_in_loop(self, constructor: Constructor) -> None:
        name = self.dice.name("net")
        lines = [f"{name} = keras.Sequential()", f"for layer_{name} in ({', '.join(self.layers())},):"]
        lines += [f"    {name}.add(layer_{name})", f"self.{name} = {name}"]
        self._keep(constructor, *lines, name=name)

    def _second_graph(self, constructor: Constructor) -> None:
        """Two functional models made one after the other."""
        name, again = self.dice.name("graph"), self.dice.name("graph")
        for one in (name, again):
            lines = (f"inputs_{one} = keras.Input((3, 4))", f"outputs_{one} = {self.layer()}(inputs_{one})")
            made = f"keras.Model(inputs=inputs_{one}, outputs={self.layer()}(outputs_{one}))"
            self._keep(constructor, *lines, f"self.{one} = {made}", name=one)
