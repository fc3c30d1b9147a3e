"""What a catalogue holds about one class, found out by making objects of it with some arguments and others.

The same analysis that checks code says what a class depends on. Only what it knows for sure is recorded: a class of
which it does not know is unknown where it is used, and nothing is reported for it. A function that makes functional
models is to its callers what a class is whose objects are such models.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from flake8_training_phase.analysis.domain.around import Objects
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Constant,
    FunctionValue,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.catalogues.holding import Kind, holds, tests_the_flag
from flake8_training_phase.catalogues.makers import MadeByClass, MadeByFunction, Parameter
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer
from flake8_training_phase.keras.generations import GENERATIONS
from flake8_training_phase.keras.packages import RUN

FUNCTIONAL = frozenset({"Functional", "Model", "Sequential"})
"""The classes of models that are made of their layers."""

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
    cls.program.tell_apart_anew()
    return facts | _Trials(MadeByClass(cls)).findings() | _left_behind(cls)


def _left_behind(cls: UserClass) -> dict[str, object]:
    """What any object of a class leaves in the call context where it is called without a flag and finds none there, by
    the release of Keras from which on that is so. Only what it surely leaves counts.
    """
    if cls.training_default is not None:
        return {}  # That is what it leaves.
    found: dict[str, object] = {}
    before = None
    # The next release too: the facts of this one would be taken for those of that.
    for generation in (one for one in GENERATIONS if one.keras in cls.generations and one.shared_context):
        left = PhaseFlow(generation).untold(cls.unknown_instance)[1]
        surely = next(iter(left)) if left in ({True}, {False}) else None
        if surely is not before:
            found[".".join(map(str, generation.first))] = before = surely
    return {"leaves": found} if found else {}


def factory_facts(function: FunctionValue, program: Objects) -> dict[str, object] | None:
    """What a catalogue says of a function that gives functional models; None for any other, and for one of whose
    models nothing is known.
    """
    program.tell_apart_anew()
    factory = MadeByFunction(function, program)
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


def _surely_depends(made: Value) -> bool:
    return dependence(made) is Dependence.YES


def _surely_drops(made: Value) -> bool:
    return holds(made, Kind.DROPOUT)


class _Trials:
    """Objects of one class that are made with some arguments and others."""

    def __init__(self, maker: MadeByClass | MadeByFunction) -> None:
        self._maker = maker

    @cached_property
    def _strengths(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self._maker.parameters if one.is_strength)

    @cached_property
    def _required(self) -> dict[str, Value]:
        """What stands for arguments that have no default, or one that the constructor only raises for."""
        return self._without_default | dict.fromkeys(self._refused, UNKNOWN)

    @cached_property
    def _without_default(self) -> dict[str, Value]:
        open_ones = (one for one in self._maker.parameters if one.default is None and not one.is_strength)
        return {one.name: one.stand_in for one in open_ones}

    @cached_property
    def _refused(self) -> tuple[str, ...]:
        """The arguments whose default is None, where an object needs some of them to be made."""
        made, is_made, given = self._maker.made, self._maker.is_made, self._without_default
        absent = [one.name for one in self._maker.parameters if one.default == Constant(None) and not one.is_strength]
        needs_more = not is_made(made(given)) and is_made(made({**given, **dict.fromkeys(absent, UNKNOWN)}))
        return tuple(absent) if needs_more else ()

    def _made(self, strengths: Mapping[str, Value], /, **others: Value) -> Value:
        """An object with these strengths, and none in the other ones."""
        given = {**self._required, **{one.name: _ZERO for one in self._strengths}, **strengths, **others}
        return self._maker.made(given)

    def _other_texts(self, parameter: Parameter, given: Mapping[str, Value]) -> tuple[Value, ...]:
        """What a text may be as well: anything, or what is compared with where the constructor raises for the rest."""
        if self._takes(given, {parameter.name: _OTHER_TEXT}):
            return (_OTHER_TEXT,)
        others = (one for one in self._maker.texts if one != parameter.default)
        return tuple(one for one in others if self._takes(given, {parameter.name: one})) or (_OTHER_TEXT,)

    def _takes(self, given: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
        """Whether the constructor does not only raise for an argument, as far as is seen."""
        is_made = self._maker.is_made
        return is_made(self._made({}, **given, **other)) or not is_made(self._made({}, **given))

    def _depends(self, strengths: Mapping[str, Value], /, **others: Value) -> bool:
        return _surely_depends(self._made(strengths, **others))

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
        arguments: dict[str, list[object]] = {one.name: [one.position, bool(one.switch)] for one in switches}
        arguments |= {one.name: [one.position, self._acts_when_absent(one, off)] for one in deciding}
        layers = self._layers(off)
        says_more = any(how == RUN or not has_to_be_given for _, has_to_be_given, how in layers.values())
        if arguments or (says_more and self._does_nothing_without(layers, off)):
            arguments |= layers
            on = self._made({}, **{one.name: Constant(True) for one in switches})
            frozen = {"freezes": True} if holds(on, Kind.NORMALIZATION) else {}
            return found | {"depends": DependsOn.ARGUMENTS.value, "arguments": arguments} | frozen
        is_sure = not layers and self._maker.surely_does_nothing(plain)
        return found | {"depends": (DependsOn.NOTHING if is_sure else DependsOn.UNKNOWN).value}

    def _always(self, plain: Value) -> dict[str, object]:
        """What is said of objects that seem to depend on the phase when none of their strengths is given.

        A rate that is worked out from others is unknown here, and may be zero: only what surely drops counts.
        """
        drops = holds(plain, Kind.DROPOUT)
        if holds(plain, Kind.NORMALIZATION):
            return {"depends": DependsOn.ALWAYS.value} | self._left_when_frozen(plain, drops)
        if drops or (not self._strengths and tests_the_flag(plain)):
            return {"depends": DependsOn.ALWAYS.value}
        deciding = {one.name: [one.position, _is_given_by_default(one)] for one in self._strengths}
        if not deciding:
            return _UNKNOWN
        return {"depends": DependsOn.ARGUMENTS.value, "arguments": deciding | self._layers({}, _surely_drops)}

    def _left_when_frozen(self, plain: Value, drops: bool) -> dict[str, object]:
        """What still depends on the phase in a layer whose normalization is frozen."""
        if not self._strengths:
            acts = drops or tests_the_flag(plain)
            if acts and all(map(_drops_or_tests, self._made_with_others())):
                return {}
        seems_to_drop = holds(plain, Kind.PERHAPS_DROPOUT)
        left = {
            one.name: [one.position, self._drops_when_absent(one, seems_to_drop)]
            for one in self._strengths
            if holds(self._made({one.name: _SOME}), Kind.PERHAPS_DROPOUT)
        } | ({} if drops else self._layers({}, _surely_drops))
        return {"freezes": True} | ({"arguments": left} if left else {})

    def _layers(
        self, others: Mapping[str, Value], acts: Callable[[Value], bool] = _surely_depends
    ) -> dict[str, list[object]]:
        """The arguments that may be layers which an object runs: with dropout in their place it acts, here it surely
        depends on the mode, and with a layer that does nothing in training it does not.
        """
        found = [one for one in self._maker.parameters if one.may_be_layer]

        def any_acts(some: Sequence[Parameter], *, drops: bool = True) -> bool:
            ways = zip(*(one.layers(drops=drops) for one in some), strict=True)
            given = (dict(zip((one.name for one in some), way, strict=True)) for way in ways)
            return any(acts(self._made({}, **others, **one)) for one in given)

        deciding = [one for one in found if any_acts([one])] if any_acts(found) else []
        layers = [one for one in deciding if not any_acts([one], drops=False)]
        are_run = bool(layers) and self._run_as_a_whole(layers, others)
        return {one.name: [one.position, one.default is None, RUN if are_run else False] for one in layers}

    def _run_as_a_whole(self, layers: Sequence[Parameter], others: Mapping[str, Value]) -> bool:
        """Whether an object runs every layer that it is given, and that is all that may act in it, whatever its
        switches and texts are.
        """
        plain = {**others, **{one.name: one.model(drops=False) for one in layers}}
        return all(
            dependence(self._made({}, **plain, **way)) is Dependence.NO
            and all(self._depends({}, **{**plain, **way, one.name: one.model(drops=True)}) for one in layers)
            for way in self._ways(plain)
        )

    def _ways(self, given: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
        """With some arguments given, each other switch and text as it is by default, and otherwise."""
        yield {}
        for one in self._maker.parameters:
            if one.name not in given and one.is_text:
                yield from ({one.name: text} for text in self._other_texts(one, given))
            elif one.name not in given and one.switch is not None:
                yield _flipped(one)

    def _does_nothing_without(self, layers: Mapping[str, object], others: Mapping[str, Value]) -> bool:
        """Whether nothing but the arguments that may be layers may depend on the phase."""
        needed = [one for one in self._maker.parameters if one.name in layers and one.default is None]
        ways = zip(*(one.layers(drops=False) for one in needed), strict=True) if needed else [()]
        given = (dict(zip((one.name for one in needed), way, strict=True)) for way in ways)
        return any(dependence(self._made({}, **others, **one)) is Dependence.NO for one in given)

    def _made_with_others(self) -> Iterator[Value]:
        """Objects for which other values stand in the place of what has to be given."""
        others = (dict.fromkeys(self._required, other) for other in _OTHERS)
        return (self._made({}, **one) for one in others if self._takes({}, one))

    def _drops_when_absent(self, strength: Parameter, seems_to_drop: bool) -> bool:
        """Whether there is dropout when a strength is not given. There may seem to be some without any strength."""
        if seems_to_drop or strength.default is None:
            return _is_given_by_default(strength)
        return holds(self._made({strength.name: strength.default}), Kind.PERHAPS_DROPOUT)

    def _acts_when_absent(self, strength: Parameter, off: Mapping[str, Value]) -> bool:
        if strength.default is None:
            return True
        return dependence(self._made({strength.name: strength.default}, **off)) is Dependence.YES

    def _deciding_switches(self) -> tuple[Parameter, ...]:
        """The arguments that are True or False, and one of which is enough for an object to depend on the mode."""
        if self._depends({}):
            return tuple(one for one in self._maker.parameters if one.switch and not self._depends({}, **_flipped(one)))
        found = (one for one in self._maker.parameters if one.switch is False)
        return tuple(one for one in found if self._depends({}, **_flipped(one)))

    def _rests_on_more(self) -> bool:
        """Whether it depends on what a catalogue cannot say: on a text, on something that has to be False, on two
        arguments together, on a configuration, or on a rate that drops nothing when it is one.
        """
        if not self._depends({}):
            some = {one.name: _SOME for one in self._strengths}
            return bool(some) and self._depends(some) and not any(self._depends({one: _SOME}) for one in some)
        switches = [
            one for one in self._maker.parameters if one.switch is not None and not self._depends({}, **_flipped(one))
        ]
        if len(switches) > 1 or any(one.switch is False for one in switches):
            return True
        texts = (one for one in self._maker.parameters if one.is_text)
        if not all(self._depends({}, **{one.name: text}) for one in texts for text in self._other_texts(one, {})):
            return True
        values = {name: (*_OTHERS, *(self._maker.texts if name in self._refused else ())) for name in self._required}
        others = (self._made({}, **{name: other}) for name, some in values.items() for other in some)
        if any(dependence(one) is Dependence.NO for one in others):  # With some values a constructor may only raise.
            return True
        by_default = self._maker.made(
            {**self._required, **{one.name: _SOME for one in self._strengths if one.default is None}}
        )
        ones = {one.name: _ONE for one in self._strengths}
        return dependence(by_default) is not Dependence.YES or not self._depends(ones)


def _is_given_by_default(strength: Parameter) -> bool:
    """Whether something is dropped when nothing is said, or it has to be said."""
    return not isinstance(strength.default, Constant) or bool(strength.default.value)


def _flipped(switch: Parameter) -> dict[str, Value]:
    return {switch.name: Constant(not switch.switch)}


def _drops_or_tests(value: Value) -> bool:
    return holds(value, Kind.DROPOUT) or tests_the_flag(value)
