"""A layer class as rules ask about it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import parameter, uses_kwargs
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import Inlined, KerasCall, LayerCall, PhaseTest, walk
from flake8_training_phase.analysis.domain.values import Constant, FunctionValue, Instance, Value, members
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.modes import Mode
from flake8_training_phase.analysis.phase.results import Received, Subject
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer
from flake8_training_phase.keras.generations import Generation, Passed
from flake8_training_phase.keras.misnamed import AMBIGUOUS
from flake8_training_phase.keras.targets import keras_title

if TYPE_CHECKING:
    from flake8_training_phase.analysis.queries.checked_module import CheckedModule


@dataclass(frozen=True, slots=True)
class Wrong:
    """A layer call that receives the wrong phase under one generation in one mode."""

    generation: Generation
    mode: Mode
    received: Received


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


def concerned(wrong: Iterable[Wrong]) -> tuple[Generation, ...]:
    """The generations of Keras under which something is wrong."""
    return tuple(dict.fromkeys(one.generation for one in wrong))


def majors(generations: Iterable[Generation]) -> tuple[int, ...]:
    """The major versions of some generations."""
    return tuple(sorted({generation.keras for generation in generations}))


class LayerClass:
    """A subclass of Keras's `Layer` or `Model`, in the module that is checked."""

    def __init__(self, cls: UserClass, module: CheckedModule) -> None:
        self.cls = cls
        self.module = module
        self.name = cls.name

    @property
    def call(self) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The `call` method when it stands in this module, its own or an inherited one."""
        method = self.cls.call
        return method.node if method is not None and method.owner.scope.root is self.module.scope else None

    @cached_property
    def generations(self) -> tuple[Generation, ...]:
        """The generations of Keras that count for it."""
        return self.module.generations(self.cls)

    @property
    def keras(self) -> tuple[int, ...]:
        """The major versions of those."""
        return majors(self.generations)

    @cached_property
    def misnamed_flag(self) -> str | None:
        """The parameter of `call` that means the phase, as its use shows, and has a name that Keras does not fill."""
        name = self.cls.phase_parameter
        if name is None or name == "training":
            return None
        return name if any(shows_flag(event, name) for event in self.all_events) else None

    def title(self, generations: Iterable[Generation]) -> str:
        """The releases of some generations that the settings ask for, for messages: `"Keras 3.10 to 3.15"`."""
        return keras_title(generations, self.module.settings.keras_versions)

    @property
    def call_title(self) -> str:
        """Its `call`, for messages: with the class that it is inherited from, where the message points."""
        method = self.cls.call
        inherited = method is not None and method.owner is not self.cls
        return f"`{self.name}.call`" + (f", inherited from `{method.owner.name}`," if inherited and method else "")

    @cached_property
    def all_events(self) -> tuple[LayerCall | Inlined | KerasCall | PhaseTest, ...]:
        """What `call` does, in functions of other modules as well."""
        found = walk(self.cls.trace.events)
        return tuple(event for event in found if isinstance(event, (LayerCall, Inlined, KerasCall, PhaseTest)))

    @cached_property
    def events(self) -> tuple[LayerCall | Inlined | KerasCall | PhaseTest, ...]:
        """What `call` does, that part which stands in this module."""
        here = self.module.scope
        return tuple(event for event in self.all_events if event.place.scope.root is here)

    @property
    def layer_calls(self) -> Iterator[LayerCall]:
        """The calls of layers that `call` makes, itself or in functions it runs."""
        return (
            event
            for event in self.events
            if isinstance(event, LayerCall) and not event.inspected and hasattr(event.node, "lineno")
        )

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

    def wrong(self, subject: Subject) -> Iterator[Wrong]:
        """Where what runs there receives another phase than the one asked for."""
        for generation in self.generations:
            flow = self.module.flow(generation)
            for mode in Mode:
                for received in flow.report(self.cls, mode).of(subject):
                    if received.phase is not Passed.UNKNOWN and bool(received.phase) is not mode.wanted:
                        yield Wrong(generation, mode, received)

    def misled_by_default(self, call: Inlined) -> tuple[Generation, ...]:
        """The generations of Keras under which a `call` that is run as a plain function, and left to the default of its
        `training`, runs something in another phase than the one asked for.
        """
        asks = (one for one in walk(call.owner.trace.events) if isinstance(one, PhaseTest)) if call.owner else ()
        if any(one.place.function is call.function for one in asks):
            return self.generations
        given = [one for one in walk(call.events) if isinstance(one, (LayerCall, KerasCall)) and _names_flag(one)]
        return self.misled(given)

    def misled(self, subjects: Iterable[LayerCall | KerasCall]) -> tuple[Generation, ...]:
        """The generations of Keras under which one of some calls receives the wrong phase inside the class."""
        return concerned(one for subject in subjects for one in self.wrong_inside(subject))

    def _entry_is_right(self, wrong: Wrong) -> bool:
        return bool(self.module.flow(wrong.generation).entry_phase(self.cls, wrong.mode)) is wrong.mode.wanted

    def poisoned(self, call: LayerCall) -> list[Wrong]:
        """Where a call without a flag runs in a phase that a sibling before it left behind, not the one asked for."""
        if not call.flag.absent or not reaches_phase(call):
            return []
        wrong = self.wrong_inside(call)
        from_sibling = [one for one in wrong if one.received.writer is not None and one.received.writer is not call]
        return [one for one in from_sibling if self._right_alone(call, one)]

    def _right_alone(self, call: LayerCall, wrong: Wrong) -> bool:
        # Without the sibling it would be right: it is not a default of its own that makes it wrong.
        alone = self.module.flow(wrong.generation).alone(self.cls, wrong.mode, call)
        return any(bool(phase) is wrong.mode.wanted for phase in alone)

    def wrong_inside(self, subject: Subject) -> Iterator[Wrong]:
        """As `wrong`, where the class itself is told the right phase, so that the mistake is inside it."""
        return (wrong for wrong in self.wrong(subject) if self._entry_is_right(wrong))

    @property
    def can_take_training(self) -> bool:
        """Whether `training` can be added to the signature of `call`: it reaches `call`, and is no local name."""
        if self.call is None or self.cls.call is None or self.cls.call.owner is not self.cls:
            return False
        if hides_signature(self.cls):
            return False
        if any(isinstance(node, ast.Name) and node.id == "training" for node in nodes_in(self.call)):
            return False
        return passes_through(self.cls)


def shows_flag(event: LayerCall | Inlined | KerasCall | PhaseTest, name: str) -> bool:
    """Whether a parameter is given to something as its flag, or decides a branch as one."""
    if isinstance(event, PhaseTest):
        return event.parameter == name and name not in AMBIGUOUS
    return event.flag.parameter == name


def _names_flag(event: LayerCall | KerasCall) -> bool:
    passed = event.flag.node
    return passed is not None and any(isinstance(one, ast.Name) and one.id == "training" for one in nodes_in(passed))


def reaches_phase(call: LayerCall) -> bool:
    """Whether the receiver of a call surely behaves differently in training."""
    return dependence(call.receiver) is Dependence.YES


def is_helper(call: Inlined) -> bool:
    """Whether a call that is run in place is one of a helper that can be told something: a named function of the
    checked code which is not itself the `call` of a layer.
    """
    return (
        not call.is_super_call
        and isinstance(call.function, (ast.FunctionDef, ast.AsyncFunctionDef))
        and call.function.name not in ("call", "__call__", "build")
        and hasattr(call.node, "lineno")
        and isinstance(call.node.func, (ast.Name, ast.Attribute))
    )


def left_to_default(helper: Inlined) -> list[LayerCall]:
    """The layers that depend on the phase and get it from a helper's parameter `training`, which this call of the
    helper leaves to its default.
    """
    if not _is_untold(helper):
        return []
    calls = [one for one in walk(helper.events) if isinstance(one, LayerCall) and _takes_from_helper(one)]
    return [call for call in calls if reaches_phase(call)]


def _is_untold(helper: Inlined) -> bool:
    """Whether a helper takes `training`, and this call of it leaves that to the default."""
    return is_helper(helper) and helper.flag.absent and parameter(helper.function, "training") is not None


def poisoned_by_default(layer_class: LayerClass, helper: Inlined) -> list[LayerCall]:
    """The layers inside a helper that run in the wrong phase because another one is told the default of its parameter
    `training`.
    """
    if not _is_untold(helper):
        return []
    inside = [one for one in walk(helper.events) if isinstance(one, LayerCall)]
    misled = [(call, wrong.received.writer) for call in inside for wrong in layer_class.poisoned(call)]
    return [call for call, writer in misled if writer in inside and writer is not None and _takes_from_helper(writer)]


def _takes_from_helper(call: LayerCall) -> bool:
    """Whether a layer is given a flag that is no literal, yet does not come from the outermost `call`."""
    return not (call.flag.absent or call.flag.parameter or isinstance(call.flag.node, (ast.Constant, type(None))))


def wants_flag(call: LayerCall) -> bool:
    """Whether what is called takes the flag and does something with it."""
    found = [one for one in members(call.receiver) if isinstance(one, Instance)]
    return any(_wants_flag(one) for one in found)


def leaks_true(call: LayerCall) -> bool:
    """Whether a layer of Keras that does the same in both modes leaves its default of True to those after it, as
    `Resizing` does from Keras 3.6 on.
    """
    types = [one.type for one in members(call.receiver) if isinstance(one, Instance)]
    plain = [one for one in types if isinstance(one, KerasLayer) and one.depends_on is DependsOn.NOTHING]
    return any(defaults_to_true(one) for one in plain)


def defaults_to_true(type_: KerasLayer | UserClass) -> bool:
    """Whether a `call` has the default `training=True`, in some release."""
    if isinstance(type_, UserClass):
        return type_.training_default is True
    return any(one.default is True for one in type_.signatures.values())


def _wants_flag(layer: Instance) -> bool:
    if isinstance(layer.type, KerasLayer):
        return dependence(layer) is Dependence.YES
    cls = layer.type
    if cls.call is None:
        return dependence(layer) is Dependence.YES
    if (cls.phase_parameter != "training" and not cls.phase_in_kwargs) or hides_signature(cls):
        return False
    if dependence(layer) is Dependence.YES:
        return True
    # Whoever names the parameter and uses it says that it matters, unless it only goes to layers that ignore it.
    ignored = {
        event.flag.node
        for event in walk(cls.program.summary(layer).events)
        if isinstance(event, LayerCall) and dependence(event.receiver) is Dependence.NO
    }
    return any(
        isinstance(node, ast.Name) and node.id == "training" and node not in ignored for node in nodes_in(cls.call.node)
    )


def takes_keyword(receiver: Value) -> bool:
    """Whether `training=` can be passed to whatever the receiver may be."""
    return all(_takes_keyword(one) for one in members(receiver))


def _takes_keyword(one: Value) -> bool:
    if isinstance(one, FunctionValue):
        # A function that stands in for a layer: it takes any keyword and does nothing with it.
        return one.node.args.kwarg is not None and not uses_kwargs(one.node)
    if isinstance(one, Instance):
        return isinstance(one.type, KerasLayer) or (one.type.is_layer and passes_through(one.type))
    return isinstance(one, Constant)


def passes_through(cls: UserClass) -> bool:
    """Whether calling the layer with `training=` works: its `__call__` is Keras's, takes the flag, or hands any keyword
    on to one that does. Among the inputs Keras 3 takes nothing but tensors.
    """
    method = cls.find_method("__call__")
    while isinstance(method, Method) and parameter(method.node, "training") is None:
        if not uses_kwargs(method.node):
            return method.node.args.kwarg is not None
        if not _hands_kwargs_on(method.node):
            return False
        method = cls.find_method("__call__", after=method.owner)
    return True


def _hands_kwargs_on(override: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether an override of `__call__` gives its `**kwargs` to that of its parent, and to nothing else; other keywords
    may be read from them and written to them.
    """
    assert override.args.kwarg is not None
    name = override.args.kwarg.arg
    allowed: set[ast.AST] = set()
    handed_on = False
    for node in nodes_in(override):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__call__":
            given = [one.value for one in node.keywords if one.arg is None]
            handed_on = handed_on or any(isinstance(one, ast.Name) and one.id == name for one in given)
            allowed.update(given)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            allowed.update([node.func.value] if node.args and _names_another(node.args[0]) else [])
        elif isinstance(node, ast.Subscript) and _names_another(node.slice):
            allowed.add(node.value)
    uses = (one for one in nodes_in(override) if isinstance(one, ast.Name) and one.id == name)
    return handed_on and all(one in allowed for one in uses)


def _names_another(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and key.value != "training"


def layer_title(value: Value) -> str:
    """What a receiver is, for messages: `Dropout`, or `Dropout or Identity`."""
    types = [one.type for one in members(value) if isinstance(one, Instance)]
    return " or ".join(dict.fromkeys(one.title for one in types)) or "layer"
