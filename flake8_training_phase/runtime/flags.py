"""Where the flag of a layer call came from: an argument, the call context, a default."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any

from flake8_training_phase.runtime.recording import Site
from flake8_training_phase.runtime.sites import calling_line

_NOT_PASSED = object()


class Source(Enum):
    """Where a layer call got its flag from."""

    ARGUMENT = auto()
    ENCLOSING = auto()
    """No argument; the call context holds the flag of a call around it."""
    LEAKED = auto()
    """No argument; the call context holds what another call has left there."""
    DEFAULT = auto()
    NOTHING = auto()


@dataclass(frozen=True, eq=False, slots=True)
class EnteredCall:
    """A call of `Layer.__call__`, and the flag that it got."""

    layer: Any
    site: Site | None
    source: Source
    flag: Any
    around: EnteredCall | None
    """The call that encloses it."""
    setter: EnteredCall | None = None
    """The call whose flag it found in the call context."""


class FlagHistory:
    """Follows the flags of a run as Keras resolves them: argument, call context, default."""

    def __init__(self, contexts_nest: bool) -> None:
        self._contexts_nest = contexts_nest
        """In Keras 2 the context is that of the enclosing calls; in Keras 3 all calls share one."""
        self._open: list[EnteredCall] = []
        self._last: EnteredCall | None = None

    @property
    def entered(self) -> tuple[EnteredCall, ...]:
        """The calls that are running, the outermost first."""
        return tuple(self._open)

    def enter(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A layer is called."""
        around = self._open[-1] if self._open else None
        if around is None:
            self._last = None
        call = self._resolved(layer, _passed(layer, args, kwargs), around)
        self._open.append(call)
        if call.source is not Source.NOTHING:
            self._last = call

    def leave(self) -> None:
        """The innermost call has ended."""
        self._open.pop()

    def _resolved(self, layer: Any, passed: Any, around: EnteredCall | None) -> EnteredCall:
        site = calling_line()
        if passed is not _NOT_PASSED:
            return EnteredCall(layer, site, Source.ARGUMENT, passed, around)
        setter = around if self._contexts_nest else self._last
        if setter is not None and setter.flag is not None:
            # What was inherited or left is reported by the call that first passed it.
            origin = setter.setter if setter.source in (Source.ENCLOSING, Source.LEAKED) and setter.setter else setter
            source = Source.ENCLOSING if any(one is origin for one in self._open) else Source.LEAKED
            return EnteredCall(layer, site, source, setter.flag, around, origin)
        default = default_flag(layer)
        return EnteredCall(layer, site, Source.NOTHING if default is None else Source.DEFAULT, default, around, setter)


def names_training(layer: Any) -> bool:
    """Whether the `call` of a layer has a parameter `training`."""
    return "training" in _parameters(layer)


def requires(layer: Any, names: Collection[str]) -> bool:
    """Whether the `call` of a layer cannot do without one of these arguments."""
    parameters = _parameters(layer)
    return any(name in parameters and parameters[name].default is inspect.Parameter.empty for name in names)


def default_flag(layer: Any) -> Any:
    """The default of `training` in the `call` of a layer; None when there is none."""
    parameter = _parameters(layer).get("training")
    return None if parameter is None or parameter.default is parameter.empty else parameter.default


def _passed(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if "training" in kwargs:
        return kwargs["training"]
    names = list(_parameters(layer))
    at = names.index("training") - 1 if "training" in names else len(args)  # `self` is not among the arguments.
    return args[at] if at < len(args) else _NOT_PASSED


def _parameters(layer: Any) -> Mapping[str, inspect.Parameter]:
    cls: Any = type(layer)
    return _signature(cls).parameters


@cache
def _signature(cls: Any) -> inspect.Signature:
    return inspect.signature(cls.call)
