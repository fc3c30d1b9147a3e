"""What is compiled while a model is traced: anew, with what records, and apart from what the user compiled."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from flake8_training_phase.runtime.watching import only_for_shapes

__tracebackhide__ = True  # pytest shows the code of the user, not this.


@contextmanager
def compiled_anew(unseen: set[str]) -> Iterator[None]:
    """Let every compiled function be compiled once more when it is called.

    One that was compiled before would not record its layers. `unseen` receives the names of functions that cannot be
    compiled again. What `torch.compile` made runs as it was written.
    """
    with _tensorflow_anew(unseen), _jax_anew(), _torch_as_written():
        yield


@contextmanager
def _torch_as_written() -> Iterator[None]:
    """Let what `torch.compile` made run as it was written, and compile nothing.

    It would compile what records into the functions of the user, and keep it there.
    """
    set_stance = getattr(getattr(sys.modules.get("torch"), "compiler", None), "set_stance", None)
    with set_stance("force_eager") if set_stance else nullcontext():
        yield


@contextmanager
def _jax_anew() -> Iterator[None]:
    """Let `jax.jit` read a function again each time that it is called: only then does it run the layers in it.

    That includes `fit`: the `train_step` of a model that was fitted before is the same function. What is compiled
    meanwhile is no different from what the user compiled, and is kept.
    """
    jax = sys.modules.get("jax")
    if jax is None or not hasattr(jax, "jit"):
        yield
        return
    function_class = type(jax.jit(lambda: None))
    call = function_class.__call__

    @functools.wraps(call)
    def __call__(function: Any, *args: Any, **kwargs: Any) -> Any:
        compiled = getattr(function, "__wrapped__", None)
        # The operations of JAX are functions of this kind, too.
        if compiled is not None and not str(getattr(compiled, "__module__", "")).startswith("jax."):
            function.clear_cache()
        return call(function, *args, **kwargs)

    function_class.__call__ = __call__
    try:
        yield
    finally:
        function_class.__call__ = call


@contextmanager
def _tensorflow_anew(unseen: set[str]) -> Iterator[None]:
    """Let every `tf.function` be compiled once more when it is called, for this time only.

    What is compiled now would record forever. XLA is left out: it cannot compile what records. A function that was made
    concrete, or loaded from a SavedModel, cannot be compiled again.
    """
    tf = sys.modules.get("tensorflow")
    if tf is None:
        yield
        return
    function_class = type(tf.function(lambda: None))
    concrete_class = sys.modules["tensorflow.python.eager.polymorphic_function.concrete_function"].ConcreteFunction
    call, call_concrete = function_class.__call__, concrete_class.__call__
    again: dict[tuple[int, bool], tuple[Any, Any]] = {}

    @functools.wraps(call)
    def __call__(function: Any, *args: Any, **kwargs: Any) -> Any:
        if hasattr(function, "concrete_functions"):  # Loaded: what it runs is fixed.
            unseen.update(one.name.decode() for one in function.concrete_functions)
            return call(function, *args, **kwargs)
        # Compiled while Keras asks for shapes it records nothing, and would not record later either.
        key = (id(function), only_for_shapes())
        if key not in again:
            twin = function._clone(None)
            twin._jit_compile = None
            twin._omit_frequent_tracing_warning = True
            again[key] = (function, twin)  # Both: an id is free again when its object is gone.
        return call(again[key][1], *args, **kwargs)

    @functools.wraps(call_concrete)
    def call_compiled(function: Any, *args: Any, **kwargs: Any) -> Any:
        unseen.add(function.name.decode())
        return call_concrete(function, *args, **kwargs)

    function_class.__call__, concrete_class.__call__ = __call__, call_compiled
    try:
        yield
    finally:
        function_class.__call__, concrete_class.__call__ = call, call_concrete
