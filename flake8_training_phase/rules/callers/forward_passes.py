"""The forward passes of training steps that run in inference mode, because no flag is passed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from flake8_training_phase.analysis.domain.arguments import HandedOver, defaults, parameter
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, FlagArgument, LayerCall, PassedBy, walk
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Constant,
    FunctionValue,
    Instance,
    Value,
    join,
    members,
)
from flake8_training_phase.analysis.entries.importers import runs_of_importers
from flake8_training_phase.analysis.entries.module_run import CallSite, ModelCall, ModuleRun, module_run
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.definitions import FunctionDef, called_name, positional_names
from flake8_training_phase.analysis.syntax.reaching import reached
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Passed, Phase
from flake8_training_phase.keras.misnamed import MISNAMED
from flake8_training_phase.rules.callers.inherited_steps import inherited_steps
from flake8_training_phase.rules.callers.steps import STEP_WORDS, StepKind, TrainingStep
from flake8_training_phase.rules.callers.training_steps import calls_aside, training_steps

_PHASE_NAMES = frozenset({"training", "deterministic", "phase", *MISNAMED})

_RANDOM = ("drop", "noise", "random", "moving", "batch_norm")
_DEPTH = 4
"""How deep objects are followed into those they were given."""


class Told(Enum):
    """How a forward pass receives the phase."""

    NOT = "no flag is passed"
    BY_DEFAULT = "the default of a function that could be told"
    IN_OTHER_CLASS = "no flag is passed in a method of another class, which takes none"
    IN_HELPER = "no flag is passed in a function that the step calls"
    IN_OTHER_FILE = "no flag is passed in such a function of another file"


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """A call in a training step, or in a function that it runs, that trains a model in inference mode."""

    node: ast.Call
    """The call to change: that of the model, or that of a function which could receive the phase."""
    step: TrainingStep
    told: Told
    model: Value
    depends: Dependence
    flag: str
    """The name of the parameter that takes the phase."""
    helper: str | None = None
    """The function that the step runs the model through."""
    takes_flag: bool = True
    """Whether all that the call may be of is a layer, which takes `training=`."""


_WORDS = (*STEP_WORDS, "def compute_loss")
"""What is in the text of a module that has a training step, one of Keras's own included."""


def forward_passes(module: CheckedModule) -> Iterator[ForwardPass]:
    """The forward passes of a module's training steps that receive no `training=True`."""
    steps = tuple(training_steps(module.tree)) if any(word in module.source.text for word in _WORDS) else ()
    if steps:
        nodes = {node for step in steps for node in (*step.region, *(owner.node for owner in step.owners))}
        run = _Run(module_run(module, nodes))
        importers: tuple[_Run, ...] | None = None
        for step in steps:
            here = _StepAnalysis(run, step, module)
            found = {one.node: one for one in here.forward_passes()}
            if here.runs_unknown_parts or any(one.depends is Dependence.MAYBE for one in found.values()):
                # Other modules may hand the model to the step.
                importers = importers or tuple(map(_Run, module.once(runs_of_importers)))
                elsewhere = (one for run in importers for one in _StepAnalysis(run, step, module).forward_passes())
                found |= {one.node: one for one in elsewhere if one.depends is Dependence.YES}
            yield from found.values()
    yield from _in_own_methods(module)


def _in_own_methods(module: CheckedModule) -> Iterator[ForwardPass]:
    """The forward passes in methods of the module that steps run which its classes inherit from other modules."""
    inherited = tuple(inherited_steps(module))
    if inherited:
        run = module_run(module, ())
        for one in inherited:
            run.run_method(one.method, one.cls)
        calls = _Run(run)
        steps = dict.fromkeys(one.step for one in inherited)
        yield from {one.node: one for step in steps for one in _StepAnalysis(calls, step, module).in_helpers()}.values()


class _Run:
    """A run of a module, with what steps ask of it: looked up once for all of them."""

    def __init__(self, run: ModuleRun) -> None:
        self.run = run
        self._calls: dict[ast.Call, list[ModelCall]] = {}
        self._through: dict[ast.Call, dict[int, ModelCall]] = {}
        self._parts: dict[frozenset[Instance], frozenset[Instance]] = {}
        self._aside: dict[FunctionDef, frozenset[ast.Call]] = {}
        for place, call in enumerate(run.model_calls):
            self._calls.setdefault(call.node, []).append(call)
            for entered in call.chain:
                self._through.setdefault(entered.call, {})[place] = call

    def calls_at(self, node: ast.Call) -> Sequence[ModelCall]:
        """What a call was of, each time it was run."""
        return self._calls.get(node, ())

    def calls_through(self, nodes: Iterable[ast.Call]) -> list[ModelCall]:
        """The calls in functions that some calls have run, in the order of the run."""
        found = {place: call for node in nodes for place, call in self._through.get(node, {}).items()}
        return [found[place] for place in sorted(found)]

    def aside_in(self, function: FunctionDef) -> frozenset[ast.Call]:
        """The calls in a function that teach nothing."""
        if function not in self._aside:
            self._aside[function] = calls_aside(function)
        return self._aside[function]

    def parts(self, owners: Iterable[Instance]) -> frozenset[Instance]:
        """Some objects and all inside of them, as deep as they go."""
        key = frozenset(owners)
        if key not in self._parts:
            self._parts[key] = frozenset(reached(key, self.run.held_by))
        return self._parts[key]


class _StepAnalysis:
    def __init__(self, calls: _Run, step: TrainingStep, module: CheckedModule) -> None:
        self.calls = calls
        self.run = calls.run
        self.module = module
        self.step = step
        self.texts = {owner.text for owner in step.owners}
        updated = [value for owner in step.owners for value in self.run.owners.get(owner.node, ())]
        self.updated = {one for value in updated for one in members(value) if isinstance(one, Instance)}
        if step.cls is not None:
            self.updated |= set(self.run.models_of(step.cls))
        self.parts = calls.parts(self.updated)

    def forward_passes(self) -> Iterator[ForwardPass]:
        """Those of the step, in the order of the text, then those in functions that it calls."""
        for node in sorted(self.step.region, key=lambda node: (node.lineno, node.col_offset)):
            if self.step.kind is StepKind.JAX:
                yield from self._stateless(node)
            else:
                yield from self._direct(node)
                for handed_over in self._handed_over(node):
                    yield from self._direct(handed_over)
        if self.step.kind is not StepKind.JAX:
            yield from self.in_helpers()

    def _handed_over(self, node: ast.Call) -> Iterator[HandedOver]:
        """The calls of what a call hands to a function that runs it: of `net` in `tf.map_fn(net, x)`."""
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        return (one for one in map(HandedOver, given) if self.calls.calls_at(one))

    def _direct(self, node: ast.Call) -> Iterator[ForwardPass]:
        """A model that the step itself calls."""
        text = ast.unparse(node.func)
        called = [one for value in self.run.callees.get(node, ()) for one in members(value)]
        models = [one for one in called if self._is_model(one)]
        known = [one for one in called if one is not UNKNOWN and not isinstance(one, Constant)]
        if (known and not models) or not _gives_inputs(node) or _gives_phase(node):
            return
        if text in self.texts or any(one in self.updated for one in models):
            depends = self.dependence(models)
        else:
            # A part of the model that the step updates: `self.encoder(x)`, where `self` is what learns.
            part = any(text.startswith(f"{owner}.") for owner in self.texts) or any(map(self._is_part, models))
            depends = self.dependence(models) if part and models else Dependence.NO
            depends = depends if depends is Dependence.YES else Dependence.NO
        if self.step.kind is StepKind.TORCH and not models:
            return  # More often than not a module of torch, which has a phase of its own.
        if depends is not Dependence.NO and not self._is_told(node):
            flag = _flag_name(models)
            only = len(known) == len(models)
            yield ForwardPass(node, self.step, Told.NOT, join(models), depends, flag, takes_flag=only)

    @property
    def runs_unknown_parts(self) -> bool:
        """Whether the step runs what an attribute of something unknown holds: `agent.actor.net(x)`."""
        names = tuple(f"{text}." for text in self.texts)
        inside = (
            node
            for node in self.step.region
            if node.args and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Attribute)
        )
        return any(
            ast.unparse(node.func).startswith(names)
            and not _gives_phase(node)
            and all(one is UNKNOWN for value in self.run.callees.get(node, ()) for one in members(value))
            for node in inside
        )

    def _is_part(self, model: Value) -> bool:
        """Whether a model is inside what the step updates, or what the step updates is inside the model."""
        if not isinstance(model, Instance):
            return False
        return model in self.parts or not self.updated.isdisjoint(self.calls.parts([model]))

    def _is_told(self, node: ast.Call) -> bool:
        """Whether a run of the module saw that the call gives a flag, or asks before whether there is one."""
        seen = self.calls.calls_at(node)
        return bool(seen) and all(not call.flag.absent or call.inspected for call in seen)

    def _stateless(self, node: ast.Call) -> Iterator[ForwardPass]:
        """`model.stateless_call(…)` in a loss that JAX differentiates."""
        if not isinstance(node.func, ast.Attribute):
            return
        models = [one for value in self.run.owners.get(node.func, ()) for one in members(value) if self._is_model(one)]
        depends = self.dependence(models)
        if depends is not Dependence.NO and not _gives_phase(node):
            yield ForwardPass(node, self.step, Told.NOT, join(models), depends, "training")

    def in_helpers(self) -> Iterator[ForwardPass]:
        """Models that functions called by the step run, as far as one of the calls is in the module."""
        for call in self.calls.calls_through(self.step.region):
            place = next((i for i, one in enumerate(call.chain) if one.call in self.step.region), None)
            models = [one for one in members(call.receiver) if isinstance(one, Instance) and self._is_part(one)]
            ways = {call.node, *(one.call for one in call.chain)}
            if place is None or call.node in self.step.region or ways & self.step.aside:
                continue
            if not models or call.inspected:
                continue
            depends = self.dependence(models)
            if depends is not Dependence.YES or self._is_aside(call, ways):
                continue
            helper = getattr(call.chain[-1].function, "name", None)
            found = self._in_other_class(call.chain[place]) or _forgotten(call, call.chain[place:])
            if found is not None:
                node, told, flag = found
                if not self._is_here(node):
                    inner = [one.call for one in call.chain[place:] if self._is_here(one.call)]
                    if not inner:
                        continue
                    node, told = inner[-1], Told.IN_OTHER_FILE
                yield ForwardPass(node, self.step, told, join(models), depends, flag or _flag_name(models), helper)

    def _is_aside(self, call: ModelCall, ways: set[ast.Call]) -> bool:
        """Whether a function, which may be of another module, runs a model for a penalty on its inputs."""
        functions = (one.function for one in call.chain if not isinstance(one.function, ast.Lambda))
        return any(not ways.isdisjoint(self.calls.aside_in(one)) for one in functions)

    def _is_here(self, call: ast.Call) -> bool:
        """Whether a call is in the module of the step."""
        return any(call is one for one in self.module.module.calls.get(called_name(call), ()))

    def _in_other_class(self, entered: CallSite) -> tuple[ast.Call, Told, str | None] | None:
        """The call of a method that cannot receive the flag, of a part of what is trained."""
        owner = entered.owner
        if owner is None or not owner.is_layer or parameter(entered.function, "training") is not None:
            return None
        own = any(isinstance(one.type, UserClass) and owner in one.type.mro for one in self.updated)
        return None if own else (entered.call, Told.IN_OTHER_CLASS, None)

    def _is_model(self, value: Value) -> bool:
        return isinstance(value, Instance) and value.type.is_layer

    def dependence(self, models: Iterable[Value]) -> Dependence:
        """Whether one of some models depends on the mode; what is not known at all may."""
        return self._of(join(models), _DEPTH)

    def _one(self, model: Instance, depth: int) -> Dependence:
        if self._is_frozen(model):
            return Dependence.NO
        if isinstance(model.type, KerasLayer) and model.type.name == "Lambda":
            return _most(_of_function(one) for one in model.contents)
        if model.contents and (isinstance(model.type, KerasLayer) or model.type.call is None):
            return _most(self._of(one, depth) for one in model.contents)
        known = dependence(model)
        if known is Dependence.YES and isinstance(model.type, UserClass) and _only_asks(model.type):
            return Dependence.MAYBE
        if known is Dependence.MAYBE and depth:
            # What the constructor of this very object was given may be known.
            layers = self.run.layers_run_by(model)
            known = known if layers is None else _most(self._of(one, depth - 1) for one in layers)
        return known

    def _is_frozen(self, model: Instance) -> bool:
        """Whether its `trainable` was set to False, which stops no Dropout: only BatchNormalization asks for that."""
        leaves = [one for one in self.calls.parts([model]) if not any(True for _ in self.run.held_by(one))]
        frozen = model in self.run.frozen
        return frozen and all(
            isinstance(one.type, KerasLayer) and one.type.stops_when_frozen for one in leaves if _drops(one)
        )

    def _of(self, value: Value, depth: int) -> Dependence:
        found = [self._untold(one, depth) for one in members(value) if isinstance(one, Instance)]
        return _most(found) if found else Dependence.MAYBE

    def _untold(self, layer: Instance, depth: int) -> Dependence:
        """As `_one`, but augmentation is on without a flag, and a variable of the project may hold the phase."""
        generations = self.module.generations_of_layer(layer)
        phases = frozenset[Phase]().union(*(self.module.flow(one).untold(layer)[0] for one in generations))
        if phases == {True}:
            return Dependence.NO
        known = self._one(layer, depth)
        return Dependence.MAYBE if phases and phases <= {True, Passed.UNKNOWN} and known is Dependence.YES else known


def _drops(layer: Instance) -> bool:
    return dependence(layer) is Dependence.YES


def _most(found: Iterable[Dependence]) -> Dependence:
    return max(found, key=lambda one: one.value, default=Dependence.NO)


def _only_asks(cls: UserClass) -> bool:
    """Whether a class asks for the phase and runs nothing that depends on it: it may only count a metric."""
    if cls.call is None or not cls.trace.complete:
        return False
    runs = any(
        isinstance(event, DirectKerasCall) or dependence(event.receiver) is not Dependence.NO
        for event in walk(cls.trace.events)
        if isinstance(event, (DirectKerasCall, LayerCall))
    )
    changes = any(word in ast.unparse(cls.node).lower() for word in _RANDOM)
    return not runs and not changes


def _of_function(function: Value) -> Dependence:
    """Whether the function of a `Lambda` layer depends on the mode, or changes what it is given at random."""
    if not isinstance(function, FunctionValue):
        return Dependence.MAYBE
    text = ast.unparse(function.node)
    return Dependence.MAYBE if any(word in text for word in ("training", *_RANDOM)) else Dependence.NO


def _gives_inputs(call: ast.Call) -> bool:
    return bool(call.args) or isinstance(call, HandedOver) or any(keyword.arg == "inputs" for keyword in call.keywords)


def _gives_phase(call: ast.Call) -> bool:
    """Whether a call passes the phase, or may: by keyword, inside `**kwargs`, or as a literal or name by position."""
    if any(keyword.arg is None or keyword.arg in _PHASE_NAMES for keyword in call.keywords):
        return True
    return any(
        (isinstance(one, ast.Constant) and isinstance(one.value, bool))
        or isinstance(one, ast.Starred)
        or (isinstance(one, ast.Name) and one.id in _PHASE_NAMES)
        for one in call.args[1:]
    )


def _flag_name(models: Iterable[Value]) -> str:
    """What the parameter is called that takes the phase of the models."""
    names = {
        one.type.phase_parameter for one in models if isinstance(one, Instance) and isinstance(one.type, UserClass)
    }
    return next((name for name in names if name is not None), "training")


def _forgotten(call: ModelCall, chain: tuple[CallSite, ...]) -> tuple[ast.Call, Told, str | None] | None:
    """The call that leaves a model in inference mode below a step: it could pass the flag; None if none omits it."""
    if call.flag.absent:
        return call.node, Told.IN_HELPER, None
    if not _is_off(call.flag) or not isinstance(call.flag.node, ast.Name):
        return None
    name = call.flag.node.id
    for place in range(len(chain) - 1, -1, -1):
        function, given = chain[place].function, _given(chain[place], name)
        if parameter(function, name) is None:
            return None
        if given is None:
            hidden = any(keyword.arg is None for keyword in chain[place].call.keywords)
            forgotten = not hidden and name in dict(defaults(function))
            return (chain[place].call, Told.BY_DEFAULT, name) if forgotten else None
        if not isinstance(given, ast.Name):
            return None
        name = given.id
    return None


def _is_off(flag: FlagArgument) -> bool:
    return flag.passed_by in (PassedBy.KEYWORD, PassedBy.POSITION) and all(one in (False, None) for one in flag.by_lane)


def _given(entered: CallSite, name: str) -> ast.expr | None:
    """What the call that ran a function gives for a parameter."""
    call = entered.call
    places = positional_names(entered.function)
    if name in places and places.index(name) < len(call.args):
        return call.args[places.index(name)]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
