"""The other modules of the project that a checked module belongs to, read when a name leads there.

An import names the file it means, and only the folders above the importing file, and those below them that it adds to
`sys.path`, are asked for it. Who imports a file is searched in the folders around it (`neighbours.py`), and only for a
training step whose model is not known otherwise, and for a model that its own file does not make. What is not there,
cannot be read or cannot be parsed is outside, and its names are unknown.
"""

from __future__ import annotations

import ast
import os
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flake8_training_phase.analysis.domain.bindings import Import
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.scopes import external
from flake8_training_phase.analysis.domain.values import UNKNOWN, ClassValue, ModuleValue, Value
from flake8_training_phase.analysis.neighbours import MAX_BYTES, Neighbours, folders_up, is_top, name_of
from flake8_training_phase.analysis.program import Program
from flake8_training_phase.analysis.syntax.reaching import reached
from flake8_training_phase.analysis.syntax.search_path import added_folders
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras import names, packages
from flake8_training_phase.keras.knowledge import NOTHING, Knowledge
from flake8_training_phase.sources import reading
from flake8_training_phase.sources.environments import NO_PACKAGES, InstalledPackages
from flake8_training_phase.sources.project_style import ProjectStyle, ProjectStyles, style_files
from flake8_training_phase.sources.text import SourceText, parsed

MAX_MODULES = 250
"""How many modules are kept with what was found out about them; all are forgotten together, as they hold each other."""
FEWEST_FILES = 16
"""How many files have to be checked before their modules are forgotten, however many they are."""
MAX_TREES = 400
"""How many syntax trees are kept; the one that was not asked for the longest goes first."""


class Project:
    """The modules that were read in one run, and the user's declarations about what is outside."""

    def __init__(
        self,
        follows_imports: bool = True,
        knowledge: Knowledge = NOTHING,
        installed: InstalledPackages = NO_PACKAGES,
        texts: Mapping[Path, SourceText] | None = None,
        most_modules: int = MAX_MODULES,
    ) -> None:
        self.knowledge = knowledge
        self.program = Program()
        self._installed = installed
        self._texts = texts or {}
        """What is to be read instead of what is in some files, by absolute path."""
        self.follows_imports = follows_imports
        self._most_modules = most_modules
        self._opened = 0
        """How many files were opened since room was made the last time."""
        self._trees: OrderedDict[Path, tuple[ast.Module, str] | None] = OrderedDict()
        self._modules: dict[Path, Module | None] = {}
        """The modules that were read; None where there is none."""
        self._roots: dict[tuple[Path, str, bool], tuple[Path | None, frozenset[str]]] = {}
        self._lookups: dict[str, set[str]] = {}
        """The files that were looked for to follow the imports of a file; texts, which are compared ten times as fast
        as paths.
        """
        self._styles = ProjectStyles()
        self._neighbours = Neighbours(self._texts)

    def style_of(self, path: Path) -> ProjectStyle:
        """The style of the project that a file is in, as the settings of other tools say it."""
        self._looked_for(path).update(map(str, style_files(path.parent)))
        return self._styles.of(path.parent)

    def open(self, tree: ast.Module, path: Path, text: str) -> Module:
        """The module of a file that is checked. What was found out about it as an import of another file still holds:
        that follows from its text and from what it imports, not from who imports it.
        """
        known = self._modules.get(path)
        if known is not None and known.text == text:
            return known
        if path in self._modules:  # Otherwise it was not searched for.
            self.close(path)
        self._opened += 1
        if len(self._modules) > self._most_modules:
            self._make_room()
        module = self._modules[path] = Module(tree, path, self, text)
        return module

    def _make_room(self) -> None:
        """Forget all modules, unless a few files have led to so many: they would be read anew for each of the next."""
        if self._opened < FEWEST_FILES:
            self._most_modules *= 2
        else:
            self._modules.clear()
            self.program = Program()
        self._opened = 0

    @contextmanager
    def supposing(self) -> Iterator[None]:
        """Modules that are opened meanwhile hold what nobody has written: afterwards all are again what they were."""
        before = dict(self._modules), self.program
        try:
            yield
        finally:
            self._modules, self.program = before

    def close(self, path: Path) -> None:
        """Forget the module of a file, and those that were read with what it holds."""
        for one in reached([str(path)], self._looking_for):
            self._modules.pop(Path(one), None)

    def _looking_for(self, name: str) -> Iterator[str]:
        """The files for whose imports a file was looked for."""
        return (other for other, asked in self._lookups.items() if name in asked)

    @property
    def modules(self) -> Mapping[Path, Module]:
        """The modules that were read, by their paths."""
        return {path: module for path, module in self._modules.items() if module is not None}

    def forget(self, path: Path) -> None:
        """Read a file again the next time it is needed."""
        self._trees.pop(path, None)
        self._neighbours.forget(path)
        self.close(path)

    def lookups_for(self, path: Path) -> frozenset[str]:
        """Every file that was looked for to follow the imports of a file, and those of the modules they led to.

        A change of any of them, or its coming into being, may change the result of the file.
        """
        return frozenset(reached([str(path)], lambda name: self._lookups.get(name, ())) - {str(path)})

    def file_of_import(self, module: Module, dotted: str) -> tuple[Path, bool] | None:
        """The file that an import of a module leads to, and whether it could be read; None when it leads to none."""
        end = dotted.replace(".", "/")
        for one in sorted(self._looked_for(module.path)):
            path = Path(one)
            named = path in self._modules and path.as_posix().endswith((f"/{end}.py", f"/{end}/__init__.py"))
            if named and path.is_file():
                return path, self._modules[path] is not None
        return None

    def _looked_for(self, path: Path) -> set[str]:
        """The files that were looked for to follow the imports of a file itself, to add to."""
        return self._lookups.setdefault(str(path), set())

    def find(self, binding: Import, importer: Module) -> Value | None:
        """What an import gives; None when it leads out of the project, and of the packages that may be read."""
        found = self._find(binding, importer)
        if not binding.level:
            found = self._as_told(found, binding.path)
            return self._find_installed(binding, importer) if found is None else found
        return self.as_told(found, importer, binding.path, binding.level)

    def as_told(self, found: Value | None, module: Module, name: str, level: int = 0) -> Value | None:
        """What a name in a module is, or behind `level` dots in an import of it: what the settings say, or was found.

        A catalogue may describe an installed package as well, and takes precedence over what is read.
        """
        is_installed = self._installed.package_of(module.path) is not None
        if self.knowledge == NOTHING and not is_installed:
            return found
        parts = [*self._packages(module), *([] if module.is_package else [module.path.stem])]
        above = parts[: len(parts) - level + module.is_package] if level else parts
        dotted = ".".join((*above, name))
        told = packages.find(dotted, self.knowledge.catalogues) if is_installed else None
        return self._as_told(found, dotted) if told is None else ClassValue(told.layer, told.generations)

    def origin_of(self, module: Module) -> str:
        """The installed package that a module is of, with its release; nothing for a module of the project."""
        return self._installed.title_of(module.path, self._looked_for(module.path))

    def _packages(self, module: Module) -> list[str]:
        """The names of the packages that a module is in, the outermost first."""
        found: list[str] = []
        folder = module.path.parent
        asked = self._looked_for(module.path)
        while folder.name:
            asked.add(str(folder / "__init__.py"))
            if not (folder / "__init__.py").is_file():
                break
            found.append(folder.name)
            folder = folder.parent
        return found[::-1]

    def _as_told(self, found: Value | None, dotted: str) -> Value | None:
        spelled = self.knowledge.spelled(dotted)
        if spelled != dotted:
            return external(spelled)
        # What is defined in the project is read there; a user can only declare what was not found.
        layer = self.knowledge.layer(dotted) if found is None or found is UNKNOWN else None
        return found if layer is None else ClassValue(layer, names.ALL)

    def _find(self, binding: Import, importer: Module) -> Value | None:
        if not self.follows_imports or (not binding.level and is_outside(binding.path)):
            return None
        asked = self._looked_for(importer.path)
        if not binding.level and self._installed.package_of(importer.path) is not None:
            return None  # Beside an installed package are others, which are not to be read.
        folder = self._folder(binding, importer, asked)
        return None if folder is None else self._at(folder, binding.path.split("."), asked)

    def _find_installed(self, binding: Import, importer: Module) -> Value | None:
        """What an import gives that leads into an installed package which may be read, and no catalogue describes."""
        if is_outside(binding.path) or packages.find(binding.path, self.knowledge.catalogues) is not None:
            return None
        asked = self._looked_for(importer.path)
        folder = self._installed.root(binding.path.partition(".")[0], importer.path, asked)
        return None if folder is None else self._at(folder, binding.path.split("."), asked)

    def submodule(self, package: Module, name: str) -> Module | None:
        """The module `name` in a package."""
        if not package.is_package:
            return None
        return self._module(_place(package.folder, name), self._looked_for(package.path))

    def importers(self, module: Module, names: Collection[str], for_fixes: bool = False) -> Iterator[Module]:
        """The modules in the folders around a module that import it, judging by their texts, and mention one of its
        names.

        Files that are only looked at `for_fixes` are none that the result of the module depends on: a file is examined
        anew before it is fixed, and otherwise every file with a fix would be whenever one beside it changes.
        """
        if not self.follows_imports:
            return
        asked = set[str]() if for_fixes else self._looked_for(module.path)
        # A package may give on what its modules define.
        imported_as = {name_of(module.path), *self._packages(module)[-1:]}
        for path, text in self._neighbours.importing(module.path, imported_as, asked):
            if any(one in text for one in names):
                other = self._module(_place(path.parent, path.stem), asked)
                if other is not None:
                    yield other

    def overlooks_importers(self, module: Module) -> bool:
        """Whether more files are around a module than are looked through for who imports it."""
        return self.follows_imports and self._neighbours.overlooks(module.path)

    def importers_freeze(self, module: Module) -> bool:
        """Whether a file that imports a module, or a package that it is in, sets `trainable` to what may be False."""
        if not self.follows_imports or self._installed.package_of(module.path) is not None:
            return False
        imported_as = {name_of(module.path), *self._packages(module)}
        return self._neighbours.freeze(module.path, imported_as, self._looked_for(module.path))

    def _folder(self, binding: Import, importer: Module, asked: set[str]) -> Path | None:
        """The folder of the first part of an import's path."""
        folder = importer.folder
        if binding.level:
            for _ in range(binding.level - 1):
                folder = folder.parent
            return folder
        top = binding.path.partition(".")[0]
        found = self._root(folder, top, top == importer.path.stem, asked)
        return found or self._added_root(importer, top, asked)

    def _added_root(self, importer: Module, top: str, asked: set[str]) -> Path | None:
        """The folder with the first part of an import's path that the importing module adds to Python's search path.

        What is not below the folders that are searched anyway is outside: a file may name any folder of the machine.
        """
        if "sys.path" not in importer.text and "addsitedir" not in importer.text:
            return None
        above = list(_folders_searched(importer.folder))
        for folder in added_folders(importer.tree, importer.path, above):
            if folder.is_relative_to(above[-1]):
                asked |= {str(folder / top), str(folder / f"{top}.py")}
                if _holds(folder, top):
                    return folder
        return None

    def _root(self, folder: Path, top: str, is_importer: bool, asked: set[str]) -> Path | None:
        key = (folder, top, is_importer)
        if key not in self._roots:
            tried: set[str] = set()
            self._roots[key] = _find_root(folder, top, tried, is_importer), frozenset(tried)
        root, before = self._roots[key]
        asked |= before
        return root

    def _at(self, folder: Path, parts: list[str], asked: set[str]) -> Value | None:
        """Follow a dotted path from a folder: through packages as far as they go, then through a module's names."""
        here = _place_of(folder)
        if parts == [""]:
            module = self._module(here, asked)
            return None if module is None else ModuleValue(module)
        package = self._module(here, asked) if here.package.is_file() else None
        for index, part in enumerate(parts):
            last = index == len(parts) - 1
            if last and package is not None:
                return package.member(part)
            here = _place(here.path, part)
            inner = self._module(here, asked)
            if inner is None:
                if not here.path.is_dir():
                    return package.member(part) if last and package is not None else None
                package = None
            elif last:
                return ModuleValue(inner)
            else:
                package = inner
        return None

    def _module(self, place: _Place, asked: set[str]) -> Module | None:
        """The module or package at a place; the files that were looked for are put into `asked`."""
        for candidate in (place.package, place.file):
            asked.add(str(candidate))
            if candidate not in self._modules:
                found = self.read(candidate)
                self._modules[candidate] = None if found is None else Module(found[0], candidate, self, found[1])
            module = self._modules[candidate]
            if module is not None:
                return module
        return None

    def read(self, path: Path) -> tuple[ast.Module, str] | None:
        """The tree and the text of a file; None for one that is not there, is no code, or is too large."""
        if path not in self._trees:
            self._trees[path] = self._parsed(path)
        self._trees.move_to_end(path)
        while len(self._trees) > MAX_TREES:
            self._trees.popitem(last=False)
        return self._trees[path]

    def _parsed(self, path: Path) -> tuple[ast.Module, str] | None:
        try:
            if not path.is_file() or path.stat().st_size > MAX_BYTES:
                return None
            source = self._texts.get(path) or SourceText.decode(reading.read(path, MAX_BYTES))
            return parsed(source.text), source.text
        except RecursionError:
            if self.program.is_nested:
                raise  # It may be for those who have asked that Python's stack has no room.
            return None
        except (OSError, SyntaxError, ValueError, MemoryError):
            return None


class Projects:
    """The project for each way in which settings want modules to be read."""

    def __init__(self, texts: Mapping[Path, SourceText] | None = None) -> None:
        self._texts = texts
        self._projects: dict[Hashable, Project] = {}

    def of(self, settings: Settings) -> Project:
        """The project that is read under these settings."""
        key = (settings.follow_imports, settings.python, settings.knowledge)
        if key not in self._projects:
            followed = settings.follow_imports
            installed = InstalledPackages(followed, settings.python) if isinstance(followed, tuple) else NO_PACKAGES
            self._projects[key] = Project(bool(followed), settings.knowledge, installed, self._texts)
        return self._projects[key]

    def forget(self, path: Path) -> None:
        """Read a file again the next time it is needed."""
        for project in self._projects.values():
            project.forget(path)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a module is looked for."""

    path: Path
    """The folder that it is as a package."""
    package: Path
    file: Path


@lru_cache(maxsize=8192)
def _place(folder: Path, name: str) -> _Place:
    """The place of a module in a folder. Paths take long to put together, and every name of an import asks for it."""
    return _Place(folder / name, folder / name / "__init__.py", folder / f"{name}.py")


@lru_cache(maxsize=1024)
def _place_of(folder: Path) -> _Place:
    """The place of a folder that may be a package."""
    return _place(folder.parent, folder.name)


def is_outside(path: str) -> bool:
    """Whether a dotted name is Keras's or TensorFlow's, of which no file is read."""
    top = path.partition(".")[0]
    return top == "tensorflow" or names.keras_path(top) is not None


def _find_root(start: Path, top: str, tried: set[str], is_importer: bool = False) -> Path | None:
    """The folder that Python would find the first part of an import in.

    A folder that is a package is such a folder only for scripts that lie in it: it counts when no other holds the name.
    Where the name `is_importer`, the importing file's own, another module is meant: `DenseNet.blocks` in
    `DenseNet/DenseNet.py` is in the folder.
    """
    inside_package: Path | None = None
    for folder in _folders_searched(start):
        tried.add(str(folder / "__init__.py"))
        is_package = os.path.isfile(folder / "__init__.py")  # noqa: PTH113 - never raise
        for root in (folder, folder / "src"):
            tried |= {str(root / top), str(root / f"{top}.py")}
            if _holds(root, top, only_package=is_importer and root == start):
                if not is_package:
                    return root
                inside_package = inside_package or root
    return inside_package


def _folders_searched(start: Path) -> Iterator[Path]:
    """A folder and those above it, up to the one that holds the project."""
    for folder in folders_up(start):
        yield folder
        if is_top(folder):
            break


def _holds(folder: Path, name: str, *, only_package: bool = False) -> bool:
    """Whether a folder has a package of a name, or a module."""
    is_package = os.path.isdir(folder / name)  # noqa: PTH112 - never raise
    return is_package or (not only_package and os.path.isfile(folder / f"{name}.py"))  # noqa: PTH113
