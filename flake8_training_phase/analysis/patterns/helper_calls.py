"""Where a helper of a class or a module is called, as far as a module shows it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.arguments import parameter

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class HelperCall:
    """One call of a helper, and the function it stands in."""

    node: ast.Call
    function: _Function | None

    @property
    def has_training(self) -> bool:
        """Whether the flag is at hand there."""
        return self.function is not None and parameter(self.function, "training") is not None

    @property
    def gives_training(self) -> bool:
        """Whether the call may pass the flag already."""
        return any(keyword.arg in ("training", None) for keyword in self.node.keywords)


def helper_calls(tree: ast.Module, helper: str) -> list[HelperCall] | None:
    """Every call of a function or method of that name; None when it is used in another way than being called, or
    when the module defines several.
    """
    if sum(isinstance(node, _Function) and node.name == helper for node in ast.walk(tree)) != 1:
        return None
    mentions = 0
    calls: list[HelperCall] = []
    for node, function in _walk(tree, None):
        if isinstance(node, ast.Call) and _name(node.func) == helper:
            calls.append(HelperCall(node, function))
        elif isinstance(node, (ast.Name, ast.Attribute)) and _name(node) == helper:
            mentions += 1
    return calls if mentions == len(calls) else None


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _walk(node: ast.AST, function: _Function | None) -> Iterator[tuple[ast.AST, _Function | None]]:
    """Every node with the innermost function around it; a lambda counts to the function it stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, function
        yield from _walk(child, child if isinstance(child, _Function) else function)
