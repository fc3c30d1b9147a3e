"""What of a module was not followed to its end, and why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import Method
from flake8_training_phase.analysis.domain.objects import Limit
from flake8_training_phase.analysis.entries.importers import MOST_RUNS
from flake8_training_phase.analysis.entries.module_run import MOST_OBJECTS, MOST_OF_ONE, MOST_STEPS
from flake8_training_phase.analysis.machine.expressions import MAX_STEPS
from flake8_training_phase.analysis.machine.interpreter import MAX_DEPTH
from flake8_training_phase.analysis.neighbours import MAX_IMPORTERS
from flake8_training_phase.analysis.phase.dependence import Dependence, class_dependence
from flake8_training_phase.analysis.phase.flow import MAX_NESTING
from flake8_training_phase.analysis.program import MAX_KINDS
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.syntax.names import names_in
from flake8_training_phase.sources.gate import mentions_flag

_REASONS = {
    Limit.STEPS: f"it takes more than {MAX_STEPS:,} steps to follow",
    Limit.DEPTH: "it is nested too deeply to be followed",
    Limit.HELPERS: f"functions that call each other more than {MAX_DEPTH} deep are not followed",
    Limit.LAYERS: f"layers that hold each other more than {MAX_NESTING} deep are not followed",
    Limit.RUN: f"it takes more than {MOST_STEPS:,} steps to follow",
    Limit.CALLS: f"functions that it calls have taken more than {MOST_OF_ONE:,} steps before",
    Limit.IMPORTERS: f"more than {MOST_RUNS} modules import it",
    Limit.FILES: f"more than {MAX_IMPORTERS} files are in a folder where they are looked for",
    Limit.OBJECTS: f"more than {MOST_OBJECTS} that differ are made",
}
_OF_CALLERS = (Limit.IMPORTERS, Limit.FILES)
_IS_RELATED = re.compile("keras|tensorflow")
"""In the text of a module that has anything to do with the flag; torch has trainers of its own."""
_Part = FunctionDef | ast.ClassDef | ast.stmt | ast.Lambda


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """A part of a module that is too large to be analysed."""

    node: _Part
    part: str
    reason: str


def not_followed(module: CheckedModule) -> Iterator[NotFollowed]:
    """What was given up: the methods of layers, the classes of which too many kinds of objects are made, and the code
    outside of them. Each is said once, and each class.
    """
    seen = set[ast.AST]()
    for one in (*_of_classes(module), *_of_code(module)):
        if one.node not in seen:
            seen.add(one.node)
            yield one


def _of_classes(module: CheckedModule) -> Iterator[NotFollowed]:
    for layer_class in module.layer_classes:
        for method, limit in _given_up(layer_class):
            if method.owner.scope.root is module.scope:
                yield NotFollowed(method.node, f"`{method.owner.name}.{method.node.name}`", _REASONS[limit])
        cls = layer_class.cls
        if cls.program.has_too_many_kinds(cls):
            reason = f"more than {MAX_KINDS} that differ are made"
            yield NotFollowed(cls.node, f"some objects of `{layer_class.name}`", reason)
        if cls.program.is_nested_too_deep(cls.instance):
            yield NotFollowed(cls.node, f"`{layer_class.name}`", _REASONS[Limit.LAYERS])


def _given_up(layer_class: LayerClass) -> Iterator[tuple[Method, Limit]]:
    cls = layer_class.cls
    if cls.call is not None and cls.trace.limit is not None:
        yield cls.call, cls.trace.limit
    for node, limit in cls.program.state(cls.instance).given_up.items():
        found = cls.find_method(getattr(node, "name", ""))
        if isinstance(found, Method):
            yield found, limit


def _of_code(module: CheckedModule) -> Iterator[NotFollowed]:
    """What was given up by those who run the code of a module to see what it makes and calls."""
    if not _IS_RELATED.search(module.source.text):
        return
    given_up = dict(module.given_up)
    if any(one.name in module.module.names_read for one in module.layer_classes):  # Otherwise nobody has asked.
        given_up |= module.module.program.constructions(module.module).given_up
    names = {one.node: f"{one.cls.name}.{one.node.name}" if one.cls else one.node.name for one in module.functions}
    for node, limit in given_up.items():
        if node is module.tree:
            part = "callers in other files" if limit in _OF_CALLERS else "the top level of the module"
            yield NotFollowed(module.tree.body[0], part, _REASONS[limit])
        elif isinstance(node, ast.ClassDef) and _may_hold_flag(node, module) and not _is_idle(node, module):
            yield NotFollowed(node, f"some objects of `{node.name}`", _REASONS[limit])
        elif isinstance(node, FunctionDef) and node in names and _may_hold_flag(node, module):
            yield NotFollowed(node, f"`{names[node]}`", _REASONS[limit])
        elif isinstance(node, ast.Lambda) and limit is Limit.RUN:
            yield NotFollowed(node, "a function without a name", _REASONS[limit])


def _is_idle(node: ast.ClassDef, module: CheckedModule) -> bool:
    """Whether it is a layer in which nothing depends on the mode, whatever it is made with."""
    found = [one.cls for one in module.layer_classes if one.cls.node is node]
    return bool(found) and all(class_dependence(one) is Dependence.NO for one in found)


def _may_hold_flag(node: FunctionDef | ast.ClassDef, module: CheckedModule) -> bool:
    """Whether anything about the flag may be missed in it: others are too much for reasons of their own."""
    made = {layer_class.name for layer_class in module.layer_classes}
    text = "".join(module.source.lines[node.lineno - 1 : node.end_lineno])
    return not made.isdisjoint(names_in(node)) or mentions_flag(text)
