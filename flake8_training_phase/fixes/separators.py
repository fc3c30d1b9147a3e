"""Adds one more argument or parameter in the style the others are written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import libcst as cst

AnyItem = cst.Arg | cst.Param | cst.ParamSlash
Last = TypeVar("Last", cst.Arg, cst.Param, cst.ParamSlash)
New = TypeVar("New", cst.Arg, cst.Param)

_NOTHING = cst.SimpleWhitespace("")
_ONE_LINE = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def with_argument(call: cst.Call, argument: cst.Arg) -> cst.Call:
    """The call with one more argument, the last except for `**kwargs`."""
    named = [one for one in call.args if one.star != "**"]
    if tuple(named) != tuple(call.args[: len(named)]):
        named = list(call.args)
    rest = call.args[len(named) :]
    if not named:
        return call.with_changes(args=[argument.with_changes(comma=_ONE_LINE) if rest else argument, *rest])
    *before, last = named
    old, new = _added(last, argument, before, call.whitespace_before_args, follows=bool(rest))
    return call.with_changes(args=[*before, old, new, *rest])


def without_argument(call: cst.Call, name: str) -> cst.Call:
    """The call without the keyword argument of that name; what is then last ends as the last one did."""
    kept = [one for one in call.args if one.keyword is None or one.keyword.value != name]
    if not kept:
        return call.with_changes(args=[], whitespace_before_args=_NOTHING)
    if kept[-1] is not call.args[-1]:
        kept[-1] = _closed(kept[-1], _closing(call.args[-1])).with_changes(comma=call.args[-1].comma)
    return call.with_changes(args=kept)


def with_parameter(definition: cst.FunctionDef, parameter: cst.Param) -> cst.Parameters:
    """The parameters with one more: after the last one that can be passed by position, or, where there is a
    `*args` that would lose its first value to it, after that.
    """
    parameters = definition.params
    star, slash, opening = parameters.star_arg, parameters.posonly_ind, definition.whitespace_before_params
    before: list[AnyItem] = [*parameters.posonly_params, *parameters.params]
    if isinstance(star, cst.Param):
        follows = bool(parameters.kwonly_params) or parameters.star_kwarg is not None
        old_star, new = _added(star, parameter, before, opening, follows)
        return parameters.with_changes(star_arg=old_star, kwonly_params=[new, *parameters.kwonly_params])
    follows = star is not cst.MaybeSentinel.DEFAULT or parameters.star_kwarg is not None
    if parameters.params:
        *others, last = parameters.params
        old_last, new = _added(last, parameter, before[:-1], opening, follows)
        return parameters.with_changes(params=[*others, old_last, new])
    if isinstance(slash, cst.ParamSlash):
        old_slash, new = _added(slash, parameter, before, opening, follows)
        return parameters.with_changes(posonly_ind=old_slash, params=[new])
    return parameters.with_changes(params=[parameter.with_changes(comma=_ONE_LINE) if follows else parameter])


def _added(
    last: Last, new: New, before: Sequence[AnyItem], opening: cst.BaseParenthesizableWhitespace, follows: bool
) -> tuple[Last, New]:
    """An item and a new one after it, which is the last unless something `follows`."""
    return _inserted(last, new) if follows else _appended(last, new, before, opening)


def _inserted(last: Last, new: New) -> tuple[Last, New]:
    """The item keeps its separator and the comment after it; the new one gets another of that kind, and the
    comments in front of what follows.
    """
    if not isinstance(last.comma, cst.Comma):
        return last.with_changes(comma=_ONE_LINE), new.with_changes(comma=_ONE_LINE)
    after = last.comma.whitespace_after
    if not isinstance(after, cst.ParenthesizedWhitespace):
        plain = after if isinstance(after, cst.SimpleWhitespace) and after.value else _ONE_LINE.whitespace_after
        separator = cst.Comma(whitespace_after=plain)
        return last.with_changes(comma=separator), new.with_changes(comma=last.comma)
    own = last.comma.with_changes(whitespace_after=after.with_changes(empty_lines=[]))
    return last.with_changes(comma=own), new.with_changes(comma=cst.Comma(whitespace_after=_without_comment(after)))


def _appended(
    last: Last, new: New, before: Sequence[AnyItem], opening: cst.BaseParenthesizableWhitespace
) -> tuple[Last, New]:
    """The last item with the separator it now needs, and the new one with what ended the list."""
    if isinstance(last.comma, cst.Comma):
        return _behind_trailing_comma(last, last.comma, new, before, opening)
    closing = _closing(last)
    last = _closed(last, _NOTHING)
    inner = line_start(before, opening)
    if isinstance(closing, cst.ParenthesizedWhitespace) and inner is not None:
        # The bracket has a line of its own, so the new item gets one too; a comment stays after the old item.
        separator = cst.Comma(whitespace_after=closing.with_changes(empty_lines=[], last_line=inner))
        return last.with_changes(comma=separator), _closed(new, _without_comment(closing))
    return last.with_changes(comma=_separator(before)), _closed(new, closing)


def _behind_trailing_comma(
    last: Last, comma: cst.Comma, new: New, before: Sequence[AnyItem], opening: cst.BaseParenthesizableWhitespace
) -> tuple[Last, New]:
    after = comma.whitespace_after
    inner = line_start(before, opening)
    if not isinstance(after, cst.ParenthesizedWhitespace) or inner is None:
        return last.with_changes(comma=_ONE_LINE), new.with_changes(comma=comma)
    # The bracket has a line of its own, so the new item gets one too.
    own = comma.with_changes(whitespace_after=after.with_changes(empty_lines=[], last_line=inner))
    return last.with_changes(comma=own), new.with_changes(comma=cst.Comma(whitespace_after=_without_comment(after)))


def _separator(before: Sequence[AnyItem]) -> cst.Comma:
    """What separates one more item where the bracket closes after the last one: a new line if all have one."""
    breaks = [_break(item) for item in before]
    newline = breaks[-1] if breaks and all(breaks) else None
    if newline is None:
        return _ONE_LINE
    return cst.Comma(whitespace_after=_without_comment(newline).with_changes(empty_lines=[]))


def _closing(item: AnyItem) -> cst.BaseParenthesizableWhitespace:
    """What is between the last item and the bracket."""
    if isinstance(item, cst.Arg):
        return item.whitespace_after_arg
    return item.whitespace_after_param if isinstance(item, cst.Param) else item.whitespace_after


def _closed(item: Last, closing: cst.BaseParenthesizableWhitespace) -> Last:
    if isinstance(item, cst.Arg):
        return item.with_changes(whitespace_after_arg=closing)
    if isinstance(item, cst.Param):
        return item.with_changes(whitespace_after_param=closing)
    return item.with_changes(whitespace_after=closing)


def _without_comment(newline: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    return newline.with_changes(first_line=newline.first_line.with_changes(whitespace=_NOTHING, comment=None))


def _break(item: AnyItem) -> cst.ParenthesizedWhitespace | None:
    """The line break after an item."""
    after = item.comma.whitespace_after if isinstance(item.comma, cst.Comma) else None
    return after if isinstance(after, cst.ParenthesizedWhitespace) else None


def line_start(before: Sequence[AnyItem], opening: cst.BaseParenthesizableWhitespace) -> cst.SimpleWhitespace | None:
    """How a line inside the brackets begins; None when they hold one line only."""
    for item in reversed(before):
        after = _break(item)
        if after is not None:
            return after.last_line
    return opening.last_line if isinstance(opening, cst.ParenthesizedWhitespace) else None
