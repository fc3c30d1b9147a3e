"""Training steps: code that takes a gradient of a model's variables and hands it to an optimizer.

A step is known by what it does: a `GradientTape` whose gradient with respect to the variables of a model reaches
`apply_gradients`, `apply` or `minimize`. A tape for a saliency map or an adversarial example updates no model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.classes import UserClass
from flake8_training_phase.analysis.frames import Frame
from flake8_training_phase.analysis.interpreter import Interpreter
from flake8_training_phase.analysis.scopes import Scope
from flake8_training_phase.analysis.values import UNKNOWN, ClassValue, Instance, Value

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef

_VARIABLES = frozenset({"trainable_variables", "trainable_weights", "variables", "weights"})
_UPDATES = frozenset({"apply_gradients", "apply", "minimize"})


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a module, the class it is a method of, and the names it sees."""

    node: FunctionDef
    cls: UserClass | None
    scope: Scope

    def value(self, node: ast.expr) -> Value:
        """What an expression in it is, as far as its definition shows."""
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if isinstance(base, Instance) and isinstance(base.type, UserClass):
                return base.type.attribute(node.attr, base)
        return UNKNOWN

    def _name(self, name: str) -> Value:
        arguments = self.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        if self.cls is not None and positional and positional[0].arg == name:
            return self.cls.instance
        parameter = next((one for one in (*positional, *arguments.kwonlyargs) if one.arg == name), None)
        if parameter is None:
            return self.scope.lookup(name)
        if isinstance(parameter.annotation, (ast.Name, ast.Attribute)):
            annotated = Interpreter(None).evaluate(parameter.annotation, Frame(None, self.scope))
            if isinstance(annotated, ClassValue):
                return Instance(annotated.type, annotated.generations, {}, has_hidden_arguments=True)
        return UNKNOWN


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """A call of a model inside the step that updates it."""

    node: ast.Call
    model: ast.expr
    function: Function


def functions(tree: ast.Module, scope: Scope, classes: dict[ast.ClassDef, UserClass]) -> Iterator[Function]:
    """Every function of a module, methods and nested functions included."""
    yield from _functions(tree.body, None, scope, classes)


def _functions(
    body: list[ast.stmt], cls: UserClass | None, scope: Scope, classes: dict[ast.ClassDef, UserClass]
) -> Iterator[Function]:
    for statement in body:
        if isinstance(statement, FunctionDef):
            inner = scope.inner(statement.body)
            yield Function(statement, cls, inner)
            yield from _functions(statement.body, None, inner, classes)
        elif isinstance(statement, ast.ClassDef):
            yield from _functions(statement.body, classes.get(statement), scope, classes)
        else:
            for block in ("body", "orelse", "finalbody"):
                yield from _functions(getattr(statement, block, []), cls, scope, classes)


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
