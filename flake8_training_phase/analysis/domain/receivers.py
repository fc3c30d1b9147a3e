"""What the first parameter of a method is: the object, its class, or a parameter like any other."""

from __future__ import annotations

import ast
from dataclasses import replace

from flake8_training_phase.analysis.domain.arguments import FunctionNode, parameter_names
from flake8_training_phase.analysis.domain.values import ClassValue, FunctionValue, Instance, Value


def is_static(node: ast.AST) -> bool:
    """Whether a method takes no object: `@staticmethod`."""
    return _is_decorated(node, "staticmethod")


def is_class_method(node: ast.AST) -> bool:
    """Whether a method takes the class of the object: `@classmethod`."""
    return _is_decorated(node, "classmethod")


def receiver(node: FunctionNode, instance: Instance | None) -> dict[str, Value]:
    """The parameter of a method that is filled by whom it is called on, with that; nothing where there is none."""
    names = parameter_names(node)
    if instance is None or not names or is_static(node):
        return {}
    return {names[0]: ClassValue(instance.type, instance.generations) if is_class_method(node) else instance}


def _is_decorated(node: ast.AST, name: str) -> bool:
    decorators = getattr(node, "decorator_list", ())
    return any(isinstance(one, ast.Name) and one.id == name for one in decorators)


def bound(value: Value, instance: Instance) -> Value:
    """What an object has of a class attribute: a method under another name, `_base_call = Base.call`, is its own."""
    if not isinstance(value, FunctionValue) or value.owner is None or value.bound_to is not None:
        return value
    return value if is_static(value.node) else replace(value, bound_to=instance)
