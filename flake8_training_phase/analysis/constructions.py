"""The objects that a module makes: what its classes are constructed with, and by whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import unknown_arguments
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.objects import Constructions, Limit, Made
from flake8_training_phase.analysis.domain.receivers import receiver
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.analysis.machine.expressions import TooComplex
from flake8_training_phase.analysis.machine.graphs import GraphMaker
from flake8_training_phase.analysis.syntax.names import names_in, with_needed, with_users

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.around import Objects
    from flake8_training_phase.analysis.domain.modules import Module


def constructions_of(module: Module, program: Objects) -> Constructions:
    """Every construction that the code of a module makes, in the order of its run.

    Its code begins with what nothing in the module calls: classes that it does not make, its own statements, functions
    that are left to others. What those make is made with known arguments, so nothing else need be run on unknown ones,
    without what no way was found to.
    """
    search = _Search(module, program)
    return Constructions(tuple(search.found()), search.given_up)


class _Search:
    def __init__(self, module: Module, program: Objects) -> None:
        self.module = module
        self.program = program
        # A dataclass makes nothing itself: what makes layers of it leads to it.
        self.classes = [cls for cls in module.classes() if cls.is_layer or cls.methods.get("__init__") in cls.node.body]
        self._seen: set[Instance] = set()
        self._visited: set[ast.AST] = set()
        self.given_up: dict[ast.AST, Limit] = {}

    def found(self) -> Iterator[Made]:
        """The constructions."""
        named = self.module.names_read
        for cls in self.classes:
            if cls.name not in named:
                yield from self._made_by_object(cls.unknown_instance)
        yield from self._made_by_statements()
        functions = [one for one in self._functions() if self._is_relevant(one[0])]
        for called in (False, True):
            for node, scope, owner in functions:
                if (node.name in named) is called and node not in self._visited:
                    yield from self._made_by_function(node, scope, owner)
        for cls in self.classes:
            if not any(one.type is cls for one in self._seen):
                yield from self._made_by_object(cls.unknown_instance)

    def _made_by_object(self, instance: Instance) -> Iterator[Made]:
        yield from self._all(self._made_by_its_constructor(instance))

    def _made_by_its_constructor(self, instance: Instance) -> Iterator[Made]:
        one = self.program.canonical(instance)
        if one not in self._seen:
            self._seen.add(one)
            state = self.program.state(one)
            self._visited |= state.visited
            yield from state.made

    def _all(self, made: Iterator[Made]) -> Iterator[Made]:
        """Some constructions, with those in the constructors of what is made, behind each."""
        waiting = [made]  # Objects may be made in each other deeper than Python's stack is.
        while waiting:
            one = next(waiting[-1], None)
            if one is None:
                waiting.pop()
                continue
            yield one
            if isinstance(one.instance.type, UserClass):
                waiting.append(self._made_by_its_constructor(one.instance))

    def _made_by_statements(self) -> Iterator[Made]:
        statements = [one for one in self.module.tree.body if not isinstance(one, (FunctionDef, ast.ClassDef))]
        relevant = with_needed(statements, self._is_relevant)
        yield from self._made_in(relevant, Frame(None, self.module.scope))

    def _made_by_function(self, node: FunctionDef, scope: Scope, owner: UserClass | None) -> Iterator[Made]:
        self._visited.add(node)
        instance = None if owner is None else owner.unknown_instance
        frame = Frame(node, scope, None, owner, instance)
        frame.environment.update(unknown_arguments(node))
        frame.environment.update(receiver(node, instance))
        yield from self._made_in(node.body, frame)

    def _made_in(self, body: list[ast.stmt], frame: Frame) -> Iterator[Made]:
        run = GraphMaker(self.program, frame.bound_to)
        try:
            run.block(body, frame)
        except (TooComplex, RecursionError) as error:
            run.state.given_up[frame.function or self.module.tree] = self.program.limit_of(error)
        self._visited |= run.state.visited
        self.given_up |= run.state.given_up
        yield from self._all(iter(run.state.made))

    # Which code is looked at.

    @cached_property
    def _constructing_names(self) -> frozenset[str]:
        """The classes of the module, and the functions and methods that may construct one of them."""
        uses = ((node.name, names_in(node)) for node, _, _ in self._functions())
        return with_users((cls.name for cls in self.classes), uses)

    def _is_relevant(self, node: ast.AST) -> bool:
        return not names_in(node).isdisjoint(self._constructing_names)

    def _functions(self) -> Iterator[tuple[FunctionDef, Scope, UserClass | None]]:
        """The functions of the module and the methods of its classes, without those that objects run themselves."""
        for node, scope in self.module.scope.definitions:
            if isinstance(node, FunctionDef):
                yield node, scope, None
        for cls in self.classes:
            own = {"__init__", "build", "call", *cls.own_writing_methods}
            yield from ((node, cls.scope, cls) for name, node in cls.methods.items() if name not in own)
