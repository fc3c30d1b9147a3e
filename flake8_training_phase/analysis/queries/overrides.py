"""Subclasses in other files: what the base class gets may be missing there, or reach a method that they write anew."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator, Mapping, Set

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import Event, Inlined
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.syntax.walking import nodes_in


def methods_without_flag_elsewhere(module: CheckedModule) -> Mapping[str, str]:
    """The methods in the files that import a module, and those that its subclasses have at any distance, which do not
    take `training`, with the name of such a file.
    """
    classes = {cls.name for cls in module.module.classes()}
    importers = module.project.importers(module.module, classes)
    named = {
        node.name: other.path.name
        for other in importers
        for cls in nodes_in(other.tree)
        if isinstance(cls, ast.ClassDef)
        for node in cls.body
        if isinstance(node, FunctionDef) and not _takes_training(node)
    }
    inherited = {
        name: one.module.path.name
        for subclass in subclasses_elsewhere(module, {one.cls for one in module.layer_classes})
        for one in subclass.cls.mro
        if isinstance(one, UserClass) and one.module is not module.module
        for name, node in one.methods.items()
        if not _takes_training(node)
    }
    return named | inherited


def subclasses_elsewhere(module: CheckedModule, bases: Set[UserClass]) -> Iterator[LayerClass]:
    """The layers and models in other files which inherit from some classes of a module: in those that import it, and in
    those that import these.
    """
    asked = {module.module.path}
    waiting = [(module.module, {one.name for one in bases})] if bases else []
    while waiting:
        imported, names = waiting.pop()
        inherits = re.compile(
            rf"^[ \t]*class\s+\w+\s*\([^)]*\b(?:{'|'.join(map(re.escape, sorted(names)))})\b", re.MULTILINE
        )
        for other in module.project.importers(imported, names, for_fixes=True):
            if other.path in asked:
                continue
            asked.add(other.path)
            layer_classes = module.beside(other).layer_classes if inherits.search(other.text) else ()
            found = [one for one in layer_classes if not bases.isdisjoint(one.cls.mro)]
            yield from found
            if found or other.path.name == "__init__.py":  # A package hands names on.
                waiting.append((other, names | {one.name for one in found}))


def direct_callers_elsewhere(module: CheckedModule, classes: Set[UserClass]) -> Iterator[LayerClass]:
    """The layers and models in the files that import a module which run its functions themselves: the `call` of a layer
    (`self.block.call(x)`), or what is private (`self.block._encode(x)`). Keras passes these no flag, and a parameter
    that nobody fills erases the call context.
    """
    functions = {one: one.name for one in nodes_in(module.tree) if isinstance(one, FunctionDef) and _is_tellable(one)}
    if not classes or not functions:
        return
    names = sorted(set(functions.values()))
    taken = re.compile(rf"(?<!super\(\))\.(?:{'|'.join(names)})\b(?!\s*=)")
    for other in module.project.importers(module.module, [f".{name}" for name in names], for_fixes=True):
        if taken.search(other.text):
            for one in module.beside(other).layer_classes:
                if classes.isdisjoint(one.cls.mro) and any(_runs(event, functions) for event in one.events):
                    yield one


def _is_tellable(function: FunctionDef) -> bool:
    """Whether a safe fix may give a function the parameter."""
    name = function.name
    return name == "call" or (name.startswith("_") and not name.startswith("__"))


def _runs(event: Event, functions: Container[ast.AST]) -> bool:
    return isinstance(event, Inlined) and event.function in functions


def _takes_training(node: FunctionDef) -> bool:
    return parameter(node, "training") is not None or node.args.kwarg is not None
