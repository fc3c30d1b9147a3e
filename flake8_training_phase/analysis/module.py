"""A parsed module of the checked code: what its names are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.classes import UserClass
from flake8_training_phase.analysis.frames import Frame
from flake8_training_phase.analysis.interpreter import Interpreter, run_function
from flake8_training_phase.analysis.scopes import Import, Scope, class_definitions
from flake8_training_phase.analysis.syntax import nodes_in
from flake8_training_phase.analysis.values import UNKNOWN, ClassValue, FunctionValue, ModuleValue, Value
from flake8_training_phase.keras.names import ALL

if TYPE_CHECKING:
    from flake8_training_phase.analysis.project import Project


class Module:
    """A module and its names; what it imports is looked up in its project."""

    def __init__(self, tree: ast.Module, path: Path, project: Project) -> None:
        self.tree = tree
        self.path = path
        self.project = project
        self._classes: dict[ast.ClassDef, UserClass] = {}
        self._class_names = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        self._prepared = False
        self.scope = Scope(tree.body, None, self._define, self._evaluate, self._find_import, project.knowledge)

    def member(self, name: str) -> Value:
        """What `module.name` is: a name it binds, or a module inside the package it stands for."""
        found = self._member(name)
        return self.project.as_told(found, self, name) or UNKNOWN

    def _member(self, name: str) -> Value:
        if self.scope.binds(name):
            value = self.scope.lookup(name)
            if value is not UNKNOWN:
                return value
        inner = self.project.submodule(self, name)
        if inner is not None:
            return ModuleValue(inner)
        return self.scope.star_imported(name) or UNKNOWN

    def classes(self) -> Iterator[UserClass]:
        """Its classes, those inside functions and other classes included, in the order of their definition."""
        return (self._class(node, scope) for node, scope in class_definitions(self.scope))

    def _prepare(self) -> None:
        """Read what the classes hold once, to see what their constructors are given, before it counts."""
        if self._prepared:
            return
        self._prepared = True
        classes = [cls for cls in self.classes() if cls.is_layer]
        for cls in classes:
            _ = cls.written
        for node, scope in self.scope.definitions:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and self._constructs(node):
                run_function(node, scope)
        for cls in classes:
            cls.read_again()

    def _constructs(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether a function of the module calls one of its classes by name."""
        calls = (node.func for node in nodes_in(function) if isinstance(node, ast.Call))
        return any(isinstance(called, ast.Name) and called.id in self._class_names for called in calls)

    def _class(self, node: ast.ClassDef, scope: Scope) -> UserClass:
        if node not in self._classes:
            self._classes[node] = UserClass(node, scope, self._prepare)
        return self._classes[node]

    def _define(self, node: ast.stmt, scope: Scope) -> Value:
        if isinstance(node, ast.ClassDef):
            return ClassValue(self._class(node, scope), ALL)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return FunctionValue(node, scope)
        return UNKNOWN

    def _evaluate(self, node: ast.expr, scope: Scope) -> Value:
        return Interpreter(None).evaluate(node, Frame(None, scope))

    def _find_import(self, binding: Import) -> Value | None:
        return self.project.find(binding, self)
