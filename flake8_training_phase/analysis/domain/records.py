"""Definitions without a `def` or `class`: constructors of dataclasses, named tuples, classes that `type(…)`
makes, lambdas that are methods.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeVar

from flake8_training_phase.analysis.syntax.names import last_name

_DECORATORS = frozenset({"dataclass", "define"})
"""`dataclasses.dataclass`, `attrs.define`."""
_WITHOUT_FIELDS = frozenset({"object", "ABC", "Generic", "Protocol"})

_Definition = TypeVar("_Definition", ast.FunctionDef, ast.ClassDef)


class LambdaMethod(ast.FunctionDef):
    """A lambda that is made a method, as if it were a `def`."""


def as_method(name: str, node: ast.Lambda) -> LambdaMethod:
    """The method that `Net.call = lambda self, x: …` makes, in the place of the lambda."""
    returned = ast.copy_location(ast.Return(node.body), node.body)
    made = LambdaMethod(name=name, args=node.args, body=[returned], decorator_list=[])
    return ast.copy_location(made, node)


def written_constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    """The `__init__` of such a class, as if it stood there; None for any other class."""
    decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    is_tuple = _is_named_tuple(node)
    if not is_tuple and not any(_name(one) in _DECORATORS for one in decorators):
        return None
    fields = _fields(node)
    names = [ast.unparse(one.target) for one in fields]
    with_default = [one.value is not None for one in fields]
    # What comes by position goes to the class that it inherits from, whose fields come first.
    inherits = not is_tuple and any(_name(one) not in _WITHOUT_FIELDS for one in node.bases)
    by_keyword = ["*"] if with_default != sorted(with_default) else []
    before, behind = (["*others"], ["**rest"]) if inherits else (by_keyword, [])
    body = [f"self.{name} = {name}" for name in names] + ["super().__init__(*others, **rest)"] * inherits
    header = f"def __init__({', '.join(['self', *before, *map(ast.unparse, fields), *behind])}):"
    return _at(node, f"{header}\n    {'; '.join(body) or 'pass'}", ast.FunctionDef)


def tuple_fields(node: ast.ClassDef) -> tuple[str, ...]:
    """The fields of a named tuple, which its objects give in this order; none of any other class."""
    return tuple(ast.unparse(one.target) for one in _fields(node)) if _is_named_tuple(node) else ()


def made_class(name: str, node: ast.expr) -> ast.ClassDef | None:
    """The class that a name is bound to by a call, as if it stood there: `namedtuple(…)`, `type(…)`."""
    return _named_tuple(name, node) or _made_by_type(name, node)


def _named_tuple(name: str, node: ast.expr) -> ast.ClassDef | None:
    """The class that a name is bound to by `Pair = namedtuple("Pair", ["first", "second"])`, as if it stood there."""
    if not (isinstance(node, ast.Call) and last_name(node.func) in ("namedtuple", "NamedTuple") and len(node.args) > 1):
        return None
    names = list(_named_fields(node.args[1]))
    if not names or not all(one.isidentifier() for one in names):
        return None
    return _at(node, f"class {name}(NamedTuple):\n" + "".join(f"    {one}: object\n" for one in names), ast.ClassDef)


def _at(place: ast.AST, text: str, kind: type[_Definition]) -> _Definition:
    """The definition in a text, as if it stood at some place."""
    made = next(one for one in ast.parse(text).body if isinstance(one, kind))
    for one in ast.walk(made):
        ast.copy_location(one, place)
    return made


def _made_by_type(name: str, node: ast.expr) -> ast.ClassDef | None:
    """The class that a name is bound to by `Net = type("Net", (Base,), {"call": forward})`, as if it stood there; what
    is in the dict is given to it as `Net.call = forward` is.
    """
    if namespace_of_type(node) is None or not isinstance(node, ast.Call) or not isinstance(node.args[1], ast.Tuple):
        return None
    body: list[ast.stmt] = [ast.copy_location(ast.Pass(), node)]
    made = ast.ClassDef(name=name, bases=node.args[1].elts, keywords=[], body=body, decorator_list=[])
    return ast.copy_location(made, node)


def namespace_of_type(node: ast.expr) -> dict[str, ast.expr] | None:
    """What is in the dict of `type(name, bases, {…})`, or of `dict(…)` there; None for anything else."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"):
        return None
    given = node.args[2] if len(node.args) == 3 else None
    if isinstance(given, ast.Dict):
        items = zip(given.keys, given.values, strict=True)
        return {str(key.value): value for key, value in items if isinstance(key, ast.Constant)}
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and given.func.id == "dict":
        return {one.arg: one.value for one in given.keywords if one.arg is not None}
    return None


def _named_fields(fields: ast.expr) -> Iterator[str]:
    """The fields of `namedtuple(…, "first second")`, of a list of names, and of one of names with types."""
    if isinstance(fields, (ast.List, ast.Tuple)):
        for one in fields.elts:
            yield from _named_fields(one.elts[0] if isinstance(one, ast.Tuple) and one.elts else one)
    elif isinstance(fields, ast.Constant) and isinstance(fields.value, str):
        yield from fields.value.replace(",", " ").split()


def _is_named_tuple(node: ast.ClassDef) -> bool:
    return any(_name(one) == "NamedTuple" for one in node.bases)


def _fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    return [one for one in fields if "ClassVar" not in ast.unparse(one.annotation)]


def _name(node: ast.expr) -> str:
    """The name of a class, also of one with parameters: `Generic[T]`."""
    return last_name(node.value if isinstance(node, ast.Subscript) else node)
