"""The methods in the body of a class, by all the names that they have there, and which of them assign attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter_names
from flake8_training_phase.analysis.domain.records import written_constructor
from flake8_training_phase.analysis.domain.scopes import inner_statements

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


def methods_in_body(node: ast.ClassDef) -> dict[str, FunctionDef]:
    """The functions in the body of a class, by all the names that they have there: `call = forward`."""
    found: dict[str, FunctionDef] = {}
    for one in _class_statements(node.body):
        if isinstance(one, FunctionDef):
            found[one.name] = one
        elif isinstance(one, ast.Assign) and isinstance(one.value, ast.Name) and one.value.id in found:
            method = found[one.value.id]
            found |= {target.id: method for target in one.targets if isinstance(target, ast.Name)}
    constructor = None if "__init__" in found else written_constructor(node)
    return found if constructor is None else {"__init__": constructor, **found}


def _class_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            yield from _class_statements(statement.body)
            yield from _class_statements(statement.orelse)


def writes_self(node: FunctionDef) -> bool:
    """Whether a method assigns an attribute of its first parameter."""
    own = parameter_names(node)[:1]
    return any(_assigns_attribute(statement, own) for statement in inner_statements(node.body))


def _assigns_attribute(statement: ast.stmt, own: list[str]) -> bool:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        return isinstance(called, ast.Name) and called.id == "setattr"
    else:
        return False
    for target in targets:
        for one in target.elts if isinstance(target, (ast.Tuple, ast.List)) else (target,):
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and [one.value.id] == own:
                return True
    return False
