"""Training steps that classes inherit from other modules: what they run may be a method of the class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.rules.callers.steps import StepKind, TrainingStep
from flake8_training_phase.rules.callers.training_steps import training_steps

_TAPE = "GradientTape"


@dataclass(frozen=True, slots=True)
class InheritedStep:
    """A step in a method that a class of the module has from another one."""

    step: TrainingStep
    method: Method
    cls: UserClass


def inherited_steps(module: CheckedModule) -> Iterator[InheritedStep]:
    """Those that call methods which the class has of its own."""
    found: dict[Module, tuple[TrainingStep, ...]] = {}
    for cls in module.module.classes():
        for method in _inherited(cls):
            other = method.owner.module
            if other not in found:
                found[other] = tuple(one for one in training_steps(other.tree) if one.kind is StepKind.TAPE)
            inside = set(nodes_in(method.node))
            for step in found[other]:
                if not inside.isdisjoint(step.region) and _runs_own_methods(step, cls):
                    yield InheritedStep(step, method, cls)


def _inherited(cls: UserClass) -> Iterator[Method]:
    """The methods that a class has from classes of other modules which open tapes."""
    for base in cls.mro if cls.methods else ():
        if isinstance(base, UserClass) and base.module is not cls.module and _TAPE in base.module.text:
            for name in base.methods:
                found = cls.find_method(name)
                if isinstance(found, Method) and found.owner is base:
                    yield found


def _runs_own_methods(step: TrainingStep, cls: UserClass) -> bool:
    called = (one.func for one in step.region)
    return any(isinstance(one, ast.Attribute) and one.attr in cls.methods for one in called)
