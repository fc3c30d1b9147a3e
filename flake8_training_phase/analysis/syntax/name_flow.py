"""Which names of a function are computed from which, judging by its text alone."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.reaching import reached
from flake8_training_phase.analysis.syntax.walking import nodes_in

_GROWS = frozenset({"append", "extend", "add"})


@dataclass(frozen=True, slots=True)
class Needed:
    """What some expressions are computed from."""

    calls: frozenset[ast.Call]
    """The calls in them."""
    names: frozenset[str]


class NameFlow:
    """What the assignments, loops and grown lists of some nodes compute, from name to name, plain or dotted."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._computed: dict[str, set[str]] = {}
        """The names that are computed from a name."""
        self._sources: dict[str, set[str]] = {}
        """The names that a name is computed from."""
        self._holding: dict[ast.Call, set[str]] = {}
        for node in nodes:
            self._add(node)

    def derived(self, names: Iterable[str]) -> set[str]:
        """The names that are computed from some names, those included."""
        return reached(names, lambda name: self._computed.get(name, ()))

    def needed_by(self, nodes: Iterable[ast.AST]) -> Needed:
        """The calls in some nodes, and the names that they are computed from."""
        inside = [one for node in nodes for one in nodes_in(node)]
        names = (ast.unparse(one) for one in inside if isinstance(one, (ast.Name, ast.Attribute)))
        sources = reached(names, lambda name: self._sources.get(name, ()))
        return Needed(frozenset(one for one in inside if isinstance(one, ast.Call)), frozenset(sources))

    def holding(self, call: ast.Call) -> Collection[str]:
        """The names that are assigned something with a call in it."""
        return self._holding.get(call, ())

    def is_needed(self, call: ast.Call, needed: Needed) -> bool:
        """Whether something is computed from a call: from itself, or from a name that is assigned something with it."""
        return call in needed.calls or not needed.names.isdisjoint(self.holding(call))

    def _add(self, node: ast.AST) -> None:
        if isinstance(node, ast.Expr):
            self._add_grown(node.value)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For)):
            value = node.iter if isinstance(node, ast.For) else node.value
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if value is not None:
                self._add_edges(mentioned(value), {one for target in targets for one in _stored(target)})
            if value is not None and isinstance(node, (ast.Assign, ast.For)):
                names = {one for target in targets for one in _bound(target)}
                for one in nodes_in(value):
                    if isinstance(one, ast.Call):
                        self._holding.setdefault(one, set()).update(names)

    def _add_grown(self, node: ast.expr) -> None:
        """`gradients` is computed from `g` in `gradients.append(g)`."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and last_name(node.func) in _GROWS:
            self._add_edges((one for given in node.args for one in mentioned(given)), {ast.unparse(node.func.value)})

    def _add_edges(self, sources: Iterable[str], computed: set[str]) -> None:
        for source in sources:
            self._computed.setdefault(source, set()).update(computed)
            for one in computed:
                self._sources.setdefault(one, set()).add(source)


def _bound(target: ast.expr) -> Iterator[str]:
    """The names that an assignment binds anew."""
    for one in nodes_in(target):
        if isinstance(one, (ast.Name, ast.Attribute)) and isinstance(one.ctx, ast.Store):
            yield ast.unparse(one)


def _stored(target: ast.expr) -> Iterator[str]:
    """The names of what an assignment binds or changes: `found` in `found[0] = x`."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for one in target.elts:
            yield from _stored(one)
    elif isinstance(target, (ast.Starred, ast.Subscript)):
        yield from _stored(target.value)
    elif isinstance(target, (ast.Name, ast.Attribute)):
        yield ast.unparse(target)


def mentioned(node: ast.AST) -> Iterator[str]:
    """The names in a node, plain and dotted."""
    return (ast.unparse(one) for one in nodes_in(node) if isinstance(one, (ast.Name, ast.Attribute)))


def mentions(node: ast.AST, names: set[str]) -> bool:
    """Whether one of some names is in a node."""
    return any(one in names for one in mentioned(node))
