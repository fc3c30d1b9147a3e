"""What a model of a function asks of the run that calls it, `Interpreter` (`analysis/machine/interpreter.py`)."""

from __future__ import annotations

import ast
from typing import Protocol

from flake8_training_phase.analysis.domain.arguments import UNKNOWN_ARGUMENTS, Arguments
from flake8_training_phase.analysis.domain.events import Event
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.values import Value


class Run(Protocol):
    """A run of some code, which has reached a call of a function from outside of it."""

    events: list[Event]
    """What has happened so far."""

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """Call `callee`, and give what it returns."""

    def attribute(self, base: Value, name: str, frame: Frame) -> Value:
        """What `base.name` is."""

    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember `base.name = value`."""

    def elements(self, value: Value, frame: Frame) -> Value:
        """What iterating over `value` gives, any of its elements at once."""

    def decide(self, test: ast.expr, condition: Value, frame: Frame) -> tuple[int, int]:
        """The lanes in which a condition of the code is true, and those in which it is false."""

    def phase_used(self, node: ast.expr, frame: Frame) -> None:
        """Write down that what is computed here is another thing in training."""

    def raises(self, frame: Frame) -> None:
        """Leave the path that runs: what is called raises there."""

    def run_callables(self, arguments: Arguments, frame: Frame) -> None:
        """Run the functions that an unknown callee is given: it may call them any number of times."""

    def in_loop(
        self, function: Value, frame: Frame, lanes: int | None = None, arguments: Arguments = UNKNOWN_ARGUMENTS
    ) -> Value:
        """Run a function any number of times, in the given lanes."""
