"""The functions of a module, and what the names in them are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import UNKNOWN, ClassValue, Instance, Value
from flake8_training_phase.analysis.syntax.blocks import blocks

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


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
            annotated = self.scope.evaluate(parameter.annotation)
            if isinstance(annotated, ClassValue):
                return annotated.any_object
        return UNKNOWN


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
            for block in blocks(statement):
                yield from _functions(block, cls, scope, classes)
