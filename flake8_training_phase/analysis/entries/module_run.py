"""Runs a module from its first statement to its last, to know which model each name and call means.

Rules about layers ask what a `call` does, whoever runs it. Rules about callers ask what `model` is at one place: a
parameter, an attribute of a trainer, a functional model that was made some functions away. So the statements at the
top of the module are run too, with the functions that they call and the constructors of the objects that they make.
Functions that nothing calls are run on unknown arguments, when a rule asks about what is in them.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from flake8_training_phase.analysis.domain.arguments import (
    NO_CALL,
    Arguments,
    FunctionNode,
    defaults,
    unknown_arguments,
)
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import FlagArgument, LayerCall
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.objects import Limit
from flake8_training_phase.analysis.domain.receivers import receiver
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    join,
    members,
)
from flake8_training_phase.analysis.machine.expressions import MAX_STEPS, TooComplex
from flake8_training_phase.analysis.machine.graphs import GraphMaker, Tensor, derived_tensor
from flake8_training_phase.analysis.models.functions import held_instances
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.functions import Function
from flake8_training_phase.analysis.syntax.names import names_read
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer

VARIABLES = frozenset({"trainable_variables", "trainable_weights", "variables", "weights", "parameters"})
"""The attributes that a gradient is computed for; `parameters()` is that of torch."""
MOST_OBJECTS = 8
"""Of how many objects of one class the methods are run."""

MOST_STEPS = 8_000
"""After how many statements and calls the run of a module, or of a function in it, is given up."""
MOST_OF_ONE = 100_000
"""After how many of them a function is not followed any more from wherever else it is called: what the two hundred
tests of a converter call says nothing new.
"""


@dataclass(frozen=True, slots=True)
class CallSite:
    """A function that was run, and the call that ran it."""

    call: ast.Call
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    owner: UserClass | None
    """The class that it is a method of."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of a layer or model, as one run reached it."""

    node: ast.Call
    receiver: Value
    flag: FlagArgument
    inspected: bool
    chain: tuple[CallSite, ...]
    """The functions it was reached through, the innermost last."""
    symbolic: bool
    """It only builds a functional model."""


class ModuleRun(GraphMaker):
    """What a module does when it is run, as far as it calls models."""

    def __init__(self, module: CheckedModule) -> None:
        super().__init__(module.module.program)
        self.module = module
        self.model_calls: list[ModelCall] = []
        self.callees: dict[ast.Call, list[Value]] = {}
        """What is called at each call."""
        self.bound: dict[ast.Call, list[Value]] = {}
        """What `functools.partial(net, …)` and `strategy.run(net, kwargs=…)` will call."""
        self._partials: dict[FunctionNode, list[Partial]] = {}
        """Those that were made of each function: any holder may call them."""
        self._nested: dict[FunctionNode, FunctionValue] = {}
        """The functions that were defined inside others, and lambdas, with the names that they see."""
        self.owners: dict[ast.Attribute, list[Value]] = {}
        """Whose variables an expression such as `model.trainable_variables` asks for."""
        self.frozen: set[Instance] = set()
        """The objects whose `trainable` was set to False."""
        self._held: dict[Instance, dict[str, Value]] = {}
        """What the attributes of each object became."""
        self._objects_of: dict[UserClass | KerasLayer, list[Instance]] = {}
        """Those of them that are objects of a class, or of a subclass of it."""
        self._chain: list[CallSite] = []
        self._spent: Counter[FunctionNode] = Counter()
        """How many steps each function has taken, with those it calls, from wherever it was called."""
        self._top = Frame(None, module.scope)
        self._classes = tuple(one.cls for one in module.layer_classes)
        self._all_classes = tuple(module.module.classes())
        self._run(module.tree.body, self._top)

    def cover(self, nodes: Collection[ast.AST]) -> None:
        """Run the functions around some nodes that nothing has called yet: as others of the module call them, which
        are run on unknown arguments, and themselves on such where nothing does.
        """
        wanted = set(nodes)
        around = [one for one in self.module.functions if not wanted.isdisjoint(nodes_in(one.node))]
        if any(one.node not in self.state.visited for one in around):
            for function in (*self._first_callers(around), *around):
                if function.node not in self.state.visited and function.node not in self._nested:
                    self.state.visited.add(function.node)
                    for partial in self._partials.get(function.node, ()):
                        self._run_function(partial)
                    if function.node not in self._partials:
                        for instance in self._objects(function.cls):
                            self._run_alone(function, instance)
        for node, function_value in tuple(self._nested.items()):
            if node not in self.state.visited and not wanted.isdisjoint(nodes_in(node)):
                self._run_function(
                    function_value, self._annotated_values(node, Frame(None, function_value.scope, self._top))
                )

    def _first_callers(self, functions: Iterable[Function]) -> list[Function]:
        """The functions, called by no other, through which some are reached, judging by names."""
        names, new = set[str](), {name for one in functions for name in self._called_as(one)}
        callers = set[int]()
        while new:
            names |= new
            more = {place for name in new for place in self._users.get(name, ())} - callers
            callers |= more
            new = {name for place in more for name in self._called_as(self.module.functions[place])} - names
        used = Counter(name for place in callers for name in self._used[place])
        found = [(self.module.functions[place], self._used[place]) for place in sorted(callers)]
        return [one for one, own in found if all(used[name] == (name in own) for name in self._called_as(one))]

    def _called_as(self, function: Function) -> tuple[str, ...]:
        """The names that a function is called by: a constructor by those of the classes whose objects it makes."""
        name, cls = function.node.name, function.cls
        made = (one.name for one in self._all_classes if cls in one.mro) if name == "__init__" else ()
        return (name, *made)

    @cached_property
    def _used(self) -> list[frozenset[str]]:
        """The names that each function of the module reads, with those of attributes."""
        return [names_read(one.node) for one in self.module.functions]

    @cached_property
    def _users(self) -> dict[str, list[int]]:
        """The places of the functions that read a name."""
        users: dict[str, list[int]] = {}
        for place, names in enumerate(self._used):
            for name in names:
                users.setdefault(name, []).append(place)
        return users

    def _run(self, body: list[ast.stmt], frame: Frame) -> None:
        self._steps = MAX_STEPS - MOST_STEPS
        try:
            self.block(body, frame)
        except (TooComplex, RecursionError) as error:
            self._give_up(frame.function or self.module.tree, error)
        for node, limit in self.state.given_up.items():
            self.module.give_up(node, limit)
        self._running.clear()
        self._chain.clear()
        self.events = []

    def _run_function(self, function: FunctionValue | Partial, given: Mapping[str, Value] | None = None) -> bool:
        """Run a function on unknown arguments but for those given; False when it was not followed to its end."""
        self._steps = MAX_STEPS - MOST_STEPS
        try:
            unknown = Arguments(NO_CALL, (), dict(given or {}), starred=True, hidden=True)
            self.apply(function, unknown, NO_CALL, self._top)
        except (TooComplex, RecursionError) as error:
            self._give_up(function.node if isinstance(function, FunctionValue) else self.module.tree, error)
            return False
        return True

    def _give_up(self, node: ast.AST, error: TooComplex | RecursionError) -> None:
        limit = self.program.limit_of(error)
        self.module.give_up(node, Limit.RUN if limit is Limit.STEPS else limit)

    def _objects(self, cls: UserClass | None) -> Iterable[Instance | None]:
        """The objects that methods of a class are run on: those that the module makes, or any, of subclasses too."""
        if cls is None:
            return (None,)
        made = self._objects_of.get(cls, [])
        if not made:
            any_of_each = [one.instance for one in self._all_classes if cls in one.mro]
            return any_of_each if 0 < len(any_of_each) <= MOST_OBJECTS else (cls.instance,)
        first, others = made[:MOST_OBJECTS], made[MOST_OBJECTS:]
        if others and not {*map(self.program.canonical, others)} <= {*map(self.program.canonical, first)}:
            self.module.give_up(cls.node, Limit.OBJECTS)
        return first

    def _run_alone(self, function: Function, instance: Instance | None) -> None:
        node = function.node
        frame = Frame(node, function.scope, self._top, function.cls, instance)
        frame.environment.update(unknown_arguments(node))
        frame.environment.update(self._annotated_values(node, frame))
        for name, default in defaults(node):
            value = self.evaluate(default, frame)
            if isinstance(value, Instance):
                frame.environment[name] = value
        frame.environment.update(receiver(node, instance))
        self._run(node.body, frame)

    def _annotated_values(self, node: FunctionNode, frame: Frame) -> dict[str, Value]:
        """The parameters of a function whose annotation says what they are."""
        values: dict[str, Value] = {}
        for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if isinstance(one.annotation, (ast.Name, ast.Attribute)):
                found = self.evaluate(one.annotation, frame)
                if isinstance(found, ClassValue):
                    values[one.arg] = found.any_object
        return values

    def models_of(self, node: ast.ClassDef) -> Iterator[Instance]:
        """The objects of a class of the module that is a model."""
        for cls in self._classes:
            if cls.node is node and cls.is_model:
                yield from (one for one in self._objects(cls) if one is not None)

    def held_by(self, owner: Instance) -> Iterator[Instance]:
        """The objects that an object has as attributes or contents, or in containers that are such."""
        attributes = dict[str, Value]()
        if isinstance(owner.type, UserClass):
            attributes = owner.type.attributes(owner) | self._held.get(owner, {})
        yield from held_instances((*attributes.values(), *owner.contents))

    def layers_run_by(self, model: Instance) -> list[Value] | None:
        """What the `call` of an object of the project runs without a constant flag; None when that is not seen."""
        if not isinstance(model.type, UserClass) or model.type.call is None:
            return None
        before = len(self.model_calls)
        if not self._run_function(_bound(model.type.call, model)):
            return None
        found = [call.receiver for call in self.model_calls[before:] if not call.flag.constant]
        del self.model_calls[before:]
        return found

    def run_method(self, method: Method, cls: UserClass) -> None:
        """Run a method, which may be of another module, on the objects of a class, with unknown arguments."""
        for one in self._objects(cls):
            if one is not None:
                self._run_function(_bound(method, one))

    # What the interpreter does not keep.

    def graph(self, outputs: Value) -> tuple[Value, ...]:
        """As the interpreter, but the flags that layers received in the graph say nothing about the others."""
        tensor = derived_tensor([outputs])
        return tensor.layers if isinstance(tensor, Tensor) else ()

    def evaluate(self, node: ast.expr, frame: Frame) -> Value:
        """As the interpreter; whose variables are asked for is kept."""
        if isinstance(node, ast.Attribute) and node.attr in VARIABLES and not isinstance(node.value, ast.Call):
            self.owners.setdefault(node, []).append(super().evaluate(node.value, frame))
        return super().evaluate(node, frame)

    def defined(self, node: FunctionNode, frame: Frame) -> FunctionValue:
        """As the interpreter; what is defined inside a function is kept for where nothing calls it."""
        made = super().defined(node, frame)
        if frame.function is not None or isinstance(node, ast.Lambda):
            self._nested[node] = made
        return made

    def apply(self, callee: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        """As the interpreter, but what is made is an object of its own, and its constructor is run."""
        self.callees.setdefault(node, []).append(callee)
        if "kwargs" in arguments.keywords and arguments.positional:
            self.bound.setdefault(node, []).append(arguments.positional[0])
        if isinstance(callee, External):
            return self._apply_external(callee.path, arguments, node, frame)
        result = super().apply(callee, arguments, node, frame)
        if isinstance(callee, ClassValue) and isinstance(callee.type, UserClass) and isinstance(result, Instance):
            return self._constructed(callee.type, result, arguments)
        return result

    def method(self, base: Value, name: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value | None:
        """As the interpreter; whose method it is is kept for those that name variables or take them."""
        if isinstance(node.func, ast.Attribute) and name in (*VARIABLES, "stateless_call"):
            self.owners.setdefault(node.func, []).append(base)
        return super().method(base, name, arguments, node, frame)

    def _apply_external(self, path: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
        if path == "functools.partial":
            first = arguments.first
            self.bound.setdefault(node, []).append(first)
            made = super().apply(External(path), arguments, node, frame)
            if isinstance(made, Partial) and isinstance(first, FunctionValue):
                self._partials.setdefault(first.node, []).append(made)
            return made
        return super().apply(External(path), arguments, node, frame)

    def may_freeze(self, frame: Frame) -> bool:
        """Never: here it is seen what is frozen."""
        return False

    def _constructed(self, cls: UserClass, made: Instance, arguments: Arguments) -> Instance:
        if cls.call is None:
            outputs = arguments.by_name(("inputs", "outputs")).get("outputs", UNKNOWN)
            made = replace(made, contents=self.graph(outputs))
        self._attributes(made)
        return made

    def attribute(self, base: Value, name: str, frame: Frame) -> Value:
        """As the interpreter, but an object has what its own constructor was given."""
        if isinstance(base, Instance) and name in self._held.get(base, {}):
            return self._held[base][name]
        return super().attribute(base, name, frame)

    def set_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember `base.name = value` of whatever object it is."""
        for one in members(base):
            if isinstance(one, Instance):
                if name == "trainable":
                    self._set_trainable(one, value)
                held = self._attributes(one)
                before = held.get(name)
                held[name] = value if before is None else join((before, value))

    def replace_attribute(self, base: Value, name: str, value: Value) -> None:
        """Remember what an attribute became of whatever object it is."""
        for one in members(base):
            if isinstance(one, Instance):
                self._attributes(one)[name] = value

    def _attributes(self, one: Instance) -> dict[str, Value]:
        if one not in self._held:
            self._held[one] = {}
            for cls in one.type.mro if isinstance(one.type, UserClass) else ():
                self._objects_of.setdefault(cls, []).append(one)
        return self._held[one]

    def set_global(self, name: str, value: Value, frame: Frame) -> None:
        """Bind a name of the module."""
        self._top.environment[name] = value

    def set_trainable(self, target: ast.expr, layers: Value, value: Value, frame: Frame) -> None:
        """Nothing more: here a layer stays the object that it is."""

    def _set_trainable(self, layer: Instance, value: Value) -> None:
        if value == Constant(False):
            self.frozen.add(layer)
        else:
            self.frozen.discard(layer)

    def _inline(self, function: FunctionValue, arguments: Arguments, frame: Frame, is_super_call: bool) -> Value:
        if function.closure is None and function.scope.root is self._top.scope:
            function = replace(function, closure=self._top)
        if self._spent[function.node] > MOST_OF_ONE:
            around = self._chain[0].function if self._chain else frame.function
            self.state.given_up.setdefault(around or self.module.tree, Limit.CALLS)
            return UNKNOWN
        self._chain.append(CallSite(arguments.node, function.node, function.owner))
        before = self._steps
        try:
            return super()._inline(function, arguments, frame, is_super_call)
        finally:
            self._chain.pop()
            self._spent[function.node] += self._steps - before

    def _layer_call(self, receiver: Value, arguments: Arguments, node: ast.Call, frame: Frame) -> LayerCall:
        event = super()._layer_call(receiver, arguments, node, frame)
        given = derived_tensor((*arguments.positional, *arguments.keywords.values()))
        symbolic = isinstance(given, Tensor) and given.symbolic
        self.model_calls.append(ModelCall(node, receiver, event.flag, event.inspected, tuple(self._chain), symbolic))
        return event


def _bound(method: Method, instance: Instance) -> FunctionValue:
    return FunctionValue(method.node, method.owner.scope, owner=method.owner, bound_to=instance)


def module_run(module: CheckedModule, nodes: Collection[ast.AST]) -> ModuleRun:
    """The run of a module, as far as it reaches some nodes. What it does at its top is run once."""
    run = module.once(ModuleRun)
    run.cover(nodes)
    return run
