"""Objects of the checked code: what they were made with, what constructing them leaves behind, and which are alike."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.values import (
    SOME_NUMBER,
    Constant,
    Container,
    FunctionValue,
    Instance,
    Partial,
    Union,
    Value,
)
from flake8_training_phase.keras.catalogue import KerasLayer

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.arguments import Arguments
    from flake8_training_phase.analysis.domain.classes import UserClass

_NOT_TOLD_APART = frozenset({"name", "dtype"})
"""Arguments of constructors that make no difference to what an object does in training."""

_MOST_ELEMENTS = 64
"""How many elements of a container are compared when objects are distinguished."""


class Limit(Enum):
    """Why a function is not followed to its end."""

    STEPS = auto()
    """It takes too many steps."""
    DEPTH = auto()
    """It is nested too deeply."""
    HELPERS = auto()
    """The functions it calls call others, too many deep; the rest of it is followed."""
    LAYERS = auto()
    """The layers it holds hold others, too many deep; the rest of it is followed."""
    RUN = auto()
    """It takes too many steps when the code outside of layers is run."""
    CALLS = auto()
    """It calls functions that took too many steps when others called them; the rest of it is followed."""
    IMPORTERS = auto()
    """Too many modules import it; those that come first are followed."""
    FILES = auto()
    """Too many files lie where those that import it are looked for; some of them are looked through."""
    OBJECTS = auto()
    """Too many objects of the class are made that differ; its methods are run on the first of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """One construction of an object."""

    instance: Instance
    node: ast.Call
    host: UserClass | None
    """The layer class in whose constructor, or in a method of which, it is made."""


@dataclass(frozen=True, slots=True)
class Constructions:
    """The objects that the code of a module makes, where it was followed."""

    made: tuple[Made, ...]
    """In the order of its run."""
    given_up: Mapping[ast.AST, Limit]
    """The functions that were not followed to their end; the module, where its own statements were not."""


@dataclass(slots=True, eq=False)
class ObjectState:
    """What constructing an object leaves behind."""

    attributes: dict[str, Value] = field(default_factory=dict)
    base_arguments: Arguments | None = None
    """What the constructor of its Keras base class was given."""
    base_contents: tuple[Value, ...] = ()
    """The layers handed to its Sequential or functional base class."""
    made: list[Made] = field(default_factory=list)
    """The objects that were made on the way."""
    visited: set[ast.AST] = field(default_factory=set)
    """The functions that were run on the way."""
    given_up: dict[ast.AST, Limit] = field(default_factory=dict)
    """The functions that were not followed to their end, or not into all that they call."""
    unknown_calls: set[ast.Call] = field(default_factory=set)
    """The calls of what is not known."""

    def forget(self) -> None:
        """Be as new: the construction begins once more."""
        self.base_arguments, self.base_contents = None, ()
        for held in (self.attributes, self.made, self.visited, self.given_up, self.unknown_calls):
            held.clear()


def construction_key(arguments: Arguments) -> Hashable:
    """Equal for arguments of which a constructor makes objects that do the same in training."""
    deciding = {name: value for name, value in arguments.keywords.items() if name not in _NOT_TOLD_APART}
    return (
        tuple(map(_key, arguments.positional)),
        _named_keys(deciding),
        arguments.starred,
        arguments.absent_keys if arguments.hidden else None,
    )


def _key(value: Value) -> Hashable:
    if isinstance(value, Constant):
        kept = simplified(value)
        return (type(kept.value), kept) if isinstance(kept, Constant) else kept
    if isinstance(value, Instance):
        return _instance_key(value)
    if isinstance(value, Container):
        return (Container, tuple(map(_key, value.values[:_MOST_ELEMENTS])), value.keys, value.pairs, value.open)
    if isinstance(value, Union):
        return (Union, frozenset(map(_key, value.values)))
    if isinstance(value, FunctionValue):
        bound = None if value.bound_to is None else _key(value.bound_to)
        return (value.node, value.closure, bound)
    if isinstance(value, Partial):
        return (_key(value.function), tuple(map(_key, value.positional)), _named_keys(value.keywords))
    return value


def _instance_key(instance: Instance) -> Hashable:
    if not isinstance(instance.type, KerasLayer):
        return instance.type.program.canonical(instance)
    deciding = {argument.name for argument in instance.type.arguments} | {"trainable"}
    return (
        instance.type,
        instance.generations,
        instance.may_be_frozen,
        _named_keys({name: value for name, value in instance.arguments.items() if name in deciding}),
        instance.has_hidden_arguments,
        tuple(map(_key, instance.contents)),
    )


def _named_keys(values: Mapping[str, Value]) -> Hashable:
    return tuple((name, _key(values[name])) for name in sorted(values))


def simplified(value: Value) -> Value:
    """A value as objects are distinguished by it: by whether a number is zero, not by how large it is."""
    if isinstance(value, Constant):
        is_number = isinstance(value.value, (int, float)) and not isinstance(value.value, bool)
        return SOME_NUMBER if is_number and value.value not in (0, 1) else value
    if isinstance(value, Container):
        return replace(value, values=tuple(map(simplified, value.values)))
    return value
