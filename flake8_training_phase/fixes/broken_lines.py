"""Breaks a call or a signature over lines, as Black would, where what a fix adds makes its line too long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst

from flake8_training_phase.fixes.separators import line_start

_INDENT = "    "
Node = TypeVar("Node", cst.Call, cst.FunctionDef)
_Item = cst.Arg | cst.Param | cst.ParamSlash | cst.ParamStar


@dataclass(frozen=True, slots=True)
class Line:
    """The line that a node is in: what is before it and after it, and how long it may be."""

    before: str
    behind: str
    length: int

    def fits(self, old: str, new: str) -> bool:
        """Whether a text may take the place of another one: one that was too long before may be too long, and one
        inside a bracket of the same line is not what has to be broken first.
        """
        if sum(map(self.before.count, "([{")) > sum(map(self.before.count, ")]}")):
            return True
        added = len(new) - len(old)
        rest = len(self.before + old + self.behind)
        return rest > self.length or rest + added <= self.length or "\n" in new or "\r" in new

    def grows_too_long(self, old: str, new: str) -> bool:
        """Whether what is added to a text of several lines makes its line too long."""
        differ = (index for index, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
        same = next(differ, min(len(old), len(new)))
        return "\n" in old and len(self._around(new, same)) > self.length >= len(self._around(old, same))

    def _around(self, text: str, index: int) -> str:
        """The line around a place in a text of several lines."""
        start, end = text.rfind("\n", 0, index) + 1, text.find("\n", index)
        before = "" if start else self.before
        return (before + text[start:] + self.behind) if end < 0 else (before + text[start:end]).rstrip("\r")


def broken(node: Node, line: Line, newline: str, indents: tuple[str, str] | None = None) -> Iterator[Node]:
    """The node with what is in its brackets on a line of its own, and then with a line for each item.

    `indents` are those of what is in the brackets, and of the closing one.
    """
    inner, outer = indents or _indents(line)
    items: Sequence[_Item] = _items(node)
    one_line = " ".join([*(f"{_code(item)}," for item in items[:-1]), _code(items[-1])])
    if len(items) == 1 or len(inner + one_line) <= line.length:
        yield _with_layout(node, _newline(inner, newline), _SPACE, _newline(outer, newline), trailing=False)
    if len(items) == 1:
        return  # A comma after it would only make it look like more.
    each = _newline(inner, newline)
    yield _with_layout(node, each, each, _newline(outer, newline), trailing=_takes_comma(items[-1]))


def _indents(line: Line) -> tuple[str, str]:
    indent = re.match(r"[ \t]*", line.before)
    outer = indent[0] if indent is not None else ""
    return outer + ("\t" if outer.endswith("\t") else _INDENT), outer


def indents_of_block(node: cst.Call | cst.FunctionDef) -> tuple[str, str] | None:
    """The indent of what is in the brackets of a node, and of the closing one, where that is one line between them:
    Black's first layout.
    """
    items, opening = _items(node), _opening(node)
    last = items[-1] if items else None
    if not isinstance(last, (cst.Arg, cst.Param)) or isinstance(last.comma, cst.Comma):
        return None
    closing = last.whitespace_after_arg if isinstance(last, cst.Arg) else last.whitespace_after_param
    if not (isinstance(opening, cst.ParenthesizedWhitespace) and isinstance(closing, cst.ParenthesizedWhitespace)):
        return None
    between = cst.Module([]).code_for_node(node.with_deep_changes(last, **_closed(last)))
    is_plain = between.count("\n") == cst.Module([]).code_for_node(opening).count("\n") == 1 and "#" not in between
    ends = not closing.empty_lines and closing.first_line.comment is None
    return (opening.last_line.value, closing.last_line.value) if is_plain and ends else None


def _closed(item: cst.Arg | cst.Param) -> dict[str, cst.SimpleWhitespace]:
    return {"whitespace_after_arg" if isinstance(item, cst.Arg) else "whitespace_after_param": _NOTHING}


def on_line_of_its_own(node: Node, name: str, line: Line, newline: str) -> Node:
    """The node, whose brackets hold several lines, with the item of that name on another one: as far in as the items
    before it.
    """
    items = _items(node)
    index = next(index for index, item in enumerate(items) if _name(item) == name)
    before = [one for one in items[: max(index - 1, 0)] if not isinstance(one, cst.ParamStar)]
    start = line_start(before, _opening(node))
    indent = start.value if start is not None else _below_the_bracket(node, line)
    last = items[index - 1] if index else None
    if indent is None or last is None or isinstance(last, cst.ParamStar):
        return node
    if isinstance(last.comma, cst.Comma) and isinstance(last.comma.whitespace_after, cst.ParenthesizedWhitespace):
        return node
    return node.with_deep_changes(last, comma=cst.Comma(whitespace_after=_newline(indent, newline)))


def _below_the_bracket(node: cst.Call | cst.FunctionDef, line: Line) -> str | None:
    """The indent of the first item, in spaces; None where nothing can be written below it."""
    called = node.func if isinstance(node, cst.Call) else node.name
    head = cst.Module([]).code_for_node(called)
    if isinstance(node, cst.FunctionDef):
        head = f"async def {head}" if node.asynchronous is not None else f"def {head}"
    return None if "\n" in head or "\t" in line.before else " " * len(f"{line.before}{head}(")


def _opening(node: cst.Call | cst.FunctionDef) -> cst.BaseParenthesizableWhitespace:
    return node.whitespace_before_args if isinstance(node, cst.Call) else node.whitespace_before_params


def _name(item: _Item) -> str | None:
    found = item.keyword if isinstance(item, cst.Arg) else item.name if isinstance(item, cst.Param) else None
    return None if found is None else found.value


def _items(node: cst.Call | cst.FunctionDef) -> Sequence[_Item]:
    if isinstance(node, cst.Call):
        return node.args
    given = node.params
    found: list[_Item | cst.MaybeSentinel | None] = [*given.posonly_params, given.posonly_ind, *given.params]
    star = given.star_arg if isinstance(given.star_arg, (cst.Param, cst.ParamStar)) else None
    found += [star, *given.kwonly_params, given.star_kwarg]
    return [one for one in found if one is not None and not isinstance(one, cst.MaybeSentinel)]


def _takes_comma(last: _Item) -> bool:
    return not isinstance(last, (cst.Arg, cst.Param)) or last.star not in ("*", "**")


def _code(item: _Item) -> str:
    bare = item.with_changes(comma=cst.MaybeSentinel.DEFAULT) if not isinstance(item, cst.ParamStar) else item
    return cst.Module([]).code_for_node(bare).strip().rstrip(",")


def _with_layout(
    node: Node,
    opening: cst.BaseParenthesizableWhitespace,
    between: cst.BaseParenthesizableWhitespace,
    closing: cst.BaseParenthesizableWhitespace,
    trailing: bool,
) -> Node:
    items = _items(node)
    placed: dict[cst.CSTNode, cst.CSTNode] = {}
    for item in items[:-1]:
        placed[item] = _open(item).with_changes(comma=cst.Comma(whitespace_after=between))
    last = _open(items[-1])
    if trailing:
        placed[items[-1]] = last.with_changes(comma=cst.Comma(whitespace_after=closing))
    elif isinstance(last, cst.Arg):
        placed[items[-1]] = last.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=closing)
    else:
        placed[items[-1]] = last.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_param=closing)
    if isinstance(node, cst.Call):
        return node.with_changes(args=[placed[one] for one in node.args], whitespace_before_args=opening)
    given = node.params
    params = given.with_changes(
        **{
            name: [placed[one] for one in getattr(given, name)]
            for name in ("posonly_params", "params", "kwonly_params")
        },
        **{
            name: placed.get(getattr(given, name), getattr(given, name))
            for name in ("posonly_ind", "star_arg", "star_kwarg")
        },
    )
    return node.with_changes(params=params, whitespace_before_params=opening)


def _open(item: _Item) -> _Item:
    """An item without the space that is between it and the bracket."""
    if isinstance(item, cst.Arg):
        return item.with_changes(whitespace_after_arg=_NOTHING)
    return item.with_changes(whitespace_after_param=_NOTHING) if isinstance(item, cst.Param) else item


def _newline(indent: str, newline: str) -> cst.ParenthesizedWhitespace:
    return cst.ParenthesizedWhitespace(
        first_line=cst.TrailingWhitespace(newline=cst.Newline(value=newline)),
        indent=False,
        last_line=cst.SimpleWhitespace(indent),
    )


_NOTHING = cst.SimpleWhitespace("")
_SPACE = cst.SimpleWhitespace(" ")
