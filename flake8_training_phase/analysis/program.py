"""The program that is checked: everything that is found out about its objects, once.

All memo tables, and the guards against asking in a circle, are here and nowhere else. What is found out about an object
follows from its class and from what it was made with, not from who asks, nor from the order of questions.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

from flake8_training_phase.analysis.constructions import constructions_of
from flake8_training_phase.analysis.domain.arguments import (
    Arguments,
    defaults,
    opaque_kwargs,
    unknown_arguments,
)
from flake8_training_phase.analysis.domain.around import Answer
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import CallSummary, Method, UserClass
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.name_patterns import ANY_NAME, is_pattern, may_be_same
from flake8_training_phase.analysis.domain.objects import (
    Constructions,
    Limit,
    Made,
    ObjectState,
    construction_key,
    simplified,
)
from flake8_training_phase.analysis.domain.receivers import receiver
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Container,
    FunctionValue,
    Instance,
    Partial,
    PhaseValue,
    Value,
    join,
)
from flake8_training_phase.analysis.machine.calls import bound
from flake8_training_phase.analysis.machine.expressions import TooComplex
from flake8_training_phase.analysis.machine.graphs import GraphMaker, GraphOfNames, makes_graph
from flake8_training_phase.analysis.machine.interpreter import Interpreter
from flake8_training_phase.keras.catalogue import KerasLayer

MAX_WAITING = 100
"""How many questions wait for one that they lead to, each as deep as Python's stack lets it be; then it is too much."""

MAX_KINDS = 64
"""How many kinds of objects of one class are distinguished; more than that are treated as any object of the class."""

MAX_ROUNDS = 16
"""How often a question is asked whose answer hangs on one that is still open."""


class _TooDeep(Exception):
    """A question was reached where Python's stack has no room left for the answer."""

    def __init__(self, question: Hashable, answer: Callable[[], Any]) -> None:
        super().__init__()
        self.question = question
        self.answer = answer


class Program:
    """What is known of the objects of a program."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}
        self._asking: dict[Hashable, int] = {}
        """The questions that are being answered, with how deep each is in the others."""
        self._nested = 0
        """How many questions have led to each other up to here, without those that wait for them."""
        self._provisional = 0
        """How deep the outermost question is whose answer was needed before it was found."""
        self._preliminary: dict[Hashable, tuple[Any, int]] = {}
        """Answers that were found while a question was open whose answer they need, with how deep that one is: they
        hold until it is answered. Without them, layers that all hold each other would be asked about in every order.
        """
        self._needing: dict[int, list[Hashable]] = {}
        """Which those are, by that depth."""
        self._kinds: dict[UserClass, dict[Hashable, Instance]] = {}
        self._canonical: dict[Instance, Instance] = {}
        self._changes: dict[Instance, dict[str, Value]] = {}
        """Attributes of objects that others assign: `self.head.drop = …`."""
        self._changed: Counter[UserClass | KerasLayer] = Counter()
        """How many objects of a class have such."""
        self._rounds: Counter[Hashable] = Counter()
        """How often a question was answered that hangs on an open one."""
        self._nested_too_deep: set[Instance] = set()
        """Objects that hold others in each other too deep to be followed."""

    def ask(self, question: Hashable, answer: Callable[[], Answer], meanwhile: Answer) -> Answer:
        """The answer to a question, found once. Who asks again while it is being found gets `meanwhile`.

        `answer` may be broken off, and be called once more.
        """
        if question in self._asking:
            # What is found out on the way back to here holds only as long as this is not known.
            self._provisional = min(self._provisional, self._asking[question])
            return meanwhile
        if question in self._preliminary:
            early: Answer
            early, needed = self._preliminary[question]
            self._provisional = min(self._provisional, needed)
            return early
        if question not in self._answers:
            return self._answered(question, answer) if self._nested else self._answered_first(question, answer)
        known: Answer = self._answers[question]
        return known

    def _answered_first(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """The answer to a question that no other has led to. One that it leads to, too deep for Python's stack, is
        answered before it, from here.
        """
        waiting: list[tuple[Hashable, Callable[[], Any]]] = [(question, answer)]
        try:
            while len(waiting) <= MAX_WAITING:
                found = self._answered_or_led_on(*waiting[-1])
                if isinstance(found, _TooDeep):
                    waiting.append((found.question, found.answer))
                    continue
                waiting.pop()
                if not waiting:
                    first: Answer = found
                    return first
            raise RecursionError
        finally:
            for other, _ in waiting:
                self._asking.pop(other, None)

    def _answered_or_led_on(self, question: Hashable, answer: Callable[[], Any]) -> Any:
        try:
            return self._answered(question, answer)
        except _TooDeep as deeper:
            return deeper

    def _answered(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """The answer to a question, kept for as long as it holds. Raises _TooDeep."""
        depth = self._asking.setdefault(question, len(self._asking))
        outer, self._provisional = self._provisional, depth
        self._nested += 1
        is_waiting = False
        try:
            found = answer()
        except _TooDeep:
            is_waiting = self._nested == 1
            raise
        except RecursionError as error:
            if self._nested == 1:
                raise
            raise _TooDeep(question, answer) from error
        finally:
            # Where the stack is full any call would fail, and leave things half done: there is none here.
            self._nested -= 1
            needed = self._provisional
            self._provisional = outer if outer < needed else needed
            if not is_waiting:
                del self._asking[question]
                if depth in self._needing:
                    for other in self._needing[depth]:
                        del self._preliminary[other]
                    del self._needing[depth]
        if needed < depth and self._is_worth_another(question):
            self._needing.setdefault(needed, []).append(question)
            self._preliminary[question] = (found, needed)
        else:
            self._answers[question] = found
        return found

    def _is_worth_another(self, question: Hashable) -> bool:
        """Whether a question whose answer hangs on one that is still open is asked again once that is answered. In a
        circle of many objects that would take 2^n rounds: after some the answer stays, and the object is unknown.
        """
        self._rounds[question] += 1
        if self._rounds[question] < MAX_ROUNDS:
            return True
        if isinstance(question, tuple) and isinstance(question[-1], Instance):
            self._nested_too_deep.add(question[-1])
        return False

    @property
    def is_nested(self) -> bool:
        """Whether the question that is being answered was asked by others, which are on Python's stack too."""
        return self._nested > 1

    def limit_of(self, error: Exception) -> Limit:
        """Why a function is given up that this has ended. Raises the error again where it is not the function that has
        filled Python's stack, but those who have asked for it.
        """
        if isinstance(error, TooComplex):
            return Limit.STEPS
        if self.is_nested:
            raise error
        return Limit.DEPTH

    # Objects.

    def canonical(self, instance: Instance) -> Instance:
        """The object that stands for all that are made of the same class with equal arguments."""
        cls = instance.type
        if isinstance(cls, KerasLayer) or instance in self._changes:
            return instance
        if instance is cls.unknown_instance or ("constructions", cls.module) in self._asking:
            # While the constructions of a module are collected, nothing is known of those to come.
            made = instance.construction
            return cls.unknown_instance if made is None else self._kind(instance, cls, made)
        if instance.construction is None:
            return self.ask(("any object", cls), lambda: self._any_object(cls), meanwhile=cls.unknown_instance)
        return self._kind(instance, cls, instance.construction)

    def _any_object(self, cls: UserClass) -> Instance:
        """What stands for any object of a class: the only kind that its module makes, if there is only one."""
        kinds = {self.canonical(one.instance) for one in self._constructions_of(cls)}
        if len(kinds) > 1:
            return cls.instance
        return next(iter(kinds), cls.unknown_instance)

    def _kind(self, instance: Instance, cls: UserClass, construction: Arguments) -> Instance:
        """The first object that was made of the same class with equal arguments."""
        if instance not in self._canonical:
            kinds = self._kinds.setdefault(cls, {})
            key = construction_key(construction)
            is_new = key not in kinds and len(kinds) < MAX_KINDS
            # A class with more kinds than that is not distinguished any further.
            self._canonical[instance] = instance if is_new else kinds.get(key, cls.unknown_instance)
            kinds.setdefault(key, self._canonical[instance])
        return self._canonical[instance]

    def tell_apart_anew(self) -> None:
        """Tell objects apart again where many kinds of a class have been made: for who tries out many of them."""
        self._kinds = {cls: kinds for cls, kinds in self._kinds.items() if len(kinds) < MAX_KINDS // 4}

    def has_too_many_kinds(self, cls: UserClass) -> bool:
        """Whether the module of a class makes more kinds of its objects than are distinguished."""
        made = [one.instance.construction for one in self._constructions_of(cls)]
        kinds = {construction_key(one) for one in made if one is not None} if len(made) > MAX_KINDS else ()
        return len(kinds) > MAX_KINDS

    def state(self, instance: Instance) -> ObjectState:
        """What constructing an object leaves behind."""
        one = self.canonical(instance)
        state = ObjectState()
        return self.ask(("state", one), lambda: self._construct(one, state), meanwhile=state)

    def attribute(self, instance: Instance, name: str) -> Value | None:
        """What was assigned to an attribute of an object; None when nothing was."""
        changed = self._changes.get(instance, {}).get(name)
        if changed is not None:
            return changed
        found = self.state(instance).attributes.get(name)
        return self.attribute_named_in_part(instance, name) if found is None and is_pattern(name) else found

    def attribute_named_in_part(self, instance: Instance, name: str) -> Value | None:
        """What was assigned under names that may be this one, where either is known in part; None when nothing was.

        Where nothing of this one is known, only those count that are not known either.
        """
        needs_part = name == ANY_NAME or not is_pattern(name)
        assigned = self.state(instance).attributes.items()
        found = [value for key, value in assigned if (is_pattern(key) or not needs_part) and may_be_same(key, name)]
        return join(found) if found else None

    def change(self, instance: Instance, name: str, value: Value) -> None:
        """Another object assigns an attribute of this one, which is a kind of its own from then on.

        So many are distinguished as kinds are: a constructor that makes an object of its own class and changes it would
        not come to an end.
        """
        if instance not in self._changes:
            if self._changed[instance.type] >= MAX_KINDS:
                return
            self._changed[instance.type] += 1
        self._changes.setdefault(instance, {})[name] = value

    def _construct(self, instance: Instance, state: ObjectState) -> ObjectState:
        cls = instance.type
        state.forget()
        if isinstance(cls, KerasLayer):
            return state
        run = GraphMaker(self, instance, state)
        for name in cls.writing_methods():
            found = cls.find_method(name)
            run.is_next = name in ("__init__", "build")
            if isinstance(found, Method):
                if found.node not in run.state.visited:
                    given = self._constructor_arguments(instance, cls, found) if name == "__init__" else {}
                    self._run(run, instance, found, given)
            elif name == "__init__" and instance.construction is not None and found is not None:
                run.construct_base(found, instance.construction)
        return state

    def _constructor_arguments(self, instance: Instance, cls: UserClass, constructor: Method) -> Mapping[str, Value]:
        """What the parameters of `__init__` are: those of the construction; those of all, for any object of a class."""
        if instance.construction is not None:
            return self._bound(constructor, instance, instance.construction)
        if instance is cls.unknown_instance:
            return {}
        made = [one.instance.construction for one in self._constructions_of(cls)]
        found = [self._bound(constructor, instance, one) for one in made if one is not None]
        return {name: join(one[name] for one in found if name in one) for one in found for name in one}

    def _bound(self, constructor: Method, instance: Instance, arguments: Arguments) -> dict[str, Value]:
        function = FunctionValue(constructor.node, constructor.owner.scope, owner=constructor.owner, bound_to=instance)
        environment = bound(function, arguments, Interpreter(self).evaluate)
        typed = dict(_typed_parameters(constructor.node, constructor.owner.scope))
        return {
            name: typed.get(name, value) if value is UNKNOWN else simplified(value)
            for name, value in environment.items()
        }

    def _constructions_of(self, cls: UserClass) -> list[Made]:
        if cls.name not in cls.module.names_read:
            return []
        return [one for one in self.constructions(cls.module).made if one.instance.type is cls]

    def constructions(self, module: Module) -> Constructions:
        """The objects that the code of a module makes, itself and in the constructors of what it makes."""
        nothing = Constructions((), {})
        return self.ask(("constructions", module), lambda: constructions_of(module, self), meanwhile=nothing)

    def _run(self, run: Interpreter, instance: Instance, method: Method, given: Mapping[str, Value]) -> bool:
        """Run a method of an object on unknown arguments, except those given; False when it was too complex."""
        node = method.node
        run.state.visited.add(node)
        is_call = isinstance(instance.type, UserClass) and instance.type.call == method
        frame = Frame(node, method.owner.scope, None, method.owner, instance, is_call_method=is_call)
        frame.environment.update(unknown_arguments(node))
        if node.args.kwarg is not None:
            cls = instance.type
            of_call = is_call and isinstance(cls, UserClass) and not cls.replaces_dunder_call
            frame.environment[node.args.kwarg.arg] = opaque_kwargs(node, of_call=of_call)
        if not is_call:
            frame.environment.update(_typed_parameters(node, method.owner.scope))
        frame.environment.update(given)
        frame.environment.update(receiver(node, instance))
        try:
            run.block(node.body, frame)
        except (TooComplex, RecursionError) as error:
            limit = self.limit_of(error)
            # The steps of an object are counted together: what comes after the function that took too many is not to
            # blame.
            if limit not in run.state.given_up.values():
                run.state.given_up[node] = limit
            return False
        return True

    # What calling an object does.

    def summary(self, instance: Instance) -> CallSummary:
        """What `call` of an object does when the flag is True, False or None."""
        one = self.canonical(instance)
        return self.ask(("summary", one), lambda: self._summary(one), meanwhile=CallSummary((), complete=False))

    def _summary(self, instance: Instance) -> CallSummary:
        cls = instance.type
        if isinstance(cls, KerasLayer) or cls.call is None:
            return CallSummary((), complete=isinstance(cls, UserClass) and cls.is_layer)
        given: dict[str, Value] = {}
        if cls.phase_parameter is not None:
            given[cls.phase_parameter] = PhaseValue((True, False, None), cls.phase_parameter, cls.default_is_number)
        elif cls.phase_in_kwargs and cls.call.node.args.kwarg is not None:
            flag = PhaseValue((True, False, None), "training")
            given[cls.call.node.args.kwarg.arg] = Container((flag,), ("training",), open=True)
        return self._followed(instance, cls.call, given)

    def _followed(self, instance: Instance, method: Method, given: Mapping[str, Value]) -> CallSummary:
        run = Interpreter(self, instance)
        complete = self._run(run, instance, method, given)
        events = tuple(run.events) if complete else ()
        state = run.state
        given_up = state.given_up.get(method.node)
        return CallSummary(events, complete, given_up, tuple(run.plain_calls), frozenset(state.unknown_calls))

    def method_summary(self, instance: Instance, method: Method, flag: str | None = "training") -> CallSummary:
        """What a method does, whoever runs it, when its parameter that means the phase is True, False or None."""
        one = self.canonical(instance)
        question = ("method", one, method.node, flag)
        unknown = CallSummary((), complete=False)
        return self.ask(question, lambda: self._method_summary(one, method, flag), meanwhile=unknown)

    def _method_summary(self, instance: Instance, method: Method, flag: str | None) -> CallSummary:
        given = {} if flag is None else {flag: PhaseValue((True, False, None), flag)}
        return self._followed(instance, method, given)

    def nest_too_deep(self, objects: Iterable[Instance]) -> None:
        """What some objects hold, each the next, is not followed any deeper."""
        self._nested_too_deep.update(objects)

    def is_nested_too_deep(self, instance: Instance) -> bool:
        """Whether what an object holds is not all followed, as far as anybody has asked."""
        return self.canonical(instance) in self._nested_too_deep

    # Names.

    def evaluate(self, node: ast.expr, scope: Scope, names: Mapping[str, Value] | None = None) -> Value:
        """What an expression at the top of a scope is, with some names beside those of the scope."""
        frame = Frame(None, scope)
        frame.environment.update(names or {})
        is_graph = makes_graph(node) and scope.follows_from_names(node)
        return (GraphOfNames(self) if is_graph else Interpreter(self)).evaluate(node, frame)


def _typed_parameters(node: FunctionDef, scope: Scope) -> Iterator[tuple[str, Value]]:
    """The parameters whose default or annotation says what they are: `norm_layer=BatchNormalization`.

    Where only the default says that it is a layer, a caller may give a function.
    """
    annotations = {one.arg: one.annotation for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for name, annotation in annotations.items():
        if isinstance(annotation, (ast.Name, ast.Attribute)):
            annotated = scope.evaluate(annotation)
            if isinstance(annotated, ClassValue):
                yield name, annotated.any_object
    for name, default in defaults(node):
        if not isinstance(default, ast.Constant):
            value = scope.evaluate(default)
            if isinstance(value, (ClassValue, Instance)) and value.type.is_layer:
                yield name, value if _names_class(annotations[name], scope) else join((value, UNKNOWN))
            elif isinstance(value, (ClassValue, Instance, FunctionValue, Partial)):
                yield name, value


def _names_class(annotation: ast.expr | None, scope: Scope) -> bool:
    """Whether an annotation is a class, as in `drop: Layer`, or a kind of classes, as in `norm_layer: type[Layer]`."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).rpartition(".")[2] in ("type", "Type"):
        annotation = annotation.slice
    return annotation is not None and isinstance(scope.evaluate(annotation), ClassValue)
