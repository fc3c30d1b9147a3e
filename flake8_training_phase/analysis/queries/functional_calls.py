"""Where `call`, or a function it runs, calls a function from outside, in every phase or in one of them:
`tf.nn.dropout(x, 0.5)`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from flake8_training_phase.analysis.domain.arguments import defaults, parameter_names
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import ClassValue, External, FunctionValue, Value, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.flag_taint import PHASE_WORD, FlagTaint, FunctionNode
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in

_SWITCH = re.compile(r"drop|keep|rate|prob|noise|stochastic|sampl", re.IGNORECASE)
"""Parameters of `call` by which its caller decides how much is dropped."""


@dataclass(frozen=True, slots=True)
class FunctionalCall:
    """One call of a function from outside."""

    node: ast.Call
    path: str
    """Its dotted name, imports resolved."""
    function: FunctionNode
    """The function around it."""
    layer_class: LayerClass | None
    """The class whose `call` runs it; None inside a `Lambda` layer."""
    parent: ast.AST
    """The node around it."""


Wanted = Callable[[str], bool]


def unguarded_calls(layer_class: LayerClass, wanted: Wanted) -> Iterator[FunctionalCall]:
    """The calls of wanted functions that a layer's `call` makes whatever the phase is."""
    yield from _calls(layer_class, wanted, guarded=False)


def guarded_calls(layer_class: LayerClass, wanted: Wanted) -> Iterator[FunctionalCall]:
    """Those that the phase has to do with: under `if training:`, after an early return, with a rate made from it."""
    yield from _calls(layer_class, wanted, guarded=True)


def _calls(layer_class: LayerClass, wanted: Wanted, guarded: bool) -> Iterator[FunctionalCall]:
    for one in layer_class.module.once(_Searches).of(layer_class):
        if wanted(one.path) and one.is_guarded is guarded:
            yield one.call(layer_class)


def calls_in_lambdas(module: CheckedModule, wanted: Wanted) -> Iterator[FunctionalCall]:
    """The calls of wanted functions in the functions of `Lambda` layers, written in place."""
    for node in nodes_in(module.tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Lambda):
            function = node.args[0]
            made = _resolved(node.func, module.scope) if last_name(node.func) == "Lambda" else ()
            if any(isinstance(one, ClassValue) and one.type.name == "Lambda" for one in made):
                taint = FlagTaint(function, (name for name in parameter_names(function) if PHASE_WORD.search(name)))
                for one in _LayerSearch(None).found(taint, module.scope):
                    if wanted(one.path) and not one.is_guarded:
                        yield one.call(None)


@dataclass(frozen=True)
class _Reached:
    """A call of a function from outside that a search has come to."""

    node: ast.Call
    path: str
    taint: FlagTaint
    """Of the function around it."""
    is_behind_guard: bool
    """Whether the phase decides if that function runs: then it decides about all in it."""

    @cached_property
    def is_guarded(self) -> bool:
        """Whether the phase has to do with the call."""
        given = (*self.node.args, *(keyword.value for keyword in self.node.keywords))
        return self.is_behind_guard or any(map(self.taint.mentions, given)) or self.taint.guards(self.node)

    def call(self, layer_class: LayerClass | None) -> FunctionalCall:
        """The call, as one of a class."""
        return FunctionalCall(
            self.node, self.path, self.taint.function, layer_class, parent=self.taint.parents[self.node]
        )


class _Searches:
    """What the classes of a module call from outside, searched once for all who want some of it."""

    def __init__(self, module: CheckedModule) -> None:
        self._found: dict[UserClass, tuple[_Reached, ...]] = {}

    def of(self, layer_class: LayerClass) -> tuple[_Reached, ...]:
        """What the `call` of a class calls; nothing where that is in another module."""
        cls = layer_class.cls
        if cls not in self._found:
            self._found[cls] = () if layer_class.call is None else tuple(self._searched(layer_class, layer_class.call))
        return self._found[cls]

    def _searched(self, layer_class: LayerClass, call: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[_Reached]:
        if layer_class.cls.call is not None:
            # What the caller of `call` gives beside the inputs may be his way to switch it off: `keep_prob`.
            given = (*call.args.args[2:], *call.args.kwonlyargs)
            others = [one.arg for one in given if _SWITCH.search(one.arg)]
            scope = layer_class.cls.call.owner.scope.inner(call.body)
            yield from _LayerSearch(layer_class).found(FlagTaint(call, others), scope)


class _LayerSearch:
    def __init__(self, layer_class: LayerClass | None) -> None:
        self.layer_class = layer_class
        self._waiting: list[tuple[FlagTaint, Scope, bool]] = []
        """Functions to look through, and whether they are behind a guard."""
        self._seen: set[tuple[FunctionNode, frozenset[str], bool]] = set()

    def found(self, taint: FlagTaint, scope: Scope) -> Iterator[_Reached]:
        """The calls from outside of one function, and of those of the module that it calls."""
        self._follow(taint, scope, is_behind_guard=False)
        while self._waiting:
            inside, its_scope, is_behind_guard = self._waiting.pop()
            for node in nodes_in(inside.function):
                if isinstance(node, ast.Call):
                    yield from self._call(node, inside, its_scope, is_behind_guard)

    def _follow(self, taint: FlagTaint, scope: Scope, is_behind_guard: bool) -> None:
        question = (taint.function, taint.given, is_behind_guard)
        if question not in self._seen:
            self._seen.add(question)
            self._waiting.append((taint, scope, is_behind_guard))

    def _call(self, node: ast.Call, taint: FlagTaint, scope: Scope, is_behind_guard: bool) -> Iterator[_Reached]:
        found = self._method(node, taint) or self._held(node.func, taint)
        for called in (found,) if found is not None else _resolved(node.func, scope):
            if isinstance(called, External):
                yield _Reached(node, called.path, taint, is_behind_guard)
            elif isinstance(called, FunctionValue) and self._is_here(called):
                # Whatever runs behind a guard runs in one phase.
                scope_inside = called.scope.inner(_body(called.node))
                self._follow(_inside(called, node, taint), scope_inside, is_behind_guard or taint.guards(node))

    def _method(self, node: ast.Call, taint: FlagTaint) -> FunctionValue | None:
        """The method of the class that `self.name(…)` calls."""
        function = node.func
        own = parameter_names(taint.function)[:1]
        if self.layer_class is None or not isinstance(function, ast.Attribute):
            return None
        if not isinstance(function.value, ast.Name) or [function.value.id] != own:
            return None
        found = self.layer_class.cls.find_method(function.attr)
        node_and_owner = (getattr(found, "node", None), getattr(found, "owner", None))
        if not isinstance(node_and_owner[0], ast.FunctionDef) or node_and_owner[1] is None:
            return None
        return FunctionValue(node_and_owner[0], node_and_owner[1].scope, bound_to=self.layer_class.cls.instance)

    def _held(self, node: ast.expr, taint: FlagTaint) -> External | None:
        """The function from outside that an attribute of the layer has or is: `self.generator.uniform`."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if self.layer_class is None or not names or not isinstance(node, ast.Name):
            return None
        if [node.id] != parameter_names(taint.function)[:1]:
            return None
        first = names.pop()
        held = self.layer_class.cls.attribute(first, self.layer_class.cls.instance)
        return External(".".join((held.path, *reversed(names)))) if isinstance(held, External) else None

    def _is_here(self, called: FunctionValue) -> bool:
        return self.layer_class is not None and called.scope.root is self.layer_class.module.scope


def _inside(called: FunctionValue, node: ast.Call, taint: FlagTaint) -> FlagTaint:
    """A function that is called, and those of its parameters that are made from the phase."""
    names = parameter_names(called.node)
    positional = names[1:] if called.bound_to is not None else names
    tainted = {name for name, _ in defaults(called.node) if PHASE_WORD.search(name)}
    tainted |= {name for name, given in zip(positional, node.args, strict=False) if taint.mentions(given)}
    tainted |= {one.arg for one in node.keywords if one.arg is not None and taint.mentions(one.value)}
    return FlagTaint(called.node, tainted)


def _body(node: FunctionNode) -> list[ast.stmt]:
    return [] if isinstance(node, ast.Lambda) else node.body


def _resolved(node: ast.expr, scope: Scope) -> tuple[Value, ...]:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    # Only dotted names: to evaluate anything else would run it.
    if not isinstance(root, ast.Name):
        return ()
    return members(scope.evaluate(node))
