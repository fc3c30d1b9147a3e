"""What the data of the domain asks of what is built on top of it: of the program and of the project.

`Program` (`analysis/program.py`) and `Project` (`analysis/project.py`) give the answers. They are named here, where
nothing above is known, so that imports point down.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.bindings import Import
    from flake8_training_phase.analysis.domain.classes import CallSummary, Method, UserClass
    from flake8_training_phase.analysis.domain.modules import Module
    from flake8_training_phase.analysis.domain.objects import Constructions, Limit, ObjectState
    from flake8_training_phase.analysis.domain.scopes import Scope
    from flake8_training_phase.analysis.domain.values import Instance, Value
    from flake8_training_phase.keras.knowledge import Knowledge

Answer = TypeVar("Answer")


class Objects(Protocol):
    """What is known of the objects of a program, each thing found out once."""

    def ask(self, question: Hashable, answer: Callable[[], Answer], meanwhile: Answer) -> Answer:
        """The answer to a question, found once. Who asks again while it is being found gets `meanwhile`."""

    def canonical(self, instance: Instance) -> Instance:
        """The object that stands for all that are made of the same class with equal arguments."""

    def has_too_many_kinds(self, cls: UserClass) -> bool:
        """Whether the module of a class makes more kinds of its objects than are distinguished."""

    def constructions(self, module: Module) -> Constructions:
        """The objects that the code of a module makes, itself and in the constructors of what it makes."""

    def tell_apart_anew(self) -> None:
        """Tell the objects of classes apart again of which many kinds have been made."""

    def state(self, instance: Instance) -> ObjectState:
        """What constructing an object leaves behind."""

    def attribute(self, instance: Instance, name: str) -> Value | None:
        """What was assigned to an attribute of an object; None when nothing was."""

    def attribute_named_in_part(self, instance: Instance, name: str) -> Value | None:
        """What was assigned under names that may be this one, where they or it are known in part."""

    def change(self, instance: Instance, name: str, value: Value) -> None:
        """Another object assigns an attribute of this one."""

    def summary(self, instance: Instance) -> CallSummary:
        """What `call` of an object does when the flag is True, False or None."""

    def method_summary(self, instance: Instance, method: Method, flag: str | None = "training") -> CallSummary:
        """What a method does, whoever runs it, when its parameter that means the phase is True, False or None."""

    def limit_of(self, error: Exception) -> Limit:
        """Why a function is given up that this error has ended. Raises the error again where the function is not to
        blame.
        """

    def nest_too_deep(self, objects: Iterable[Instance]) -> None:
        """What some objects hold, each the next, is not followed any deeper."""

    def is_nested_too_deep(self, instance: Instance) -> bool:
        """Whether what an object holds is not all followed, where that was asked."""

    def evaluate(self, node: ast.expr, scope: Scope, names: Mapping[str, Value] | None = None) -> Value:
        """What an expression at the top of a scope is, with some names beside those of the scope."""


class Modules(Protocol):
    """The other modules of the project that a module belongs to, and what the settings say of what is outside."""

    @property
    def knowledge(self) -> Knowledge:
        """What the settings say."""

    @property
    def program(self) -> Objects:
        """The program that the modules make up."""

    def find(self, binding: Import, importer: Module) -> Value | None:
        """What an import gives; None when it leads out of the project."""

    def submodule(self, package: Module, name: str) -> Module | None:
        """The module `name` in a package."""

    def as_told(self, found: Value | None, module: Module, name: str, level: int = 0) -> Value | None:
        """What a name in a module is, or after `level` dots in an import: what the settings say, or was found."""

    def importers_freeze(self, module: Module) -> bool:
        """Whether a file that imports a module, or a package that it is in, sets `trainable` to what may be False."""

    def origin_of(self, module: Module) -> str:
        """The installed package that a module is of, with its release; nothing for a module of the project."""

    def importers(self, module: Module, names: Collection[str], for_fixes: bool = False) -> Iterator[Module]:
        """The modules in the folders around a module that import it, as far as their texts show, and say one of its
        names. What only fixes ask for does not count as what the module depends on.
        """
