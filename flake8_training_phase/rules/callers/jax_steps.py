"""Training steps in JAX: `jax.grad` and `jax.value_and_grad` over a loss that calls `stateless_call`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.syntax.definitions import (
    Definitions,
    FunctionNode,
    FunctionScope,
    argument,
    called_name,
    own_nodes,
    positional_names,
)
from flake8_training_phase.analysis.syntax.name_flow import NameFlow, mentions
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.rules.callers.steps import Owner, StepKind, TrainingStep

_GRADS = frozenset({"value_and_grad", "grad"})
_UPDATES = frozenset({"stateless_apply", "apply_updates", "apply_gradients", "update", "apply", "tree_map"})


def jax_steps(unit: FunctionScope, definitions: Definitions) -> Iterator[TrainingStep]:
    """The steps whose gradient a unit asks for, by a call or by a decorator."""
    if _UPDATES.isdisjoint(definitions.calls_by_name):
        return
    for call in unit.calls():
        if called_name(call) in _GRADS and call.args:
            loss = definitions.function(call.args[0], unit)
            if loss is not None:
                yield from _step(loss, argument(call, 1, "argnums"), definitions)
    if isinstance(unit.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for decorator in unit.node.decorator_list:
            if any(_is_grad(one) for one in nodes_in(decorator)):
                given = decorator if isinstance(decorator, ast.Call) else None
                yield from _step(unit.node, None if given is None else _keyword(given, "argnums"), definitions)


def _is_grad(node: ast.AST) -> bool:
    return last_name(node) in _GRADS


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _step(loss: FunctionNode, argnums: ast.expr | None, definitions: Definitions) -> Iterator[TrainingStep]:
    body = [loss.body] if isinstance(loss, ast.Lambda) else loss.body
    nodes = [node for statement in body for node in (statement, *own_nodes(statement))]
    names = NameFlow(nodes).derived(_differentiated(loss, argnums))
    forward = [
        call
        for call in nodes
        if isinstance(call, ast.Call) and called_name(call) == "stateless_call" and _takes(call, names)
    ]
    owners = [Owner(one.func, ast.unparse(one.func.value)) for one in forward if isinstance(one.func, ast.Attribute)]
    if owners:
        name = None if isinstance(loss, ast.Lambda) else loss.name
        yield TrainingStep(name, StepKind.JAX, frozenset(forward), tuple(owners), shared=_is_shared(loss, definitions))


def _differentiated(loss: FunctionNode, argnums: ast.expr | None) -> set[str]:
    """The parameters that the gradient is taken for; all of them where that is computed."""
    names = positional_names(loss)
    if argnums is None:
        return set(names[:1])
    numbers = argnums.elts if isinstance(argnums, (ast.Tuple, ast.List)) else [argnums]
    places = [one.value for one in numbers if isinstance(one, ast.Constant) and isinstance(one.value, int)]
    return {names[place] for place in places if place < len(names)} if len(places) == len(numbers) else set(names)


def _takes(call: ast.Call, names: set[str]) -> bool:
    """Whether the variables that the gradient is taken for are those of the model."""
    variables = argument(call, 0, "trainable_variables")
    return variables is not None and mentions(variables, names)


def _is_shared(loss: FunctionNode, definitions: Definitions) -> bool:
    """Whether a loss is called directly too, as an evaluation does."""
    if isinstance(loss, ast.Lambda):
        return False
    calls = definitions.calls_by_name.get(loss.name, ())
    return any(isinstance(call.func, ast.Name | ast.Attribute) for _, call in calls)
