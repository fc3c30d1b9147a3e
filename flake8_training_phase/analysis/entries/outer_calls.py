"""The calls of layers and models that stand outside of every `call`: in steps, functions, at the top of a module."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.entries.module_run import ModelCall, module_run
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.layer_class import LayerClass
from flake8_training_phase.analysis.syntax.walking import nodes_in


def calls_outside(module: CheckedModule, nodes: Collection[ast.Call]) -> Iterator[ModelCall]:
    """Those of some calls that the run of a module finds to be of layers, and that no `call` makes."""
    inside = {call.node for layer_class in module.layer_classes for call in layer_class.layer_calls}
    wanted = {node for node in nodes if node not in inside}
    if wanted:
        yield from (one for one in module_run(module, wanted).model_calls if one.node in wanted)


def has_outer_calls(layer_class: LayerClass) -> bool:
    """Whether a layer of the class is called by itself, and not to build the graph of another model."""
    tree = layer_class.module.tree
    calls = [node for node in nodes_in(tree) if isinstance(node, ast.Call)]
    return any(
        isinstance(one, Instance) and one.type is layer_class.cls
        for call in calls_outside(layer_class.module, calls)
        if not call.symbolic
        for one in members(call.receiver)
    )
