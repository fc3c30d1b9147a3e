"""Classes whose constructor Python writes: dataclasses and named tuples."""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.syntax.names import last_name

_DECORATORS = frozenset({"dataclass", "define"})
"""`dataclasses.dataclass`, `attrs.define`."""
_WITHOUT_FIELDS = frozenset({"object", "ABC", "Generic", "Protocol"})


def written_constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    """The `__init__` of such a class, as if it stood there; None for any other class."""
    decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
    is_tuple = any(_name(one) == "NamedTuple" for one in node.bases)
    if not is_tuple and not any(_name(one) in _DECORATORS for one in decorators):
        return None
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
    fields = [one for one in fields if "ClassVar" not in ast.unparse(one.annotation)]
    names = [ast.unparse(one.target) for one in fields]
    with_default = [one.value is not None for one in fields]
    # What comes by position goes to the class that it inherits from, whose fields come first.
    inherits = not is_tuple and any(_name(one) not in _WITHOUT_FIELDS for one in node.bases)
    by_keyword = ["*"] if with_default != sorted(with_default) else []
    before, behind = (["*others"], ["**rest"]) if inherits else (by_keyword, [])
    body = [f"self.{name} = {name}" for name in names] + ["super().__init__(*others, **rest)"] * inherits
    header = f"def __init__({', '.join(['self', *before, *map(ast.unparse, fields), *behind])}):"
    made = ast.parse(f"{header}\n    {'; '.join(body) or 'pass'}").body[0]
    assert isinstance(made, ast.FunctionDef)
    for one in ast.walk(made):
        ast.copy_location(one, node)
    return made


def _name(node: ast.expr) -> str:
    """The name of a class, also of one with parameters: `Generic[T]`."""
    return last_name(node.value if isinstance(node, ast.Subscript) else node)
