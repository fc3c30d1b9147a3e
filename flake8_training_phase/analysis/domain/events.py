"""What running a `call` does, in order, as far as the phase is concerned.

The interpreter writes these down once; the phase flow runs them under each Keras, and rules ask them questions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.values import FunctionValue, Instance, Value
from flake8_training_phase.keras.generations import Flag, Passed

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.arguments import Arguments
    from flake8_training_phase.analysis.domain.classes import UserClass
    from flake8_training_phase.analysis.domain.scopes import Scope

Flags = tuple[Flag, Flag, Flag]
NO_FLAG: Flags = (Passed.ABSENT, Passed.ABSENT, Passed.ABSENT)


class PassedBy(Enum):
    """How a call gives the flag."""

    NOTHING = "not at all"
    KEYWORD = "by keyword"
    POSITION = "by position"
    UNKNOWN = "perhaps, inside * or **"


@dataclass(frozen=True, slots=True)
class FlagArgument:
    """The `training` argument of one call."""

    passed_by: PassedBy
    by_lane: Flags = NO_FLAG
    parameter: str | None = None
    """The parameter of the outermost `call` that the value is made from, None for a constant."""
    node: ast.expr | None = None
    """The expression passed."""
    name: str = "training"
    """The name of the parameter that it is passed for."""
    in_rest_of_call: bool = False
    """It can only be in what `call` found in its `**kwargs`, where Keras 3 never puts it."""

    @property
    def absent(self) -> bool:
        """Whether surely nothing is passed."""
        return self.passed_by is PassedBy.NOTHING

    @property
    def constant(self) -> bool:
        """Whether it is True or False in every mode."""
        first = self.by_lane[0]
        return isinstance(first, bool) and self.by_lane == (first, first, first)


@dataclass(frozen=True, slots=True)
class ProgramPoint:
    """The place of an event in the code."""

    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None
    """None at the top of a module."""
    owner: UserClass | None
    scope: Scope
    is_call_method: bool
    """The function is the `call` that was asked for, or one defined inside it."""


@dataclass(slots=True, eq=False)
class LayerCall:
    """One call of a layer."""

    node: ast.Call
    receiver: Value
    flag: FlagArgument
    lanes: int
    place: ProgramPoint
    forwardable_name: str | None
    """The name by which the phase could be forwarded here."""
    inspected: bool
    """The code around it looks at what it calls, at its signature or its name, before it decides what to pass."""

    @property
    def name(self) -> str:
        """The receiver, for messages."""
        return called(self.node)


@dataclass(slots=True, eq=False)
class Inlined:
    """A function of the checked code run in place: a helper, a nested function, `super().call`."""

    callee: FunctionValue
    arguments: Arguments
    flag: FlagArgument
    is_super_call: bool
    place: ProgramPoint
    forwardable_name: str | None
    lanes: int
    events: list[Event] = field(default_factory=list)

    @property
    def node(self) -> ast.Call:
        """The call that runs it."""
        return self.arguments.node

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda:
        """Its definition."""
        return self.callee.node

    @property
    def owner(self) -> UserClass | None:
        """The class that it is a method of."""
        return self.callee.owner

    @property
    def parent(self) -> str:
        """The name of the class whose method runs."""
        return self.owner.name if self.owner is not None else "?"


@dataclass(slots=True, eq=False)
class DirectKerasCall:
    """`super().call(x)` where the parent is a layer of Keras: its `call` runs with just what it is given."""

    node: ast.Call
    receiver: Instance
    parent: str
    """The name of the Keras class."""
    flag: FlagArgument
    lanes: int
    place: ProgramPoint
    forwardable_name: str | None


@dataclass(slots=True, eq=False)
class Branch:
    """One of several ways is taken."""

    ways: list[list[Event]]


@dataclass(slots=True, eq=False)
class Loop:
    """The body runs any number of times."""

    body: list[Event]


@dataclass(slots=True, eq=False)
class Exit:
    """The path ends here in these lanes: a return, a raise, or (`of_loop`) a break or continue."""

    lanes: int
    of_loop: bool


@dataclass(slots=True, eq=False)
class PhaseTest:
    """A condition that tells training from inference: what runs differs by the phase."""

    node: ast.expr
    parameter: str | None
    lanes: int
    place: ProgramPoint
    none_trains: bool = False
    """None takes the way of True: `if training is not False`."""


Event = LayerCall | Inlined | DirectKerasCall | PhaseTest | Branch | Loop | Exit


def called(node: ast.Call) -> str:
    """What a call calls, as the user writes it, `self.dropout`, or how it is made: `Resizing(…)`."""
    function = node.func
    return f"{ast.unparse(function.func)}(…)" if isinstance(function, ast.Call) else ast.unparse(function)


def walk(events: Iterable[Event], into_parents: bool = True) -> Iterator[Event]:
    """Every event, those inside branches, loops and inlined functions included, in order: also those of the methods
    that `super()` runs, or not.
    """
    for event in events:
        yield event
        if isinstance(event, Inlined):
            if into_parents or not event.is_super_call:
                yield from walk(event.events, into_parents)
        elif isinstance(event, Loop):
            yield from walk(event.body, into_parents)
        elif isinstance(event, Branch):
            for way in event.ways:
                yield from walk(way, into_parents)
