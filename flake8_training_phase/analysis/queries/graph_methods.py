"""Classes of which a method makes a functional model, out of what their `call` does: `Model(x, self.call(x))`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.syntax.definitions import called_name, calls_in
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of


def graph_methods(layer_class: LayerClass) -> Iterator[str]:
    """The methods of a class that make a functional model of its `call`."""
    for name, method in layer_class.cls.methods.items():
        calls = list(calls_in(method))
        makes = any(called_name(one) in ("Model", "Functional") for one in calls)
        if name != "call" and makes and any(ast.unparse(one.func) in ("self", "self.call") for one in calls):
            yield name


def is_only_a_graph(layer_class: LayerClass) -> bool:
    """Whether a module makes objects of a class for nothing but such a method: `Net().build_graph()`."""
    methods = set(graph_methods(layer_class))
    if not methods:
        return False
    tree = layer_class.module.tree
    parents = parents_of(tree)
    calls = (one for one in nodes_in(tree) if isinstance(one, ast.Call))
    uses = [parents[one] for one in calls if called_name(one) == layer_class.name]
    return bool(uses) and all(isinstance(one, ast.Attribute) and one.attr in methods for one in uses)
