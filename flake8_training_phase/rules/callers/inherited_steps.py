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
    for cls in module.module.classes():
        for base in cls.mro if cls.methods else ():
            if isinstance(base, UserClass) and base.module is not cls.module:
                for step in _steps(base.module):
                    if _runs_own_methods(step, cls):
                        yield from (InheritedStep(step, method, cls) for method in _holders(step, base, cls))


def _steps(module: Module) -> tuple[TrainingStep, ...]:
    """The steps of a module under tapes; many import the same one."""
    if _TAPE not in module.text:
        return ()
    return module.program.ask(("steps", module), lambda: _steps_in(module.tree), meanwhile=())


def _steps_in(tree: ast.Module) -> tuple[TrainingStep, ...]:
    return tuple(one for one in training_steps(tree) if one.kind is StepKind.TAPE)


def _runs_own_methods(step: TrainingStep, cls: UserClass) -> bool:
    called = (one.func for one in step.region)
    return any(isinstance(one, ast.Attribute) and one.attr in cls.methods for one in called)


def _holders(step: TrainingStep, base: UserClass, cls: UserClass) -> Iterator[Method]:
    """The methods of a base class that take a step, where a class has them from there."""
    for name, node in base.methods.items():
        found = cls.find_method(name)
        if isinstance(found, Method) and found.owner is base and not step.region.isdisjoint(nodes_in(node)):
            yield found
