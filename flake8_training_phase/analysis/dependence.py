"""Whether what a value may be behaves differently in training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from flake8_training_phase.analysis.classes import UserClass
from flake8_training_phase.analysis.events import Branch, Event, Exit, Inlined, KerasCall, LayerCall, Loop, PhaseTest
from flake8_training_phase.analysis.values import Constant, Instance, Value, members
from flake8_training_phase.keras.catalogue import Argument, DependsOn, KerasLayer


class Dependence(Enum):
    """Whether something depends on the phase."""

    NO = 0
    MAYBE = 1
    YES = 2


def dependence(value: Value) -> Dependence:
    """Whether a layer depends on the phase; YES as soon as one thing it may be does."""
    return _most(_one(member) for member in members(value))


def class_dependence(cls: UserClass) -> Dependence:
    """Whether layers of a class depend on the phase: when something their `call` runs does."""
    known = cls.__dict__.get("_dependence")
    if known is None:
        cls.__dict__["_dependence"] = Dependence.MAYBE  # What a class that holds itself finds.
        known = cls.__dict__["_dependence"] = _class_dependence(cls)
    assert isinstance(known, Dependence)
    return known


def _one(value: Value) -> Dependence:
    if isinstance(value, Constant):
        return Dependence.NO
    if not isinstance(value, Instance):
        return Dependence.MAYBE
    if isinstance(value.type, KerasLayer):
        return _keras(value.type, value)
    if value.type.call is None and value.type.keras_base is not None and not value.type.base_contents:
        return _keras(value.type.keras_base, value, value.type.base_argument_values)
    return class_dependence(value.type)


def _keras(layer: KerasLayer, instance: Instance, given: Mapping[str, Value] | None = None) -> Dependence:
    if layer.depends_on is DependsOn.ALWAYS:
        # BatchNormalization(trainable=False) runs in inference whatever is asked for (18b).
        frozen = layer.has_weights and instance.arguments.get("trainable") == Constant(False)
        return Dependence.NO if frozen else Dependence.YES
    if layer.depends_on is DependsOn.NOTHING:
        # The base classes of all layers say nothing of what a parameter annotated with them holds.
        return Dependence.MAYBE if layer.name in ("Layer", "Wrapper", "Model") else Dependence.NO
    if layer.depends_on is DependsOn.ARGUMENTS:
        arguments = instance.arguments if given is None else given
        return _most(_argument(one, arguments, instance.has_hidden_arguments) for one in layer.arguments)
    if layer.depends_on is DependsOn.WRAPPED:
        if not instance.contents:
            return Dependence.MAYBE
        return _most(dependence(one) for one in instance.contents)
    return Dependence.MAYBE


def _argument(argument: Argument, given: Mapping[str, Value], hidden: bool) -> Dependence:
    if argument.name not in given:
        return Dependence.YES if argument.required else Dependence.MAYBE if hidden else Dependence.NO
    value = given[argument.name]
    if isinstance(value, Constant) and not isinstance(value.value, str):
        return Dependence.YES if value.value else Dependence.NO
    return Dependence.YES


def _class_dependence(cls: UserClass) -> Dependence:
    if cls.call is None:
        if cls.base_contents:
            return _most(dependence(one) for one in cls.base_contents)
        return Dependence.MAYBE if cls.keras_base is None else _keras(cls.keras_base, cls.instance)
    if not cls.trace.complete:
        return Dependence.MAYBE
    return _most(_event(event) for event in cls.trace.events)


def _event(event: Event) -> Dependence:
    if isinstance(event, LayerCall):
        if event.flag.constant:
            return Dependence.NO
        if not any(isinstance(one, Instance) for one in members(event.receiver)):
            # Something unknown is handed the phase: nobody knows what for.
            return Dependence.MAYBE
        return dependence(event.receiver)
    if isinstance(event, KerasCall):
        return Dependence.NO if event.flag.constant else parent_dependence(event)
    if isinstance(event, PhaseTest):
        return Dependence.YES
    if isinstance(event, Exit):
        return Dependence.NO
    inner = event.events if isinstance(event, Inlined) else event.body if isinstance(event, Loop) else None
    if inner is not None:
        return _most(_event(one) for one in inner)
    assert isinstance(event, Branch)
    return _most(_event(one) for way in event.ways for one in way)


def parent_dependence(event: KerasCall) -> Dependence:
    """Whether the `call` of the Keras class that `super().call` runs depends on the phase."""
    receiver = event.receiver
    assert isinstance(receiver, Instance)
    if isinstance(receiver.type, KerasLayer):
        return _keras(receiver.type, receiver)
    if receiver.type.base_contents:
        return _most(dependence(one) for one in receiver.type.base_contents)
    base = receiver.type.keras_base
    if base is not None and base.depends_on is DependsOn.ARGUMENTS and receiver.type.base_argument_values is None:
        return Dependence.YES if any(one.required for one in base.arguments) else Dependence.MAYBE
    return Dependence.MAYBE if base is None else _keras(base, receiver, receiver.type.base_argument_values)


def _most(found: Iterable[Dependence]) -> Dependence:
    best = Dependence.NO
    for one in found:
        if one.value > best.value:
            best = one
        if best is Dependence.YES:
            break
    return best
