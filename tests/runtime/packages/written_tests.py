"""The configurations that a package's own tests make its classes with, as text."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.runtime.packages.expressions import Expression, names_in

MOST = 6
"""How many configurations of a class are kept."""

_CLASS, _ARGUMENTS, _INPUTS = "cls", "init_kwargs", "input_data"
"""The arguments of `run_layer_test`, `run_backbone_test` and their like."""

Written = tuple[Expression, Expression | None]
"""The construction of an object, and a batch for it where the test has one."""


def written_configurations(folder: Path) -> dict[str, list[Written]]:
    """By the name of the class, what the tests below a folder make."""
    found: dict[str, list[Written]] = {}
    for path in sorted((*folder.rglob("*_test.py"), *folder.rglob("test_*.py"))):
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
            shared = {key: value for one in methods if one.name == "setUp" for key, value in _assigned(one)}
            for method in methods:
                known = {**shared, **_parameters(method), **dict(_assigned(method))}
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


def _assigned(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """The names and the attributes of its object that a method assigns: `x`, `self.x`."""
    for node in function.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Attribute)):
            yield ast.unparse(node.targets[0]), node.value


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
        self._inside: set[str] = set()

    def filled(self, node: ast.expr) -> ast.expr:
        """An expression with all that is known put in."""
        made: ast.expr = self.visit(copy.deepcopy(node))
        return made

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._replaced(f"self.{node.attr}", node) if _is_self(node.value) else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._replaced(node.id, node)

    def _replaced(self, name: str, node: ast.expr) -> ast.AST:
        if name not in self._known or name in self._inside:
            return node
        self._inside.add(name)
        made: ast.AST = self.visit(copy.deepcopy(self._known[name]))
        self._inside.discard(name)
        return made


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
            filled.keywords = [more for one in filled.keywords for more in _spread(one)]
            yield from _written(filled, None, imports)


def _spread(keyword: ast.keyword) -> list[ast.keyword]:
    return [keyword] if keyword.arg else _keywords(keyword.value)


def _keywords(arguments: ast.expr) -> list[ast.keyword]:
    """The keywords that a dictionary of arguments, or a copy of one, stands for."""
    if isinstance(arguments, ast.Call) and isinstance(arguments.func, ast.Attribute) and arguments.func.attr == "copy":
        arguments = arguments.func.value
    if isinstance(arguments, ast.Dict) and all(isinstance(one, ast.Constant) for one in arguments.keys):
        keys = [one.value for one in arguments.keys if isinstance(one, ast.Constant)]
        return [ast.keyword(str(key), value) for key, value in zip(keys, arguments.values, strict=True)]
    return [ast.keyword(None, arguments)]


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
