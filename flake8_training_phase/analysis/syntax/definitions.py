"""The functions of a module by name, what is around each, and what a function itself does."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from flake8_training_phase.analysis.syntax.name_flow import NameFlow
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef
FunctionNode = FunctionDef | ast.Lambda
Block = ast.Module | FunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class FunctionScope:
    """A function, or the module itself, with the functions and classes around it."""

    node: Block
    around: tuple[Block | ast.ClassDef, ...]
    """The nearest first."""
    nodes: tuple[ast.AST, ...]
    """All that it runs itself: without the functions and classes that it only defines."""

    @property
    def name(self) -> str | None:
        """The name of the function; None for the module."""
        return self.node.name if isinstance(self.node, FunctionDef) else None

    @property
    def cls(self) -> ast.ClassDef | None:
        """The class it is a method of, or is inside a method of."""
        return next((one for one in self.around if isinstance(one, ast.ClassDef)), None)

    def calls(self) -> Iterator[ast.Call]:
        """The calls it makes itself."""
        return (node for node in self.nodes if isinstance(node, ast.Call))


class Definitions:
    """Every function of a module."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.units = tuple(_units(tree, ()))
        self._by_node = {unit.node: unit for unit in self.units}
        self._functions: dict[Block, dict[str, FunctionNode]] = {}
        self._methods: dict[ast.ClassDef, dict[str, FunctionNode]] = {}
        self._assigned: dict[ast.AST, dict[str, list[ast.expr]]] = {}
        self._flows: dict[Block, NameFlow] = {}

    @cached_property
    def calls_by_name(self) -> dict[str, list[tuple[FunctionScope, ast.Call]]]:
        """All calls by the last part of what they call, each with the unit that makes it."""
        found: dict[str, list[tuple[FunctionScope, ast.Call]]] = {}
        for unit in self.units:
            for call in unit.calls():
                found.setdefault(called_name(call), []).append((unit, call))
        return found

    def flow(self, unit: FunctionScope) -> NameFlow:
        """Which names of a unit are computed from which."""
        if unit.node not in self._flows:
            self._flows[unit.node] = NameFlow(unit.nodes)
        return self._flows[unit.node]

    def unit(self, node: Block) -> FunctionScope:
        """The unit that a function or the module is."""
        return self._by_node[node]

    def function(self, expression: ast.expr, unit: FunctionScope) -> FunctionNode | None:
        """The function that an expression names inside a unit: `loss_fn`, `self._loss`, a lambda, a wrapped one."""
        if isinstance(expression, ast.Lambda):
            return expression
        if isinstance(expression, ast.Call) and expression.args:
            return self.function(expression.args[0], unit)  # `partial(f, …)`, `jax.jit(f)`, `tf.function(f)`
        if isinstance(expression, ast.Name):
            return self._named(expression.id, unit)
        if isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name) and unit.cls is not None:
            is_own = expression.value.id in ("self", "cls", unit.cls.name)
            return self._methods_of(unit.cls).get(expression.attr) if is_own else None
        return None

    def _methods_of(self, cls: ast.ClassDef) -> dict[str, FunctionNode]:
        """The methods of a class by name, the first where several have one."""
        if cls not in self._methods:
            methods = (one for one in reversed(cls.body) if isinstance(one, FunctionDef))
            self._methods[cls] = {one.name: one for one in methods}
        return self._methods[cls]

    def _named(self, name: str, unit: FunctionScope) -> FunctionNode | None:
        for block in (unit.node, *(one for one in unit.around if not isinstance(one, ast.ClassDef))):
            if block not in self._functions:
                self._functions[block] = _functions_by_name(self.unit(block).nodes)
            if name in self._functions[block]:
                return self._functions[block][name]
        return None

    def assigned_here(self, name: str, unit: FunctionScope) -> list[ast.expr]:
        """What a unit itself assigns to a name."""
        return self._assigned_in(unit.node, unit.nodes).get(name, [])

    def assigned(self, target: ast.expr, unit: FunctionScope) -> Iterator[ast.expr]:
        """What is assigned to a name in a unit or around it, or to an attribute of `self` in its class."""
        if isinstance(target, ast.Name):
            blocks = [unit.node, *(one for one in unit.around if not isinstance(one, ast.ClassDef))]
            for block in blocks:
                found = self._assigned_in(block, self.unit(block).nodes).get(target.id)
                if found:
                    yield from found
                    return
        elif isinstance(target, ast.Attribute) and unit.cls is not None:
            yield from self._assigned_in(unit.cls, nodes_in(unit.cls)).get(ast.unparse(target), ())

    def _assigned_in(self, block: ast.AST, nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
        if block not in self._assigned:
            self._assigned[block] = _assigned_by_name(nodes)
        return self._assigned[block]


_ADDING = frozenset({"extend", "append"})


def _functions_by_name(nodes: Iterable[ast.AST]) -> dict[str, FunctionNode]:
    """The functions and lambdas that have a name, the first where several do."""
    found: dict[str, FunctionNode] = {}
    for node in nodes:
        if isinstance(node, FunctionDef):
            found.setdefault(node.name, node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, node.value)
    return found


def _assigned_by_name(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """What is assigned to each name, plain or dotted, to an element of what it holds, or put into it."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            targets = [one.value if isinstance(one, ast.Subscript) else one for one in targets]
            for name in dict.fromkeys(map(ast.unparse, targets)):
                found.setdefault(name, []).append(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING:
            found.setdefault(ast.unparse(node.func.value), []).extend(node.args)
    return found


def _units(node: ast.AST, around: tuple[Block | ast.ClassDef, ...]) -> Iterator[FunctionScope]:
    inner = around
    if isinstance(node, (ast.Module, *_DEFINITIONS)):
        inner = (node, *around)
        if not isinstance(node, ast.ClassDef):
            yield FunctionScope(node, around, tuple(own_nodes(node)))
    for child in ast.iter_child_nodes(node):
        yield from _units(child, inner)


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, with the definitions in it but without what is in those."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, _DEFINITIONS):
            yield from own_nodes(child)


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """The calls inside a node, that it is itself included, without those of functions defined there."""
    if isinstance(node, ast.Call):
        yield node
    yield from (one for one in own_nodes(node) if isinstance(one, ast.Call))


def called_name(call: ast.Call) -> str:
    """The last part of the name that is called: `apply_gradients`."""
    return last_name(call.func)


def argument(call: ast.Call, place: int, *names: str) -> ast.expr | None:
    """What a call gives at a place, or by one of some names."""
    found = next((keyword.value for keyword in call.keywords if keyword.arg in names), None)
    if found is None and len(call.args) > place and not any(isinstance(one, ast.Starred) for one in call.args):
        found = call.args[place]
    return found


def positional_names(function: FunctionNode) -> list[str]:
    """The parameters that a call gives by position, without `self`."""
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def given_for(names: Iterable[str], call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of a call by name: those by position are for these parameters."""
    given = dict(zip(names, call.args, strict=False))
    return given | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}


def filtered_name(node: ast.DictComp) -> str | None:
    """The dict that a comprehension keeps a part of: `{k: v for k, v in kwargs.items() if k in wanted}`, or
    `{name: kwargs[name] for name in names if name in kwargs}`.
    """
    key, value, source = node.key, node.value, node.generators[0].iter
    if len(node.generators) != 1 or not isinstance(key, ast.Name):
        return None
    held: ast.expr | None = None
    if isinstance(value, ast.Subscript) and ast.unparse(value.slice) == key.id:
        held = value.value
    elif isinstance(source, ast.Call) and called_name(source) == "items" and isinstance(source.func, ast.Attribute):
        is_pair = ast.unparse(node.generators[0].target) == f"({key.id}, {ast.unparse(value)})"
        held = source.func.value if is_pair else None
    return held.id if isinstance(held, ast.Name) else None


def is_registered(node: ast.AST, name: str) -> bool:
    """Whether a function is decorated with `name.register`, with or without a type: `functools.singledispatch`."""
    for decorator in getattr(node, "decorator_list", ()):
        made = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(made, ast.Attribute) and made.attr == "register" and isinstance(made.value, ast.Name):
            return made.value.id == name
    return False


def asks_for_training(node: ast.AST, kwargs: str) -> bool:
    """Whether a node reads `training` from `kwargs`: `kwargs["training"]`, `kwargs.get("training")`."""
    if isinstance(node, ast.Subscript):
        asked: ast.expr | None = node.slice
        base = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
        asked = node.args[0] if node.args else None
        base = node.func.value
    else:
        return False
    named = isinstance(asked, ast.Constant) and asked.value == "training"
    return named and isinstance(base, ast.Name) and base.id == kwargs
