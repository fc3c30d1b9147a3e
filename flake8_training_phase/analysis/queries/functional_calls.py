"""Where `call`, or a function it runs, calls a function from outside, in every phase or in one of them:
`tf.nn.dropout(x, 0.5)`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import defaults, parameter_names
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
    if layer_class.call is not None and layer_class.cls.call is not None:
        # What the caller of `call` gives beside the inputs may be his way to switch it off: `keep_prob`.
        given = (*layer_class.call.args.args[2:], *layer_class.call.args.kwonlyargs)
        others = [one.arg for one in given if _SWITCH.search(one.arg)]
        scope = layer_class.cls.call.owner.scope.inner(layer_class.call.body)
        yield from _LayerSearch(layer_class, wanted).found(FlagTaint(layer_class.call, others), scope, guarded)


def calls_in_lambdas(module: CheckedModule, wanted: Wanted) -> Iterator[FunctionalCall]:
    """The calls of wanted functions in the functions of `Lambda` layers, written in place."""
    for node in nodes_in(module.tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Lambda):
            function = node.args[0]
            made = _resolved(node.func, module.scope) if last_name(node.func) == "Lambda" else ()
            if any(isinstance(one, ClassValue) and one.type.name == "Lambda" for one in made):
                taint = FlagTaint(function, (name for name in parameter_names(function) if PHASE_WORD.search(name)))
                yield from _LayerSearch(None, wanted).found(taint, module.scope, guarded=False)


class _LayerSearch:
    def __init__(self, layer_class: LayerClass | None, wanted: Wanted) -> None:
        self.layer_class = layer_class
        self.wanted = wanted
        self._waiting: list[tuple[FlagTaint, Scope, bool | None]] = []
        """Functions to look through, and whether for guarded calls; None for any."""
        self._seen: set[tuple[FunctionNode, frozenset[str], bool | None]] = set()

    def found(self, taint: FlagTaint, scope: Scope, guarded: bool) -> Iterator[FunctionalCall]:
        """The wanted calls of one function, and of those it calls."""
        self._follow(taint, scope, guarded)
        while self._waiting:
            inside, its_scope, its_guarded = self._waiting.pop()
            for node in nodes_in(inside.function):
                if isinstance(node, ast.Call):
                    yield from self._call(node, inside, its_scope, its_guarded)

    def _follow(self, taint: FlagTaint, scope: Scope, guarded: bool | None) -> None:
        question = (taint.function, taint.given, guarded)
        if question not in self._seen:
            self._seen.add(question)
            self._waiting.append((taint, scope, guarded))

    def _call(self, node: ast.Call, taint: FlagTaint, scope: Scope, guarded: bool | None) -> Iterator[FunctionalCall]:
        method = self._method(node, taint)
        found = self._held(node.func, taint) if method is None else method
        for called in (found,) if found is not None else _resolved(node.func, scope):
            if isinstance(called, External) and self.wanted(called.path):
                given = (*node.args, *(keyword.value for keyword in node.keywords))
                is_guarded = any(taint.mentions(one) for one in given) or taint.guards(node)
                if guarded is None or guarded is is_guarded:
                    parent = taint.parents[node]
                    yield FunctionalCall(node, called.path, taint.function, self.layer_class, parent)
            elif isinstance(called, FunctionValue) and self._is_here(called):
                is_guarded = taint.guards(node)
                if guarded is not False or not is_guarded:
                    # Whatever runs behind a guard runs in one phase.
                    scope_inside = called.scope.inner(_body(called.node))
                    self._follow(_inside(called, node, taint), scope_inside, None if is_guarded else guarded)

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
        path = ast.unparse(node).split(".")
        if self.layer_class is None or not isinstance(node, ast.Attribute) or len(path) < 2:
            return None
        if path[:1] != parameter_names(taint.function)[:1]:
            return None
        held = self.layer_class.cls.attribute(path[1], self.layer_class.cls.instance)
        return External(".".join((held.path, *path[2:]))) if isinstance(held, External) else None

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
