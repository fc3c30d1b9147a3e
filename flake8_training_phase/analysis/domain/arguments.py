"""The arguments of a call, and how they bind to the parameters of what is called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from weakref import WeakKeyDictionary

from flake8_training_phase.analysis.domain.events import FlagArgument, PassedBy
from flake8_training_phase.analysis.domain.flags import flags_of
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Container,
    OpaqueKwargs,
    PhaseValue,
    Value,
    join,
)
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


NO_CALL = ast.Call(func=ast.Name("?"), args=[], keywords=[])
"""Stands for a call that is not in the code: a property, what an unknown function or Keras does."""


class HandedOver(ast.Call):
    """The call of what is handed to a function that runs it, as in `tf.map_fn(self.encoder, x)`: it stands where that
    is named. All that are made of the same expression are equal.
    """

    def __init__(self, named: ast.expr, at_once: bool = True) -> None:
        """`at_once` says whether it is run before anything else: the builtin `map` runs it when somebody asks."""
        super().__init__(func=named, args=[], keywords=[])
        self.at_once = at_once
        ast.copy_location(self, named)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HandedOver) and other.func is self.func

    def __hash__(self) -> int:
        return hash((HandedOver, self.func))


@dataclass(frozen=True, slots=True)
class Arguments:
    """What one call passes, evaluated."""

    node: ast.Call
    positional: tuple[Value, ...]
    keywords: Mapping[str, Value]
    starred: bool
    """There is a `*args` among them."""
    hidden: bool
    """There is a `**kwargs` whose keys are not all known."""
    absent_keys: frozenset[str] = frozenset()
    """Names that are surely not among the keys of such a `**kwargs`."""
    rest_of_call: bool = False
    """Every such `**kwargs` is that of a layer's `call`."""
    stars_known: bool = False
    """What every `*args` may hold is known and in `positional`, if not how often."""

    @property
    def is_open(self) -> bool:
        """Whether others may be given than those that are known."""
        return self.starred or self.hidden

    def may_hide(self, name: str) -> bool:
        """Whether the parameter of that name may be given inside `*args` or `**kwargs`."""
        return self.starred or (self.hidden and name not in self.absent_keys)

    def after(self, positional: Sequence[Value], keywords: Mapping[str, Value]) -> Arguments:
        """These arguments after some that come first, as `functools.partial` puts them."""
        return Arguments(
            self.node,
            (*positional, *self.positional),
            {**keywords, **self.keywords},
            self.starred,
            self.hidden,
            self.absent_keys,
            self.rest_of_call,
            self.stars_known,
        )

    def flag(self, parameters: Sequence[str], name: str = "training") -> FlagArgument:
        """What is passed for the parameter `name` of a callee with these positional parameters."""
        if name in self.keywords:
            return _flag(PassedBy.KEYWORD, self.keywords[name], self._expression(name), name)
        index = parameters.index(name) if name in parameters else -1
        if 0 <= index < len(self.positional):
            offset = len(self.node.args) - len(self.positional)
            place = index + offset
            node = self.node.args[place] if 0 <= place < len(self.node.args) else None
            return _flag(PassedBy.POSITION, self.positional[index], node)
        if self.may_hide(name):
            return FlagArgument(PassedBy.UNKNOWN, in_rest_of_call=self.rest_of_call and not self.starred)
        return FlagArgument(PassedBy.NOTHING)

    def phase_positions(self) -> list[int]:
        """The places of positional arguments that are made from the phase."""
        return [
            place
            for place, value in enumerate(self.positional)
            if isinstance(value, PhaseValue) and value.parameter is not None
        ]

    @property
    def first(self) -> Value:
        """The first one by position; unknown where there is none."""
        return self.positional[0] if self.positional else UNKNOWN

    def by_name(self, parameters: Sequence[str]) -> dict[str, Value]:
        """The values by parameter name."""
        return {**dict(zip(parameters, self.positional, strict=False)), **self.keywords}

    def _expression(self, name: str) -> ast.expr | None:
        return next((keyword.value for keyword in self.node.keywords if keyword.arg == name), None)


UNKNOWN_ARGUMENTS = Arguments(NO_CALL, (), {}, starred=True, hidden=True)
"""What something unknown passes."""


def arguments_of(positional: tuple[Value, ...] = (), node: ast.Call = NO_CALL) -> Arguments:
    """Arguments that no call in the code writes down."""
    return Arguments(node, positional, {}, starred=False, hidden=False)


def constructor_arguments(layer: KerasLayer, arguments: Arguments) -> dict[str, Value]:
    """What the constructor of a Keras layer is given, by name where its name is known, else by place."""
    by_name = {f"#{place}": value for place, value in enumerate(arguments.positional)}
    for argument in layer.arguments:
        places = {place for place in argument.positions.values() if place is not None}
        values = [by_name[f"#{place}"] for place in sorted(places) if f"#{place}" in by_name]
        if values:
            by_name[argument.name] = join(values)
    return by_name | dict(arguments.keywords)


def _flag(given: PassedBy, value: Value, node: ast.expr | None, name: str = "training") -> FlagArgument:
    parameter = value.parameter if isinstance(value, PhaseValue) else None
    return FlagArgument(given, flags_of(value), parameter, node, name)


def parameter_names(node: FunctionNode) -> list[str]:
    """The names of the positional parameters."""
    return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]


def parameter(node: FunctionNode, name: str) -> ast.arg | None:
    """The parameter of that name, if the function has it."""
    arguments = node.args
    for argument in (*arguments.args, *arguments.kwonlyargs, *arguments.posonlyargs):
        if argument.arg == name:
            return argument
    return None


def unknown_arguments(node: FunctionNode) -> dict[str, Value]:
    """What the parameters of a function are when its callers are unknown."""
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return {one.arg: UNKNOWN for one in every if one is not None}


def defaults(node: FunctionNode) -> Iterable[tuple[str, ast.expr]]:
    """Every parameter that has a default, with it."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    yield from ((argument.arg, default) for argument, default in zip(with_default, arguments.defaults, strict=True))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument.arg, default


def hidden_items(values: Mapping[str, Value]) -> Container:
    """The `**kwargs` that a function finds when it is called with these known keywords."""
    return Container(tuple(values.values()), tuple(values))


def uses_kwargs(node: FunctionNode) -> bool:
    """Whether a function has a `**kwargs` and does something with it."""
    kwargs = node.args.kwarg
    return kwargs is not None and any(isinstance(one, ast.Name) and one.id == kwargs.arg for one in nodes_in(node))


def opaque_kwargs(
    node: FunctionNode,
    absent_keys: frozenset[str] = frozenset(),
    of_call: bool = False,
    known: Mapping[str, Value] = MappingProxyType({}),
) -> Value:
    """The `**kwargs` of a function whose callers are not all known, without the names that cannot be in it.

    What has a parameter of its own is never in it: `call(self, x, training=None, **kwargs)` has no flag in `kwargs`.
    """
    named = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    if node.args.kwarg is None or not _is_only_read(node, node.args.kwarg.arg):
        return UNKNOWN
    left = tuple(known.items()) if known and not _is_popped(node, node.args.kwarg.arg) else ()
    return OpaqueKwargs(absent_keys | named, of_call, left)


_READING = ("get", "items", "keys", "pop", "values")
_only_read: WeakKeyDictionary[ast.AST, bool] = WeakKeyDictionary()
"""What is known of functions: each is run for many classes."""


def _is_only_read(function: FunctionNode, name: str) -> bool:
    """Whether a function puts nothing into its `**kwargs`, nor hands the dict itself to a function that could."""
    if function not in _only_read:
        named, reading = set[ast.AST](), set[ast.AST]()
        for node in nodes_in(function):
            if isinstance(node, ast.Name):
                if node.id == name:
                    named.add(node)
            elif isinstance(node, ast.Call):
                reading.update(keyword.value for keyword in node.keywords if keyword.arg is None)
            elif isinstance(node, ast.Compare):
                reading.update(node.comparators)
            elif (isinstance(node, ast.Attribute) and node.attr in _READING) or (
                isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Store)
            ):
                reading.add(node.value)
        _only_read[function] = named <= reading
    return _only_read[function]


def _is_popped(function: FunctionNode, name: str) -> bool:
    """Whether a function takes something out of its `**kwargs`."""
    taken = (
        node.value
        for node in nodes_in(function)
        if (isinstance(node, ast.Attribute) and node.attr == "pop")
        or (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Del))
    )
    return any(isinstance(one, ast.Name) and one.id == name for one in taken)
