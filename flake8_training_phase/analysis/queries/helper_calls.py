"""Where a helper of a class or a module is called, as far as a module shows it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import opaque_kwargs, parameter
from flake8_training_phase.analysis.domain.values import OpaqueKwargs

if TYPE_CHECKING:
    from flake8_training_phase.analysis.queries.checked_module import CheckedModule

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


def helper_calls(module: CheckedModule, helper: str) -> list[HelperCall] | None:
    """Every call of a function or method of that name; None when it is used in another way than being called, or
    when the module defines several.
    """
    return module.once(_Names).calls(helper)


class _Names:
    """The functions that a module defines, calls and mentions, by name."""

    def __init__(self, module: CheckedModule) -> None:
        self._defined: Counter[str] = Counter()
        self._mentioned: Counter[str] = Counter()
        self._calls: dict[str, list[HelperCall]] = {}
        self._patterns: list[str] = []
        for node, functions in _walk(module.tree, ()):
            if (pattern := _asked_for(node)) is not None:
                self._patterns.append(pattern)
            if isinstance(node, _Function):
                self._defined[node.name] += 1
            elif isinstance(node, ast.Call) and (name := _name(node.func)) is not None:
                self._calls.setdefault(name, []).append(HelperCall(node, functions))
            elif isinstance(node, (ast.Name, ast.Attribute)) and (name := _name(node)) is not None:
                self._mentioned[name] += 1

    def calls(self, helper: str) -> list[HelperCall] | None:
        """The calls of the one function of a name, where nothing else is done with it."""
        found = self._calls.get(helper, [])
        if any(fnmatchcase(helper, pattern) for pattern in self._patterns):
            return None
        return found if self._defined[helper] == 1 and self._mentioned[helper] == len(found) else None


def _asked_for(node: ast.AST) -> str | None:
    """The names that a `getattr` may ask for, as a pattern, where some of their text is seen: `f"_run_{mode}"`."""
    if not isinstance(node, ast.Call) or _name(node.func) != "getattr" or len(node.args) < 2:
        return None
    name = node.args[1]
    if isinstance(name, ast.BinOp):
        parts = [name.left, name.right]
    else:
        parts = name.values if isinstance(name, ast.JoinedStr) else [name]
    texts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in parts]
    return "".join(escape(text) or "*" for text in texts) if any(texts) else None


def _name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _walk(node: ast.AST, functions: tuple[_Function, ...]) -> Iterator[tuple[ast.AST, tuple[_Function, ...]]]:
    """Every node with the functions around it; a lambda counts to the function it is in."""
    for child in ast.iter_child_nodes(node):
        yield child, functions
        yield from _walk(child, (*functions, child) if isinstance(child, _Function) else functions)
