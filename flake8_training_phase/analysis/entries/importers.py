"""What the modules that import a module give to its functions: the model of a step is made where the step is called.

An import names a file, but no file names who imports it: those in the folders around are looked through for its name.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from itertools import islice

from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.objects import Limit
from flake8_training_phase.analysis.entries.module_run import ModuleRun, module_run
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.definitions import called_name
from flake8_training_phase.analysis.syntax.names import last_name, names_in, with_users
from flake8_training_phase.analysis.syntax.walking import nodes_in

MOST_RUNS = 16
"""How many importing modules are run."""
_FARTHEST = 3
"""Over how many imports: `main.py` makes the model that `training.py` gives to the `Trainer` of `trainer.py`."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def runs_of_importers(module: CheckedModule) -> tuple[ModuleRun, ...]:
    """The runs of the modules that import a module, or one that imports it, as far as they come to what calls it."""
    runs = _runs(module)
    found = tuple(islice(runs, MOST_RUNS))
    if next(runs, None) is not None:
        module.give_up(module.tree, Limit.IMPORTERS)
    elif module.project.overlooks_importers(module.module):
        module.give_up(module.tree, Limit.FILES)
    return found


def importing(module: CheckedModule) -> Iterator[Module]:
    """The modules that import a module, or one that imports it; none of them is run."""
    return (other for other, _ in _importing(module))


def _runs(module: CheckedModule) -> Iterator[ModuleRun]:
    return (_run(other, called, module) for other, called in _importing(module))


def _importing(module: CheckedModule) -> Iterator[tuple[Module, Collection[str]]]:
    """Those, each with the names that its calls of them may have."""
    seen = {module.module.path}
    nearest = [(module.module, {one.name for one in module.tree.body if isinstance(one, _DEFINITIONS)})]
    for _ in range(_FARTHEST):
        farther = []
        for imported, names in nearest:
            for other in module.project.importers(imported, names):
                if other.path not in seen:
                    seen.add(other.path)
                    called = names | other.imported_as(names)
                    yield other, called
                    farther.append((other, _users(other.tree, called)))
        nearest = farther


def _run(other: Module, called: Collection[str], module: CheckedModule) -> ModuleRun:
    calls = [one for one in nodes_in(other.tree) if isinstance(one, ast.Call) and _calls_or_hands_on(one, called)]
    return module_run(module.beside(other), calls)


def _calls_or_hands_on(call: ast.Call, names: Collection[str]) -> bool:
    """Whether a call is of something by one of some names, or gives it on: `strategy.run(step, args=(net, batch))`."""
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return called_name(call) in names or any(last_name(one) in names for one in given)


def _users(tree: ast.Module, called: Collection[str]) -> set[str]:
    """The functions and classes of a module through which others may come to what it calls."""
    definitions = [one for one in tree.body if isinstance(one, _DEFINITIONS)]
    users = with_users(called, ((one.name, names_in(one)) for one in definitions))
    return {one.name for one in definitions if one.name in users}
