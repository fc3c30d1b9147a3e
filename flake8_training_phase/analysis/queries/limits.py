"""The parts of a module that were not followed to their end, and why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import FunctionDef, Method
from flake8_training_phase.analysis.domain.objects import Limit
from flake8_training_phase.analysis.machine.expressions import MAX_STEPS
from flake8_training_phase.analysis.machine.interpreter import MAX_DEPTH
from flake8_training_phase.analysis.program import MAX_KINDS
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass

_REASONS = {
    Limit.STEPS: f"it takes more than {MAX_STEPS:,} steps to follow",
    Limit.DEPTH: "it is nested too deeply to be followed",
    Limit.HELPERS: f"functions that call each other more than {MAX_DEPTH} deep are not followed",
}


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """A part of a module of which nothing is known because it is too much."""

    node: FunctionDef | ast.ClassDef
    part: str
    reason: str


def not_followed(module: CheckedModule) -> Iterator[NotFollowed]:
    """The methods of layers that were given up, and the classes of which too many kinds of objects are made."""
    seen = set[ast.AST]()
    for layer_class in module.layer_classes:
        for method, limit in _given_up(layer_class):
            if method.node not in seen and method.owner.scope.root is module.scope:
                seen.add(method.node)
                yield NotFollowed(method.node, f"`{method.owner.name}.{method.node.name}`", _REASONS[limit])
        if module.module.program.has_too_many_kinds(layer_class.cls):
            reason = f"more than {MAX_KINDS} that differ are made"
            yield NotFollowed(layer_class.cls.node, f"some objects of `{layer_class.name}`", reason)


def _given_up(layer_class: LayerClass) -> Iterator[tuple[Method, Limit]]:
    cls = layer_class.cls
    if cls.call is not None and cls.trace.limit is not None:
        yield cls.call, cls.trace.limit
    for node, limit in cls.program.state(cls.instance).given_up.items():
        found = cls.find_method(getattr(node, "name", ""))
        if isinstance(found, Method):
            yield found, limit
