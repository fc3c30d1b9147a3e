"""What values are: the questions of `isinstance`, `type`, `callable`, `hasattr` and of the patterns of `match`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace

from flake8_training_phase.analysis.domain.arguments import Arguments
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.flags import unknown_phase
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.values import (
    SOME_NUMBER,
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    KerasMethod,
    Partial,
    PhaseValue,
    Value,
    members,
)
from flake8_training_phase.analysis.models.run import Run
from flake8_training_phase.keras.catalogue import KerasLayer

_IS = (ast.Is, ast.Eq, ast.In)
_IS_NOT = (ast.IsNot, ast.NotEq, ast.NotIn)
_NUMBERS = frozenset({"int", "float"})
_PLAIN = frozenset({"str", "bytes", "bool", "int", "float", "complex", "list", "tuple", "dict", "set", "frozenset"})
"""Classes of Python that layers, functions and classes are no objects of."""
_OF_CONTAINERS = frozenset({"list", "tuple", "dict", "set", "frozenset"})
_CONTAINERS: tuple[object, ...] = ([], (), {}, set(), frozenset(), SimpleNamespace())
_ROOTS = (External("builtins.object"), External("abc.ABC"))
_CALLABLE = (FunctionValue, KerasMethod, Partial, ClassValue)


def is_instance(value: Value, classes: Value) -> bool | None:
    """Whether a value is an object of a class, or of one of several in a tuple; None where that is not known."""
    found = {_is_one(one, tuple(_each(classes))) for one in members(value)}
    return found.pop() if len(found) == 1 else None


def _isinstance(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """What `isinstance(value, classes)` gives."""
    if len(arguments.positional) != 2:
        return UNKNOWN
    value, classes = arguments.positional
    if isinstance(value, PhaseValue):
        return unknown_phase(value.parameter)
    return _answer(is_instance(value, classes))


def _callable(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """What `callable(value)` gives: layers are, texts, numbers and lists are not."""
    found = {_is_callable(one) for one in members(arguments.first)}
    return _answer(found.pop() if len(found) == 1 else None)


def _hasattr(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """What `hasattr(value, name)` gives: texts, numbers and lists have what those of Python have."""
    if len(arguments.positional) != 2 or not isinstance(arguments.positional[1], Constant):
        return UNKNOWN
    name = str(arguments.positional[1].value)
    found = {_has(one, name) for one in members(arguments.first)}
    return _answer(found.pop() if len(found) == 1 else None)


def asked_for_type(node: ast.expr) -> ast.expr | None:
    """What `type(value)` asks for the type of, where that is a name or an attribute."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "type"
        and len(node.args) == 1
    ):
        return node.args[0] if isinstance(node.args[0], (ast.Name, ast.Attribute)) else None
    return None


def type_compared(value: Value, how: ast.cmpop, classes: Value) -> Value:
    """What `type(value) is cls`, or `in` several classes, gives."""
    if isinstance(value, PhaseValue) or not isinstance(how, (*_IS, *_IS_NOT)):
        return unknown_phase(value.parameter) if isinstance(value, PhaseValue) else UNKNOWN
    known = is_instance(value, classes)
    if known:
        types = [one.type for one in _each(classes) if isinstance(one, ClassValue)]
        exact = {one.type in types for one in members(value) if isinstance(one, Instance)} or {True}
        known = exact.pop() if len(exact) == 1 else None
    return UNKNOWN if known is None else Constant(known is isinstance(how, _IS))


def _answer(known: bool | None) -> Value:
    return UNKNOWN if known is None else Constant(known)


def _is_callable(value: Value) -> bool | None:
    if isinstance(value, _CALLABLE) or (isinstance(value, Instance) and isinstance(value.type, KerasLayer)):
        return True
    return False if isinstance(value, (Constant, Container)) else None


def _has(value: Value, name: str) -> bool | None:
    """Whether a value has an attribute."""
    if isinstance(value, Constant):
        found = {hasattr(one, name) for one in ((0, 0.0, False) if _is_number(value) else (value.value,))}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Container):
        return None if name in value.keys or any(hasattr(one, name) for one in _CONTAINERS) else False
    if isinstance(value, Instance) and isinstance(value.type, UserClass):
        # Attributes may be assigned later than they are asked for; methods are there from the start.
        return isinstance(value.type.find_method(name), Method) or None
    if not isinstance(value, Instance):
        return None
    if name in ("call", "__call__"):
        return True
    is_of_texts_or_lists = name not in dir(object) and any(hasattr(one, name) for one in ("", *_CONTAINERS))
    return False if is_of_texts_or_lists and not value.type.is_model else None


def _each(classes: Value) -> Iterator[Value]:
    """The classes of a tuple, those of tuples in it included."""
    for one in classes.values if isinstance(classes, Container) else (classes,):
        if isinstance(one, Container):
            yield from _each(one)
        else:
            yield one


def _is_one(value: Value, classes: Iterable[Value]) -> bool | None:
    """Whether a value is of one of several classes."""
    plain = {one.path.removeprefix("builtins.") for one in classes if isinstance(one, External)}
    answers = [_is_of(value, one, plain) for one in classes]
    if True in answers:
        return True
    return None if None in answers or not answers else False


def _is_of(value: Value, cls: Value, plain: set[str]) -> bool | None:
    """Whether a value is of a class; `plain` are all those of Python that are asked for at once."""
    if isinstance(cls, ClassValue):
        return _is_of_class(value, cls)
    name = cls.path.removeprefix("builtins.") if isinstance(cls, External) else ""
    if isinstance(value, Constant):
        return _is_plain_constant(value, name, plain) if name in _PLAIN | {"type"} else None
    if isinstance(value, ClassValue) and name == "type":
        return True
    if isinstance(value, Container):
        known = name in _PLAIN - _OF_CONTAINERS or name == "type"
        return False if known or (value.keys and name in ("list", "tuple", "set")) else None
    if isinstance(value, Instance):
        return False if value.type.is_layer and name in _PLAIN | {"type"} else None
    return False if isinstance(value, _CALLABLE) and name in _PLAIN else None


def _is_of_class(value: Value, cls: ClassValue) -> bool | None:
    if isinstance(value, Instance):
        if cls.type in value.type.mro:
            return True
        if value.has_hidden_arguments and value.type in cls.type.mro:
            return None  # What an annotation says: it may be of a class that is derived from that one.
        return None if isinstance(value.type, UserClass) and _has_unknown_bases(value.type) else False
    return False if isinstance(value, (Constant, Container, *_CALLABLE)) else None


def _has_unknown_bases(cls: UserClass) -> bool:
    """Whether a class may have ancestors that are not seen."""
    bases = (base for one in cls.mro if isinstance(one, UserClass) for base in map(one.scope.evaluate, one.node.bases))
    return any(not isinstance(one, ClassValue) and one not in _ROOTS for base in bases for one in members(base))


def _is_plain_constant(value: Constant, name: str, plain: set[str]) -> bool | None:
    """Whether a constant is of a class of Python."""
    if _is_number(value):
        if plain >= _NUMBERS and name in _NUMBERS:
            return True
        return None if name in _NUMBERS | {"bool", "complex"} else False
    return type(value.value).__name__ == name


def _is_number(value: Constant) -> bool:
    """Whether a constant is a number or a bool: 0, 0.0 and False are one constant to the analysis."""
    return value is SOME_NUMBER or isinstance(value.value, (bool, int, float))


BUILTINS: dict[str, Callable[[Run, Arguments, Frame], Value]] = {
    "callable": _callable,
    "hasattr": _hasattr,
    "isinstance": _isinstance,
}
