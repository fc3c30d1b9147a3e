"""What the modules that import a module give to its functions: the model of a step is made where the step is called.

An import names a file, but no file names who imports it: those in the folders around are looked through for its name.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from itertools import islice

from flake8_training_phase.analysis.entries.module_run import ModuleRun, module_run
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.definitions import called_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.sources.text import SourceText

_MOST_RUNS = 16
"""How many importing modules are run."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def runs_of_importers(module: CheckedModule) -> tuple[ModuleRun, ...]:
    """The runs of the modules that import a module, as far as they come to what calls it."""
    names = {one.name for one in module.tree.body if isinstance(one, _DEFINITIONS)}
    runs = []
    for other in islice(module.project.importers(module.module, names), _MOST_RUNS):
        called = names | _renamed(other.tree, names)
        calls = [one for one in nodes_in(other.tree) if isinstance(one, ast.Call) and called_name(one) in called]
        importer = CheckedModule(other.tree, SourceText(other.text), str(other.path), module.settings, module.project)
        runs.append(module_run(importer, calls))
    return tuple(runs)


def _renamed(tree: ast.Module, names: Collection[str]) -> set[str]:
    """The names that some names are imported under: `from steps import fit_batch as fit`."""
    imports = [node for node in nodes_in(tree) if isinstance(node, ast.ImportFrom)]
    return {one.asname for node in imports for one in node.names if one.name in names and one.asname is not None}
