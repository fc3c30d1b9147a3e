"""How a `call` uses its `**kwargs`, where Keras 2 puts a flag that the signature does not name."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class KwargsUses:
    """What is done with the `**kwargs` of one function."""

    reads: list[ast.expr] = field(default_factory=list)
    """`kwargs["training"]`, `kwargs.get("training")`, `kwargs.pop("training", False)`."""
    forwards: list[ast.Call] = field(default_factory=list)
    """The calls that `**kwargs` is handed on to."""
    asks: bool = False
    """A test for the flag: `"training" in kwargs`."""
    all_known: bool = True
    """Nothing else is done with it that could have to do with the flag."""
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def block_of(self, statement: ast.stmt) -> tuple[ast.stmt, ...]:
        """The statements among which one is."""
        around = self.parents[statement]
        blocks = (value for _, value in ast.iter_fields(around) if isinstance(value, list) and statement in value)
        return tuple(next(blocks))


def kwargs_uses(function: FunctionDef) -> KwargsUses | None:
    """The uses of a function's `**kwargs`; None when it has none."""
    if function.args.kwarg is None:
        return None
    uses = KwargsUses(parents=parents_of(function))
    for node in nodes_in(function):
        if isinstance(node, ast.Name) and node.id == function.args.kwarg.arg:
            _sort_in(uses, node)
    return uses


def _sort_in(uses: KwargsUses, name: ast.Name) -> None:
    parent = uses.parents[name]
    outer = uses.parents[parent]
    if isinstance(parent, ast.keyword) and isinstance(outer, ast.Call):
        uses.forwards.append(outer)
        return
    read: ast.expr | None = None
    asked: ast.expr | None = None
    if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load):
        read, asked = parent, parent.slice
    elif isinstance(parent, ast.Attribute) and parent.attr in ("get", "pop") and isinstance(outer, ast.Call):
        read, asked = outer, outer.args[0] if outer.args else None
    elif isinstance(parent, ast.Compare):
        asked = parent.left
        uses.asks = uses.asks or (isinstance(asked, ast.Constant) and asked.value == "training")
    if not isinstance(asked, ast.Constant):
        uses.all_known = False
    elif asked.value == "training" and read is not None:
        uses.reads.append(read)
