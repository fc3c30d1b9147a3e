"""The layers that a `call` makes, and what in them cannot be made twice."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, walk
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    ALL_LANES,
    FALSE_LANE,
    NONE_LANE,
    ClassValue,
    Instance,
    members,
)
from flake8_training_phase.analysis.models.functions import held_instances
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.weights import has_weights
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer

_MAYBE_WITHOUT_WEIGHTS = frozenset(
    {
        "AdditiveAttention",
        "Attention",
        "CategoryEncoding",
        "Discretization",
        "Hashing",
        "IntegerLookup",
        "Normalization",
        "StringLookup",
        "TextVectorization",
    }
)
"""Layers whose arguments decide whether they have weights, and those that hold tables."""
_HOLDERS = frozenset({"RNN", "Sequential", "StackedRNNCells", "TimeDistributed"})
"""Layers whose weights are those of the layers that they are given. `Bidirectional` makes copies."""
_RUNNERS = frozenset(
    {
        *(
            "case",
            "checkpoint",
            "cond",
            "custom_gradient",
            "foldl",
            "foldr",
            "function",
            "jit",
            "map",
            "map_fn",
            "partial",
        ),
        *("recompute_grad", "remat", "scan", "smart_cond", "switch_case", "vectorized_map", "vmap", "while_loop"),
    }
)
"""Functions that run what they are given in every call."""


def layers_made(layer_class: LayerClass) -> Iterator[tuple[ast.Call, Instance]]:
    """The layers that `call`, or a function of this module that it runs, makes, calls and keeps nowhere."""
    call = layer_class.cls.call
    if layer_class.call is None or call is None:
        return
    helpers = [event for event in walk(layer_class.cls.trace.events) if isinstance(event, Inlined)]
    here = layer_class.module.scope
    functions: dict[FunctionDef, Scope] = {layer_class.call: call.owner.scope}
    for helper in helpers:
        # A nested function is read with the one that holds it.
        apart = helper.callee.closure is None and helper.callee.scope.root is here
        if apart and not isinstance(helper.function, ast.Lambda):
            functions.setdefault(helper.function, helper.callee.scope)
    once = {name for function in functions for name in _handed_over(function)}
    # What the object is made with is known where it runs: `Dropout(self.rate)` has no generator where that is 0.
    as_called = {one.node.func: one.receiver for one in layer_class.layer_calls}
    skipped = _skipped(layer_class, functions)
    kept = frozenset(held_instances(layer_class.cls.attributes().values()))
    for function, scope in functions.items():
        if function.name not in once and not _is_cached(function):
            for node, made in _made_in(function, scope.inner(function.body), once):
                if node not in skipped and not _holds_own_layers(node, made):
                    found = members(as_called.get(node, made))
                    yield from ((node, one) for one in found if isinstance(one, Instance) and not _runs_kept(one, kept))


def _runs_kept(made: Instance, kept: Collection[Instance]) -> bool:
    """Whether a layer that is made runs layers that the object keeps, and no other: `Sequential(self.blocks[2:])`."""
    return _holds(made) and bool(held := [*held_instances(made.contents)]) and all(one in kept for one in held)


def _holds(made: Instance) -> bool:
    return isinstance(made.type, KerasLayer) and made.type.name in _HOLDERS


def _skipped(layer_class: LayerClass, functions: Collection[ast.AST]) -> set[ast.AST]:
    """The layers called as they are made, `Dropout(0.5)(x)`, that no object of the class reaches: those made under an
    option that none is given, or under a flag that Keras never passes, which is KTP103.
    """
    trace = layer_class.cls.trace
    if not trace.complete:
        return set()
    lanes = FALSE_LANE | NONE_LANE if layer_class.misnamed_flag is not None else ALL_LANES
    run = {event.node.func for event in walk(trace.events) if isinstance(event, LayerCall) and event.lanes & lanes}
    called: set[ast.AST] = set()
    for function in functions:
        nodes = list(nodes_in(function))
        # What is defined in it may be run by something unknown.
        inner = [one for one in nodes if isinstance(one, (ast.FunctionDef, ast.Lambda)) and one is not function]
        apart = {node for one in inner for node in nodes_in(one)}
        called |= {node.func for node in nodes if isinstance(node, ast.Call) and node not in apart}
    return called - run


def _holds_own_layers(node: ast.Call, made: Instance) -> bool:
    """Whether a layer that is made has no weights but those of layers that the object keeps: `RNN(self.cell)`."""
    if not _holds(made) or not node.args:
        return False
    given = list(nodes_in(node.args[0]))
    kept = any(isinstance(one, ast.Attribute) for one in given)
    return kept and not any(isinstance(one, ast.Call) for one in given)


def _handed_over(function: ast.AST) -> Iterator[str]:
    """The functions that a function only hands to others, which may run them once and keep what they make:
    `get_or_create_layer("head", self.make_head)`.
    """
    calls = [node for node in nodes_in(function) if isinstance(node, ast.Call)]
    called = {last_name(node.func) for node in calls}
    for node in calls:
        if last_name(node.func) not in _RUNNERS:
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                if isinstance(given, (ast.Name, ast.Attribute)) and last_name(given) not in called:
                    yield last_name(given)


def _is_cached(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether what a function makes is kept: `@functools.cache`, `@cached_property`."""
    return any("cache" in ast.unparse(decorator) for decorator in function.decorator_list)


def has_state(layer: Instance) -> bool:
    """Whether a layer surely has weights."""
    return has_weights(layer) and not _is_uncertain(layer)


def is_random(layer: Instance) -> bool:
    """Whether it is a layer of Keras with a random generator, which is state in Keras 3."""
    return isinstance(layer.type, KerasLayer) and not layer.contents and dependence(layer) is Dependence.YES


def _is_uncertain(layer: Instance) -> bool:
    return isinstance(layer.type, KerasLayer) and layer.type.name in _MAYBE_WITHOUT_WEIGHTS


def _made_in(
    function: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, once: set[str]
) -> Iterator[tuple[ast.Call, Instance]]:
    nodes = list(nodes_in(function))
    inner = [one for one in nodes if isinstance(one, ast.FunctionDef) and one is not function]
    apart = {node for one in inner if one.name in once or _is_cached(one) for node in nodes_in(one)}
    nodes = [node for node in nodes if node not in apart] if apart else nodes
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    called: set[ast.AST] = {node.func for node in calls}  # The `Dense(8)` of `Dense(8)(x)`.
    used = called | _called_by_name(nodes, called)
    made = [node for node in calls if node in used and _names_class(node.func, scope)]
    kept = {inner for node in nodes if _keeps(node) for inner in nodes_in(node)} if made else set()
    for node in made:
        if node not in kept:
            for one in members(scope.evaluate(node)):
                if isinstance(one, Instance):
                    yield node, one


def _called_by_name(nodes: list[ast.AST], called: set[ast.AST]) -> set[ast.AST]:
    """What is assigned to a name that is only called: a factory returns the layer, or stores it."""
    uses: dict[str, list[ast.AST]] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses.setdefault(node.id, []).append(node)
    only_called = {name for name, found in uses.items() if all(one in called for one in found)}
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in only_called
    }


def _keeps(node: ast.AST) -> bool:
    """Whether a statement stores what it makes outside the function, or makes it outside the graph."""
    if isinstance(node, ast.Assign):
        return any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)
    if isinstance(node, ast.With):
        return any("init_scope" in ast.unparse(item.context_expr) for item in node.items)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _stores_argument(node.value)


def _stores_argument(call: ast.Call) -> bool:
    """`self.blocks.append(Dense(8))`, `setattr(self, name, Dense(8))`."""
    if isinstance(call.func, ast.Attribute):
        return isinstance(call.func.value, ast.Attribute)
    return isinstance(call.func, ast.Name) and call.func.id == "setattr"


def _names_class(node: ast.expr, scope: Scope) -> bool:
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    found = members(scope.evaluate(node))
    return any(isinstance(one, ClassValue) for one in found)
