"""Whether what a value may be behaves differently in training."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum

from flake8_training_phase.analysis.domain.arguments import Arguments, FunctionNode, constructor_arguments, parameter
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import (
    Branch,
    DirectKerasCall,
    Event,
    Exit,
    Inlined,
    LayerCall,
    PhaseTest,
)
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Constant,
    FunctionValue,
    Instance,
    Value,
    join,
    members,
)
from flake8_training_phase.analysis.machine.graphs import Tensor
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import BARE_NAMES, Argument, DependsOn, KerasLayer


class Dependence(Enum):
    """Whether something depends on the mode."""

    NO = 0
    MAYBE = 1
    YES = 2


def dependence(value: Value) -> Dependence:
    """Whether a layer depends on the mode; YES as soon as one thing it may be does."""
    return _most(_one(member) for member in members(value))


def class_dependence(cls: UserClass) -> Dependence:
    """Whether layers of a class depend on the mode: when something their `call` runs does."""
    return object_dependence(cls.instance)


def object_dependence(instance: Instance) -> Dependence:
    """Whether an object of the checked code depends on the mode: when something that its `call` runs does."""
    cls = instance.type
    if isinstance(cls, KerasLayer):
        return _keras(cls, instance)
    one = cls.program.canonical(instance)
    # An object that runs itself is found to depend on the mode by what else it runs.
    return cls.program.ask(("dependence", one), lambda: _object_dependence(cls, one), meanwhile=Dependence.MAYBE)


def _one(value: Value) -> Dependence:
    if isinstance(value, Constant) or (isinstance(value, Tensor) and not value.layers):
        return Dependence.NO  # Among the layers of a Sequential a tensor is its `Input`.
    if isinstance(value, FunctionValue):
        return _function(value.node)
    if not isinstance(value, Instance):
        return Dependence.MAYBE
    if isinstance(value.type, KerasLayer):
        return _keras(value.type, value)
    cls = value.type
    if cls.call is None and cls.keras_base is not None and not cls.base_contents(value):
        return _keras(cls.keras_base, value, cls.base_arguments(value))
    return object_dependence(value)


def _function(node: FunctionNode) -> Dependence:
    """Whether a function in a Lambda depends on the phase: not if it neither takes the flag nor calls anything."""
    takes = parameter(node, "training") is not None or node.args.kwarg is not None
    return Dependence.MAYBE if takes or any(isinstance(one, ast.Call) for one in nodes_in(node)) else Dependence.NO


def _keras(layer: KerasLayer, instance: Instance, given: Arguments | None = None) -> Dependence:
    if layer.depends_on is DependsOn.ALWAYS:
        return _unless_frozen(layer, instance)
    if layer.depends_on is DependsOn.NOTHING:
        # The base classes of all layers say nothing about what a parameter annotated with them holds.
        return Dependence.MAYBE if layer.name in BARE_NAMES else Dependence.NO
    if layer.depends_on is DependsOn.ARGUMENTS:
        arguments = instance.arguments if given is None else constructor_arguments(layer, given)
        hidden = instance.has_hidden_arguments if given is None else given.is_open
        found = _most(_argument(one, arguments, hidden, instance) for one in layer.arguments)
        if not layer.stops_when_frozen or found is not Dependence.YES:
            return found
        others = _most(_argument(one, arguments, hidden, instance) for one in layer.arguments if not one.is_sure)
        return _of_what_is_frozen(instance, others)
    if layer.depends_on is DependsOn.WRAPPED:
        if not instance.contents:
            return Dependence.MAYBE
        return _most(dependence(one) for one in instance.contents)
    return Dependence.MAYBE


def _unless_frozen(layer: KerasLayer, instance: Instance) -> Dependence:
    """BatchNormalization(trainable=False) runs in inference mode whatever the flag is (18b): what else is in it?"""
    if not layer.stops_when_frozen:
        return Dependence.YES
    given, hidden = instance.arguments, instance.has_hidden_arguments
    return _of_what_is_frozen(instance, _most(_argument(one, given, hidden, instance) for one in layer.arguments))


def _of_what_is_frozen(instance: Instance, others: Dependence) -> Dependence:
    """The same of a layer beside whose BatchNormalization others depend on the phase."""
    if _is_frozen(instance):
        return others
    return Dependence.MAYBE if instance.may_be_frozen and others is not Dependence.YES else Dependence.YES


def _is_frozen(instance: Instance) -> bool:
    return instance.arguments.get("trainable") == Constant(False)


def given_to_run(holder: Instance) -> dict[str, Value]:
    """By argument, the layers that an object of a package's class was given to run as a whole, frozen where it is."""
    arguments = holder.type.arguments if isinstance(holder.type, KerasLayer) else ()
    run = [one.name for one in arguments if one.is_run and one.name in holder.arguments]
    return {name: _held(holder, holder.arguments[name]) for name in run}


def _held(holder: Instance, layer: Value) -> Value:
    return join(_frozen_with(holder, one) for one in members(layer))


def _frozen_with(holder: Instance, layer: Value) -> Value:
    if not (_is_frozen(holder) or holder.may_be_frozen):
        return layer
    if not isinstance(layer, Instance) or not isinstance(layer.type, KerasLayer) or layer.contents:
        return UNKNOWN  # What depends on the mode in it may be BatchNormalization.
    arguments = {**layer.arguments, "trainable": Constant(False)} if _is_frozen(holder) else layer.arguments
    return replace(layer, arguments=arguments, may_be_frozen=True)


def _argument(argument: Argument, given: Mapping[str, Value], hidden: bool, holder: Instance) -> Dependence:
    acting = Dependence.YES if argument.is_sure else Dependence.MAYBE
    if argument.name not in given:
        return acting if argument.acts_when_absent else Dependence.MAYBE if hidden else Dependence.NO
    value = given[argument.name]
    if isinstance(value, Constant) and not isinstance(value.value, str):
        return acting if value.value else Dependence.NO
    if argument.is_run and all(isinstance(one, Instance) and one.type.is_layer for one in members(value)):
        return dependence(_held(holder, value))
    return acting


def _object_dependence(cls: UserClass, instance: Instance) -> Dependence:
    if cls.call is None:
        contents = (*instance.contents, *cls.base_contents(instance))
        if contents:
            return _most(dependence(one) for one in contents)
        return Dependence.MAYBE if cls.keras_base is None else _keras(cls.keras_base, instance)
    summary = cls.program.summary(instance)
    if not summary.complete:
        return Dependence.MAYBE
    return _most(_event(event) for event in summary.events)


def _event(event: Event) -> Dependence:
    if isinstance(event, LayerCall):
        if event.flag.constant:
            return Dependence.NO
        if not any(isinstance(one, Instance) for one in members(event.receiver)):
            # An unknown callee receives the phase, for an unknown purpose.
            return Dependence.MAYBE
        return dependence(event.receiver)
    if isinstance(event, DirectKerasCall):
        return Dependence.NO if event.flag.constant else parent_dependence(event)
    if isinstance(event, PhaseTest):
        return Dependence.YES
    if isinstance(event, Exit):
        return Dependence.NO
    if isinstance(event, Branch):
        return _most(_event(one) for way in event.ways for one in way)
    return _most(_event(one) for one in (event.events if isinstance(event, Inlined) else event.body))


def parent_dependence(event: DirectKerasCall) -> Dependence:
    """Whether the `call` of the Keras class that `super().call` runs depends on the mode."""
    receiver = event.receiver
    if isinstance(receiver.type, KerasLayer):
        return _keras(receiver.type, receiver)
    cls = receiver.type
    contents, arguments = cls.base_contents(receiver), cls.base_arguments(receiver)
    if contents:
        return _most(dependence(one) for one in contents)
    base = cls.keras_base
    if base is not None and base.depends_on is DependsOn.ARGUMENTS and arguments is None:
        return Dependence.YES if any(one.acts_when_absent for one in base.arguments) else Dependence.MAYBE
    return Dependence.MAYBE if base is None else _keras(base, receiver, arguments)


def _most(found: Iterable[Dependence]) -> Dependence:
    best = Dependence.NO
    for one in found:
        if one.value > best.value:
            best = one
        if best is Dependence.YES:
            break
    return best
