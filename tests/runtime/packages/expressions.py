"""Python text that makes an object, and what it has to import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Expression:
    """Text of an expression, with the import statements that its names need."""

    text: str
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Making:
    """How to make an object and what to call it with."""

    construction: Expression
    arguments: tuple[tuple[str, str], ...]
    """What `call` is given: a name, empty for what stands by position, and the text of a value; `INPUT` for what a
    batch holds.
    """
    inputs: tuple[Expression, ...]
    """The parts of a batch."""

    @property
    def takes_one_batch(self) -> bool:
        """Whether `fit` can run the object without a host."""
        return self.arguments == (("", INPUT),)


INPUT = "INPUT"
"""Stands for the next part of a batch."""


def expression_of(data: Mapping[str, Any]) -> Expression:
    """An expression that was written down as data."""
    return Expression(data["text"], tuple(data["imports"]))


def making_of(data: Mapping[str, Any]) -> Making:
    """A making that was written down as data."""
    return Making(
        expression_of(data["construction"]),
        tuple((key, text) for key, text in data["arguments"]),
        tuple(expression_of(one) for one in data["inputs"]),
    )


def called(name: str, keywords: Iterable[tuple[str, Expression]], own_import: str) -> Expression:
    """The call of a class with keywords."""
    known = list(keywords)
    imports = dict.fromkeys((own_import, *(line for _, one in known for line in one.imports)))
    return Expression(f"{name}({', '.join(f'{key}={one.text}' for key, one in known)})", tuple(imports))


def names_in(text: str) -> frozenset[str]:
    """The names that an expression reads."""
    return frozenset(one.id for one in ast.walk(ast.parse(text, mode="eval")) if isinstance(one, ast.Name))
