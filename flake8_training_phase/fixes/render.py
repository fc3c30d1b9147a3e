"""Renders the changes of a fix as edits of the text.

Only the span that changes is parsed with libcst: the call, the header of the `def`. The changed node is rendered
over that span and trimmed to what differs, so that layout, comments, trailing commas and line ends outside stay as
they are, and two fixes in one statement seldom meet.

What changes a name, or puts one word behind another (`training=` before an argument, `=None` behind a parameter), is an
edit of just that, at the place that the syntax tree knows: libcst would have to parse all around it, for the same edit
when it is trimmed. So are lines that go or come as a whole, and an expression that is written into another one: its own
text stays as it is, and only what is around it is new.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import libcst as cst

from flake8_training_phase.analysis.domain.arguments import HandedOver
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Edit, Fix, Position
from flake8_training_phase.fixes.broken_lines import Line, broken, indents_of_block, on_line_of_its_own
from flake8_training_phase.fixes.changes import (
    AddArgument,
    AddDefault,
    AddParameter,
    AppendStatement,
    Change,
    DeleteStatement,
    DropArgument,
    DropImport,
    FixPlan,
    NameArgument,
    RenameFunction,
    RenameKeyword,
    RenameParameter,
    Replace,
    ReserveImport,
    Unwrap,
)
from flake8_training_phase.fixes.imports import held_import, without_import
from flake8_training_phase.fixes.long_lines import kept_short
from flake8_training_phase.fixes.separators import with_argument, with_parameter, without_argument
from flake8_training_phase.fixes.style import FileStyle, unbroken
from flake8_training_phase.fixes.trimming import trimmed
from flake8_training_phase.fixes.unwrap import unwrapped
from flake8_training_phase.sources.text import SourceText

_Bracketed = TypeVar("_Bracketed", cst.Call, cst.FunctionDef)


class CannotRender(Exception):
    """A change cannot be made to this code in its present shape."""


def render(plan: FixPlan, source: SourceText, style: FileStyle) -> Fix | None:
    """The fix as edits, or None when one of its changes cannot be made."""
    try:
        edits = _edits(plan, source, style)
        if any(one.end > other.start for one, other in pairwise(sorted(edits))):
            # A call that is broken over lines has another one in it that changes as well.
            edits = _edits(plan, source, unbroken(source))
        if any(isinstance(change, AddArgument | NameArgument) for change in plan.changes):
            edits = kept_short(edits, source, style.line_length, _newline_of(source))
    except (CannotRender, cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return None
    renamed = tuple(change.parameter.arg for change in plan.changes if isinstance(change, RenameParameter))
    return Fix(plan.message, plan.applicability, edits, renamed)


def _edits(plan: FixPlan, source: SourceText, style: FileStyle) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    for change in plan.changes:
        if isinstance(change, AddArgument):
            edits += _add_argument(change, source, style)
        elif isinstance(change, AddParameter):
            edits += _add_parameter(change, source, style)
        else:
            edits += _RENDER[type(change)](change, source)
    return tuple(dict.fromkeys(edits))


def _add_argument(change: AddArgument, source: SourceText, style: FileStyle) -> Iterator[Edit]:
    if isinstance(change.call, HandedOver):
        yield Edit(source.start(change.call), source.end(change.call), _passing_on(change, change.call, source))
        return

    def add(call: cst.BaseExpression) -> cst.BaseExpression:
        if not isinstance(call, cst.Call):
            raise CannotRender
        if any(isinstance(argument.value, cst.GeneratorExp) and not argument.value.lpar for argument in call.args):
            raise CannotRender
        return with_argument(call, cst.Arg(cst.parse_expression(change.value), cst.Name(change.name), _EQUAL))

    line = _line_of(source, source.start(change.call), source.end(change.call), style)
    yield from _rewritten_expression(change.call, source, add, line, change.name)


def _passing_on(change: AddArgument, handed_over: HandedOver, source: SourceText) -> str:
    """The function to hand over instead of a layer, as who runs it passes nothing. A name that may be another thing by
    then is kept as it is. Raises CannotRender where it is not simply named.
    """
    is_named = isinstance(handed_over.func, (ast.Name, ast.Attribute, ast.Subscript))
    if not is_named or any(
        isinstance(one, (ast.Call, ast.NamedExpr, ast.Lambda)) for one in nodes_in(handed_over.func)
    ):
        raise CannotRender  # It may be made there, once.
    called = _text_of(handed_over.func, source)
    names = dict.fromkeys(one.id for one in nodes_in(handed_over.func) if isinstance(one, ast.Name))
    kept = "".join(f", {name}={name}" for name in names if not handed_over.at_once and name != "self")
    return f"lambda *given{kept}: {called}(*given, {change.name}={change.value})"


def _line_of(source: SourceText, start: Position, end: Position, style: FileStyle) -> Line:
    """The line of what is between two places, without a comment at its end."""
    behind = source.line(end.row)[end.column :].partition("#")[0].rstrip()
    return Line(source.line(start.row)[: start.column], behind, style.line_length)


def _name_argument(change: NameArgument, source: SourceText) -> Iterator[Edit]:
    _text_of(change.call, source)
    start = source.start(change.argument)
    yield Edit(start, start, f"{change.name}=")


def _drop_argument(change: DropArgument, source: SourceText) -> Iterator[Edit]:
    def drop(call: cst.BaseExpression) -> cst.BaseExpression:
        if not isinstance(call, cst.Call):
            raise CannotRender
        return without_argument(call, change.name)

    edits = list(_rewritten_expression(change.call, source, drop))
    if any("#" in source.text[source.offset(edit.start) : source.offset(edit.end)] for edit in edits):
        raise CannotRender  # A comment would go with it.
    yield from edits


def _add_parameter(change: AddParameter, source: SourceText, style: FileStyle) -> Iterator[Edit]:
    function = change.function
    header = _Header.of(function, source)
    definition = header.definition
    parameter = cst.Param(cst.Name(change.name), default=cst.Name(change.default), star="")
    written = _annotation(change, style)
    if written is not None:
        annotation = cst.parse_expression(written)
        parameter = parameter.with_changes(annotation=cst.Annotation(annotation), equal=_SPACED_EQUAL)
    else:
        parameter = parameter.with_changes(equal=_EQUAL)
    changed = definition.with_changes(params=with_parameter(definition, parameter))
    old, new = header.code(definition), header.code(changed)
    line = Line(source.line(function.lineno)[: source.start(function).column], "", style.line_length)
    newline = header.module.default_newline
    if not line.fits(_first_line(old), _first_line(new)) and not _first_line(old).endswith("\\"):
        placed = next(broken(changed, line, newline))
    else:
        placed = _placed(definition, changed, change.name, line, (old, new), newline)
    yield from header.edits(placed, source)


@dataclass(frozen=True, slots=True)
class _Header:
    """A function up to its first statement, in whose place there is a `pass`."""

    begin: int
    text: str
    module: cst.Module
    definition: cst.FunctionDef

    @classmethod
    def of(cls, function: ast.FunctionDef | ast.AsyncFunctionDef, source: SourceText) -> _Header:
        """The header of a function. Raises CannotRender."""
        begin, end = source.offset(source.start(function)), _offset_of_body(function, source)
        text = source.text[begin:end]
        module = cst.parse_module(text + "pass\n")
        definition = module.body[0]
        if not isinstance(definition, cst.FunctionDef):
            raise CannotRender
        return cls(begin, text, module, definition)

    def code(self, definition: cst.FunctionDef) -> str:
        """The text of another definition in its place."""
        return self.module.with_changes(body=[definition]).code.rpartition("pass")[0]

    def edits(self, definition: cst.FunctionDef, source: SourceText) -> Iterator[Edit]:
        """What makes it another definition."""
        yield from trimmed(source, self.begin, self.text, self.code(definition))


def _offset_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef, source: SourceText) -> int:
    """Where the first statement begins; a decorated function or class begins at the `@`."""
    first = function.body[0]
    if isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and first.decorator_list:
        return source.text.rindex("@", 0, source.offset(source.start(first.decorator_list[0])))
    return source.offset(source.start(first))


def _first_line(header: str) -> str:
    return header.splitlines()[0].rstrip()


def _annotation(change: AddParameter, style: FileStyle) -> str | None:
    """What to annotate the parameter with, as most of the others are; None where these have no annotation, or where no
    annotation like theirs could be evaluated.
    """
    given = change.function.args
    parameters = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    others = [one for one in parameters if one is not None and one.arg not in ("self", "cls")]
    annotations = [one.annotation for one in others if one.annotation is not None]
    if change.function.returns is not None and not others:
        annotations = [change.function.returns]
    if not annotations or 2 * len(annotations) < len(others):
        return None
    bare = change.annotation.strip('"')
    if all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in annotations):
        return f'"{bare}"'
    return bare if bare == change.annotation or style.evaluates_unions else None


def _replace(change: Replace, source: SourceText) -> Iterator[Edit]:
    text = change.template.format(*(_text_of(part, source) for part in change.parts))
    _text_of(change.node, source)
    start, end = source.start(change.node), source.end(change.node)
    if "\n" in text or "\r" in text:
        # What spans lines needs brackets of its own, unless there are some around it.
        text = f"({text})"
    yield Edit(start, end, _set_apart(text, source.line(start.row)[: start.column], source.line(end.row)[end.column :]))


def _set_apart(text: str, before: str, behind: str) -> str:
    """The text, with spaces where its words would run into others: `0if x` does not need one, `Noneif x` does."""
    first = " " if _IN_WORD.match(before[-1:]) and _IN_WORD.match(text) else ""
    last = " " if _IN_WORD.match(text[-1:]) and _IN_WORD.match(behind) else ""
    return f"{first}{text}{last}"


def _rename_parameter(change: RenameParameter, source: SourceText) -> Iterator[Edit]:
    start = source.start(change.parameter)
    yield Edit(start, Position(start.row, start.column + len(change.parameter.arg)), change.name)


def _rename_function(change: RenameFunction, source: SourceText) -> Iterator[Edit]:
    header = _Header.of(change.function, source)
    yield from header.edits(header.definition.with_changes(name=cst.Name(change.name)), source)


def _add_default(change: AddDefault, source: SourceText) -> Iterator[Edit]:
    end = source.end(change.parameter)
    yield Edit(end, end, f" = {change.value}" if change.parameter.annotation else f"={change.value}")


def _rename_keyword(change: RenameKeyword, source: SourceText) -> Iterator[Edit]:
    start = source.start(change.keyword)
    yield Edit(start, Position(start.row, start.column + len(change.keyword.arg or "")), change.name)


def _delete_statement(change: DeleteStatement, source: SourceText) -> Iterator[Edit]:
    statement = change.statement
    start, end = source.start(statement), source.end(statement)
    first, last = source.line(start.row), source.line(end.row)
    alone = not first[: start.column].strip() and not last[end.column :].strip().strip(";").partition("#")[0].strip()
    if not alone:
        raise CannotRender
    if len(change.block) == 1:
        yield Edit(start, end, "pass")
    elif end.row < len(source.lines):
        yield Edit(Position(start.row, 0), Position(end.row + 1, 0), "")
    else:
        yield Edit(Position(start.row, 0), Position(end.row, len(last)), "")


def _append_statement(change: AppendStatement, source: SourceText) -> Iterator[Edit]:
    last = change.function.body[-1]
    start, end = source.start(last), source.end(last)
    indent = source.line(start.row)[: start.column]
    if indent.strip() or start.row == source.start(change.function).row:
        raise CannotRender
    newline = _NEWLINE.search(source.text)
    behind = Position(end.row, len(source.line(end.row)))
    yield Edit(behind, behind, f"{newline[0] if newline else chr(10)}{indent}{change.code}")


def _unwrap(change: Unwrap, source: SourceText) -> Iterator[Edit]:
    start = source.start(change.statement)
    if source.line(start.row)[: start.column].strip() or not source.segment(change.statement).startswith(
        ("if", "with")
    ):
        raise CannotRender  # An `elif` belongs to the `if` before it.
    begin = source.offset(Position(start.row, 0))
    old = source.text[begin : source.offset(_behind_block(change.statement, source))]
    new = unwrapped(old)
    if new is None:
        raise CannotRender
    yield from trimmed(source, begin, old, new)


def _behind_block(statement: ast.If | ast.With, source: SourceText) -> Position:
    """Where a statement ends with the comments after it that belong to its body: they are further in than it is."""
    last = source.end(statement).row
    for row in range(last + 1, len(source.lines) + 1):
        line = source.line(row)
        inside = line.lstrip()
        if inside.startswith("#") and len(line) - len(inside) > source.start(statement).column:
            last = row
        elif inside:
            break
    return Position(last, len(source.lines[last - 1]))


def _rewritten_expression(
    node: ast.expr,
    source: SourceText,
    change: Callable[[cst.BaseExpression], cst.BaseExpression],
    line: Line | None = None,
    added: str = "",
) -> Iterator[Edit]:
    """The edits of a change; where there is a `line` that it may not make too long, the call is broken over lines, or
    the argument that was added gets a line of its own.
    """
    begin = source.offset(source.start(node))
    old = _text_of(node, source)
    # In brackets, an expression may span lines as it did in its place.
    module = cst.parse_module(f"({old})")
    statement = module.body[0]
    if not (isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Expr)):
        raise CannotRender
    expression = statement.body[0].value

    def written(value: cst.BaseExpression) -> str:
        body = [statement.with_changes(body=[statement.body[0].with_changes(value=value)])]
        code = module.with_changes(body=body).code
        return code[1 : code.rindex(")")]

    changed = change(expression)
    new = written(changed)
    if line is not None and isinstance(expression, cst.Call) and isinstance(changed, cst.Call):
        if not line.fits(old, new):
            new = next(map(written, broken(changed, line, _newline_of(source))))
        else:
            new = written(_placed(expression, changed, added, line, (old, new), _newline_of(source)))
    yield from trimmed(source, begin, old, new)


def _placed(
    old: _Bracketed, new: _Bracketed, added: str, line: Line, texts: tuple[str, str], newline: str
) -> _Bracketed:
    """The node, with what was added to brackets of several lines where it belongs there."""
    indents = indents_of_block(old)
    if indents is not None:
        return next(broken(new, line, newline, indents))
    return on_line_of_its_own(new, added, line, newline) if line.grows_too_long(*texts) else new


def _newline_of(source: SourceText) -> str:
    found = _NEWLINE.search(source.text)
    return found[0] if found else "\n"


def _text_of(node: ast.expr, source: SourceText) -> str:
    """The text of an expression. Raises CannotRender for one in an f-string, whose place Python 3.11 only guesses."""
    text = source.segment(node)
    try:
        same = ast.dump(ast.parse(f"({text})", mode="eval").body) == ast.dump(node)
    except SyntaxError:
        same = False
    if not same:
        raise CannotRender
    return text


_NEWLINE = re.compile(r"\r\n|\r|\n")
_IN_WORD = re.compile(r"\w")
_EQUAL = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
_SPACED_EQUAL = cst.AssignEqual(cst.SimpleWhitespace(" "), cst.SimpleWhitespace(" "))

_RENDER: dict[type[Change], Callable[..., Iterator[Edit]]] = {
    NameArgument: _name_argument,
    DropArgument: _drop_argument,
    Replace: _replace,
    RenameParameter: _rename_parameter,
    RenameFunction: _rename_function,
    AddDefault: _add_default,
    RenameKeyword: _rename_keyword,
    DeleteStatement: _delete_statement,
    AppendStatement: _append_statement,
    Unwrap: _unwrap,
    DropImport: without_import,
    ReserveImport: held_import,
}
