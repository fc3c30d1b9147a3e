"""Dicts that decorators of the same module fill: `@register("mlp")` puts a class into `BLOCKS` under that name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from flake8_training_phase.analysis.syntax.definitions import given_for

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef


def registered(statements: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.Dict]]:
    """The names of such dicts, each with what a decorator puts into it, as the dict that it would be alone."""
    functions = {one.name: one for one in statements if isinstance(one, _FUNCTION)}
    for definition in statements:
        if isinstance(definition, _Definition):
            for decorator in definition.decorator_list:
                yield from _put(decorator, definition, functions)


def _put(
    decorator: ast.expr, definition: _Definition, functions: Mapping[str, _Function]
) -> Iterator[tuple[str, ast.Dict]]:
    made = decorator.func if isinstance(decorator, ast.Call) else decorator
    register = functions.get(made.id) if isinstance(made, ast.Name) else None
    if register is None:
        return
    names = [one.arg for one in register.args.args]
    given = given_for(names, decorator) if isinstance(decorator, ast.Call) else {}
    inner = [one for one in register.body if isinstance(one, _FUNCTION)] if given else [register]
    for function in inner:
        parameters = function.args.args
        for name, place in _targets(function, parameters[0].arg) if parameters else ():
            key = _Key(given, parameters[0].arg, definition.name).visit(deepcopy(place))
            yield name, ast.Dict([key], [ast.Name(definition.name, ast.Load())])


def _targets(function: _Function, parameter: str) -> Iterator[tuple[str, ast.expr]]:
    """Where a function puts what it is given into a dict, `BLOCKS[name] = cls`: that, and under which key."""
    for statement in function.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
            if statement.value.id == parameter:
                for target in statement.targets:
                    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                        yield target.value.id, target.slice


class _Key(ast.NodeTransformer):
    """Writes what a key is made from in the place of the parameters that it names."""

    def __init__(self, given: Mapping[str, ast.expr], parameter: str, name: str) -> None:
        self.given, self.parameter, self.name = given, parameter, name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A parameter of the function that makes the decorator."""
        return self.given.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`cls.__name__`."""
        own = isinstance(node.value, ast.Name) and node.value.id == self.parameter and node.attr == "__name__"
        return ast.Constant(self.name) if own else self.generic_visit(node)
