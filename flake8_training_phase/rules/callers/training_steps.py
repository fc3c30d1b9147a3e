"""Training steps: code that takes a gradient of a model's variables and hands it to an optimizer.

A step is known by what it does, not by its name. Its gradient is that of a `GradientTape`, of a loss that is given to
`minimize`, `compute_gradients` or `tfp.math.value_and_gradient`, of `jax.grad` and `jax.value_and_grad`, or of torch's
`backward()`. A gradient of the input, for a saliency map or an adversarial example, or one that updates nothing, trains
no model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.syntax.definitions import (
    Definitions,
    FunctionDef,
    FunctionScope,
    argument,
    called_name,
    calls_in,
)
from flake8_training_phase.rules.callers import jax_steps, torch_steps
from flake8_training_phase.rules.callers.steps import StepKind, TrainingStep
from flake8_training_phase.rules.callers.tape_steps import TapeSteps, owners
from flake8_training_phase.rules.callers.updates import Updates

_OF_LOSS_FUNCTIONS = {"minimize": "loss", "compute_gradients": "loss", "value_and_gradient": "f"}
"""Methods of optimizers, and a function of TensorFlow Probability, that take a loss function, by the name of that
parameter, and behind it the variables.
"""


def training_steps(tree: ast.Module) -> Iterator[TrainingStep]:
    """The training steps of a module."""
    definitions = Definitions(tree)
    with_tapes = TapeSteps(definitions)
    updates = Updates(definitions)
    for unit in definitions.units:
        if not _is_test(unit):
            yield from with_tapes.of(unit)
            yield from _minimizing_steps(unit, definitions, updates)
            yield from jax_steps.jax_steps(unit, definitions)
            yield from torch_steps.torch_steps(unit, definitions)
            yield from _own_loss(unit)


def calls_aside(function: FunctionDef) -> frozenset[ast.Call]:
    """The calls in a function that teach nothing, as it shows by itself."""
    return TapeSteps(Definitions(ast.Module([function], []))).aside


def _own_loss(unit: FunctionScope) -> Iterator[TrainingStep]:
    """The loss of a model, which Keras takes the gradient of: what it runs is in no `call`, and finds no context.

    A method of that name with other parameters is not the one that Keras calls.
    """
    is_method = unit.name == "compute_loss" and bool(unit.around) and isinstance(unit.around[0], ast.ClassDef)
    if is_method and isinstance(unit.node, FunctionDef) and parameter(unit.node, "y_pred") is not None:
        yield TrainingStep(unit.name, StepKind.TAPE, frozenset(unit.calls()), (), unit.cls)


def _is_test(unit: FunctionScope) -> bool:
    """Whether it is a test: that a gradient flows trains nothing."""
    around = (unit.node, *unit.around)
    names = [one.name for one in around if not isinstance(one, ast.Module)]
    return any(name.startswith("test") or name.endswith(("Test", "TestCase")) for name in names)


def _minimizing_steps(unit: FunctionScope, definitions: Definitions, updates: Updates) -> Iterator[TrainingStep]:
    """`optimizer.minimize(loss, variables)` where the loss is a function, or a gradient of one that is then applied."""
    for call in unit.calls():
        name = called_name(call)
        if name not in _OF_LOSS_FUNCTIONS or any(keyword.arg == "tape" for keyword in call.keywords):
            continue
        if name != "minimize" and not updates.are_given(call, unit):
            continue
        loss = argument(call, 0, _OF_LOSS_FUNCTIONS[name])
        function = definitions.function(loss, unit) if loss is not None else None
        found = tuple(owners(argument(call, 1, "var_list"), unit, definitions))
        if function is not None and found:
            body = [function.body] if isinstance(function, ast.Lambda) else function.body
            region = frozenset(one for statement in body for one in calls_in(statement))
            yield TrainingStep(unit.name, StepKind.TAPE, region, found)
