"""Layers and models that do their forward pass in `__call__`, where `call` is what Keras runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.classes import PLAIN_BASES, Method, UserClass
from flake8_training_phase.analysis.domain.events import Event, LayerCall, walk
from flake8_training_phase.analysis.machine.calls import is_super
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.functions import FunctionDef
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.misnamed import MISNAMED


@dataclass(frozen=True, slots=True)
class DunderCall:
    """A `__call__` that runs layers itself."""

    node: FunctionDef
    layer_calls: tuple[LayerCall, ...]
    """What it runs, without what it leaves to the `__call__` of Keras."""
    flag: str | None
    """Its parameter that means the phase."""
    is_whole: bool
    """It is the whole forward pass: there is no `call` beside it, and Keras's own `__call__` does not run."""
    has_other_names: bool
    """It is `forward` in `__call__ = forward`, or some other name in the class means it as well."""

    @property
    def reaching(self) -> Iterator[LayerCall]:
        """The calls of layers that behave differently in training, without those of a fixed mode."""
        return (call for call in self.layer_calls if reaches_phase(call) and not call.flag.constant)


def dunder_call(layer_class: LayerClass) -> DunderCall | None:
    """The `__call__` of a class, its own or inherited in its module, when it runs layers; None without one, or in a
    class that is derived from a layer that has a forward pass.
    """
    cls = layer_class.cls
    method = cls.find_method("__call__")
    if not isinstance(method, Method) or method.owner.module is not cls.module:
        return None
    node = method.node
    if cls.keras_base_name not in PLAIN_BASES:
        return None
    flag = next((name for name in ("training", *MISNAMED) if parameter(node, name) is not None), None)
    calls = tuple(one for one in walk(_events(cls, method, flag)) if isinstance(one, LayerCall) and _is_here(one, node))
    names = [name for name, method in cls.methods.items() if method is node]
    return DunderCall(node, calls, flag, cls.is_forward_in_dunder_call, len(names) > 1) if calls else None


def is_left_to_keras(cls: UserClass) -> bool:
    """Whether Keras resolves the flag of a class: it has no `__call__`, or one that hands its `**kwargs` to that of
    Keras, as those do that pack inputs.
    """
    method = cls.find_method("__call__")
    if not isinstance(method, Method):
        return True
    rest = method.node.args.kwarg
    return rest is not None and any(
        isinstance(one.value, ast.Name) and one.arg is None and one.value.id == rest.arg
        for node in nodes_in(method.node)
        if isinstance(node, ast.Call) and is_super_dunder_call(node)
        for one in node.keywords
    )


def is_super_dunder_call(node: ast.Call) -> bool:
    """Whether a call is `super().__call__(…)`."""
    function = node.func
    return isinstance(function, ast.Attribute) and function.attr == "__call__" and is_super(function.value)


def _is_here(call: LayerCall, node: FunctionDef) -> bool:
    """Whether it is in the method itself, and can be shown."""
    return call.place.function is node and hasattr(call.node, "lineno") and not call.inspected


def _events(cls: UserClass, method: Method, flag: str | None) -> tuple[Event, ...]:
    """What running the method does, on unknown arguments."""
    return cls.program.method_summary(cls.instance, method, flag).events
