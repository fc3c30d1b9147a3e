"""Functions of Python that go through items, or give others to go through: `zip`, `next`, `itertools.chain`."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_training_phase.analysis.domain.arguments import NO_CALL, Arguments, HandedOver, arguments_of
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Constant,
    Container,
    ElementIndex,
    External,
    Instance,
    Range,
    Value,
    members,
)
from flake8_training_phase.analysis.models.run import Run


def _enumerate(run: Run, arguments: Arguments, frame: Frame) -> Value:
    first = arguments.first
    return Container((run.elements(first, frame),), pairs=True)


def _zip(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return Container((Container(tuple(run.elements(value, frame) for value in arguments.positional)),))


def _map(run: Run, arguments: Arguments, frame: Frame) -> Value:
    if not arguments.positional:
        return UNKNOWN
    given = tuple(run.elements(value, frame) for value in arguments.positional[1:])
    function = arguments.positional[0]
    return Container(
        (run.in_loop(function, frame, arguments=arguments_of(given, named(function, arguments, at_once=False))),)
    )


def named(function: Value, arguments: Arguments, at_once: bool = True) -> ast.Call:
    """The call of a layer, or of what is imported, that is handed over: as the first argument or as a keyword."""
    if not any(isinstance(one, (Instance, External)) for one in members(function)):
        return NO_CALL
    node = arguments.node
    first = next(iter(node.args), None)
    by_name = (one.value for one in node.keywords if arguments.keywords.get(one.arg or "") is function)
    given = first if arguments.positional and arguments.positional[0] is function else next(by_name, None)
    return NO_CALL if given is None or isinstance(given, ast.Starred) else HandedOver(given, at_once)


def _filter(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return Container((run.elements(arguments.positional[1], frame),)) if len(arguments.positional) > 1 else UNKNOWN


def _reduce(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """`reduce(lambda x, layer: layer(x), layers, x)`."""
    if len(arguments.positional) < 2:
        return UNKNOWN
    function, items = arguments.positional[:2]
    given = (UNKNOWN, run.elements(items, frame))
    return run.in_loop(function, frame, arguments=arguments_of(given, named(function, arguments)))


def _next(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return run.elements(arguments.positional[0], frame) if arguments.positional else UNKNOWN


def _same_items(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return arguments.positional[0] if arguments.positional else Container(())


def _some_items(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """Those of the first argument, some of them or several times."""
    return Container((_next(run, arguments, frame),))


def _repeat(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return Container(arguments.positional[:1] or (UNKNOWN,))


def _chain(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return Container(tuple(run.elements(value, frame) for value in arguments.positional))


def _chain_of(run: Run, arguments: Arguments, frame: Frame) -> Value:
    return Container((run.elements(_next(run, arguments, frame), frame),))


def _range(run: Run, arguments: Arguments, frame: Frame) -> Value:
    bounds = [one.value for one in arguments.positional if isinstance(one, Constant) and type(one.value) is int]
    if len(arguments.positional) == 3 and arguments.positional[0] == Constant(bounds[0] if bounds else None):
        stride = bounds[-1] if arguments.positional[2] == Constant(bounds[-1]) else 0
        return Range(ElementIndex(bounds[0], stride)) if stride > 1 else UNKNOWN
    return UNKNOWN


_SAME_ITEMS = ("list", "tuple", "set", "reversed", "sorted", "iter", "frozenset")

BUILTINS: dict[str, Callable[[Run, Arguments, Frame], Value]] = {
    "enumerate": _enumerate,
    "filter": _filter,
    "map": _map,
    "next": _next,
    "range": _range,
    "zip": _zip,
    **dict.fromkeys(_SAME_ITEMS, _same_items),
}

OF_LIBRARY: dict[str, Callable[[Run, Arguments, Frame], Value]] = {
    "collections.deque": _same_items,
    "functools.reduce": _reduce,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_of,
    "itertools.cycle": _some_items,
    "itertools.islice": _some_items,
    "itertools.repeat": _repeat,
    "itertools.zip_longest": _zip,
}
"""Functions of the standard library, by dotted name."""
