"""Runs a function of the checked code on values, and writes down the layer calls it makes.

One interpreter serves two questions: what attributes do `__init__` and `build` leave behind, and which layers does
`call` run with what flag. No code of the checked project is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import (
    UNKNOWN_ARGUMENTS,
    Arguments,
    arguments_of,
    constructor_arguments,
    parameter_names,
)
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import (
    Branch,
    DirectKerasCall,
    Event,
    Inlined,
    LayerCall,
    Loop,
    PassedBy,
    PhaseTest,
)
from flake8_training_phase.analysis.domain.flags import unknown_phase
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.merging import called_by_lane, join_lanes
from flake8_training_phase.analysis.domain.name_patterns import is_pattern
from flake8_training_phase.analysis.domain.objects import Limit, Made, ObjectState
from flake8_training_phase.analysis.domain.receivers import is_static, receiver
from flake8_training_phase.analysis.domain.scopes import function_imports
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    KerasMethod,
    LaneUnion,
    ModuleValue,
    Partial,
    PhaseValue,
    SuperValue,
    Union,
    Value,
    join,
    members,
)
from flake8_training_phase.analysis.machine.calls import (
    arguments_told,
    bound,
    does_something,
    flag_of_function,
    is_of_class,
    is_plain,
    is_run_by_keras,
    is_super,
    layer_flag,
    question_of,
)
from flake8_training_phase.analysis.machine.statements import Statements, place
from flake8_training_phase.analysis.models import functions as known_functions
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer
from flake8_training_phase.keras.packages import MAKERS, with_saved_arguments

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.around import Objects

MAX_DEPTH = 12
"""How deep functions of the checked code are followed into each other."""


class Interpreter(Statements):
    """Runs functions with `subject` as `self`."""

    def __init__(self, program: Objects, subject: Instance | None = None, state: ObjectState | None = None) -> None:
        super().__init__()
        self.program = program
        self.subject = subject
        self.state = state or ObjectState()
        """What becomes of the subject."""
        self.plain_calls: dict[ast.Call, None] = {}
        """The calls of functions that take no `training`, in the order in which they run."""
        self.is_next = False
        """What is run comes after what was run before: `build` after `__init__`. Other methods may come at any time."""
        self._running: list[ast.AST] = []
        self._outermost: ast.AST | None = None
        """The function whose calls are run, itself called by none of the others."""
        self._writes = 0
        """How many attributes were assigned."""
        self._cuts = 0
        """How many calls were not followed."""
        self._pure_results: dict[Hashable, Value] = {}
        """What functions give that do nothing else, by what they are given."""

    def attribute(self, base: Value, name: str, frame: Frame) -> Value:
        """What `base.name` is."""
        if isinstance(base, External):
            return frame.scope.external(f"{base.path}.{name}")
        if isinstance(base, ModuleValue):
            return base.module.member(name)
        if isinstance(base, Instance):
            return self._instance_attribute(base, name, frame)
        if isinstance(base, ClassValue):
            return self._class_attribute(base, name)
        if isinstance(base, SuperValue):
            return base.owner.inherited(name, base.bound_to)
        if isinstance(base, Container) and name in base.keys:
            return base.get(name)  # Of a `SimpleNamespace`.
        return UNKNOWN

    def _class_attribute(self, base: ClassValue, name: str) -> Value:
        if isinstance(base.type, KerasLayer):
            if base.type.origin and name in MAKERS:
                return ClassValue(with_saved_arguments(base.type), base.generations)
            found: Value = UNKNOWN
        else:
            found = base.type.class_attribute(name)
        if name == "from_config" and found is UNKNOWN:
            return Partial(External(known_functions.FROM_CONFIG), (base,), {})
        return found

    def _instance_attribute(self, base: Instance, name: str, frame: Frame) -> Value:
        if isinstance(base.type, KerasLayer):
            if name == "layers":
                return Container(base.contents)
            if name == "call":
                return KerasMethod(base.type, name, base)
            return base.arguments.get(name, UNKNOWN)
        if base is self.subject and name in self.state.attributes:
            return self.state.attributes[name]
        value = base.type.attribute(name, base)
        if isinstance(value, FunctionValue) and base.type.is_property(value.node):
            return self._inline(value, arguments_of(), frame, is_super_call=False)
        if name == "layers" and value is UNKNOWN and base.type.is_model:
            attributes = base.type.attributes(base) | (self.state.attributes if base is self.subject else {})
            return known_functions.layers_among((*attributes.values(), *base.contents))
        return value

    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember `base.name = value`, beside what the attribute may have been before."""
        self._writes += 1
        if base is self.subject:
            before = self.state.attributes.get(name)
            if before is not None and (self.conditions or not self.is_next or is_pattern(name)):
                value = join((before, value))
            self.state.attributes[name] = value
        else:
            self.replace_attribute(base, name, value)

    def replace_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember `base.name = value`, which is what it was before with a change to it."""
        self._writes += 1
        if base is self.subject:
            self.state.attributes[name] = value
            return
        for one in members(base):
            if isinstance(one, Instance) and isinstance(one.type, UserClass) and one.construction is not None:
                self.program.change(one, name, value)

    def phase_used(self, node: ast.expr, frame: Frame) -> None:
        """Write down that what is computed here is another thing in training."""
        self.events.append(PhaseTest(node, frame.phase_name(), frame.live, place(frame)))

    def imports(self, node: ast.Import | ast.ImportFrom, frame: Frame) -> Iterable[tuple[str, Value]]:
        """The names that an import inside a function binds."""
        return function_imports(node, frame.scope)

    def method(self, base: Value, name: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value | None:
        """Call a method of a container, a Sequential, a flag or a text; None when it is none of these."""
        changed = [self._changed(one, name, arguments) for one in members(base)]
        if any(one is not None for one in changed):
            after = (one or before for one, before in zip(changed, members(base), strict=True))
            self._rebind(node, join(after), frame)
            return Constant(None)
        if isinstance(base, Container):
            taken = known_functions.taken_item(base, name, arguments, surely=not self.conditions)
            if taken is not None:
                self._rebind(node, taken[1], frame)
                return taken[0]
            found = known_functions.items_method(base, name, arguments)
            return None if found is UNKNOWN and name in base.keys else found
        if isinstance(base, PhaseValue):
            return unknown_phase(base.parameter)
        texts = [known_functions.text_method(one, name, arguments) for one in members(base)]
        if all(texts):
            return join(one for one in texts if one is not None)
        if base is self.subject and name == "add" and arguments.positional and _is_sequential_subclass(base):
            self.state.base_contents = (*self.state.base_contents, arguments.positional[0])
            return Constant(None)
        return None

    def _changed(self, base: Value, name: str, arguments: Arguments) -> Value | None:
        """A container or a Sequential after a method that puts something into it; None for any other method."""
        if isinstance(base, Container):
            return known_functions.changed_items(base, name, arguments)
        if isinstance(base, Instance) and isinstance(base.type, KerasLayer) and base.type.name == "Sequential":
            if name == "add" and arguments.positional:
                return replace(base, contents=(*base.contents, arguments.positional[0]))
        return None

    def graph(self, outputs: Value) -> tuple[Value, ...]:
        """The layers of the functional model with some outputs; none when they are not known."""
        return ()

    def _rebind(self, node: ast.Call, value: Value, frame: Frame) -> None:
        """Give what a method was called on another value."""
        if isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, (ast.Name, ast.Attribute, ast.Subscript)):
                self.replace(node.func.value, value, frame)

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """Call `callee`, and give what it returns."""
        if isinstance(callee, LaneUnion):
            return self._apply_by_lane(callee, arguments, node, frame)
        if isinstance(callee, Union):
            return self._apply_union(callee, arguments, node, frame)
        if is_plain(callee):
            self.plain_calls[node] = None
        if isinstance(callee, FunctionValue):
            of_parent = isinstance(node.func, ast.Attribute) and (is_super(node.func.value) or is_of_class(callee))
            return self._inline(callee, arguments, frame, of_parent)
        if isinstance(callee, ClassValue):
            return self._construct(callee, arguments, node, frame)
        if isinstance(callee, Instance):
            return self._call_instance(callee, arguments, node, frame)
        if isinstance(callee, Partial):
            return self.apply(callee.function, arguments.after(callee.positional, callee.keywords), node, frame)
        if isinstance(callee, KerasMethod):
            return self._call_keras_method(callee, arguments, node, frame)
        if isinstance(callee, External):
            return known_functions.call(self, callee.path, arguments, node, frame)
        return self._call_unknown(arguments, node, frame)

    def _apply_by_lane(self, callee: LaneUnion, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """Call what is another thing in each lane: everything runs in its own, and where it is None nothing does."""
        live, done = frame.live, 0
        result: Value = UNKNOWN
        for one, lanes in called_by_lane(callee, live):
            frame.live = lanes
            result, done = join_lanes(result, done, self.apply(one, arguments, node, frame), lanes), done | lanes
        frame.live = live
        return result

    def _apply_union(self, callee: Union, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """Call one of several things: nobody knows which, so that functions are ways of their own."""
        layers = [one for one in callee.values if is_run_by_keras(one)]
        others = [one for one in callee.values if not is_run_by_keras(one) and not isinstance(one, Constant)]
        ways: list[list[Event]] = []
        outer = self.events
        self.conditions += 1
        results: list[Value] = []
        for one in [one for one in others if one is not UNKNOWN]:
            ways.append([])
            self.events = ways[-1]
            results.append(self.apply(one, arguments, node, frame))
        if layers or UNKNOWN in others:
            ways.append([])
            self.events = ways[-1]
            results.append(UNKNOWN)
            if layers:
                self._layer_call(join([*layers, *others]), arguments, node, frame)
            else:
                self._call_unknown(arguments, node, frame)
        self.conditions -= 1
        self.events = outer
        self.events += ways[0] if len(ways) == 1 else [Branch(ways)] if any(ways) else []
        return join(results)

    def _construct(self, callee: ClassValue, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        hidden = arguments.hidden or arguments.starred
        if isinstance(callee.type, KerasLayer):
            made, contents = callee.type, tuple[Value, ...]()
            by_name = constructor_arguments(made, arguments)
            if made.name == "Model":
                made = known_functions.FUNCTIONAL  # `keras.Model(inputs, outputs)`: its `call` takes the flag.
            if made.name == "Functional":
                contents = self.graph(by_name.get("outputs", by_name.get("#1", UNKNOWN)))
            elif made.depends_on is DependsOn.WRAPPED:
                # By name there are positional arguments twice.
                contents = tuple(known_functions.flattened((*arguments.positional, *arguments.keywords.values())))
            may_be_frozen = made.is_model and made.may_stop_when_frozen and self.may_freeze(frame)
            instance = Instance(made, callee.generations, by_name, hidden, contents, may_be_frozen)
        else:
            by_name = arguments.by_name(callee.type.constructor_parameters())
            instance = Instance(callee.type, callee.generations, by_name, hidden, construction=arguments)
        self.state.made.append(Made(instance, node, self._host))
        return instance

    def may_freeze(self, frame: Frame) -> bool:
        """Whether what is made here may be frozen somewhere else, without that being seen."""
        return frame.scope.root.freezes

    @property
    def _host(self) -> UserClass | None:
        """The layer class in whose methods this runs."""
        cls = self.subject.type if self.subject is not None else None
        return cls if isinstance(cls, UserClass) and cls.is_layer else None

    def _call_instance(self, callee: Instance, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        if isinstance(callee.type, KerasLayer) or is_run_by_keras(callee):
            self._layer_call(callee, arguments, node, frame)
            return UNKNOWN
        method = callee.type.attribute("__call__", callee)
        return self._inline(method, arguments, frame, False) if isinstance(method, FunctionValue) else UNKNOWN

    def _layer_call(self, receiver: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> LayerCall:
        """Write down that something is called as a layer is."""
        flag = layer_flag(receiver, arguments)
        call = LayerCall(
            node,
            receiver,
            flag,
            frame.live,
            place(frame),
            frame.phase_name(),
            frame.inspects_signatures or (flag.absent and node in frame.scope.sorted_out),
        )
        self.events.append(call)
        return call

    def _call_keras_method(self, callee: KerasMethod, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        if callee.name == "__init__" and callee.bound_to is self.subject:
            self.construct_base(callee.layer, arguments)
            return UNKNOWN
        is_call = callee.name == "call"
        parameters = callee.layer.signature(3).parameters if is_call else callee.layer.inner_method(callee.name)
        if parameters is not None:
            flag = arguments.flag(parameters)
            self.events.append(
                DirectKerasCall(
                    node, callee.bound_to, callee.layer.name, flag, frame.live, place(frame), frame.phase_name()
                )
            )
        return UNKNOWN

    def construct_base(self, base: KerasLayer, arguments: Arguments) -> None:
        """Run the constructor of the Keras class that the class of the subject is derived from."""
        self.state.base_arguments = arguments
        by_name = arguments.by_name(("inputs", "outputs"))
        if "outputs" in by_name:
            self.state.base_contents = self.graph(by_name["outputs"])
        elif base.name == "Sequential":
            given = (*arguments.positional, *arguments.keywords.values())
            self.state.base_contents = tuple(known_functions.flattened(given))
        elif any(one.name == "Wrapper" for one in base.mro):
            self.state.attributes["layer"] = arguments.by_name(("layer",)).get("layer", UNKNOWN)

    def _call_unknown(self, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        self.state.unknown_calls.add(node)
        if arguments.flag(()).passed_by is PassedBy.KEYWORD:
            self._layer_call(UNKNOWN, arguments, node, frame)
        self.run_callables(arguments, frame)
        return UNKNOWN

    def run_callables(self, arguments: Arguments, frame: Frame) -> None:
        """Run the functions that an unknown callee is given: it may call them any number of times."""
        told = arguments_told(arguments)
        for value in (*arguments.positional, *arguments.keywords.values()):
            functions = [one for one in members(value) if isinstance(one, (FunctionValue, Partial))]
            for one in functions:
                self.in_loop(one, frame, arguments=UNKNOWN_ARGUMENTS if told is None else arguments_of(told))
            told = None if functions else told  # It is the first that is called with them.

    def in_loop(
        self, function: Value, frame: Frame, lanes: int | None = None, arguments: Arguments = UNKNOWN_ARGUMENTS
    ) -> Value:
        """Run a function any number of times, in the given lanes."""
        body: list[Event] = []
        outer, self.events, live = self.events, body, frame.live
        frame.live = live if lanes is None else lanes
        self.conditions += 1
        try:
            if not frame.live:
                return UNKNOWN
            result = self.apply(function, arguments, arguments.node, frame)
        finally:
            self.events, frame.live = outer, live
            self.conditions -= 1
        if body:
            self.events.append(Loop(body))
        return result

    def _inline(self, function: FunctionValue, arguments: Arguments, frame: Frame, is_super_call: bool) -> Value:
        node = function.node
        if not self._running:
            self._outermost = frame.function
        if node in self._running or len(self._running) >= MAX_DEPTH:
            self._cuts += 1
            if node not in self._running and self._outermost is not None:
                self.state.given_up.setdefault(self._outermost, Limit.HELPERS)
            return UNKNOWN
        self.state.visited.add(node)
        inner = Frame.of(function, frame.live)
        inner.inspects_signatures = inner.inspects_signatures or frame.inspects_signatures
        parameters = parameter_names(node)[len(receiver(node, function.bound_to)) :]
        is_method = function.owner is not None and not isinstance(node, ast.Lambda) and not is_static(node)
        if is_method and function.bound_to is None:
            # `Base.call(self, x)`: the instance comes first.
            first = arguments.first
            inner.bound_to = first if isinstance(first, Instance) else None
        inner.environment.update(bound(function, arguments, self.evaluate))
        question = question_of(function, inner)
        if question is not None and question in self._pure_results:
            return self._pure_results[question]
        effects = self._effects
        call = Inlined(
            function,
            arguments,
            flag_of_function(node, arguments, parameters),
            is_super_call,
            place(frame),
            frame.phase_name(),
            frame.live,
        )
        outer, self.events = self.events, call.events
        self._running.append(node)
        try:
            if isinstance(node, ast.Lambda):
                inner.returned.append(self.evaluate(node.body, inner))
            else:
                self.block(node.body, inner)
        finally:
            self._running.pop()
            self.events = outer
        result = join(inner.returned)
        if call.events:
            self.events.append(call)
        if question is not None and effects == self._effects and not does_something(call):
            self._pure_results[question] = result
        return result

    @property
    def _effects(self) -> tuple[int, int, int]:
        """Grows with what a function may leave behind, beside what it returns, and where it was not followed."""
        return len(self.state.made), self._writes, self._cuts


def _is_sequential_subclass(value: Value) -> bool:
    cls = value.type if isinstance(value, Instance) else None
    return isinstance(cls, UserClass) and cls.keras_base_name == "Sequential"
