"""The functions from outside that drop or draw random numbers, and the lanes in which some code runs them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from flake8_training_phase.analysis.domain.arguments import UNKNOWN_ARGUMENTS, Arguments
from flake8_training_phase.analysis.domain.around import Objects
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    Constant,
    External,
    FunctionValue,
    Instance,
    PhaseValue,
    Value,
)
from flake8_training_phase.analysis.machine.expressions import TooComplex
from flake8_training_phase.analysis.machine.interpreter import Interpreter

_RATE = ("x", "rate")


@dataclass(frozen=True, slots=True)
class Draw:
    """One call of such a function."""

    node: ast.Call
    lanes: int
    module: Scope
    """The top of the module that it is in."""


class DrawingRun(Interpreter):
    """A run that also writes down the functions from outside that drop or draw: those whose dotted name is wanted."""

    def __init__(self, program: Objects, subject: Instance, wanted: Callable[[str], bool]) -> None:
        super().__init__(program, subject)
        self.draws: list[Draw] = []
        self._wanted = wanted

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """As the interpreter."""
        if isinstance(callee, External) and self._wanted(callee.path):
            if arguments.by_name(_RATE).get("rate") != Constant(0):
                self.draws.append(Draw(node, frame.live, frame.scope.root))
        return super().apply(callee, arguments, node, frame)


def draws_of_call(cls: UserClass, wanted: Callable[[str], bool]) -> tuple[Draw, ...]:
    """What `call` draws when the flag is True, False or None; nothing where that is not followed to its end."""
    if cls.call is None or cls.phase_parameter is None:
        return ()
    subject = cls.program.canonical(cls.instance)
    run = DrawingRun(cls.program, subject, wanted)
    method = FunctionValue(cls.call.node, cls.call.owner.scope, owner=cls.call.owner, bound_to=subject)
    flag = PhaseValue((True, False, None), cls.phase_parameter, cls.default_is_number)
    given = replace(UNKNOWN_ARGUMENTS, keywords={cls.phase_parameter: flag})
    try:
        run.apply(method, given, given.node, Frame(None, cls.call.owner.scope))
    except (TooComplex, RecursionError) as error:
        cls.program.limit_of(error)
        return ()
    return tuple(run.draws)
