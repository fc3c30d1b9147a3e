"""Which definitions use which names: as the text shows before anything is run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from flake8_training_phase.analysis.syntax.reaching import reached
from flake8_training_phase.analysis.syntax.walking import nodes_in


def last_name(node: ast.AST) -> str:
    """The last part of a plain or dotted name: `Dropout` of `keras.layers.Dropout`; nothing for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def names_in(node: ast.AST) -> frozenset[str]:
    """The names that are in a node, and those of attributes."""
    found = set[str]()
    for one in nodes_in(node):
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute):
            found.add(one.attr)
    return frozenset(found)


def variables_in(node: ast.AST) -> set[str]:
    """The plain names that are in a node, read or stored."""
    return {one.id for one in nodes_in(node) if isinstance(one, ast.Name)}


def names_read(node: ast.AST) -> frozenset[str]:
    """The names that are read in a node, and those of attributes."""
    found = set[str]()
    for one in nodes_in(node):
        if isinstance(one, ast.Attribute):
            found.add(one.attr)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            found.add(one.id)
    return frozenset(found)


def uses_all_locals(function: ast.AST) -> bool:
    """Whether a function asks for all of its names at once, `locals()`: another parameter would be among them."""
    calls = (one for one in nodes_in(function) if isinstance(one, ast.Call) and not one.args)
    return any(isinstance(one.func, ast.Name) and one.func.id in ("locals", "vars") for one in calls)


def root_of(expression: ast.expr) -> ast.expr:
    """What an attribute, or an element of one, is reached from: `self` of `self.blocks[0]`."""
    while isinstance(expression, (ast.Attribute, ast.Subscript)):
        expression = expression.value
    return expression


class LocalNames:
    """The expressions that local names of functions hold, where each is assigned once."""

    def __init__(self) -> None:
        self._assigned: dict[ast.AST, dict[str, ast.expr]] = {}

    def written(self, node: ast.expr, function: ast.AST) -> ast.expr:
        """The expression that a node stands for if it is such a name of a function; else the node itself."""
        if not isinstance(node, ast.Name):
            return node
        if function not in self._assigned:
            self._assigned[function] = _assigned_once(function)
        return self._assigned[function].get(node.id, node)


def _assigned_once(function: ast.AST) -> dict[str, ast.expr]:
    values: dict[str, list[ast.expr]] = {}
    parameters = set[str]()
    for one in nodes_in(function):
        if isinstance(one, ast.arg):
            parameters.add(one.arg)
        elif isinstance(one, ast.Assign):
            for name in {target.id for target in one.targets if isinstance(target, ast.Name)}:
                values.setdefault(name, []).append(one.value)
    return {name: found[0] for name, found in values.items() if len(found) == 1 and name not in parameters}


def with_used(
    functions: Iterable[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda],
    known: Iterable[ast.FunctionDef | ast.AsyncFunctionDef],
) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    """Some functions, and of those that are known all that they use by name, at any distance."""
    by_name: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for one in known:
        by_name.setdefault(one.name, []).append(one)
    found = dict.fromkeys(functions)
    waiting = list[ast.AST](found)
    while waiting:
        for name in sorted(names_in(waiting.pop()) & by_name.keys()):
            # Each name is looked up once: what has it is found then.
            fresh = [one for one in by_name.pop(name) if one not in found]
            found |= dict.fromkeys(fresh)
            waiting += fresh
    return list(found)


def with_users(names: Iterable[str], uses: Iterable[tuple[str, frozenset[str]]]) -> frozenset[str]:
    """Some names, and those of all definitions that use one of them, at any distance.

    `uses` gives each definition with the names that are in it; two may have the same name.
    """
    users: dict[str, list[str]] = {}
    for user, used in uses:
        for name in used:
            users.setdefault(name, []).append(user)
    return frozenset(reached(names, lambda name: users.get(name, ())))


_FILLS = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update"})
"""Methods that change what a name holds."""


def with_needed(block: Sequence[ast.stmt], is_wanted: Callable[[ast.stmt], bool]) -> list[ast.stmt]:
    """Those statements of a block that are wanted, and those before them that assign, or fill, the names they read."""
    needed, kept = set[str](), list[ast.stmt]()
    for statement in reversed(block):
        if is_wanted(statement) or any(_changes(one, needed) for one in nodes_in(statement)):
            kept.append(statement)
            names = (one for one in nodes_in(statement) if isinstance(one, ast.Name))
            needed |= {one.id for one in names if isinstance(one.ctx, ast.Load)}
    return kept[::-1]


def _changes(node: ast.AST, names: Collection[str]) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLS:
        changed = root_of(node.func)
    elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
        changed = root_of(node)
    else:
        return False
    return isinstance(changed, ast.Name) and changed.id in names


def captured_names(pattern: ast.pattern) -> Iterator[str]:
    """The names that a pattern binds."""
    for one in nodes_in(pattern):
        name = one.rest if isinstance(one, ast.MatchMapping) else getattr(one, "name", None)
        if name is not None:
            yield name
