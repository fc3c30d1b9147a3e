"""What a catalogue holds about one class, found out by making objects of it with some arguments and others.

The same analysis that checks code says what a class depends on. Only what it knows for sure is recorded: a class of
which it does not know is unknown where it is used, and nothing is reported for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flake8_training_phase.analysis.domain.arguments import NO_CALL, Arguments, defaults, parameter_names
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, PhaseTest, walk
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import UNKNOWN, ClassValue, Constant, Instance, Value, members
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.weights import has_weights
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer, layers

_STRENGTH = re.compile(r"drop|noise|stddev|(^|_)rate$|prob")
"""Names of constructor arguments that say how much is dropped."""
_NO_STRENGTH = re.compile(r"dilation|sampl|learning|frame|expan|reduc|squeeze|growth|rate_policy")

_ZERO, _SOME, _ONE = Constant(0.0), Constant(0.5), Constant(1.0)
_OTHER_TEXT = Constant("something else")


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
    return facts | _Trials(cls).findings()


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

    def __init__(self, cls: UserClass) -> None:
        self._cls = cls

    @cached_property
    def _parameters(self) -> tuple[_Parameter, ...]:
        return tuple(_parameters(self._cls))

    @cached_property
    def _strengths(self) -> tuple[_Parameter, ...]:
        return tuple(one for one in self._parameters if one.is_strength)

    @cached_property
    def _required(self) -> dict[str, Value]:
        """What stands for arguments that have no default: an object, where an annotation says of which class."""
        scope = self._cls.scope
        constructor = self._cls.find_method("__init__")
        annotations: dict[str, ast.expr | None] = {}
        if isinstance(constructor, Method):
            given = constructor.node.args
            annotations = {one.arg: one.annotation for one in (*given.args, *given.kwonlyargs)}
            scope = constructor.owner.scope
        found = (one.name for one in self._parameters if one.default is None and not one.is_strength)
        return {name: _by_default(annotations.get(name), scope) for name in found}

    def _made(self, strengths: Mapping[str, Value], **others: Value) -> Instance:
        """An object with these strengths, and none in the other ones."""
        given = {**self._required, **{one.name: _ZERO for one in self._strengths}, **strengths, **others}
        return self._with(given)

    def _with(self, given: Mapping[str, Value]) -> Instance:
        arguments = Arguments(NO_CALL, (), dict(given), starred=False, hidden=False)
        return Instance(self._cls, self._cls.generations, dict(given), construction=arguments)

    def _depends(self, strengths: Mapping[str, Value], **others: Value) -> bool:
        return dependence(self._made(strengths, **others)) is Dependence.YES

    def findings(self) -> dict[str, object]:
        """On what objects of the class depend, whether they have weights, and what stops when they are frozen."""
        plain = self._made({})
        found: dict[str, object] = {"weights": True} if has_weights(plain) or self._cls.is_model else {}
        if self._rests_on_more():
            return found | {"depends": DependsOn.UNKNOWN.value}
        switches = self._deciding_switches()
        off = {one.name: Constant(False) for one in switches}
        deciding = [one for one in self._strengths if self._depends({one.name: _SOME}, **off)]
        if dependence(self._made({}, **off)) is Dependence.YES:
            return found | self._always(plain)
        arguments = {one.name: [one.position, bool(one.switch)] for one in switches}
        arguments |= {one.name: [one.position, self._acts_when_absent(one, off)] for one in deciding}
        if arguments:
            return found | {"depends": DependsOn.ARGUMENTS.value, "arguments": arguments}
        seen = self._cls.call is not None or bool(self._cls.base_contents(plain))
        unsure = not seen or dependence(self._cls.unknown_instance) is not Dependence.NO
        return found | {"depends": (DependsOn.UNKNOWN if unsure else DependsOn.NOTHING).value}

    def _always(self, plain: Instance) -> dict[str, object]:
        if not _is_normalization(plain, ()):
            return {"depends": DependsOn.ALWAYS.value}
        left = {
            one.name: [one.position, self._acts_when_absent(one, {}, frozen=True)]
            for one in self._strengths
            if not _is_normalization(self._made({one.name: _SOME}), ())
        }
        return {"depends": DependsOn.ALWAYS.value, "freezes": True} | ({"arguments": left} if left else {})

    def _acts_when_absent(self, strength: _Parameter, off: Mapping[str, Value], frozen: bool = False) -> bool:
        if strength.default is None:
            return True
        made = self._made({strength.name: strength.default}, **off)
        return not _is_normalization(made, ()) if frozen else dependence(made) is Dependence.YES

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
        by_default = self._with(
            {**self._required, **{one.name: _SOME for one in self._strengths if one.default is None}}
        )
        ones = {one.name: _ONE for one in self._strengths}
        return dependence(by_default) is not Dependence.YES or not self._depends(ones)


def _flipped(switch: _Parameter) -> dict[str, Value]:
    return {switch.name: Constant(not switch.switch)}


def _parameters(cls: UserClass) -> Iterator[_Parameter]:
    constructor = cls.find_method("__init__")
    if not isinstance(constructor, Method):
        return
    node, scope = constructor.node, constructor.owner.scope
    given = {name: scope.evaluate(default) for name, default in defaults(node)}
    for index, name in enumerate(parameter_names(node)[1:]):
        yield _Parameter(name, index, given.get(name))
    for one in node.args.kwonlyargs:
        yield _Parameter(one.arg, None, given.get(one.arg))


def _by_default(annotation: ast.expr | None, scope: Scope) -> Value:
    """An object of the annotated class that is made without arguments: a configuration. Anything else is unknown."""
    if not isinstance(annotation, (ast.Name, ast.Attribute)):
        return UNKNOWN
    cls = scope.evaluate(annotation)
    if not isinstance(cls, ClassValue) or isinstance(cls.type, KerasLayer) or cls.type.is_layer:
        return UNKNOWN
    return Instance(cls.type, cls.generations, construction=Arguments(NO_CALL, (), {}, starred=False, hidden=False))


def _is_normalization(value: Value, inside: tuple[UserClass, ...]) -> bool:
    """Whether nothing in a layer depends on the mode but what `trainable = False` stops."""
    return all(_one_is_normalization(one, inside) for one in members(value))


def _one_is_normalization(value: Value, inside: tuple[UserClass, ...]) -> bool:
    if not isinstance(value, Instance):
        return isinstance(value, Constant)
    if dependence(value) is Dependence.NO:
        return True
    if isinstance(value.type, KerasLayer):
        return _all_normalization(value.contents, inside) if value.contents else value.type.stops_when_frozen
    cls = value.type
    if cls in inside:
        return True
    if cls.call is None:
        contents = (*value.contents, *cls.base_contents(value))
        own = cls.keras_base is not None and cls.keras_base.stops_when_frozen
        return _all_normalization(contents, (*inside, cls)) if contents else own
    events = list(walk(cls.program.summary(value).events))
    if any(isinstance(one, PhaseTest) for one in events):
        return False
    parents = [layers().get(one.parent) for one in events if isinstance(one, DirectKerasCall) and not one.flag.constant]
    if not all(one is not None and one.stops_when_frozen for one in parents):
        return False
    calls = (one.receiver for one in events if isinstance(one, LayerCall) and not one.flag.constant)
    return _all_normalization(calls, (*inside, cls))


def _all_normalization(values: Iterable[Value], inside: tuple[UserClass, ...]) -> bool:
    return all(_is_normalization(one, inside) for one in values)
