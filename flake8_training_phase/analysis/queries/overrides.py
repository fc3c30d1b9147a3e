"""Subclasses in other files: what the base class gets may be missing there, or reach a method that they write anew."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Set

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.syntax.walking import nodes_in


def methods_without_flag_elsewhere(module: CheckedModule) -> Mapping[str, str]:
    """The methods in the files that import a module which do not take `training`, with the name of such a file."""
    classes = {cls.name for cls in module.module.classes()}
    importers = module.project.importers(module.module, classes)
    return {
        node.name: other.path.name
        for other in importers
        for cls in nodes_in(other.tree)
        if isinstance(cls, ast.ClassDef)
        for node in cls.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _takes_training(node)
    }


def subclasses_elsewhere(module: CheckedModule, bases: Set[UserClass]) -> Iterator[LayerClass]:
    """The layers and models in the files that import a module which inherit from some of its own."""
    names = {one.name for one in bases}
    if not names:
        return
    inherits = re.compile(
        rf"^[ \t]*class\s+\w+\s*\([^)]*\b(?:{'|'.join(map(re.escape, sorted(names)))})\b", re.MULTILINE
    )
    for other in module.project.importers(module.module, names, for_fixes=True):
        if inherits.search(other.text):
            yield from (one for one in module.beside(other).layer_classes if not bases.isdisjoint(one.cls.mro))


def _takes_training(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return parameter(node, "training") is not None or node.args.kwarg is not None
