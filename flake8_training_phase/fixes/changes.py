"""What a fix changes, said in the terms of the syntax tree; `render` turns it into edits of the text.

Rules make these while they check, which costs nothing: libcst is only loaded when a caller wants the edits.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_training_phase.findings import Applicability


@dataclass(frozen=True, slots=True)
class AddArgument:
    """Pass `name=value` in a call, after its other arguments."""

    call: ast.Call
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class NameArgument:
    """Pass a positional argument by keyword."""

    call: ast.Call
    argument: ast.expr
    name: str


@dataclass(frozen=True, slots=True)
class DropArgument:
    """Do not pass a keyword argument any more."""

    call: ast.Call
    name: str


@dataclass(frozen=True, slots=True)
class AddParameter:
    """Add `name=default` to a signature, after the last parameter that can be passed by position."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    name: str
    annotation: str
    """Written when most of the signature is annotated; in quotes where it might be evaluated in vain."""
    default: str = "None"


@dataclass(frozen=True, slots=True)
class Replace:
    """Put other code in the place of an expression; `{}` in `template` stand for the texts of `parts`."""

    node: ast.expr
    template: str
    parts: tuple[ast.expr, ...] = ()


@dataclass(frozen=True, slots=True)
class RenameParameter:
    """Give a parameter another name in its signature."""

    parameter: ast.arg
    name: str


@dataclass(frozen=True, slots=True)
class RenameFunction:
    """Give a function another name in its definition."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    name: str


@dataclass(frozen=True, slots=True)
class AddDefault:
    """Give a parameter that has no default one."""

    parameter: ast.arg
    value: str


@dataclass(frozen=True, slots=True)
class RenameKeyword:
    """Pass a keyword argument under another name."""

    keyword: ast.keyword
    name: str


@dataclass(frozen=True, slots=True)
class DeleteStatement:
    """Delete a statement with its lines; `pass` takes its place when the block would be empty."""

    statement: ast.stmt
    block: tuple[ast.stmt, ...]


@dataclass(frozen=True, slots=True)
class AppendStatement:
    """Write a statement of one line after the last one of a function."""

    function: ast.FunctionDef | ast.AsyncFunctionDef
    code: str


@dataclass(frozen=True, slots=True)
class Unwrap:
    """Put the body of an `if` that has no `else`, or of a `with`, in its place."""

    statement: ast.If | ast.With


@dataclass(frozen=True, slots=True)
class DropImport:
    """Do not import a name any more; the statement goes with its only name."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias


@dataclass(frozen=True, slots=True)
class ReserveImport:
    """Change nothing, but keep the fix from being made in one round with others that hold the import, if `alone`."""

    statement: ast.Import | ast.ImportFrom
    alone: bool


Change = (
    AddArgument
    | NameArgument
    | DropArgument
    | AddParameter
    | Replace
    | RenameParameter
    | RenameFunction
    | AddDefault
    | RenameKeyword
    | DeleteStatement
    | AppendStatement
    | Unwrap
    | DropImport
    | ReserveImport
)


@dataclass(frozen=True, slots=True)
class FixPlan:
    """A fix before it is rendered."""

    what: str
    """What is done, as an order: `Pass training=training`."""
    changes: tuple[Change, ...]
    caveat: str | None = None
    """What else it may change, or what has to be looked at, in words that follow a semicolon; None where it is safe."""

    @property
    def message(self) -> str:
        """What is done, and why it is unsafe, if it is."""
        return self.what if self.caveat is None else f"{self.what}; {self.caveat}"

    @property
    def applicability(self) -> Applicability:
        """A fix without a caveat is safe."""
        return Applicability.SAFE if self.caveat is None else Applicability.UNSAFE
