"""What the statements of a module or function bind names to, and which imports take the place of Keras without it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.records import made_class
from flake8_training_phase.analysis.syntax.blocks import TRY, blocks
from flake8_training_phase.keras.names import WELL_KNOWN_NAMES, keras_path


@dataclass(frozen=True, slots=True)
class Import:
    """`name` is what `path` is elsewhere; `level` counts the leading dots."""

    path: str
    level: int


_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

Binding = Import | ast.expr | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
"""What gives a name its value: an import, an assigned expression, a definition."""


def bindings(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, Binding]]:
    """The names that statements bind, those in blocks inside them included, each with every value that it gets."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.asname:
                    yield alias.asname, Import(alias.name, 0)
                else:
                    root = alias.name.partition(".")[0]
                    yield root, Import(root, 0)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                path = f"{statement.module}.{alias.name}" if statement.module else alias.name
                yield alias.asname or alias.name, Import(path, statement.level)
        elif isinstance(statement, _DEFINITIONS):
            yield statement.name, statement
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield from _assigned(target, statement.value)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            if isinstance(statement.target, ast.Name):
                yield statement.target.id, statement.value
        else:
            for block in blocks(statement):
                yield from bindings(block)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr | ast.ClassDef]]:
    """The names that an assignment binds."""
    if isinstance(target, ast.Name):
        yield target.id, made_class(target.id, value) or value
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        # `LAYERS["dropout"] = Dropout`: the name is also a dict that holds this.
        yield target.value.id, ast.Dict([target.slice], [value])
    elif isinstance(target, (ast.Tuple, ast.List)):
        for part, given in _unpacked(target.elts, value):
            yield from _assigned(part, given)


def _unpacked(targets: list[ast.expr], value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What each of some targets is given: `RATE, UNITS = 0.1, 8`, `first, *others = make()`."""
    written = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    starred = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), len(targets))
    if starred == len(written) == len(targets) and not any(isinstance(one, ast.Starred) for one in written):
        yield from zip(targets, written, strict=True)
        return
    for place, target in enumerate(targets):
        if isinstance(target, ast.Starred):
            last = place - len(targets) + 1
            several = ast.Slice(ast.Constant(place), ast.Constant(last) if last else None)
            yield target.value, ast.Subscript(value, several, ast.Load())
        else:
            index = place if place < starred else place - len(targets)
            yield target, ast.Subscript(value, ast.Constant(index), ast.Load())


def stand_ins(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, Import]]:
    """The imports that give a name where Keras is not used, beside those that give it where it is.

    `if BACKEND == "tensorflow": from keras import layers`, `else: from .torch_layers import layers`: what is said of
    layers of Keras is said of a run that has them.
    """
    for statement in statements:
        if isinstance(statement, _DEFINITIONS):
            continue  # What is bound in it are other names.
        alternatives = list(_alternatives(statement))
        given, others = set[tuple[str, Import]](), list[tuple[str, Import]]()
        for imports in map(list, map(_imports_of, alternatives)):
            if any(_is_of_keras(name, one) for name, one in imports):
                given.update(imports)
            else:
                others += imports
        names = {name for name, _ in given}
        yield from (one for one in others if one[0] in names and one not in given)
        # The `elif`s of an `if` are alternatives of it, and none of each other again.
        for block in alternatives if isinstance(statement, ast.If) else blocks(statement):
            yield from stand_ins(block)


def _alternatives(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement of which one is run: of an `if` with its `elif`s, of a `try` with its handlers."""
    if isinstance(statement, TRY):
        yield [*statement.body, *statement.orelse]
        yield from (handler.body for handler in statement.handlers)
    while isinstance(statement, ast.If):
        yield statement.body
        if len(statement.orelse) != 1 or not isinstance(statement.orelse[0], ast.If):
            yield statement.orelse
            break
        statement = statement.orelse[0]


def _imports_of(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, Import]]:
    return ((name, one) for name, one in bindings(statements) if isinstance(one, Import))


def _is_of_keras(name: str, binding: Import) -> bool:
    path = WELL_KNOWN_NAMES.get(name, "" if binding.level else binding.path)
    return keras_path(path) is not None
