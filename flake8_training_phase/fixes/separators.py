"""Adds one more argument or parameter in the style the others are written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import libcst as cst

Item = TypeVar("Item", cst.Arg, cst.Param)

_ONE_LINE = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def with_argument(call: cst.Call, argument: cst.Arg) -> cst.Call:
    """The call with one more argument, the last."""
    if not call.args:
        return call.with_changes(args=[argument])
    *before, last = call.args
    opening = call.whitespace_before_args
    old, new = _appended(last, argument, before, opening, last.whitespace_after_arg)
    if last.whitespace_after_arg:
        old = old.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""))
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
    return call.with_changes(args=[*before, old, new])


def with_parameter(definition: cst.FunctionDef, parameter: cst.Param) -> cst.Parameters:
    """The parameters with one more: behind the last one that can be passed by position, or, where there is a
    `*args` that would lose its first value to it, behind that.
    """
    parameters = definition.params
    if isinstance(parameters.star_arg, cst.Param):
        return _keyword_only(parameters, parameter)
    if not parameters.params:
        return _behind_positional_only(parameters, parameter)
    *before, last = parameters.params
    something_follows = parameters.star_arg is not cst.MaybeSentinel.DEFAULT or parameters.star_kwarg is not None
    opening = definition.whitespace_before_params
    if something_follows:
        separator = last.comma if isinstance(last.comma, cst.Comma) else _ONE_LINE
        return parameters.with_changes(params=[*before, last, parameter.with_changes(comma=separator)])
    old, new = _appended(last, parameter, before, opening, last.whitespace_after_param)
    if last.whitespace_after_param:
        old = old.with_changes(whitespace_after_param=cst.SimpleWhitespace(""))
        new = new.with_changes(whitespace_after_param=last.whitespace_after_param)
    return parameters.with_changes(params=[*before, old, new])


def _keyword_only(parameters: cst.Parameters, parameter: cst.Param) -> cst.Parameters:
    star = parameters.star_arg
    assert isinstance(star, cst.Param)
    comma = star.comma if isinstance(star.comma, cst.Comma) else _ONE_LINE
    follows = bool(parameters.kwonly_params) or parameters.star_kwarg is not None
    return parameters.with_changes(
        star_arg=star.with_changes(comma=comma),
        kwonly_params=[parameter.with_changes(comma=comma) if follows else parameter, *parameters.kwonly_params],
    )


def _behind_positional_only(parameters: cst.Parameters, parameter: cst.Param) -> cst.Parameters:
    follows = parameters.star_arg is not cst.MaybeSentinel.DEFAULT or parameters.star_kwarg is not None
    return parameters.with_changes(params=[parameter.with_changes(comma=_ONE_LINE) if follows else parameter])


def _appended(
    last: Item,
    new: Item,
    before: Sequence[Item],
    opening: cst.BaseParenthesizableWhitespace,
    closing: cst.BaseParenthesizableWhitespace,
) -> tuple[Item, Item]:
    """The last item with the separator it now needs, and the new one with what ended the list."""
    if not isinstance(last.comma, cst.Comma):
        return last.with_changes(comma=_separator(before, opening, closing)), new
    after = last.comma.whitespace_after
    inner = _line_start(before, opening)
    if isinstance(after, cst.ParenthesizedWhitespace) and inner is not None:
        # A trailing comma with the bracket on a line of its own: the comment stays where it is.
        separator = last.comma.with_changes(whitespace_after=after.with_changes(last_line=inner))
        plain = after.with_changes(
            first_line=after.first_line.with_changes(whitespace=cst.SimpleWhitespace(""), comment=None), empty_lines=[]
        )
        return last.with_changes(comma=separator), new.with_changes(
            comma=last.comma.with_changes(whitespace_after=plain)
        )
    return last.with_changes(comma=_ONE_LINE), new.with_changes(comma=last.comma)


def _separator(
    before: Sequence[Item], opening: cst.BaseParenthesizableWhitespace, closing: cst.BaseParenthesizableWhitespace
) -> cst.Comma:
    one_each = isinstance(closing, cst.ParenthesizedWhitespace) or (
        bool(before) and all(_breaks(item) for item in before)
    )
    inner = _line_start(before, opening)
    if one_each and inner is not None:
        newline = next(
            (one for item in reversed(before) if (one := _whitespace(item)) is not None),
            opening if isinstance(opening, cst.ParenthesizedWhitespace) else None,
        )
        if newline is not None:
            plain = newline.first_line.with_changes(whitespace=cst.SimpleWhitespace(""), comment=None)
            return cst.Comma(whitespace_after=newline.with_changes(first_line=plain, empty_lines=[]))
    return _ONE_LINE


def _breaks(item: cst.Arg | cst.Param) -> bool:
    return _whitespace(item) is not None


def _whitespace(item: cst.Arg | cst.Param) -> cst.ParenthesizedWhitespace | None:
    after = item.comma.whitespace_after if isinstance(item.comma, cst.Comma) else None
    return after if isinstance(after, cst.ParenthesizedWhitespace) else None


def _line_start(
    before: Sequence[cst.Arg | cst.Param], opening: cst.BaseParenthesizableWhitespace
) -> cst.SimpleWhitespace | None:
    """How a line inside the brackets begins; None when they hold one line only."""
    for item in reversed(before):
        after = _whitespace(item)
        if after is not None:
            return after.last_line
    return opening.last_line if isinstance(opening, cst.ParenthesizedWhitespace) else None
