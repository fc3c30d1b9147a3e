"""The classes of a package that are layers or models, and the dotted names by which they are imported."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.values import ClassValue, FunctionValue, Value, members
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.analysis.syntax.names import names_in, with_users
from flake8_training_phase.catalogues.layer_facts import FUNCTIONAL, factory_facts, layer_facts
from flake8_training_phase.keras.catalogue import MODEL_NAMES
from flake8_training_phase.keras.packages import FORMAT

_NO_LAYERS = MODEL_NAMES | {"Layer", "Wrapper"}
"""Names that mean the classes of Keras in every message, and in every rule."""
_NOT_SHIPPED = re.compile(r"(^|_)tests?(_|$)|^conftest$|^benchmarks?$|^examples?$")
_SPEAKS_OF_KERAS = re.compile(r"keras|tensorflow|\btf\b|Layer\b|Model\b")
_API_FOLDER = re.compile(r"\.(python\.core\.api|python|api|_tf_keras|_v[12])(?=\.|$)")
"""Folders that some packages put in front of the names in them: `keras_hub/api/models` is `keras_hub.models`."""


@dataclass(frozen=True, slots=True)
class Package:
    """The sources of a package."""

    folder: Path
    release: str

    @property
    def name(self) -> str:
        """The name that it is imported by."""
        return self.folder.name


def catalogue_of(package: Package, generations: frozenset[int] | None = None) -> str:
    """The catalogue of a package, as the text of its file. The major versions of Keras are those that its sources can
    be written for, where nothing else is said.
    """
    modules = dict(_modules(package.folder))
    makers = _makers_of_models(modules.values())
    known = {node: entry for module in modules.values() for node, entry in _entries(module, makers)}
    found: frozenset[int] = frozenset().union(*(one.generations for one in known.values()))
    places = _places(modules, known)
    majors = generations or found
    head = {"format": FORMAT, "package": package.name, "release": package.release, "keras": sorted(majors)}
    entries = [json.dumps(_told(one, majors) | {"at": places[node]}, sort_keys=True) for node, one in known.items()]
    # One line for each layer: a new release is read in the difference.
    return json.dumps(head)[:-1] + ', "layers": [\n' + ",\n".join(sorted(entries)) + "\n]}\n"


def _told(entry: _Entry, majors: frozenset[int]) -> dict[str, object]:
    """What is said of an entry, for some major versions of Keras: only in 3 a layer leaves anything behind."""
    return {name: fact for name, fact in entry.facts.items() if name != "leaves" or 3 in majors}


class _Entry(NamedTuple):
    """A class or a function that is known."""

    name: str
    module: Module
    facts: dict[str, object]
    generations: frozenset[int]
    """The major versions of Keras that its objects can be of; none for a function, which may be of any."""


def _makers_of_models(modules: Iterable[Module]) -> frozenset[str]:
    """The names of functions that may come to make a functional model."""
    functions = (node for one in modules for node in one.tree.body if isinstance(node, ast.FunctionDef))
    return with_users(FUNCTIONAL, ((node.name, names_in(node)) for node in functions))


def _entries(module: Module, makers: frozenset[str]) -> Iterator[tuple[ast.AST, _Entry]]:
    for cls in module.classes():
        if cls.is_layer and cls.name not in _NO_LAYERS:
            facts = _unless_too_deep(partial(layer_facts, cls))
            if facts is not None:
                yield cls.node, _Entry(cls.name, module, facts, cls.generations)
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in makers and not node.name.startswith("_"):
            function = module.scope.define(node)
            if isinstance(function, FunctionValue):
                facts = _unless_too_deep(partial(factory_facts, function, module.program))
                if facts is not None:
                    yield node, _Entry(node.name, module, facts, frozenset())


def _unless_too_deep(ask: Callable[[], dict[str, object] | None]) -> dict[str, object] | None:
    try:
        return ask()
    except RecursionError:
        return None


def _modules(folder: Path) -> Iterator[tuple[str, Module]]:
    """The modules of a package by their dotted names, without its tests."""
    project = Project(most_modules=sys.maxsize)
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        if any(_NOT_SHIPPED.search(part) for part in parts[1:]):
            continue
        found = project.read(path.absolute())
        if found is not None and (path.name == "__init__.py" or _SPEAKS_OF_KERAS.search(found[1])):
            tree, text = found
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), project.open(tree, path.absolute(), text)


def _places(modules: dict[str, Module], known: Mapping[ast.AST, _Entry]) -> dict[ast.AST, list[str]]:
    """The modules that each of them can be imported from: that of its definition, and those that hand it on."""
    paths = {module.path: dotted for dotted, module in modules.items()}
    found = {node: {paths[one.module.path]} for node, one in known.items()}
    names = {one.name for one in known.values()}
    for dotted, module in modules.items():
        if module.path.name == "__init__.py":
            for name in names:
                if name in module.text or "*" in module.text:
                    for node in map(_definition, members(module.member(name))):
                        if node in found:
                            found[node] |= {dotted, _API_FOLDER.sub("", dotted)}
    return {node: sorted(places) for node, places in found.items()}


def _definition(value: Value) -> ast.AST | None:
    if isinstance(value, ClassValue) and isinstance(value.type, UserClass):
        return value.type.node
    return value.node if isinstance(value, FunctionValue) else None
