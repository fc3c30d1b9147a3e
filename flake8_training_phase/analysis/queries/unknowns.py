"""The parts of a module that are unknown, and why: if a class is a layer, what a layer calls, and with which flag."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import parameter_names
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, Inlined, LayerCall, PassedBy, called
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Container,
    External,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.origins import Origins, Place, attribute_of, own_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import model_attributes
from flake8_training_phase.keras.generations import Passed
from flake8_training_phase.keras.names import keras_path


@dataclass(frozen=True, slots=True)
class UnknownPart:
    """A part of a module that is unknown."""

    node: ast.AST
    message: str


def unknowns(module: CheckedModule) -> Iterator[UnknownPart]:
    """What the analysis does not know of a module, each part once."""
    origins = Origins(module)
    for cls in module.module.classes():
        if not cls.is_layer and "call" in cls.methods:
            yield from _unknown_bases(cls, origins)
    seen = set[ast.AST]()
    for layer_class in module.layer_classes:
        for one in (*_not_followed(layer_class), *_receivers(layer_class, origins), *_flags(layer_class, origins)):
            if one.node not in seen:
                seen.add(one.node)
                yield one


def why_unknown(receiver: Value) -> str:
    """Why it is unknown whether something depends on the mode."""
    for one in members(receiver):
        if isinstance(one, External):
            return f"it is not known what `{one.path}` does"
        if not isinstance(one, Instance):
            return "what is called cannot be read from the code"
        if isinstance(one.type, UserClass) and one.type.call is not None and not one.type.trace.complete:
            return f"`{one.type.name}.call` cannot be followed to its end"
    return "what it was constructed with is not known"


def _unknown_bases(cls: UserClass, origins: Origins) -> Iterator[UnknownPart]:
    for base in cls.node.bases:
        value = cls.scope.evaluate(base)
        is_builtin = isinstance(value, External) and value.path.startswith("builtins.")
        if not is_builtin and not any(isinstance(one, ClassValue) for one in members(value)):
            reason = origins.of(base, Place())
            yield UnknownPart(cls.node, f"whether `{cls.name}` is a layer is unknown: {reason}")


def _not_followed(layer_class: LayerClass) -> Iterator[UnknownPart]:
    if layer_class.call is not None and not layer_class.cls.trace.complete:
        message = f"what {layer_class.call_title} does is unknown: it cannot be followed to its end"
        yield UnknownPart(layer_class.call, message)


def _receivers(layer_class: LayerClass, origins: Origins) -> Iterator[UnknownPart]:
    """What `call` calls, itself or in methods it runs, and may depend on the mode."""
    cls = layer_class.cls
    calls = {event.node: event for event in layer_class.layer_calls}
    for function in _methods_run(layer_class):
        own = own_name(function)
        elements = dict(_elements(function, own))
        for node in nodes_in(function):
            if not isinstance(node, ast.Call):
                continue
            attribute = attribute_of(node.func, own) or elements.get(_name(node.func), "")
            receiver = calls[node].receiver if node in calls else _held(cls, attribute)
            if receiver is None or dependence(receiver) is not Dependence.MAYBE:
                continue
            if isinstance(receiver, Instance):
                reason = why_unknown(receiver)
            elif attribute:
                reason = origins.of_attribute(attribute, cls)
            else:
                reason = origins.of(node.func, Place(function, cls))
            yield UnknownPart(node, f"`{called(node)}` in `{cls.name}.{function.name}` is unknown: {reason}")


def _flags(layer_class: LayerClass, origins: Origins) -> Iterator[UnknownPart]:
    """The layer calls that surely depend on the mode and receive a flag whose value is unknown."""
    cls = layer_class.cls
    calls = {one.function: one for one in layer_class.all_events if isinstance(one, Inlined)}
    for event in layer_class.events:
        if not isinstance(event, (LayerCall, DirectKerasCall)) or dependence(event.receiver) is not Dependence.YES:
            continue
        flag, function = event.flag, event.place.function
        if not isinstance(function, FunctionDef):
            continue
        if flag.passed_by is PassedBy.UNKNOWN:
            reason = f"it may be among the `*` and `**` arguments of `{ast.unparse(event.node)}`"
        elif flag.node is not None and Passed.UNKNOWN in flag.by_lane:
            reason = origins.of(flag.node, Place(function, cls, flag.parameter or "training", calls))
        else:
            continue
        where = f"`{called(event.node)}` in `{cls.name}.{function.name}`"
        yield UnknownPart(event.node, f"the flag of {where} is unknown: {reason}")


def _methods_run(layer_class: LayerClass) -> Iterator[FunctionDef]:
    """`call`, and the methods of the module that it runs in place."""
    here = layer_class.module.scope
    found: list[FunctionDef] = [] if layer_class.call is None else [layer_class.call]
    for event in layer_class.events:
        if isinstance(event, Inlined) and event.owner is not None and event.owner.scope.root is here:
            if isinstance(event.function, FunctionDef):
                found.append(event.function)
    return (one for one in dict.fromkeys(found) if parameter_names(one))


def _held(cls: UserClass, attribute: str) -> Value | None:
    """What is called by the name of an attribute that Keras does not have itself."""
    if not attribute or attribute.startswith("add_") or attribute in model_attributes():
        return None
    value = cls.attribute(attribute, cls.instance)
    held = value.values if isinstance(value, Container) else members(value)
    return next((one for one in held if _may_be_layer(one) and dependence(one) is Dependence.MAYBE), None)


def _may_be_layer(value: Value) -> bool:
    if isinstance(value, External):
        return not value.path.startswith(("builtins.", "tensorflow.")) and keras_path(value.path) is None
    return value is UNKNOWN or isinstance(value, Instance)


def _elements(function: FunctionDef, own: str) -> Iterator[tuple[str, str]]:
    """The names that loops of a function bind to what an attribute holds, and that attribute."""
    for node in nodes_in(function):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            parts = [part for part in nodes_in(node.iter) if isinstance(part, ast.expr)]
            held = [attribute for part in parts if (attribute := attribute_of(part, own))]
            for target in nodes_in(node.target):
                if held and isinstance(target, ast.Name):
                    yield target.id, held[0]


def _name(expression: ast.expr) -> str:
    return expression.id if isinstance(expression, ast.Name) else ""
