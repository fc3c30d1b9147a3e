"""Subclasses in other files: what the base class gets may be missing there, or reach a method that they write anew."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Set

from flake8_training_phase.analysis.domain.arguments import parameter
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
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _takes_training(node)
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
    """The layers and models in the files that import a module which run the `call` of some of its classes themselves:
    `self.block.call(x)`. Keras tells it nothing then, and a parameter that nobody fills erases the call context.
    """
    if not classes:
        return
    for other in module.project.importers(module.module, (".call",), for_fixes=True):
        if _CALL_OF_ANOTHER.search(other.text):
            for one in module.beside(other).layer_classes:
                if classes.isdisjoint(one.cls.mro) and any(_runs_call_of(event, classes) for event in one.events):
                    yield one


_CALL_OF_ANOTHER = re.compile(r"(?<!super\(\))\.call\b(?!\s*=)")


def _runs_call_of(event: Event, classes: Set[UserClass]) -> bool:
    return isinstance(event, Inlined) and event.owner in classes and getattr(event.function, "name", "") == "call"


def _takes_training(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return parameter(node, "training") is not None or node.args.kwarg is not None
