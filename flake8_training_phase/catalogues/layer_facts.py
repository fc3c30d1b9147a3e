"""What a catalogue holds about one class, found out by making objects of it with some arguments and others.

The same analysis that checks code says what a class depends on. Only what it knows for sure is recorded: a class of
which it does not know is unknown where it is used, and nothing is reported for it. A function that makes functional
models is to its callers what a class is whose objects are such models.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from flake8_training_phase.analysis.domain.arguments import NO_CALL, Arguments, defaults, parameter_names
from flake8_training_phase.analysis.domain.around import Objects
from flake8_training_phase.analysis.domain.classes import FunctionDef, Method, UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, PhaseTest, walk
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    FunctionValue,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.machine.expressions import TooComplex
from flake8_training_phase.analysis.machine.graphs import GraphMaker
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.weights import has_weights
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer, layers

_STRENGTH = re.compile(r"drop|noise|stddev|(^|_)rate$|prob")
"""Names of constructor arguments that say how much is dropped."""
_NO_STRENGTH = re.compile(r"dilation|sampl|learning|frame|expan|reduc|squeeze|growth|rate_policy")

FUNCTIONAL = frozenset({"Functional", "Model", "Sequential"})
"""The classes of models that are made of their layers."""

_CONFIGURATION = "config"
"""The name of an argument that often has no annotation."""

_ZERO, _SOME, _ONE = Constant(0.0), Constant(0.5), Constant(1.0)
_UNKNOWN: dict[str, object] = {"depends": DependsOn.UNKNOWN.value}
_OTHER_TEXT = Constant("something else")
_OTHERS = (_OTHER_TEXT, Constant(False))
"""What an argument that has to be given may be as well."""


def layer_facts(cls: UserClass) -> dict[str, object] | None:
    """What a catalogue holds about a class; None where Keras does not see the signature, or does not fill it."""
    if hides_signature(cls) or cls.phase_parameter not in (None, "training") or cls.phase_in_kwargs:
        return None
    base = next((one for one in cls.mro if isinstance(one, KerasLayer) and not one.origin), None)
    if base is None:
        return None
    facts: dict[str, object] = {"name": cls.name, "base": base.name}
    if cls.call is not None:
        facts["call"] = list(cls.call_parameters())
        if cls.accepts_training and "training" not in cls.call_parameters():
            facts["call"] = [*cls.call_parameters(), "training"]
        if cls.training_default is not None:
            facts["training"] = cls.training_default
    elif cls.keras_call is not None and cls.keras_call is not base:
        facts["base"] = cls.keras_call.name if not cls.keras_call.origin else base.name
    return facts | _Trials(_Class(cls)).findings()


def factory_facts(function: FunctionValue, program: Objects) -> dict[str, object] | None:
    """What a catalogue says of a function that gives functional models; None for any other, and for one of whose
    models nothing is known.
    """
    factory = _Factory(function, program)
    if isinstance(function.node, ast.Lambda) or not _is_functional(factory.made({})):
        return None
    found = _Trials(factory).findings()
    is_known = found["depends"] != DependsOn.UNKNOWN.value
    return {"name": function.node.name, "base": "Functional"} | found if is_known else None


def _is_functional(value: Value) -> bool:
    made = members(value)
    return bool(made) and all(
        isinstance(one, Instance) and isinstance(one.type, KerasLayer) and one.type.name in FUNCTIONAL for one in made
    )


@dataclass(frozen=True, slots=True)
class _Class:
    """A class, as what makes its objects."""

    cls: UserClass

    @property
    def definition(self) -> tuple[FunctionDef, Scope] | None:
        """What says which arguments it takes, and where."""
        found = self.cls.find_method("__init__")
        return (found.node, found.owner.scope) if isinstance(found, Method) else None

    def made(self, given: Mapping[str, Value]) -> Instance:
        """An object that is made with some arguments."""
        arguments = Arguments(NO_CALL, (), dict(given), starred=False, hidden=False)
        return Instance(self.cls, self.cls.generations, dict(given), construction=arguments)

    def has_weights(self, made: Value) -> bool:
        """Whether an object surely has weights."""
        return self.cls.is_model or (isinstance(made, Instance) and has_weights(made))

    def surely_does_nothing(self, made: Value) -> bool:
        """Whether none of its objects depends on the phase, whatever they are made with."""
        is_seen = self.cls.call is not None or bool(isinstance(made, Instance) and self.cls.base_contents(made))
        return is_seen and dependence(self.cls.unknown_instance) is Dependence.NO


@dataclass(frozen=True, slots=True)
class _Factory:
    """A function that gives models."""

    function: FunctionValue
    program: Objects

    @property
    def definition(self) -> tuple[FunctionDef, Scope] | None:
        """As of a class."""
        node = self.function.node
        return None if isinstance(node, ast.Lambda) else (node, self.function.scope)

    def made(self, given: Mapping[str, Value]) -> Value:
        """A model that is made with some arguments."""
        arguments = Arguments(NO_CALL, (), dict(given), starred=False, hidden=False)
        frame = Frame(None, self.function.scope)
        try:
            return GraphMaker(self.program).apply(self.function, arguments, NO_CALL, frame)
        except TooComplex:
            return UNKNOWN

    def has_weights(self, made: Value) -> bool:
        """As of a class."""
        return True

    def surely_does_nothing(self, made: Value) -> bool:
        """As of a class."""
        return dependence(made) is Dependence.NO and dependence(self.made({})) is Dependence.NO


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of a constructor."""

    name: str
    position: int | None
    default: Value | None
    """None for one that is required."""

    @property
    def is_strength(self) -> bool:
        """Whether it says how much is dropped: a number, with or without a default."""
        if not _STRENGTH.search(self.name) or _NO_STRENGTH.search(self.name):
            return False
        if self.default is None:
            return True
        return isinstance(self.default, Constant) and not isinstance(self.default.value, (bool, str))

    @property
    def switch(self) -> bool | None:
        """The default of one that is True or False."""
        value = self.default.value if isinstance(self.default, Constant) else None
        return value if isinstance(value, bool) else None

    @property
    def is_text(self) -> bool:
        """Whether its default is a text."""
        return isinstance(self.default, Constant) and isinstance(self.default.value, str)


class _Trials:
    """Objects of one class that are made with some arguments and others."""

    def __init__(self, maker: _Class | _Factory) -> None:
        self._maker = maker

    @cached_property
    def _parameters(self) -> tuple[_Parameter, ...]:
        definition = self._maker.definition
        first = 1 if isinstance(self._maker, _Class) else 0
        return () if definition is None else tuple(_parameters(*definition, first))

    @cached_property
    def _strengths(self) -> tuple[_Parameter, ...]:
        return tuple(one for one in self._parameters if one.is_strength)

    @cached_property
    def _required(self) -> dict[str, Value]:
        """What stands for arguments that have no default: an object, where an annotation says of which class."""
        if self._maker.definition is None:
            return {}
        node, scope = self._maker.definition
        annotations = {one.arg: one.annotation for one in (*node.args.args, *node.args.kwonlyargs)}
        found = [one.name for one in self._parameters if one.default is None and not one.is_strength]
        required = {name: _by_default(annotations.get(name), scope) for name in found}
        if required.get(_CONFIGURATION) is UNKNOWN and isinstance(self._maker, _Class):
            required[_CONFIGURATION] = _configuration(self._maker.cls)
        return required

    def _made(self, strengths: Mapping[str, Value], **others: Value) -> Value:
        """An object with these strengths, and none in the other ones."""
        given = {**self._required, **{one.name: _ZERO for one in self._strengths}, **strengths, **others}
        return self._maker.made(given)

    def _depends(self, strengths: Mapping[str, Value], **others: Value) -> bool:
        return dependence(self._made(strengths, **others)) is Dependence.YES

    def findings(self) -> dict[str, object]:
        """On what objects of the class depend, whether they have weights, and what stops when they are frozen."""
        plain = self._made({})
        found: dict[str, object] = {"weights": True} if self._maker.has_weights(plain) else {}
        if self._rests_on_more():
            return found | _UNKNOWN
        switches = self._deciding_switches()
        off = {one.name: Constant(False) for one in switches}
        deciding = [one for one in self._strengths if self._depends({one.name: _SOME}, **off)]
        if dependence(self._made({}, **off)) is Dependence.YES:
            return found | self._always(plain)
        arguments = {one.name: [one.position, bool(one.switch)] for one in switches}
        arguments |= {one.name: [one.position, self._acts_when_absent(one, off)] for one in deciding}
        if arguments:
            on = self._made({}, **{one.name: Constant(True) for one in switches})
            frozen = {"freezes": True} if _holds(on, _Kind.NORMALIZATION) else {}
            return found | {"depends": DependsOn.ARGUMENTS.value, "arguments": arguments} | frozen
        is_sure = self._maker.surely_does_nothing(plain)
        return found | {"depends": (DependsOn.NOTHING if is_sure else DependsOn.UNKNOWN).value}

    def _always(self, plain: Value) -> dict[str, object]:
        """What is said of objects that seem to depend on the phase when none of their strengths is given.

        A rate that is worked out from others is unknown here, and may be zero: only what surely drops counts.
        """
        drops = _holds(plain, _Kind.DROPOUT)
        if _holds(plain, _Kind.NORMALIZATION):
            return {"depends": DependsOn.ALWAYS.value} | self._left_when_frozen(plain, drops)
        if drops or (not self._strengths and _tests_the_flag(plain)):
            return {"depends": DependsOn.ALWAYS.value}
        deciding = {one.name: [one.position, _is_given_by_default(one)] for one in self._strengths}
        return {"depends": DependsOn.ARGUMENTS.value, "arguments": deciding} if deciding else _UNKNOWN

    def _left_when_frozen(self, plain: Value, drops: bool) -> dict[str, object]:
        """What still depends on the phase in a layer whose normalization is frozen."""
        if not self._strengths:
            acts = drops or _tests_the_flag(plain)
            return {} if acts and all(map(_drops_or_tests, self._made_with_others())) else {"freezes": True}
        seems_to_drop = _holds(plain, _Kind.PERHAPS_DROPOUT)
        left = {
            one.name: [one.position, self._drops_when_absent(one, seems_to_drop)]
            for one in self._strengths
            if _holds(self._made({one.name: _SOME}), _Kind.PERHAPS_DROPOUT)
        }
        return {"freezes": True} | ({"arguments": left} if left else {})

    def _made_with_others(self) -> Iterator[Value]:
        return (self._made({}, **dict.fromkeys(self._required, other)) for other in _OTHERS)

    def _drops_when_absent(self, strength: _Parameter, seems_to_drop: bool) -> bool:
        """Whether there is dropout when a strength is not given. There may seem to be some without any strength."""
        if seems_to_drop or strength.default is None:
            return _is_given_by_default(strength)
        return _holds(self._made({strength.name: strength.default}), _Kind.PERHAPS_DROPOUT)

    def _acts_when_absent(self, strength: _Parameter, off: Mapping[str, Value]) -> bool:
        if strength.default is None:
            return True
        return dependence(self._made({strength.name: strength.default}, **off)) is Dependence.YES

    def _deciding_switches(self) -> tuple[_Parameter, ...]:
        """The arguments that are True or False, and one of which is enough for an object to depend on the mode."""
        if self._depends({}):
            return tuple(one for one in self._parameters if one.switch and not self._depends({}, **_flipped(one)))
        found = (one for one in self._parameters if one.switch is False)
        return tuple(one for one in found if self._depends({}, **_flipped(one)))

    def _rests_on_more(self) -> bool:
        """Whether it depends on what a catalogue cannot say: on a text, on something that has to be False, on two
        arguments together, on a configuration, or on a rate that drops nothing when it is one.
        """
        if not self._depends({}):
            some = {one.name: _SOME for one in self._strengths}
            return bool(some) and self._depends(some) and not any(self._depends({one: _SOME}) for one in some)
        switches = [
            one for one in self._parameters if one.switch is not None and not self._depends({}, **_flipped(one))
        ]
        if len(switches) > 1 or any(one.switch is False for one in switches):
            return True
        texts = (one for one in self._parameters if one.is_text)
        if any(not self._depends({}, **{one.name: _OTHER_TEXT}) for one in texts):
            return True
        others = (self._made({}, **{name: other}) for name in self._required for other in _OTHERS)
        if any(dependence(one) is Dependence.NO for one in others):  # With some values a constructor may only raise.
            return True
        by_default = self._maker.made(
            {**self._required, **{one.name: _SOME for one in self._strengths if one.default is None}}
        )
        ones = {one.name: _ONE for one in self._strengths}
        return dependence(by_default) is not Dependence.YES or not self._depends(ones)


def _is_given_by_default(strength: _Parameter) -> bool:
    """Whether something is dropped when nothing is said, or it has to be said."""
    return not isinstance(strength.default, Constant) or bool(strength.default.value)


def _flipped(switch: _Parameter) -> dict[str, Value]:
    return {switch.name: Constant(not switch.switch)}


def _parameters(node: FunctionDef, scope: Scope, first: int) -> Iterator[_Parameter]:
    given = {name: scope.evaluate(default) for name, default in defaults(node)}
    for index, name in enumerate(parameter_names(node)[first:]):
        yield _Parameter(name, index, given.get(name))
    for one in node.args.kwonlyargs:
        yield _Parameter(one.arg, None, given.get(one.arg))


def _by_default(annotation: ast.expr | None, scope: Scope) -> Value:
    """An object of the annotated class that is made without arguments: a configuration. Anything else is unknown."""
    if not isinstance(annotation, (ast.Name, ast.Attribute)):
        return UNKNOWN
    return _made_by_default(scope.evaluate(annotation))


def _configuration(cls: UserClass) -> Value:
    """A configuration of the class that a model names as its `config_class`, as those of `transformers` do. A layer
    takes that of the models beside it, where there is only one.
    """
    own = _made_by_default(cls.class_attribute("config_class"))
    if own is not UNKNOWN:
        return own
    beside = [_made_by_default(one.class_attribute("config_class")) for one in cls.module.classes()]
    kinds = {one.type: one for one in beside if isinstance(one, Instance)}
    return next(iter(kinds.values())) if len(kinds) == 1 else UNKNOWN


def _made_by_default(cls: Value) -> Value:
    if not isinstance(cls, ClassValue) or isinstance(cls.type, KerasLayer) or cls.type.is_layer:
        return UNKNOWN
    return Instance(cls.type, cls.generations, construction=Arguments(NO_CALL, (), {}, starred=False, hidden=False))


def _tests_the_flag(value: Value) -> bool:
    """Whether a layer itself, and none of those in it, does one thing or another by the flag."""
    made = members(value)
    return bool(made) and all(isinstance(one, Instance) and _has_test(one) for one in made)


def _has_test(layer: Instance) -> bool:
    cls = layer.type
    if isinstance(cls, KerasLayer) or cls.call is None:
        return False
    return any(isinstance(one, PhaseTest) for one in walk(cls.program.summary(layer).events))


def _drops_or_tests(value: Value) -> bool:
    return _holds(value, _Kind.DROPOUT) or _tests_the_flag(value)


class _Kind(Enum):
    """What does something else in training."""

    NORMALIZATION = auto()
    """What `trainable = False` stops."""
    DROPOUT = auto()
    """What it does not stop, and that receives how much to drop."""
    PERHAPS_DROPOUT = auto()
    """The same, whether it receives anything or not."""

    def has(self, layer: KerasLayer) -> bool:
        """Whether layers of a class of Keras may be of this kind."""
        if self is _Kind.NORMALIZATION:
            return layer.stops_when_frozen
        return not layer.stops_when_frozen and layer.depends_on is not DependsOn.NOTHING


def _holds(value: Value, kind: _Kind) -> bool:
    """Whether a layer surely runs, or is, one of a kind that does something else in training."""
    found = members(value)
    return bool(found) and all(isinstance(one, Instance) and _one_holds(one, kind) for one in found)


def _one_holds(layer: Instance, kind: _Kind) -> bool:
    cls = layer.type
    if dependence(layer) is not Dependence.YES:
        return False
    if isinstance(cls, KerasLayer):
        if layer.contents:
            return any(_holds(one, kind) for one in layer.contents)
        needs_no_rate = kind is not _Kind.DROPOUT or cls.depends_on is not DependsOn.ARGUMENTS
        return kind.has(cls) and (needs_no_rate or _is_told(layer, cls))
    one = cls.program.canonical(layer)
    return cls.program.ask(("holds", kind, one), lambda: _object_holds(one, cls, kind), meanwhile=False)


def _object_holds(layer: Instance, cls: UserClass, kind: _Kind) -> bool:
    if cls.call is None:
        contents = (*layer.contents, *cls.base_contents(layer))
        own = cls.keras_base is not None and kind.has(cls.keras_base)
        return any(_holds(one, kind) for one in contents) if contents else own
    events = list(walk(cls.program.summary(layer).events))
    drops = kind is _Kind.PERHAPS_DROPOUT or (kind is _Kind.DROPOUT and _is_told_a_rate(layer, cls))
    if drops and any(isinstance(one, PhaseTest) for one in events):
        return True
    parents = [layers().get(one.parent) for one in events if isinstance(one, DirectKerasCall) and not one.flag.constant]
    calls = (one.receiver for one in events if isinstance(one, LayerCall) and not one.flag.constant)
    known = any(one is not None and kind.has(one) for one in parents)
    return known or any(_holds(one, kind) for one in calls)


def _is_told_a_rate(layer: Instance, cls: UserClass) -> bool:
    """Whether a layer with dropout of its own is made with a number that is not zero for it."""
    given = layer.construction.by_name(cls.constructor_parameters()) if layer.construction else {}
    return any(_is_something(value) for name, value in given.items() if _STRENGTH.search(name))


def _is_told(layer: Instance, cls: KerasLayer) -> bool:
    """Whether it is known that one of the arguments of a layer makes it depend on the phase."""
    return any(_is_something(layer.arguments.get(one.name)) for one in cls.arguments)


def _is_something(value: Value | None) -> bool:
    return isinstance(value, Constant) and bool(value.value)
