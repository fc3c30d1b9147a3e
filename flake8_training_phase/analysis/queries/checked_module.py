"""The module that is checked, as rules ask about it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.analysis.queries.annotations import optional_bool
from flake8_training_phase.analysis.queries.functions import Function, functions
from flake8_training_phase.analysis.queries.layer_class import LayerClass
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.generations import Generation, generations_of
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources.text import SourceText

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class RelatedNode:
    """Another node of the checked module that a problem is about, and what happens there."""

    node: ast.AST
    message: str


class CheckedModule:
    """A module with its text and the settings it is checked under."""

    def __init__(
        self, tree: ast.Module, source: SourceText, filename: str, settings: Settings, project: Project
    ) -> None:
        self.source = source
        self.settings = settings
        self.module = project.open(tree, Path(filename).absolute(), source.text)
        self.tree = self.module.tree
        self.scope = self.module.scope
        self._once: dict[Callable[[CheckedModule], Any], Any] = {}

    def once(self, make: Callable[[CheckedModule], Made]) -> Made:
        """What is made of the module, the first time that anybody asks for it."""
        if make not in self._once:
            self._once[make] = make(self)
        made: Made = self._once[make]
        return made

    @cached_property
    def layer_classes(self) -> tuple[LayerClass, ...]:
        """The subclasses of Keras's layers and models, in the order of their definition."""
        return tuple(LayerClass(cls, self) for cls in self.module.classes() if cls.is_layer)

    def definition_around(self, layer_class: LayerClass) -> str | None:
        """The name of the definition at the top of the module in which a class stands; None when it is in none."""
        return self._names_around.get(layer_class.cls.node)

    @cached_property
    def _names_around(self) -> dict[ast.ClassDef, str]:
        definitions = [one for one in self.tree.body if isinstance(one, (ast.ClassDef, ast.FunctionDef))]
        return {node: one.name for one in definitions for node in nodes_in(one) if isinstance(node, ast.ClassDef)}

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Its functions, methods and nested functions included."""
        classes = {cls.node: cls for cls in self.module.classes()}
        return tuple(functions(self.tree, self.scope, classes))

    @cached_property
    def optional_bool(self) -> str:
        """The type of an optional flag, as the module writes such types."""
        return optional_bool(self.tree, self.scope)

    @property
    def keras(self) -> tuple[int, ...]:
        """The Keras major versions that the settings ask for."""
        return tuple(sorted({major for major, _ in self.settings.keras_versions}))

    def generations(self, cls: UserClass) -> tuple[Generation, ...]:
        """The generations of Keras that count for a class: those it can be of, as far as the settings ask."""
        return generations_of(self.settings.keras_versions, cls.generations)

    def generations_of_layer(self, layer: Instance) -> tuple[Generation, ...]:
        """As `generations`, for a layer of the project or of Keras."""
        found = layer.type.generations if isinstance(layer.type, UserClass) else layer.generations
        return generations_of(self.settings.keras_versions, found)

    def related(self, call: LayerCall, message: str) -> RelatedNode | None:
        """A layer call that a problem is about; None for one that stands in another module."""
        here = call.place.scope.root is self.scope and hasattr(call.node, "lineno")
        return RelatedNode(call.node, message) if here else None

    def flow(self, generation: Generation) -> PhaseFlow:
        """The phase flow under one generation."""
        return PhaseFlow(generation)
