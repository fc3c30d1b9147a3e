"""What layers hold that does something else in training: normalization, dropout, a test of the flag."""

from __future__ import annotations

from enum import Enum, auto

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, PhaseTest, walk
from flake8_training_phase.analysis.domain.values import (
    Constant,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.catalogues.makers import STRENGTH
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer, layers


def tests_the_flag(value: Value) -> bool:
    """Whether a layer itself, and none of those in it, does one thing or another by the flag."""
    made = members(value)
    return bool(made) and all(isinstance(one, Instance) and _has_test(one) for one in made)


def _has_test(layer: Instance) -> bool:
    cls = layer.type
    if isinstance(cls, KerasLayer) or cls.call is None:
        return False
    return any(isinstance(one, PhaseTest) for one in walk(cls.program.summary(layer).events))


class Kind(Enum):
    """What does something else in training."""

    NORMALIZATION = auto()
    """What `trainable = False` stops."""
    DROPOUT = auto()
    """What it does not stop, and that receives how much to drop."""
    PERHAPS_DROPOUT = auto()
    """The same, whether it receives anything or not."""

    def has(self, layer: KerasLayer) -> bool:
        """Whether layers of a class of Keras may be of this kind."""
        if self is Kind.NORMALIZATION:
            return layer.stops_when_frozen
        return not layer.stops_when_frozen and layer.depends_on is not DependsOn.NOTHING


def holds(value: Value, kind: Kind) -> bool:
    """Whether a layer surely runs, or is, one of a kind that does something else in training."""
    found = members(value)
    return bool(found) and all(isinstance(one, Instance) and _one_holds(one, kind) for one in found)


def _one_holds(layer: Instance, kind: Kind) -> bool:
    cls = layer.type
    if dependence(layer) is not Dependence.YES:
        return False
    if isinstance(cls, KerasLayer):
        if layer.contents:
            return any(holds(one, kind) for one in layer.contents)
        needs_no_rate = kind is not Kind.DROPOUT or cls.depends_on is not DependsOn.ARGUMENTS
        return kind.has(cls) and (needs_no_rate or _is_told(layer, cls))
    one = cls.program.canonical(layer)
    return cls.program.ask(("holds", kind, one), lambda: _object_holds(one, cls, kind), meanwhile=False)


def _object_holds(layer: Instance, cls: UserClass, kind: Kind) -> bool:
    if cls.call is None:
        contents = (*layer.contents, *cls.base_contents(layer))
        own = cls.keras_base is not None and kind.has(cls.keras_base)
        return any(holds(one, kind) for one in contents) if contents else own
    events = list(walk(cls.program.summary(layer).events))
    drops = kind is Kind.PERHAPS_DROPOUT or (kind is Kind.DROPOUT and _is_told_a_rate(layer, cls))
    if drops and any(isinstance(one, PhaseTest) for one in events):
        return True
    parents = [layers().get(one.parent) for one in events if isinstance(one, DirectKerasCall) and not one.flag.constant]
    calls = (one.receiver for one in events if isinstance(one, LayerCall) and not one.flag.constant)
    known = any(one is not None and kind.has(one) for one in parents)
    return known or any(holds(one, kind) for one in calls)


def _is_told_a_rate(layer: Instance, cls: UserClass) -> bool:
    """Whether a layer with dropout of its own is made with a number that is not zero for it."""
    given = layer.construction.by_name(cls.constructor_parameters()) if layer.construction else {}
    return any(_is_something(value) for name, value in given.items() if STRENGTH.search(name))


def _is_told(layer: Instance, cls: KerasLayer) -> bool:
    """Whether it is known that one of the arguments of a layer makes it depend on the phase."""
    return any(_is_something(layer.arguments.get(one.name)) for one in cls.arguments)


def _is_something(value: Value | None) -> bool:
    return isinstance(value, Constant) and bool(value.value)
