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
from flake8_training_phase.analysis.syntax.names import last_name, names_in, with_users
from flake8_training_phase.analysis.syntax.walking import nodes_in

MOST_RUNS = 16
"""How many importing modules are run."""
_FARTHEST = 3
"""Over how many imports: `main.py` makes the model that `training.py` gives to the `Trainer` of `trainer.py`."""
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def runs_of_importers(module: CheckedModule) -> tuple[ModuleRun, ...]:
    """The runs of the modules that import a module, or one that imports it, as far as they reach what calls it."""
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
    return module_run(module.beside(other), [*_mentions(other.tree, called), *_inherited(other.tree, called, module)])


def _mentions(tree: ast.Module, names: Collection[str]) -> Iterator[ast.AST]:
    """Where a module has something by one of some names, or what it keeps under another: a call is not always by that
    name, as in `AGENTS[args.agent]()` and `strategy.run(step, args=(net, batch))`.
    """
    kept = _kept(tree, names)
    for node in nodes_in(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
            if last_name(node) in names or (isinstance(node, ast.Name) and node.id in kept):
                yield node


def _kept(tree: ast.Module, names: Collection[str]) -> set[str]:
    """The variables of a module that have to do with some names: `AGENTS = {"dqn": Dqn}`."""
    return {
        target.id
        for one in tree.body
        if isinstance(one, ast.Assign) and not names_in(one.value).isdisjoint(names)
        for target in one.targets
        if isinstance(target, ast.Name)
    }


def _inherited(tree: ast.Module, names: Collection[str], module: CheckedModule) -> Iterator[ast.Call]:
    """Where classes that are derived from some names call methods that they may have from a module."""
    methods = {f"self.{name}" for cls in module.module.classes() for name in cls.methods}
    for cls in nodes_in(tree):
        if isinstance(cls, ast.ClassDef) and any(last_name(base) in names for base in cls.bases):
            calls = (one for one in nodes_in(cls) if isinstance(one, ast.Call))
            yield from (one for one in calls if ast.unparse(one.func) in methods)


def _users(tree: ast.Module, called: Collection[str]) -> set[str]:
    """The functions, classes and variables of a module through which others may reach what it calls."""
    definitions = [one for one in tree.body if isinstance(one, _DEFINITIONS)]
    users = with_users(called, ((one.name, names_in(one)) for one in definitions))
    return {one.name for one in definitions if one.name in users} | _kept(tree, called)
