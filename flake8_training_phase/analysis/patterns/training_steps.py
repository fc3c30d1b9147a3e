"""Training steps: code that takes a gradient of a model's variables and hands it to an optimizer.

A step is known by what it does: a `GradientTape` whose gradient with respect to the variables of a model reaches
`apply_gradients`, `apply` or `minimize`. A tape for a saliency map or an adversarial example updates no model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.functions import Function

_VARIABLES = frozenset({"trainable_variables", "trainable_weights", "variables", "weights"})
_UPDATES = frozenset({"apply_gradients", "apply", "minimize"})


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """A call of a model inside the step that updates it."""

    node: ast.Call
    model: ast.expr
    function: Function


def forward_passes(function: Function) -> Iterator[ForwardPass]:
    """The calls of models in the training steps that a function itself takes."""
    nodes = list(_own_nodes(function.node))
    if not any(isinstance(node, ast.Call) and _method(node) in _UPDATES for node in nodes):
        return
    for node in nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for tape in _tapes(node):
                updated = _updated_models(tape, nodes)
                yield from _calls_of(updated, node, function)


def _calls_of(models: set[str], block: ast.With | ast.AsyncWith, function: Function) -> Iterator[ForwardPass]:
    for statement in block.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in models:
                yield ForwardPass(node, node.func, function)


def _tapes(block: ast.With | ast.AsyncWith) -> Iterator[str]:
    """The names of the gradient tapes that a `with` opens."""
    for item in block.items:
        made = item.context_expr
        if isinstance(made, ast.Call) and _method(made) == "GradientTape" and isinstance(item.optional_vars, ast.Name):
            yield item.optional_vars.id


def _updated_models(tape: str, nodes: list[ast.AST]) -> set[str]:
    """The models, as the code writes them, whose variables the gradient of a tape is taken for."""
    models: set[str] = set()
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if node.func.attr in ("gradient", "jacobian") and isinstance(owner, ast.Name) and owner.id == tape:
            given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "sources")]
            for sources in given:
                models |= _owners_of_variables(sources, nodes)
    return models


def _owners_of_variables(sources: ast.expr, nodes: list[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(sources):
        if isinstance(node, ast.Attribute) and node.attr in _VARIABLES:
            found.add(ast.unparse(node.value))
        elif isinstance(node, ast.Name):
            for value in _assigned(node.id, nodes):
                if value is not sources:
                    found |= {
                        ast.unparse(one.value)
                        for one in ast.walk(value)
                        if isinstance(one, ast.Attribute) and one.attr in _VARIABLES
                    }
    return found


def _assigned(name: str, nodes: list[ast.AST]) -> Iterator[ast.expr]:
    for node in nodes:
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets):
            yield node.value


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes defined in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield child
            yield from _own_nodes(child)


def _method(node: ast.Call) -> str | None:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
