"""One module of the checked code, ready to be asked."""

from __future__ import annotations

import ast
from functools import cached_property

from flake8_training_phase.analysis.classes import UserClass
from flake8_training_phase.analysis.frames import Frame
from flake8_training_phase.analysis.interpreter import Interpreter
from flake8_training_phase.analysis.layer_class import LayerClass
from flake8_training_phase.analysis.phase_flow import PhaseFlow
from flake8_training_phase.analysis.scopes import Import, Scope, class_definitions
from flake8_training_phase.analysis.values import UNKNOWN, ClassValue, FunctionValue, Value
from flake8_training_phase.keras.generations import Generation, generations_of
from flake8_training_phase.keras.names import ALL
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources.text import SourceText


class Module:
    """A parsed module: its names and its layer classes."""

    def __init__(self, tree: ast.Module, source: SourceText, filename: str, settings: Settings) -> None:
        self.tree = tree
        self.source = source
        self.filename = filename
        self.settings = settings
        self._flows: dict[Generation, PhaseFlow] = {}
        self._classes: dict[ast.ClassDef, UserClass] = {}
        self.scope = Scope(tree.body, None, self._define, self._evaluate, self._find_import)

    @cached_property
    def layer_classes(self) -> tuple[LayerClass, ...]:
        """The subclasses of Keras's layers and models, in the order of their definition."""
        found = [self._class(node, scope) for node, scope in class_definitions(self.scope)]
        return tuple(LayerClass(cls, self) for cls in found if cls.is_layer)

    def generations(self, cls: UserClass) -> tuple[Generation, ...]:
        """The generations of Keras that count for a class: those it can be of, as far as the settings ask."""
        return generations_of(cls.generations & self.settings.keras)

    def flow(self, generation: Generation) -> PhaseFlow:
        """The phase flow of this module's classes under one generation."""
        if generation not in self._flows:
            self._flows[generation] = PhaseFlow(generation)
        return self._flows[generation]

    def _class(self, node: ast.ClassDef, scope: Scope) -> UserClass:
        if node not in self._classes:
            self._classes[node] = UserClass(node, scope, self.filename)
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
        return None
