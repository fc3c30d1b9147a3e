"""The layers that a model has run inside itself: each as it was made, by its configuration, and as it was called."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest import mock

from tests.runtime.packages import signatures
from tests.runtime.packages.expressions import INPUT, Expression, Making, called

_NUMPY = ("import numpy as np",)
_EVERY_LAYER_HAS = frozenset({"name", "trainable", "dtype"})


class NoText(Exception):
    """A value cannot be written down."""


@contextlib.contextmanager
def watched(
    bases: tuple[Any, ...], package: str, found: dict[tuple[str, str], Making]
) -> Iterator[None]:  # fmt: skip
    """Put the layers of a package that are called meanwhile into `found`, the first of each class."""

    def watching(original: Callable[..., Any]) -> Callable[..., Any]:
        def watched_call(self: Any, *args: Any, **kwargs: Any) -> Any:
            cls = type(self)
            key = (cls.__module__, cls.__name__)
            if key not in found and cls.__module__.partition(".")[0] == package:
                with contextlib.suppress(NoText):
                    found[key] = _making(self, args, kwargs)
            return original(self, *args, **kwargs)

        return watched_call

    with contextlib.ExitStack() as stack:
        for base in bases:
            stack.enter_context(mock.patch.object(base, "__call__", watching(base.__call__)))
        yield


def _making(layer: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Making:
    """How a layer is made and called. Raises NoText. The construction is empty where no configuration says it."""
    arguments: list[tuple[str, str]] = []
    inputs: list[Expression] = []
    given = [("", one) for one in args] + [(key, one) for key, one in kwargs.items() if key != "training"]
    for key, value in given:
        text = _text(value)
        is_input = "np." in text
        arguments.append((key, INPUT if is_input else text))
        inputs += [Expression(text, _NUMPY)] if is_input else []
    if not inputs:
        raise NoText
    try:
        construction = _construction(layer)
    except Exception:  # A configuration is code of the package.
        construction = Expression("")
    return Making(construction, tuple(arguments), tuple(inputs))


def _construction(layer: Any) -> Expression:
    """The call of its class with what its configuration says, as far as that is text; what drops is to drop."""
    cls = type(layer)
    config = {key: value for key, value in layer.get_config().items() if key not in _EVERY_LAYER_HAS}
    keywords: list[tuple[str, Expression]] = []
    for one in signatures.parameters(cls):
        try:
            text = _text(config[one.name])
        except (KeyError, NoText):
            if one.default is one.empty:
                raise NoText from None
            continue
        keywords.append((one.name, Expression("0.5" if signatures.drops(one) and text != "None" else text)))
    return called(cls.__name__, keywords, f"from {cls.__module__} import {cls.__name__}")


def _text(value: Any) -> str:
    """A value as text. Raises NoText."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return (
            f"[{', '.join(map(_text, value))}]"
            if isinstance(value, list)
            else f"({''.join(f'{_text(one)}, ' for one in value)})"
        )
    shape, kind = getattr(value, "shape", None), getattr(value, "dtype", None)
    if shape is None or kind is None or inspect.isclass(value):
        raise NoText
    name = str(getattr(kind, "name", kind))
    kind_of_ones = "bool" if "bool" in name else "int32" if "int" in name else "float32"
    return f"np.ones({tuple(int(one) for one in shape)}, '{kind_of_ones}')"
