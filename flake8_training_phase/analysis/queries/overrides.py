"""Methods that subclasses in other files write anew: a parameter that the base class gets is missing there."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
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


def _takes_training(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return parameter(node, "training") is not None or node.args.kwarg is not None
