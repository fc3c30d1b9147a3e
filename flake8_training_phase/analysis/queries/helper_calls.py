"""Where a helper of a class or a module is called, as far as a module shows it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import opaque_kwargs, parameter
from flake8_training_phase.analysis.domain.values import OpaqueKwargs
from flake8_training_phase.analysis.syntax.walking import nodes_in

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class HelperCall:
    """One call of a helper, and the functions around it, the outermost first."""

    node: ast.Call
    functions: tuple[_Function, ...]

    @property
    def has_training(self) -> bool:
        """Whether the flag is in scope there: a nested function sees that of the function around it."""
        return any(parameter(function, "training") is not None for function in self.functions)

    @property
    def gives_training(self) -> bool:
        """Whether the call may pass the flag already."""
        return any(
            keyword.arg == "training" or (keyword.arg is None and not self._lacks_training(keyword.value))
            for keyword in self.node.keywords
        )

    def _lacks_training(self, passed: ast.expr) -> bool:
        """Whether it is the `**kwargs` of the function around it, which has a parameter for the flag beside them."""
        rest = self.functions[-1].args.kwarg if self.functions else None
        if rest is None or not isinstance(passed, ast.Name) or passed.id != rest.arg:
            return False
        held = opaque_kwargs(self.functions[-1])
        return isinstance(held, OpaqueKwargs) and "training" in held.absent_keys


def helper_calls(tree: ast.Module, helper: str) -> list[HelperCall] | None:
    """Every call of a function or method of that name; None when it is used in another way than being called, or
    when the module defines several.
    """
    if sum(isinstance(node, _Function) and node.name == helper for node in nodes_in(tree)) != 1:
        return None
    mentions = 0
    calls: list[HelperCall] = []
    for node, functions in _walk(tree, ()):
        if isinstance(node, ast.Call) and _name(node.func) == helper:
            calls.append(HelperCall(node, functions))
        elif isinstance(node, (ast.Name, ast.Attribute)) and _name(node) == helper:
            mentions += 1
    return calls if mentions == len(calls) else None


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _walk(node: ast.AST, functions: tuple[_Function, ...]) -> Iterator[tuple[ast.AST, tuple[_Function, ...]]]:
    """Every node with the functions around it; a lambda counts to the function it is in."""
    for child in ast.iter_child_nodes(node):
        yield child, functions
        yield from _walk(child, (*functions, child) if isinstance(child, _Function) else functions)
