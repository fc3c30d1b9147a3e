"""The configurations that a package's own tests make its classes with, as text."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.runtime.packages.expressions import Expression, names_in

MOST = 6
"""How many configurations of a class are kept."""

_FILES = ("*_test.py", "*_tests.py", "test_*.py")

_CLASS, _ARGUMENTS, _INPUTS = "cls", "init_kwargs", "input_data"
"""The arguments of `run_layer_test`, `run_backbone_test` and their like."""

Written = tuple[Expression, Expression | None]
"""The construction of an object, and a batch for it where the test has one."""


def written_configurations(folder: Path) -> dict[str, list[Written]]:
    """By the name of the class, what the tests below a folder make."""
    found: dict[str, list[Written]] = {}
    for path in sorted(one for pattern in _FILES for one in folder.rglob(pattern)):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue
        for name, written in _in_module(tree):
            known = found.setdefault(name, [])
            if written[0] not in [one for one, _ in known]:
                known.append(written)
    # Those with a batch first.
    return {name: sorted(some, key=lambda one: one[1] is None)[:MOST] for name, some in found.items()}


def _in_module(tree: ast.Module) -> Iterator[tuple[str, Written]]:
    imports = {name: text for node in tree.body for name, text in _imported(node)}
    for cls in tree.body:
        if isinstance(cls, ast.ClassDef):
            methods = [one for one in cls.body if isinstance(one, ast.FunctionDef)]
            shared: dict[str, ast.expr] = {}
            for method in methods:
                if method.name == "setUp":
                    shared = _known_after(method, shared)
            for method in methods:
                known = _known_after(method, {**shared, **_parameters(method)})
                yield from _in_method(method, _Filling(known), imports)


def _imported(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """The names that an import statement binds, each with a statement of its own."""
    if isinstance(node, ast.Import):
        for one in node.names:
            renamed = f" as {one.asname}" if one.asname else ""
            yield one.asname or one.name.partition(".")[0], f"import {one.name}{renamed}"
    elif isinstance(node, ast.ImportFrom) and not node.level:
        for one in node.names:
            renamed = f" as {one.asname}" if one.asname else ""
            yield one.asname or one.name, f"from {node.module} import {one.name}{renamed}"


def _known_after(function: ast.FunctionDef, before: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
    """What names and attributes of its object (`x`, `self.x`) stand for when a method has run, in terms of nothing that
    the method or `before` assigns: `self.vocabulary = dict(self.vocabulary)` is of what it was before.
    """
    known = dict(before)
    for node in function.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Attribute)):
            known[ast.unparse(node.targets[0])] = _Filling(known).filled(node.value)
    return known


def _parameters(method: ast.FunctionDef) -> dict[str, ast.expr]:
    """What a parametrised test is given the first time."""
    names = [one.arg for one in method.args.args[1:]]
    for decorator in method.decorator_list:
        first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
        if isinstance(first, ast.Tuple):
            values = first.elts[max(len(first.elts) - len(names), 0) :]
            return dict(zip(names, values, strict=False))
    return {}


class _Filling(ast.NodeTransformer):
    """Puts what names stand for into an expression."""

    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self._known = known

    def filled(self, node: ast.expr) -> ast.expr:
        """An expression with all that is known put in."""
        made: ast.expr = self.visit(copy.deepcopy(node))
        return made

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._replaced(f"self.{node.attr}", node) if _is_self(node.value) else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._replaced(node.id, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords = [more for one in node.keywords for more in _spread(one)]
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        known = _keywords(node.value) if isinstance(node.value, ast.Dict) else []
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return next((one.value for one in known if one.arg is not None and one.arg == key), node)

    def _replaced(self, name: str, node: ast.expr) -> ast.AST:
        return copy.deepcopy(self._known[name]) if name in self._known else node


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _in_method(method: ast.FunctionDef, filling: _Filling, imports: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    for node in ast.walk(method):
        if not isinstance(node, ast.Call):
            continue
        keywords = {one.arg: one.value for one in node.keywords if one.arg}
        if _CLASS in keywords and _ARGUMENTS in keywords:
            made = ast.Call(keywords[_CLASS], [], _keywords(filling.filled(keywords[_ARGUMENTS])))
            batch = filling.filled(keywords[_INPUTS]) if _INPUTS in keywords else None
            yield from _written(made, batch, imports)
        elif isinstance(node.func, (ast.Name, ast.Attribute)) and ast.unparse(node.func)[:5] != "self.":
            filled = filling.filled(node)
            assert isinstance(filled, ast.Call)
            yield from _written(filled, None, imports)


def _spread(keyword: ast.keyword) -> list[ast.keyword]:
    return [keyword] if keyword.arg else _keywords(keyword.value)


def _keywords(arguments: ast.expr) -> list[ast.keyword]:
    """The keywords that a dictionary of arguments, or a copy of one, stands for."""
    if isinstance(arguments, ast.Call) and isinstance(arguments.func, ast.Attribute) and arguments.func.attr == "copy":
        arguments = arguments.func.value
    if not isinstance(arguments, ast.Dict) or not all(
        isinstance(one, (ast.Constant, type(None))) for one in arguments.keys
    ):
        return [ast.keyword(None, arguments)]
    found: dict[str | None, ast.keyword] = {}
    for key, value in zip(arguments.keys, arguments.values, strict=True):
        more = [ast.keyword(str(key.value), value)] if isinstance(key, ast.Constant) else _keywords(value)
        found |= {one.arg: one for one in more}
    return list(found.values())


def _written(made: ast.Call, batch: ast.expr | None, imports: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    name = ast.unparse(made.func).rpartition(".")[2]
    if not name.isidentifier() or not name[0].isupper():
        return
    construction = _expression(made, imports)
    inputs = None if batch is None else _expression(batch, imports)
    if construction is not None:
        yield name, (construction, inputs)


def _expression(node: ast.expr, imports: Mapping[str, str]) -> Expression | None:
    """An expression on one line; None for one that hangs on the test."""
    text = ast.unparse(ast.fix_missing_locations(node))
    names = names_in(text)
    if "self" in names:
        return None
    return Expression(text, tuple(imports[one] for one in sorted(names) if one in imports))
