"""Where a stretch of code calls models, recognised by what their names are bound to, or by the names themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    members,
)
from flake8_training_phase.analysis.queries.legacy_uses import root_name
from flake8_training_phase.analysis.syntax.walking import nodes_in

_LIKE_A_MODEL = re.compile(r"model|net|encoder|generator|discriminator")
_LIKE_A_FUNCTION = re.compile(
    r"(build|make|create|get|load|save|clone|compile|train|fit|run|test|eval|init|define|new|to|from|is|has|print|plot"
    r"|export|convert|restore|set|update|prepare|wrap|copy|summar\w*|freeze|export|model_fn|predict\w*)(_|$)|.*_fn$"
)
_FUNCTIONS_AND_CLASSES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_SYMBOLIC_ATTRIBUTES = frozenset({"input", "inputs", "output", "outputs"})


def model_calls(statements: Iterable[ast.stmt], around: Sequence[ast.stmt], scope: Scope) -> list[ast.Call]:
    """The calls of models in some statements, in the order of the text; `around` is the function they are in.

    Those that only build a graph are left out: a flag given there would be frozen into it.
    """
    symbolic = _symbolic_names(around)
    calls = (node for statement in statements for node in _walk(statement) if isinstance(node, ast.Call))
    found = [call for call in calls if _is_model(call.func, scope) and not _is_symbolic_call(call, symbolic)]
    return sorted((call for call in found if call.args), key=lambda call: (call.lineno, call.col_offset))


def names_a_model(value: Value) -> bool:
    """Whether a value is a model."""
    return any(isinstance(one, Instance) and _is_model_type(one) for one in members(value))


def _is_model_type(instance: Instance) -> bool:
    return instance.type.is_model


def _is_model(called: ast.expr, scope: Scope) -> bool:
    if isinstance(called, ast.Subscript):
        called = called.value
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
    root = root_name(called)
    if name is None or root is None:
        return False
    bound = members(scope.lookup(root.id))
    if isinstance(called, ast.Name) and any(names_a_model(value) for value in bound):
        return True
    known = isinstance(called, ast.Name) and any(isinstance(one, (FunctionValue, Partial)) for one in bound)
    # A parameter is a builtin to the scope, which binds no such name.
    outside = any(isinstance(one, (ClassValue, External)) for one in bound) and scope.binds(root.id)
    if known or outside or name[:1].isupper():
        return False
    plain = name.strip("_")
    return _LIKE_A_MODEL.search(plain) is not None and _LIKE_A_FUNCTION.match(plain) is None


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what runs with it, without the functions it only defines."""
    if isinstance(node, _FUNCTIONS_AND_CLASSES):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child)


def _symbolic_names(statements: Iterable[ast.stmt]) -> set[str]:
    """The names of tensors that only stand for an input: `Input(…)`, and what is made from it."""
    found: set[str] = set()
    assigned = [node for one in statements for node in _walk(one) if isinstance(node, ast.Assign)]
    for node in assigned:
        if _is_symbolic(node.value, found):
            targets = [name for target in node.targets for name in nodes_in(target) if isinstance(name, ast.Name)]
            found.update(name.id for name in targets)
    return found


def _is_symbolic_call(call: ast.Call, symbolic: set[str]) -> bool:
    return any(_is_symbolic(argument, symbolic) for argument in call.args)


def _is_symbolic(node: ast.expr, symbolic: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in symbolic
    if isinstance(node, ast.Attribute):
        return node.attr in _SYMBOLIC_ATTRIBUTES
    if isinstance(node, (ast.List, ast.Tuple)):
        return any(_is_symbolic(one, symbolic) for one in node.elts)
    if isinstance(node, ast.BinOp):
        return _is_symbolic(node.left, symbolic) or _is_symbolic(node.right, symbolic)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return name in ("Input", "placeholder") or (name != "Model" and _is_symbolic_call(node, symbolic))
    return False
