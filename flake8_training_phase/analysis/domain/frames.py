"""The state of one function while it is interpreted."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.merging import join_lanes
from flake8_training_phase.analysis.domain.values import (
    ALL_LANES,
    FunctionValue,
    Instance,
    PhaseValue,
    Value,
)

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.classes import UserClass
    from flake8_training_phase.analysis.domain.scopes import Scope


class Environment(dict[str, Value]):
    """Local names, at one place of one path.

    Where paths part each goes on with a copy. A function that was defined before finds what became of its names: in
    the environment of the path it was defined on, and where that path met others, in the one that came of them.
    """

    __slots__ = ("_successor", "perhaps_unbound")

    def __init__(self, *given: Mapping[str, Value]) -> None:
        super().__init__(*given)
        self._successor: Environment | None = None
        self.perhaps_unbound: frozenset[str] = frozenset()
        """The names for the phase that not every path to here has bound: nothing may be given them."""

    def fork(self) -> Environment:
        """The same names, for a path that parts from this one."""
        made = Environment(self)
        made.perhaps_unbound = self.perhaps_unbound
        return made

    def continue_in(self, successor: Environment) -> None:
        """Say which environment the path goes on with."""
        if successor is not self:
            self._successor = successor

    @property
    def latest(self) -> Environment:
        """The environment in which the path goes on, as far as it was followed."""
        one = self
        while one._successor is not None:
            one = one._successor
        return one


class Frame:
    """Local names, and the lanes in which the path is still alive."""

    def __init__(
        self,
        function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None,
        scope: Scope,
        closure: Frame | None = None,
        owner: UserClass | None = None,
        bound_to: Instance | None = None,
        lanes: int = ALL_LANES,
        is_call_method: bool = False,
        enclosing: Environment | None = None,
    ) -> None:
        self.function = function
        self.scope = scope
        self.closure = closure
        self.owner = owner
        self.bound_to = bound_to
        self.live = lanes
        self.is_call_method = is_call_method
        self.environment = Environment()
        self._enclosing = closure.environment if enclosing is None and closure is not None else enclosing
        self.returned: list[Value] = []
        self.shared: set[str] = set()
        """The names that are those of the module: `global net`."""
        self.is_comprehension = False
        self.inspects_signatures: bool = closure.inspects_signatures if closure is not None else False

    @classmethod
    def of(cls, function: FunctionValue, lanes: int) -> Frame:
        """A frame to run `function` in."""
        closure = function.closure
        return cls(
            function.node,
            function.scope,
            closure,
            function.owner or (closure.owner if closure else None),
            function.bound_to or (closure.bound_to if closure else None),
            lanes,
            closure.is_call_method if closure else False,
            function.enclosing,
        )

    @classmethod
    def of_comprehension(cls, frame: Frame) -> Frame:
        """A frame for a comprehension, which has names of its own."""
        made = cls(frame.function, frame.scope, frame, frame.owner, frame.bound_to, frame.live, frame.is_call_method)
        made.is_comprehension = True
        return made

    @property
    def outside_comprehensions(self) -> Frame:
        """The frame of the function, where `:=` inside a comprehension binds its name."""
        frame = self
        while frame.is_comprehension and frame.closure is not None:
            frame = frame.closure
        return frame

    def lookup(self, name: str) -> Value:
        """What a name is here."""
        for _, names in self._visible():
            if name in names:
                return names[name]
        return self.scope.lookup(name)

    def _visible(self) -> Iterator[tuple[Frame, Environment]]:
        """The environments that names are looked up in, the innermost first, with the frames they belong to."""
        frame: Frame | None = self
        names: Environment | None = self.environment
        while frame is not None and names is not None:
            yield frame, names
            enclosing = frame._enclosing
            frame, names = frame.closure, enclosing.latest if enclosing is not None else None

    def takes_for_something_else(self, name: str) -> bool:
        """Whether a name is a parameter of a layer's `call` that means something else, and holds the phase because a
        caller has given it by position: `super().call(x, training)`.
        """
        function = self.function
        if self.owner is None or isinstance(function, ast.Lambda) or function is None or function.name != "call":
            return False
        return parameter(function, name) is not None and name != self.owner.phase_parameter

    def phase_name(self) -> str | None:
        """The local name that holds the phase, if one does: `training` where that is it."""
        found: str | None = None
        for frame, names in self._visible():
            for name, value in names.items():
                if isinstance(value, PhaseValue) and value.parameter is not None and name not in names.perhaps_unbound:
                    if name == "training":
                        return name
                    if value.is_parameter and found is None and not frame.takes_for_something_else(name):
                        found = name
        return found

    def join(
        self, first: Environment, first_lanes: int, second: Environment, second_lanes: int, before: Environment
    ) -> None:
        """Join two paths that parted from `before`.

        A name that only one of them binds is what it binds: on the other one using it would be an error.
        """
        self.live = first_lanes | second_lanes
        self.environment = second if second_lanes and not first_lanes else first
        if first_lanes and second_lanes and first is not second:
            one_sided = {*_phase_names(first, second), *_phase_names(second, first)}
            first.perhaps_unbound = first.perhaps_unbound.union(second.perhaps_unbound, one_sided)
            for name, value in second.items():
                first[name] = join_lanes(first[name], first_lanes, value, second_lanes) if name in first else value
        for one, lanes in ((first, first_lanes), (second, second_lanes), (before, self.live)):
            if lanes:
                one.continue_in(self.environment)


def _phase_names(some: Environment, others: Environment) -> Iterator[str]:
    """The names for the phase among some that others do not have."""
    return (name for name, value in some.items() if name not in others and isinstance(value, PhaseValue))
