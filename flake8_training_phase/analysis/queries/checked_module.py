"""The module that is checked, and its layers and models, as rules ask about them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from flake8_training_phase.analysis.domain.arguments import defaults, parameter
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, Event, Inlined, LayerCall, PhaseTest, walk
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.objects import Limit
from flake8_training_phase.analysis.domain.records import LambdaMethod
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.analysis.phase.decorators import hands_on_new_parameter, hides_signature
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.phase.results import ResolvedPhase, Subject
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.analysis.queries.annotations import optional_bool
from flake8_training_phase.analysis.queries.functions import Function, functions
from flake8_training_phase.analysis.queries.layer_calls import (
    accepts_training_keyword,
    names_flag,
    reaches_phase,
    shows_flag,
    takes_from_helper,
    uses_default,
)
from flake8_training_phase.analysis.queries.replaced_calls import may_be_replaced
from flake8_training_phase.analysis.syntax.blocks import blocks
from flake8_training_phase.analysis.syntax.names import uses_all_locals
from flake8_training_phase.analysis.syntax.walking import NodesByKind, nodes_in
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.generations import Generation, Passed, generations_of
from flake8_training_phase.keras.targets import keras_title
from flake8_training_phase.sources.text import SourceText

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class RelatedNode:
    """Another node of the checked module that a problem is about, and what happens there."""

    node: ast.AST
    message: str


@dataclass(frozen=True, slots=True)
class PhaseMismatch:
    """A layer call that receives the wrong phase under one generation in one mode."""

    generation: Generation
    mode: RunMode
    received: ResolvedPhase


_RUN_BY_KERAS = frozenset(
    {
        "call",
        "build",
        "train_step",
        "test_step",
        "predict_step",
        "compute_loss",
        "compute_metrics",
        "compute_output_shape",
    }
)


class CheckedModule:
    """A module with its text and the settings it is checked under."""

    def __init__(
        self, tree: ast.Module, source: SourceText, filename: str, settings: Settings, project: Project
    ) -> None:
        self.source = source
        self.settings = settings
        self.project = project
        self.module = project.open(tree, Path(filename).absolute(), source.text)
        self.tree = self.module.tree
        self.scope = self.module.scope
        self._once: dict[Callable[[CheckedModule], Any], Any] = {}
        self.given_up: dict[ast.AST, Limit] = {}
        """What those who have run its code did not follow to its end."""

    def beside(self, other: Module) -> CheckedModule:
        """Another module of the project, asked under the same settings."""
        return CheckedModule(other.tree, SourceText(other.text), str(other.path), self.settings, self.project)

    def once(self, make: Callable[[CheckedModule], Made]) -> Made:
        """What is made of the module, the first time that it is asked for."""
        if make not in self._once:
            self._once[make] = make(self)
        made: Made = self._once[make]
        return made

    def give_up(self, node: ast.AST, limit: Limit) -> None:
        """Say why a function is not followed to its end, or the module."""
        self.given_up.setdefault(node, limit)

    @property
    def nodes(self) -> NodesByKind:
        """The nodes of its tree, by their kind."""
        return self.module.nodes

    @cached_property
    def layer_classes(self) -> tuple[LayerClass, ...]:
        """The subclasses of Keras's layers and models, in the order of their definition."""
        return tuple(LayerClass(cls, self) for cls in self.module.classes() if cls.is_layer)

    def definition_around(self, layer_class: LayerClass) -> str | None:
        """The name of the definition at the top of the module around a class; None when it is in none."""
        return self._names_around.get(layer_class.cls.node)

    @cached_property
    def _names_around(self) -> dict[ast.ClassDef, str]:
        definitions = [one for one in self.tree.body if isinstance(one, (ast.ClassDef, ast.FunctionDef))]
        return {node: one.name for one in definitions for node in nodes_in(one) if isinstance(node, ast.ClassDef)}

    @cached_property
    def functions_around_lambdas(self) -> dict[ast.Lambda, str]:
        """The name of the function that each lambda is written in; none for those outside of functions."""
        functions = sorted(self.nodes.functions, key=lambda one: one.lineno)  # Outer ones first: inner ones overrule.
        return {
            node: function.name for function in functions for node in nodes_in(function) if isinstance(node, ast.Lambda)
        }

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Its functions, methods and nested functions included."""
        classes = {cls.node: cls for cls in self.module.classes()}
        return tuple(functions(self.tree, self.scope, classes))

    @cached_property
    def optional_bool(self) -> str:
        """The type of an optional flag, as the module writes such types."""
        return optional_bool(self.nodes, self.scope)

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
        """A layer call that a problem is about; None for one that is in another module."""
        here = call.place.scope.root is self.scope and hasattr(call.node, "lineno")
        return RelatedNode(call.node, message) if here else None

    def flow(self, generation: Generation) -> PhaseFlow:
        """The phase flow under one generation."""
        return PhaseFlow(generation)


class LayerClass:
    """A subclass of Keras's `Layer` or `Model`, in the module that is checked."""

    def __init__(self, cls: UserClass, module: CheckedModule) -> None:
        self.cls = cls
        self.module = module
        self.name = cls.name

    @property
    def call(self) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The `call` method when it is in this module, its own or an inherited one."""
        method = self.cls.call
        return method.node if method is not None and method.owner.scope.root is self.module.scope else None

    @property
    def call_nodes(self) -> Iterable[ast.AST]:
        """What is in that method; nothing where there is none."""
        return () if self.call is None else nodes_in(self.call)

    @property
    def positional(self) -> list[ast.arg]:
        """What it takes by position, the object itself first."""
        return [] if self.call is None else [*self.call.args.posonlyargs, *self.call.args.args]

    @property
    def own_name(self) -> str:
        """What the object itself is called in it: `self`; empty where there is none."""
        return next((one.arg for one in self.positional), "")

    @cached_property
    def call_defaults(self) -> Mapping[str, ast.expr]:
        """The defaults of its parameters."""
        return {} if self.call is None else dict(defaults(self.call))

    def parameter(self, name: str) -> ast.arg | None:
        """Its parameter of that name."""
        return None if self.call is None else parameter(self.call, name)

    def is_of_self(self, node: ast.AST) -> bool:
        """Whether something in `call` is an attribute of the object itself."""
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == self.own_name

    @cached_property
    def generations(self) -> tuple[Generation, ...]:
        """The generations of Keras that count for it."""
        return self.module.generations(self.cls)

    @property
    def keras(self) -> tuple[int, ...]:
        """The major versions of those."""
        return majors(self.generations)

    @cached_property
    def misnamed_flag(self) -> ast.arg | None:
        """The parameter of `call` that means the phase, as its use shows, and has a name that Keras does not fill."""
        name = self.cls.phase_parameter
        if self.cls.call is None or name is None or name == "training":
            return None
        is_shown = any(shows_flag(event, name) for event in self.all_events)
        return parameter(self.cls.call.node, name) if is_shown else None

    def title(self, generations: Iterable[Generation]) -> str:
        """The releases of some generations that the settings ask for, for messages: `"Keras 3.10 to 3.15"`."""
        return keras_title(generations, self.module.settings.keras_versions)

    @property
    def call_title(self) -> str:
        """Its `call`, for messages: with the class that it is inherited from, where the message points."""
        method = self.cls.call
        inherited = method is not None and method.owner is not self.cls
        return f"`{self.name}.call`" + (f" (from `{method.owner.name}`)" if inherited and method else "")

    @cached_property
    def all_events(self) -> tuple[LayerCall | Inlined | DirectKerasCall | PhaseTest, ...]:
        """What `call` does, in functions of other modules as well."""
        found = walk(self.cls.trace.events)
        return tuple(event for event in found if isinstance(event, (LayerCall, Inlined, DirectKerasCall, PhaseTest)))

    @cached_property
    def events(self) -> tuple[LayerCall | Inlined | DirectKerasCall | PhaseTest, ...]:
        """What `call` does, that part which is in this module."""
        here = self.module.scope
        return tuple(event for event in self.all_events if event.place.scope.root is here)

    @property
    def layer_calls(self) -> Iterator[LayerCall]:
        """The calls of layers that `call` makes, itself or in functions it runs, in this module."""
        return _layer_calls(self.events)

    @property
    def own_layer_calls(self) -> Iterator[LayerCall]:
        """Those, and the ones in functions of other modules, without what a method runs that `super()` calls."""
        return _layer_calls(walk(self.cls.trace.events, into_parents=False))

    @cached_property
    def calls_in_other_methods(self) -> tuple[LayerCall, ...]:
        """The calls of layers that methods make which take `training`, and which neither `call` nor Keras runs."""
        run = {event.function for event in self.events if isinstance(event, Inlined)}
        found: dict[ast.Call, LayerCall] = {}
        for name, node in self.cls.methods.items():
            if name.startswith("__") or name in _RUN_BY_KERAS or node in run or parameter(node, "training") is None:
                continue
            summary = self.cls.program.method_summary(self.cls.instance, Method(node, self.cls))
            for event in walk(summary.events):
                if isinstance(event, LayerCall) and event.place.function is node and not event.inspected:
                    found.setdefault(event.node, event)
        return tuple(found.values())

    def wrong(self, subject: Subject) -> Iterator[PhaseMismatch]:
        """Where what runs there receives another phase than the one asked for."""
        for generation in self.generations:
            flow = self.module.flow(generation)
            for mode in RunMode:
                for received in flow.report(self.cls, mode).of(subject):
                    if received.phase is not Passed.UNKNOWN and bool(received.phase) is not mode.wanted:
                        yield PhaseMismatch(generation, mode, received)

    def misled_by_default(self, call: Inlined) -> tuple[Generation, ...]:
        """The generations of Keras under which a `call` that is run as a plain function, and left to the default of its
        `training`, runs something in another phase than the one asked for.
        """
        asks = (one for one in walk(call.owner.trace.events) if isinstance(one, PhaseTest)) if call.owner else ()
        if any(one.place.function is call.function for one in asks):
            return self.generations
        given = [one for one in walk(call.events) if isinstance(one, (LayerCall, DirectKerasCall)) and names_flag(one)]
        return self.misled(given)

    def misled(self, subjects: Iterable[LayerCall | DirectKerasCall]) -> tuple[Generation, ...]:
        """The generations of Keras under which one of some calls receives the wrong phase inside the class."""
        return concerned(one for subject in subjects for one in self.local_mismatches(subject))

    def _entry_is_right(self, wrong: PhaseMismatch) -> bool:
        return bool(self.module.flow(wrong.generation).entry_phase(self.cls, wrong.mode)) is wrong.mode.wanted

    def poisoned(self, call: LayerCall) -> list[PhaseMismatch]:
        """Where a call without a flag runs in a phase that a sibling before it left behind, not the one asked for."""
        if not call.flag.absent or not reaches_phase(call):
            return []
        wrong = self.local_mismatches(call)
        from_sibling = [one for one in wrong if one.received.writer is not None and one.received.writer is not call]
        return [one for one in from_sibling if self._right_alone(call, one)]

    def poisoned_by_default(self, helper: Inlined) -> list[LayerCall]:
        """The layers inside a helper that run in the wrong phase because another one receives the default of its
        parameter `training`.
        """
        if not uses_default(helper):
            return []
        inside = [one for one in walk(helper.events) if isinstance(one, LayerCall)]
        misled = [(call, wrong.received.writer) for call in inside for wrong in self.poisoned(call)]
        return [one for one, writer in misled if writer in inside and writer is not None and takes_from_helper(writer)]

    def _right_alone(self, call: LayerCall, wrong: PhaseMismatch) -> bool:
        # Without the sibling it would be right: it is not a default of its own that makes it wrong.
        alone = self.module.flow(wrong.generation).alone(self.cls, wrong.mode, call)
        return any(bool(phase) is wrong.mode.wanted for phase in alone)

    def local_mismatches(self, subject: Subject) -> Iterator[PhaseMismatch]:
        """As `wrong`, where the class itself receives the right phase, so that the mistake is inside it."""
        return (wrong for wrong in self.wrong(subject) if self._entry_is_right(wrong))

    @property
    def can_take_training(self) -> bool:
        """Whether `training` can be added to the signature of `call`: it reaches `call`, and is no local name."""
        if self.call is None or self.cls.call is None or self.cls.call.owner is not self.cls:
            return False
        if isinstance(self.call, LambdaMethod) or _has_several_calls(self.cls):
            return False
        if hides_signature(self.cls) or hands_on_new_parameter(self.cls) is False or may_be_replaced(self.cls):
            return False
        spec = self.cls.fixed_output_spec
        if spec is not None and (spec.owner is not self.cls or spec.node.decorator_list):
            return False
        if any(isinstance(node, ast.Name) and node.id == "training" for node in self.call_nodes):
            return False
        if uses_all_locals(self.call):
            return False
        return accepts_training_keyword(self.cls)


def _has_several_calls(cls: UserClass) -> bool:
    """Whether its body defines `call` in both branches of an `if`: one of them would be left as it is."""
    return sum(one.name == "call" for one in _functions_of(cls.node.body)) > 1


def _functions_of(body: Iterable[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield statement
        elif not isinstance(statement, ast.ClassDef):
            for block in blocks(statement):
                yield from _functions_of(block)


def _layer_calls(events: Iterable[Event]) -> Iterator[LayerCall]:
    calls = (one for one in events if isinstance(one, LayerCall))
    return (one for one in calls if not one.inspected and hasattr(one.node, "lineno"))


def concerned(wrong: Iterable[PhaseMismatch]) -> tuple[Generation, ...]:
    """The generations of Keras under which something is wrong."""
    return tuple(dict.fromkeys(one.generation for one in wrong))


def majors(generations: Iterable[Generation]) -> tuple[int, ...]:
    """The major versions of some generations."""
    return tuple(sorted({generation.keras for generation in generations}))
