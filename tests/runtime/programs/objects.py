"""Draws objects that are more than their class says: what they hold is given to them, or comes into them later."""

from __future__ import annotations

from collections.abc import Callable

from tests.runtime.programs.holding import Holder
from tests.runtime.programs.layers import Constructor, Held


class ObjectHolder(Holder):
    """Draws layers that are kept, and objects that are given layers."""

    def forms(self) -> list[tuple[int, Callable[[Constructor], None]]]:
        """The forms there are, and how likely each is."""
        forms = [*super().forms(), (1, self._filled_in_build), (1, self._grown_in_build), (1, self._dict_of_lists)]
        if self.only_fixable:
            return forms
        forms += [(2, self._grown_by_method), (4, self._parameter)]
        if self.taking_layer:
            forms += [(8, self._two_kinds), (8, self._passed_on)]
        if any(self.attributes.values()):
            forms.append((3, self._changed_from_outside))
        if any(self.adding.values()):
            forms.append((16, self._given_more))
        return forms

    def _two_kinds(self, constructor: Constructor) -> None:
        """Two objects of one class that hold different layers."""
        cls = self.dice.one_of(self.taking_layer)
        for _ in range(2):
            name = self.dice.name("of_kind")
            self._keep(constructor, f"self.{name} = {cls}({self.layer(own=False)})", name=name)

    def _passed_on(self, constructor: Constructor) -> None:
        """A layer that goes through two constructors."""
        if "layer=None" not in constructor.parameters:
            constructor.parameters.insert(0, "layer=None")
        name, cls = self.dice.name("passed"), self.dice.one_of(self.taking_layer)
        self._keep(constructor, f"self.{name} = {cls}({self.dice.one_of(('layer', 'layer=layer'))})", name=name)

    def _filled_in_build(self, constructor: Constructor) -> None:
        """None at first."""
        name = self.dice.name("filled")
        constructor.body.append(f"self.{name} = None")
        constructor.build.append(f"self.{name} = {self.layer()}")
        constructor.held.append(Held(f"self.{name}"))

    def _grown_in_build(self, constructor: Constructor) -> None:
        """Empty at first."""
        name = self.dice.name("grown")
        constructor.body.append(f"self.{name} = []")
        constructor.build += ["for _ in range(2):", f"    self.{name}.append({self.layer()})"]
        constructor.held.append(Held(f"self.{name}", "list", ("0", "1")))

    def _dict_of_lists(self, constructor: Constructor) -> None:
        name = self.dice.name("stages")
        lists = (f"[{', '.join((self.layer(), self.layer()))}]", f"[{self.layer()}]")
        constructor.body.append(f'self.{name} = {{"first": {lists[0]}, "second": {lists[1]}}}')
        constructor.held.append(Held(f'self.{name}["first"]', "list", ("0", "1")))
        constructor.held.append(Held(f'self.{name}["second"]', "list", ("0",)))

    def _grown_by_method(self, constructor: Constructor) -> None:
        """A list that others put layers into, by a method."""
        name = self.dice.name("grown")
        constructor.methods.append([f"def add_{name}(self, layer):", f"    self.{name}.append(layer)"])
        self._keep_list(constructor, f"self.{name} = [{self.layer()}]", name=name, count=1)
        constructor.adding.append(f"add_{name}")

    def _given_more(self, constructor: Constructor) -> None:
        """An object that gets one layer more."""
        cls = self.dice.one_of([one for one in self.classes if self.adding.get(one)])
        name, method = self.dice.name("more"), self.dice.one_of(self.adding[cls])
        lines = (f"self.{name} = {self.made(cls)}", f"self.{name}.{method}({self.layer(own=False)})")
        self._keep(constructor, *lines, name=name)

    def _changed_from_outside(self, constructor: Constructor) -> None:
        """An object that gets another layer in the place of one."""
        cls = self.dice.one_of([one for one in self.classes if self.attributes.get(one)])
        name, attribute = self.dice.name("changed"), self.dice.one_of(self.attributes[cls])
        lines = (f"self.{name} = {self.made(cls)}", f"self.{name}.{attribute} = {self.layer(own=False)}")
        self._keep(constructor, *lines, name=name)
