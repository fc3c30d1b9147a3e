"""Training steps: code that takes a gradient of a model's variables and hands it to an optimizer.

A step is known by what it does, not by its name. Its gradient is that of a `GradientTape`, of a loss that is given to
`minimize`, of `jax.grad` and `jax.value_and_grad`, or of torch's `backward()`. A gradient of the input, for a saliency
map or an adversarial example, or one that updates nothing, trains no model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.entries.module_run import VARIABLES
from flake8_training_phase.analysis.syntax.definitions import (
    Definitions,
    FunctionDef,
    FunctionScope,
    argument,
    called_name,
    calls_in,
    forward_slice,
    mentions,
    positional_names,
)
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.rules.callers import jax_steps, torch_steps
from flake8_training_phase.rules.callers.steps import Owner, StepKind, TrainingStep

_UPDATES = frozenset({"apply_gradients", "apply", "minimize", "assign_sub", "assign_add"})
_GRADIENTS = frozenset({"gradient", "jacobian", "batch_jacobian"})

_LAST_LINE = 10**9


def training_steps(tree: ast.Module) -> Iterator[TrainingStep]:
    """The training steps of a module."""
    definitions = Definitions(tree)
    aside = frozenset(call for unit in definitions.units for call in _aside(unit, definitions))
    for unit in definitions.units:
        if not _is_test(unit):
            yield from _tape_steps(unit, definitions, aside)
            yield from _minimizing_steps(unit, definitions)
            yield from jax_steps.jax_steps(unit, definitions)
            yield from torch_steps.torch_steps(unit, definitions)
            yield from _own_loss(unit)


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


@dataclass(frozen=True, slots=True)
class _Gradient:
    """Where a gradient is computed."""

    call: ast.Call
    sources: ast.expr | None
    unit: FunctionScope
    updates: bool
    """Whether the call makes the update as well: `minimize(loss, variables, tape=tape)`."""


def _tape_steps(unit: FunctionScope, definitions: Definitions, aside: frozenset[ast.Call]) -> Iterator[TrainingStep]:
    opened = list(_opened(unit))
    for block, tape in opened:
        reopened = [one.lineno for one, name in opened if name == tape and one.lineno > block.lineno]
        gradients = [
            one
            for one in _gradients(tape, unit, definitions, range(block.lineno, min(reopened, default=_LAST_LINE)))
            if one.updates or _reaches_update(one.call, one.unit, definitions)
        ]
        owners = [owner for one in gradients for owner in _owners(one, definitions)]
        if owners:
            region = {call for statement in block.body for call in calls_in(statement)} - aside
            yield TrainingStep(unit.name, StepKind.TAPE, frozenset(region), tuple(owners), aside=aside)


def _opened(unit: FunctionScope) -> Iterator[tuple[ast.With | ast.AsyncWith, str]]:
    """The blocks under a gradient tape, with the tape as the code writes it."""
    for node in unit.nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            yield from ((node, tape) for tape in _tapes(node, unit))


def _tapes(block: ast.With | ast.AsyncWith, unit: FunctionScope) -> Iterator[str]:
    """The gradient tapes that a `with` opens, as the code writes them."""
    for item in block.items:
        made, name = item.context_expr, item.optional_vars
        if isinstance(made, ast.Name):
            name, values = made, list(_values(made.id, unit))
        else:
            values = [made]
        if isinstance(name, (ast.Name, ast.Attribute)):
            if any(isinstance(one, ast.Call) and called_name(one) == "GradientTape" for one in values):
                yield ast.unparse(name)


def _values(name: str, unit: FunctionScope) -> Iterator[ast.expr]:
    """What a unit assigns to a name."""
    for node in unit.nodes:
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets):
            yield node.value


def _gradients(tape: str, unit: FunctionScope, definitions: Definitions, rows: range) -> Iterator[_Gradient]:
    """The gradients that are taken from a tape, in the unit or in a function of the module that it is given to.

    Only calls in some rows count: two blocks may give their tapes one name.
    """
    for call in unit.calls():
        if call.lineno not in rows:
            continue
        if called_name(call) in _GRADIENTS and isinstance(call.func, ast.Attribute):
            if ast.unparse(call.func.value) == tape:
                yield _Gradient(call, argument(call, 1, "sources", "source"), unit, updates=False)
        elif any(keyword.arg == "tape" and ast.unparse(keyword.value) == tape for keyword in call.keywords):
            if called_name(call) == "minimize":
                yield _Gradient(call, argument(call, 1, "var_list"), unit, updates=True)
        elif any(ast.unparse(one) == tape for one in call.args if isinstance(one, (ast.Name, ast.Attribute))):
            yield from _gradients_in_helper(tape, call, unit, definitions)


def _gradients_in_helper(
    tape: str, call: ast.Call, unit: FunctionScope, definitions: Definitions
) -> Iterator[_Gradient]:
    function = definitions.function(call.func, unit)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or function is unit.node:
        return
    given = dict(zip(positional_names(function), call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    helper = definitions.unit(function)
    for name in [name for name, value in given.items() if ast.unparse(value) == tape]:
        for found in _gradients(name, helper, definitions, range(_LAST_LINE)):
            if not found.updates and not _reaches_update(found.call, helper, definitions):
                continue
            sources = found.sources
            here = given.get(sources.id) if isinstance(sources, ast.Name) else None
            yield _Gradient(found.call, here or sources, unit if here is not None else helper, updates=True)


def _owners(gradient: _Gradient, definitions: Definitions) -> Iterator[Owner]:
    return owners(gradient.sources, gradient.unit, definitions)


def owners(sources: ast.expr | None, unit: FunctionScope, definitions: Definitions, depth: int = 3) -> Iterator[Owner]:
    """The models whose variables an expression gives: `model` in `model.trainable_variables`."""
    for node in nodes_in(sources) if sources is not None else ():
        if isinstance(node, ast.Attribute) and node.attr in VARIABLES:
            yield Owner(node, ast.unparse(node.value))
        elif isinstance(node, (ast.Name, ast.Attribute)) and depth and isinstance(node.ctx, ast.Load):
            for value in definitions.assigned(node, unit):
                if value is not sources:
                    yield from owners(value, unit, definitions, depth - 1)


def _reaches_update(gradient: ast.Call, unit: FunctionScope, definitions: Definitions) -> bool:
    """Whether a gradient is handed to an optimizer, here or by who called the function that gives it back."""
    names = forward_slice(_names_given(gradient, unit), unit.nodes)
    for call in unit.calls():
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        if not any(_holds(one, gradient, names) for one in arguments):
            continue
        if called_name(call) in _UPDATES:
            return True
        helper = definitions.function(call.func, unit)
        if isinstance(helper, (ast.FunctionDef, ast.AsyncFunctionDef)) and _updates(definitions.unit(helper)):
            return True
    returned = [node.value for node in unit.nodes if isinstance(node, ast.Return) and node.value is not None]
    if unit.name is not None and any(_holds(one, gradient, names) for one in returned):
        return any(_updates(one) for one in _callers(unit, definitions))
    return False


def _names_given(node: ast.expr, unit: FunctionScope) -> set[str]:
    """The names that are assigned something with a node in it."""
    assigned = [one for one in unit.nodes if isinstance(one, ast.Assign) and node in nodes_in(one.value)]
    targets = [target for one in assigned for target in one.targets]
    targets += [one.target for one in unit.nodes if isinstance(one, ast.For) and node in nodes_in(one.iter)]
    return {
        ast.unparse(name)
        for target in targets
        for name in nodes_in(target)
        if isinstance(name, (ast.Name, ast.Attribute)) and isinstance(name.ctx, ast.Store)
    }


def _holds(node: ast.AST, gradient: ast.Call, names: set[str]) -> bool:
    return mentions(node, names) or gradient in nodes_in(node)


def _updates(unit: FunctionScope) -> bool:
    return any(called_name(call) in _UPDATES for call in unit.calls())


def _callers(unit: FunctionScope, definitions: Definitions) -> Iterator[FunctionScope]:
    for one in definitions.units:
        if one is not unit and any(called_name(call) == unit.name for call in one.calls()):
            yield one


def _aside(unit: FunctionScope, definitions: Definitions) -> set[ast.Call]:
    """The calls that no update comes from: under a tape for inputs alone, in `stop_gradient` or `stop_recording`."""
    found: set[ast.Call] = set()
    for block, tape in _opened(unit):
        asked = [one for one in unit.calls() if called_name(one) in _GRADIENTS]
        sources = [
            argument(one, 1, "sources")
            for one in asked
            if isinstance(one.func, ast.Attribute) and ast.unparse(one.func.value) == tape
        ]
        if sources and not any(_may_be_variables(one, unit, definitions) for one in sources):
            found.update(call for statement in block.body for call in calls_in(statement))
    for node in unit.nodes:
        if isinstance(node, ast.Call) and called_name(node) == "stop_gradient":
            found.update(one for argument_ in node.args for one in calls_in(argument_))
        elif isinstance(node, ast.With):
            made = [item.context_expr for item in node.items]
            if any(isinstance(one, ast.Call) and called_name(one) == "stop_recording" for one in made):
                found.update(call for statement in node.body for call in calls_in(statement))
    return found


def _may_be_variables(sources: ast.expr | None, unit: FunctionScope, definitions: Definitions) -> bool:
    """Whether a gradient may be that of a model's variables, and not of a tensor that the tape watches."""
    if sources is None or any(isinstance(one, ast.Attribute) and one.attr in VARIABLES for one in nodes_in(sources)):
        return True
    names = {one.id for one in nodes_in(sources) if isinstance(one, ast.Name)}
    watched = [one for one in unit.calls() if called_name(one) == "watch"]
    if any(mentions(one, names) for call in watched for one in call.args):
        return False
    return any(True for _ in owners(sources, unit, definitions))


def _minimizing_steps(unit: FunctionScope, definitions: Definitions) -> Iterator[TrainingStep]:
    """`optimizer.minimize(loss, variables)` where the loss is a function."""
    for call in unit.calls():
        if called_name(call) != "minimize" or any(keyword.arg == "tape" for keyword in call.keywords):
            continue
        loss = argument(call, 0, "loss")
        function = definitions.function(loss, unit) if loss is not None else None
        found = tuple(owners(argument(call, 1, "var_list"), unit, definitions))
        if function is not None and found:
            body = [function.body] if isinstance(function, ast.Lambda) else function.body
            region = frozenset(one for statement in body for one in calls_in(statement))
            yield TrainingStep(unit.name, StepKind.TAPE, region, found)
