"""Wraps the calls of Keras's layers while a model runs."""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flake8_training_phase.runtime.flags import EnteredCall, FlagHistory
from flake8_training_phase.runtime.packages import KerasPackage
from flake8_training_phase.runtime.recording import Site
from flake8_training_phase.runtime.sites import calling_line

__tracebackhide__ = True  # pytest shows the code of the user, not this.


@dataclass(frozen=True, slots=True)
class LayerRun:
    """The `call` of a layer of Keras that is about to run; `run` runs it."""

    layer: Any
    original: Callable[..., Any]
    """The `call` of its class, not watched."""
    arguments: dict[str, Any]
    """What `call` receives, by parameter name, `training` among them."""
    run: Callable[[], Any]
    site: Site | None
    """The line outside Keras that called it."""
    through: tuple[Site | None, ...]
    """The lines that called the layers around it."""
    entered: EnteredCall | None
    """Its call through `Layer.__call__`, and where the flag came from; None when `call` was run directly."""


Around = Callable[[LayerRun], Any]
"""What is done instead of a `call`: run it, and give its outputs."""


@contextmanager
def watched(package: KerasPackage, around: Around) -> Iterator[None]:
    """Let `around` run every `call` of a mode-dependent layer of Keras; puts all back at the end.

    A layer inside such a layer, as the cell of an LSTM, is not watched.
    """
    watch = _Watch(package, around)
    saved = [(cls, "call", vars(cls)["call"]) for cls in package.phase_classes()]
    saved.append((package.layer_class, "__call__", vars(package.layer_class)["__call__"]))
    try:
        for cls, name, original in saved:
            setattr(cls, name, watch.entering(original) if name == "__call__" else watch.watching(original))
        yield
    finally:
        for cls, name, original in saved:
            setattr(cls, name, original)


def when_run(function: Callable[..., None], values: Sequence[Any] = ()) -> None:
    """Call `function` with the values of tensors: now, or whenever the TensorFlow graph runs that is being made."""
    tf = sys.modules.get("tensorflow")
    if tf is None or tf.executing_eagerly():
        function(*values)
        return

    def run(*arrays: Any) -> list[Any]:
        function(*arrays)
        return []

    # Without outputs the operation is stateful: functions run it although its result is not used.
    tf.numpy_function(run, list(values), [])


def only_for_shapes() -> bool:
    """Whether Keras runs a layer only to learn the shape of its outputs.

    TensorFlow does that in a graph which never runs, the other backends in this scope (`keras.SymbolicScope`).
    """
    scope = sys.modules.get("keras.src.backend.common.symbolic_scope")
    return scope is not None and bool(scope.in_symbolic_scope())


class _OfThread(threading.local):
    """What runs in one thread: Keras keeps its call context by thread, and each replica of a strategy runs in its own.

    They take turns in the middle of a layer, where a synchronized BatchNormalization waits for the others.
    """

    def __init__(self, package: KerasPackage) -> None:
        self.flags = FlagHistory(contexts_nest=package.is_keras_2)
        self.running: set[int] = set()


class _Watch:
    def __init__(self, package: KerasPackage, around: Around) -> None:
        self.package = package
        self.around = around
        self._here = _OfThread(package)

    def entering(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """`Layer.__call__`, remembering the line it is called from while it runs."""

        @functools.wraps(original)
        def __call__(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if only_for_shapes():  # Keras builds a model in the middle of its first call, with a context of its own.
                return original(layer, *args, **kwargs)
            self._here.flags.enter(layer, args, kwargs)
            try:
                return original(layer, *args, **kwargs)
            finally:
                self._here.flags.leave()

        return __call__

    def watching(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """The `call` of a layer class, run by `around`."""
        signature = _signature(original)

        @functools.wraps(original)
        def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
            if self._here.running:  # Inside a layer that is watched, or a parent's `call`.
                return original(layer, *args, **kwargs)
            self._here.running.add(id(layer))
            try:
                bound = signature.bind(layer, *args, **kwargs)
                bound.apply_defaults()
                arguments = dict(bound.arguments)
                del arguments[next(iter(arguments))]
                run = functools.partial(original, layer, *args, **kwargs)
                entered = self._here.flags.entered
                through = tuple(one.site for one in entered)
                direct = next((one for one in reversed(entered) if one.layer is layer), None)
                return self.around(LayerRun(layer, original, arguments, run, calling_line(), through, direct))
            finally:
                self._here.running.remove(id(layer))

        call.__signature__ = signature  # type: ignore[attr-defined]
        return call


_signature = functools.cache(inspect.signature)
