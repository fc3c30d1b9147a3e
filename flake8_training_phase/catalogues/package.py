"""The classes of a package that are layers or models, and the dotted names by which they are imported."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.values import ClassValue, members
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.catalogues.layer_facts import layer_facts
from flake8_training_phase.keras.catalogue import MODEL_NAMES
from flake8_training_phase.keras.packages import FORMAT

_NO_LAYERS = MODEL_NAMES | {"Layer", "Wrapper"}
"""Names that mean the classes of Keras in every message, and in every rule."""
_NOT_SHIPPED = re.compile(r"(^|_)tests?(_|$)|^conftest$|^benchmarks?$|^examples?$")
_SPEAKS_OF_KERAS = re.compile(r"keras|tensorflow|\btf\b|Layer\b|Model\b")
_API_FOLDER = re.compile(r"\.(api|_tf_keras|_v[12])(?=\.|$)")
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
    classes = [one for module in modules.values() for one in module.classes() if one.is_layer]
    known: dict[UserClass, dict[str, object]] = {}
    for cls in classes:
        facts = None if cls.name in _NO_LAYERS else _facts(cls)
        if facts is not None:
            known[cls] = facts
    found: frozenset[int] = frozenset().union(*(cls.generations for cls in known))
    places = _places(package, modules, known)
    entries = [json.dumps({**facts, "at": places[cls]}, sort_keys=True) for cls, facts in known.items()]
    head = {
        "format": FORMAT,
        "package": package.name,
        "release": package.release,
        "keras": sorted(generations or found),
    }
    # One line for each layer: a new release is read in the difference.
    return json.dumps(head)[:-1] + ', "layers": [\n' + ",\n".join(sorted(entries)) + "\n]}\n"


def _facts(cls: UserClass) -> dict[str, object] | None:
    try:
        return layer_facts(cls)
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


def _places(
    package: Package, modules: dict[str, Module], known: dict[UserClass, dict[str, object]]
) -> dict[UserClass, list[str]]:
    """The modules that each class can be imported from: that of its definition, and the packages that hand it on."""
    found: dict[UserClass, set[str]] = {cls: set() for cls in known}
    names: dict[str, list[UserClass]] = {}
    paths = {module.path: dotted for dotted, module in modules.items()}
    for cls in known:
        names.setdefault(cls.name, []).append(cls)
        found[cls].add(paths[cls.module.path])
    for dotted, module in modules.items():
        if module.path.name == "__init__.py":
            for name in names:
                if name in module.text or "*" in module.text:
                    for one in members(module.member(name)):
                        if isinstance(one, ClassValue) and isinstance(one.type, UserClass) and one.type in found:
                            found[one.type] |= {dotted, _API_FOLDER.sub("", dotted)}
    return {cls: sorted(places) for cls, places in found.items()}
