"""What a map can be made of: a layer or model class, or a functional or Sequential model."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import Method
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.keras.generations import Generation
from flake8_training_phase.keras.targets import keras_title
from flake8_training_phase.maps import observed
from flake8_training_phase.maps.graphs import MadeModel, ModuleGraphs
from flake8_training_phase.maps.observed import Observed, Step

Way = tuple[Generation, RunMode]


@dataclass(frozen=True, slots=True)
class Code:
    """A part of the checked code."""

    title: str
    scope: Scope
    first: ast.AST
    last: ast.AST
    """Perhaps the same node."""


class Subject(ABC):
    """Something that a map can show."""

    def __init__(self, name: str, module: CheckedModule, generations: Sequence[Generation], is_model: bool) -> None:
        self.name = name
        self.generations = generations
        self.is_model = is_model
        self._releases = module.settings.keras_versions

    @property
    @abstractmethod
    def steps(self) -> list[Step]:
        """What it calls, in order."""

    @property
    @abstractmethod
    def code(self) -> Code:
        """The code that it runs."""

    @abstractmethod
    def observe(self, generation: Generation, mode: RunMode) -> Observed | None:
        """What happens when it is run in one way; None where that is unknown."""

    def notes(self) -> Iterator[str]:
        """What the map does not show, and what it shows that the code does not say, and why."""
        replacing = [one for one in self.generations if one.shared_context and one.graph_forwards_flag]
        if replacing and any(step.in_graph and step.constant is not None for step in observed.all_steps(self.steps)):
            releases = self.title(replacing)
            yield f"{releases} replaces a constant `training=` in a functional model with the model's own (KTP218)"

    def why_unknown(self, mode: RunMode) -> str:
        """Why it is unknown what happens in a mode."""
        raise NotImplementedError(mode)

    def refused(self) -> Iterator[tuple[Way, str]]:
        """The ways to run it in which the first call raises, and why."""
        yield from ()

    def title(self, generations: Sequence[Generation]) -> str:
        """The releases of some generations: `"Keras 3.10 to 3.15"`."""
        return keras_title(generations, self._releases)


class ClassSubject(Subject):
    """A class with a `call`: a model itself, a layer inside a model that passes it the flag."""

    def __init__(self, layer_class: LayerClass, method: Method, graphs: ModuleGraphs) -> None:
        cls = layer_class.cls
        super().__init__(layer_class.name, layer_class.module, layer_class.generations, cls.is_model)
        self.cls = cls
        self._method = method
        self._graphs = graphs
        self._steps = observed.steps_of(cls, graphs.calls_in)
        fit, fit_note = observed.stepped(cls, "train_step", RunMode.FIT)
        predict, predict_note = observed.stepped(cls, "predict_step", RunMode.PREDICT)
        self._run_as = {RunMode.FIT: fit, RunMode.PREDICT: predict}
        self._step_notes = {RunMode.FIT: fit_note, RunMode.PREDICT: predict_note}

    @property
    def steps(self) -> list[Step]:
        """What it calls, in order."""
        return self._steps

    @property
    def code(self) -> Code:
        """Its `call`."""
        method = self._method
        return Code(f"{self.name}.call", method.owner.scope, method.node, method.node)

    def observe(self, generation: Generation, mode: RunMode) -> Observed | None:
        """What happens in one mode; None where a step of the class runs it in a way that is not followed."""
        run_as = self._run_as.get(mode, mode)
        return None if run_as is None else observed.observe(self.cls, generation, run_as, self._graphs.calls_in)

    def why_unknown(self, mode: RunMode) -> str:
        """What the note on the step says."""
        return self._step_notes[mode]

    def refused(self) -> Iterator[tuple[Way, str]]:
        """A plain call of a model whose `training` has no default."""
        if observed.requires_flag(self.cls) and self.is_model:
            for generation in self.generations:
                if generation.keras == 3:
                    yield (generation, RunMode.NONE), "`training` is required and not passed"

    def notes(self) -> Iterator[str]:
        """Also on its steps, on what is not followed, and on who runs it."""
        yield from super().notes()
        yield from (note for note in self._step_notes.values() if note)
        if not self.cls.trace.complete:
            yield f"`{self.name}.call` cannot be followed to its end"
        if not self.is_model:
            yield "a layer is shown inside a model that passes it the right flag"


class GraphSubject(Subject):
    """A functional or Sequential model that is made outside of a class."""

    def __init__(self, made: MadeModel, module: CheckedModule, graphs: ModuleGraphs) -> None:
        super().__init__(made.name, module, module.generations_of_layer(made.model), is_model=True)
        self._made = made
        self._module = module
        self._graphs = graphs
        self._steps = observed.steps_of_graph(made.calls, graphs.calls_in, is_sequential=made.is_sequential)

    @property
    def steps(self) -> list[Step]:
        """What it calls, in order."""
        return self._steps

    @property
    def code(self) -> Code:
        """The function that makes it, or the part of the module."""
        first: ast.AST = self._made.function or min((self._made.node, *self._nodes()), key=lambda one: one.lineno)
        last = self._made.function or self._made.node
        return Code(self.name, self._module.scope, first, last)

    def _nodes(self) -> Iterator[ast.Call]:
        """The calls in the same part of the code, not in functions that it runs."""
        functions = [one.node for one in self._module.functions]
        for call in self._made.calls:
            if not any(one.lineno <= call.node.lineno <= (one.end_lineno or 0) for one in functions):
                yield call.node

    def observe(self, generation: Generation, mode: RunMode) -> Observed:
        """What happens in one mode."""
        return observed.observe_graph(self._made.calls, generation, mode, self._graphs.calls_in)
