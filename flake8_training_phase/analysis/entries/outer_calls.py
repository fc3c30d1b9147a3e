"""The calls of layers and models that are outside of every `call`: in steps, functions, at the top of a module."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    ClassValue,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    members,
)
from flake8_training_phase.analysis.entries.module_run import ModelCall, module_run
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.syntax.walking import NodesByKind


def calls_outside(module: CheckedModule, nodes: Collection[ast.Call]) -> Iterator[ModelCall]:
    """Those of some calls that the run of a module finds to be of layers, and that no `call` makes."""
    inside = {call.node for layer_class in module.layer_classes for call in layer_class.layer_calls}
    wanted = {node for node in nodes if node not in inside}
    if wanted:
        yield from (one for one in module_run(module, wanted).model_calls if one.node in wanted)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the text of a module says about its names before anything is run."""

    bound: frozenset[str]
    """Names that are assigned, or are parameters: what the module imports or defines may be something else there."""
    methods: frozenset[str]
    """Methods of its classes whose name no attribute is given."""
    functions: frozenset[str]
    """Names that nothing but functions of the module have, wherever they are defined."""
    scope: Scope

    def may_be_layer(self, called: ast.expr) -> bool:
        """Whether what is called may be a layer: not a method, nor what a module imports or defines by that name."""
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.attr in self.methods:
            return False
        root = called
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in self.bound:
            return True
        if root is called and root.id in self.functions:
            return False
        found = self.scope.lookup(root.id)
        if found == External(f"builtins.{root.id}"):
            return not hasattr(builtins, root.id)  # A name that nothing binds here: of a class body, of a star import.
        return not isinstance(found, (External, ModuleValue, ClassValue, FunctionValue))


def _names(module: CheckedModule) -> _Names:
    nodes = module.nodes
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    own = (one for cls in nodes.of(ast.ClassDef) for one in cls.body if isinstance(one, functions))
    methods = {one.name for one in own if not one.decorator_list}  # A property may give a layer.
    stored = {one.id for one in nodes.of(ast.Name) if isinstance(one.ctx, ast.Store)}
    given = {one.attr for one in nodes.of(ast.Attribute) if isinstance(one.ctx, ast.Store)}
    parameters = {one.arg for one in nodes.of(ast.arg)}
    return _Names(
        frozenset(stored | parameters), frozenset(methods - given), frozenset(_only_functions(nodes)), module.scope
    )


def _only_functions(nodes: NodesByKind) -> set[str]:
    """The names of functions that no import and no class has; a decorator may make a layer of a function."""
    others = {one.name for one in nodes.functions if one.decorator_list} | {one.name for one in nodes.of(ast.ClassDef)}
    imported = {one.asname or one.name.partition(".")[0] for one in nodes.of(ast.alias)}
    return {one.name for one in nodes.functions} - others - imported


def possible_layer_calls(module: CheckedModule, calls: Iterable[ast.Call]) -> list[ast.Call]:
    """Those of some calls that may be of layers, judging by names: for these alone is a module worth running."""
    names = module.once(_names)
    return [call for call in calls if names.may_be_layer(call.func)]


def has_outer_calls(layer_class: LayerClass) -> bool:
    """Whether a layer of the class is called by itself, and not to build the graph of another model."""
    calls = possible_layer_calls(layer_class.module, layer_class.module.nodes.of(ast.Call))
    return any(
        isinstance(one, Instance) and one.type is layer_class.cls
        for call in calls_outside(layer_class.module, calls)
        if not call.symbolic
        for one in members(call.receiver)
    )
