"""The state of one function while it is interpreted."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.arguments import parameter
from flake8_training_phase.analysis.values import (
    ALL_LANES,
    UNKNOWN,
    FunctionValue,
    Instance,
    PhaseValue,
    Value,
    merge,
)

if TYPE_CHECKING:
    from flake8_training_phase.analysis.classes import UserClass
    from flake8_training_phase.analysis.scopes import Scope

Environment = dict[str, Value]


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
    ) -> None:
        self.function = function
        self.scope = scope
        self.closure = closure
        self.owner = owner
        self.bound_to = bound_to
        self.live = lanes
        self.is_call_method = is_call_method
        self.environment: Environment = {}
        self.returned: list[Value] = []
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
        )

    def lookup(self, name: str) -> Value:
        """What a name is here."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.environment:
                return frame.environment[name]
            frame = frame.closure
        return self.scope.lookup(name)

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
        frame: Frame | None = self
        found: str | None = None
        while frame is not None:
            for name, value in frame.environment.items():
                if isinstance(value, PhaseValue) and value.parameter is not None:
                    if name == "training":
                        return name
                    if value.is_parameter and found is None and not frame.takes_for_something_else(name):
                        found = name
            frame = frame.closure
        return found

    def join(self, first: Environment, first_lanes: int, second: Environment, second_lanes: int) -> None:
        """Go on with what two paths left behind."""
        self.live = first_lanes | second_lanes
        if not second_lanes or first is second:
            self.environment = first
        elif not first_lanes:
            self.environment = second
        else:
            for name, value in second.items():
                first[name] = merge(first.get(name, UNKNOWN), first_lanes, value, second_lanes)
            self.environment = first
