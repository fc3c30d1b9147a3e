"""A parsed module of the checked code: what its names are."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.bindings import Import
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.records import as_method, namespace_of_type
from flake8_training_phase.analysis.domain.scopes import Scope, class_definitions
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    External,
    FunctionValue,
    ModuleValue,
    Value,
    join,
)
from flake8_training_phase.analysis.syntax.definitions import is_registered
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.sorted_calls import sorted_out
from flake8_training_phase.analysis.syntax.walking import NodesByKind
from flake8_training_phase.keras.misnamed import MISNAMED
from flake8_training_phase.keras.names import ALL

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.around import Modules


class Module:
    """A module and its names; what it imports is looked up in its project."""

    def __init__(self, tree: ast.Module, path: Path, project: Modules, text: str) -> None:
        self.tree = tree
        self.text = text
        self.path = path
        self.folder = path.parent
        self.is_package = path.name == "__init__.py"
        """Whether there may be modules inside it."""
        self.project = project
        self._classes: dict[ast.ClassDef, UserClass] = {}
        self.program = project.program
        self._attached = _attached_methods(tree)
        self.scope = Scope(
            tree.body,
            None,
            self._define,
            self._evaluate,
            self._find_import,
            project.knowledge,
            self,
        )

    def member(self, name: str, searched: set[Scope] | None = None) -> Value:
        """What `module.name` is: a name it binds, or a module inside the package it stands for. `searched` are the
        modules that do not have it, if it is looked for through `import *`.
        """
        found = self._member(name, searched)
        return self.project.as_told(found, self, name) or UNKNOWN

    def _member(self, name: str, searched: set[Scope] | None) -> Value:
        if self.scope.binds(name):
            value = self.scope.lookup(name)
            if value is not UNKNOWN:
                return value
        inner = self.project.submodule(self, name)
        if inner is not None:
            return ModuleValue(inner)
        return self.scope.star_imported(name, searched) or UNKNOWN

    @cached_property
    def origin(self) -> str:
        """The installed package that it is of, with its release; nothing for a module of the project."""
        return self.project.origin_of(self)

    @cached_property
    def nodes(self) -> NodesByKind:
        """The nodes of its tree, by their kind."""
        return NodesByKind(self.tree)

    def importers_freeze(self) -> bool:
        """Whether what imports it sets `trainable` of anything."""
        return self.project.importers_freeze(self)

    @cached_property
    def sorted_out(self) -> frozenset[ast.Call]:
        """Its calls that a test keeps apart from calls of the same thing with a flag."""
        return sorted_out(self.tree, self.nodes, ("training", *MISNAMED))

    @cached_property
    def names_read(self) -> frozenset[str]:
        """The names, of functions, methods and classes alike, that the module calls or hands to something."""
        bases = {base for cls in self.nodes.of(ast.ClassDef) for base in cls.bases}
        attributes = (one.attr for one in self.nodes.of(ast.Attribute))
        names = (one for one in self.nodes.of(ast.Name) if isinstance(one.ctx, ast.Load))
        return frozenset((*attributes, *(one.id for one in names if one not in bases)))

    @cached_property
    def calls(self) -> dict[str, list[ast.Call]]:
        """Its calls, by the last part of the name that is called."""
        found: dict[str, list[ast.Call]] = {}
        for node in self.nodes.of(ast.Call):
            found.setdefault(last_name(node.func), []).append(node)
        return found

    def imported_as(self, names: Collection[str]) -> frozenset[str]:
        """The names that it imports some names under: `from steps import fit_batch as fit`."""
        given = [one for node in self.nodes.of(ast.ImportFrom) for one in node.names if one.asname is not None]
        return frozenset(str(one.asname) for one in given if one.name in names)

    def classes(self) -> Iterator[UserClass]:
        """Its classes, those inside functions and other classes included, in the order of their definition."""
        return iter(self._all_classes)

    @cached_property
    def _all_classes(self) -> tuple[UserClass, ...]:
        return tuple(self._class(node, scope) for node, scope in class_definitions(self.scope))

    def attached_methods(self, cls: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions that statements of the module make methods of a class: `Ranker.call = call`."""
        return self._attached.get(cls, {})

    def _class(self, node: ast.ClassDef, scope: Scope) -> UserClass:
        if node not in self._classes:
            self._classes[node] = UserClass(node, scope, self)
        return self._classes[node]

    def _define(self, node: ast.stmt, scope: Scope) -> Value:
        if isinstance(node, ast.ClassDef):
            return ClassValue(self._class(node, scope), ALL)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return self._function(node, scope)
        return UNKNOWN

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Value:
        """A function; all that may run, of one that `functools.singledispatch` chooses by a type."""
        if not any(_is_single_dispatch(scope.evaluate(one)) for one in node.decorator_list):
            return FunctionValue(node, scope)
        registered = [one for one, where in scope.definitions if where is scope and is_registered(one, node.name)]
        return join(FunctionValue(one, scope) for one in (node, *registered) if not isinstance(one, ast.ClassDef))

    def _evaluate(self, node: ast.expr, scope: Scope) -> Value:
        return self.program.evaluate(node, scope)

    def _find_import(self, binding: Import) -> Value | None:
        return self.project.find(binding, self)


def _is_single_dispatch(decorator: Value) -> bool:
    return isinstance(decorator, External) and decorator.path == "functools.singledispatch"


def _attached_methods(tree: ast.Module) -> dict[str, dict[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    functions = {one.name: one for one in tree.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))}
    found: dict[str, dict[str, ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for statement in tree.body:
        for cls, name, value in _attached(statement):
            if isinstance(value, ast.Lambda):
                found.setdefault(cls, {})[name] = as_method(name, value)
            elif isinstance(value, ast.Name) and value.id in functions:
                found.setdefault(cls, {})[name] = functions[value.id]
    return found


def _attached(statement: ast.stmt) -> Iterator[tuple[str, str, ast.expr]]:
    """The class, the attribute and the value of what a statement makes an attribute of a class."""
    if isinstance(statement, ast.Assign):
        namespace = namespace_of_type(statement.value)
        for target in statement.targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield target.value.id, target.attr, statement.value
            elif isinstance(target, ast.Name) and namespace is not None:
                yield from ((target.id, name, value) for name, value in namespace.items())
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called, given = statement.value.func, statement.value.args
        if isinstance(called, ast.Name) and called.id == "setattr" and len(given) == 3:
            cls, name, function = given
            if isinstance(cls, ast.Name) and isinstance(name, ast.Constant):
                yield cls.id, str(name.value), function
    elif isinstance(statement, ast.ClassDef):
        # In the body of the class: `call = forward`, which is a method unless a `def` of the class has that name.
        own = {one.name for one in statement.body if isinstance(one, ast.FunctionDef)}
        for one in statement.body:
            if isinstance(one, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "call" for to in one.targets):
                if not (isinstance(one.value, ast.Name) and one.value.id in own):
                    yield statement.name, "call", one.value
