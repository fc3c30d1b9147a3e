"""Small batches for layers and models: from the inputs of a graph, or from the names of parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.runtime.packages.expressions import INPUT, Expression

Call = tuple[tuple[tuple[str, str], ...], tuple[Expression, ...]]
"""The arguments of a call, and the parts of a batch that they take."""

_NUMPY = ("import numpy as np",)

_FEATURES = (
    "np.ones((2, 6, 16), 'float32')",
    "np.ones((2, 16, 16, 8), 'float32')",
    "np.ones((2, 16), 'float32')",
    "np.ones((2, 32, 32, 3), 'float32')",
    "np.ones((2, 6, 8), 'float32')",
    "np.ones((2, 3, 16, 16), 'float32')",
    "np.ones((2, 8), 'float32')",
    "np.ones((2, 6), 'int32')",
    "np.ones((2, 16, 3), 'float32')",
    "np.ones((2, 4, 6, 8), 'float32')",
    "np.ones((2, 2, 6, 16), 'float32')",
    "np.ones((2, 6, 16, 16, 3), 'float32')",
    "[np.ones((2, 6, 16), 'float32'), np.ones((2, 6, 16), 'float32')]",
    "[np.ones((2, 16), 'float32'), np.ones((2, 16), 'float32')]",
    "[np.ones((4, 8), 'float32'), np.eye(4, dtype='float32')]",
    "[np.ones((2, 4, 8), 'float32'), np.ones((2, 4, 4), 'float32')]",
    "[np.ones((2, 16, 16, 8), 'float32'), np.ones((2, 16, 16, 8), 'float32')]",
    "[np.ones((4, 8), 'float32'), np.eye(4, dtype='float32'), np.zeros((4,), 'int64')]",
    "[np.ones((4, 8), 'float32'), np.eye(4, dtype='float32'), np.ones((4, 4), 'float32')]",
    "[np.ones((2, 8, 8, 8), 'float32'), np.ones((2, 4, 4, 8), 'float32')]",
    "[np.ones((2, 16, 16, 3), 'float32'), np.ones((2, 4), 'float32')]",
)
"""What a first argument may be, the likeliest first."""

_BY_NAME: tuple[tuple[str, str], ...] = (
    (r"attention_mask|padding_mask|^mask$|head_mask|_mask$|^masks$|cache|past_key|position_bias|rel_pos", "None"),
    (r"^output_|^return_|^use_|^is_|^training$", "False"),
    (r"positions?(_ids)?$|_ids$|indices|tokens|labels", "np.ones((2, 6), 'int32')"),
    (r"(time|t|timestep|noise_level)$", "np.ones((2, 1), 'float32')"),
)
"""What other arguments are; those that match nothing are what the first one is."""

_INTEGER = re.compile(r"int")


_LENGTHS = (8, 4)
"""What a size of a graph's inputs is that the graph leaves open: some models take short texts only."""


def of_graph(layer: Any, length: int) -> Expression | None:
    """A batch for the inputs that a functional model has; None for what is not one, or is not told. A sequence has a
    length.
    """
    try:
        structure = layer.input
    except Exception:  # It may be a property of anybody's.
        return None
    text = _filled(structure, length)
    return None if text is None else Expression(text, _NUMPY)


def calls_of(made: Any, layer: Any) -> Iterator[Call]:
    """Calls that an object may take, the likeliest first."""
    graphs = (of_graph(layer, length) for length in _LENGTHS)
    for graph in dict.fromkeys(one for one in graphs if one is not None):
        yield (("", INPUT),), (graph,)
    dummies = _dummies(layer)
    if dummies is not None:
        yield (("", INPUT),), (dummies,)
    yield from _of_signature(type(layer))


def _of_signature(cls: Any) -> Iterator[Call]:
    try:
        parameters = list(inspect.signature(cls.call).parameters.values())[1:]
    except (TypeError, ValueError):
        parameters = []
    required = [
        one
        for one in parameters
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
        and one.name != "training"
    ]  # fmt: skip
    first, others = (required[0], required[1:]) if required else (None, [])
    name = "" if first is None else first.name
    for text in _likely(name):
        arguments: list[tuple[str, str]] = [("", INPUT)]
        parts = [Expression(text, _NUMPY)]
        for one in others:
            known = next((value for pattern, value in _BY_NAME if re.search(pattern, one.name)), text)
            key = one.name if one.kind is one.KEYWORD_ONLY else ""
            arguments.append((key, INPUT if known.startswith(("np.", "[")) else known))
            if arguments[-1][1] == INPUT:
                parts.append(Expression(known, _NUMPY))
        yield tuple(arguments), tuple(parts)


def _likely(name: str) -> Iterator[str]:
    """The features for a first argument of a name."""
    is_image = "3, 16, 16" if "pixel" in name else "32, 32, 3" if "image" in name else ""
    wanted = is_image or ("int32" if re.search(r"ids|token|indices", name) else "")
    yield from sorted(_FEATURES, key=lambda text: not wanted or wanted not in text)


def _dummies(layer: Any) -> Expression | None:
    """The batch that a model of transformers brings."""
    try:
        found = layer.dummy_inputs
    except Exception:
        return None
    return Expression(_as_text(found), _NUMPY) if isinstance(found, Mapping) and found else None


def _as_text(values: Mapping[str, Any]) -> str:
    parts = []
    for key, value in values.items():
        kind = str(getattr(value.dtype, "name", value.dtype))
        text = f"np.ones({tuple(value.shape)}, '{kind}')"
        parts.append(f"{key!r}: {text}")
    return "{" + ", ".join(parts) + "}"


def _filled(structure: Any, length: int) -> str | None:
    if isinstance(structure, Mapping):
        parts = {key: _filled(value, length) for key, value in structure.items()}
        if None in parts.values():
            return None
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in parts.items()) + "}"
    if isinstance(structure, (list, tuple)):
        texts = [_filled(one, length) for one in structure]
        return None if None in texts else f"[{', '.join(map(str, texts))}]"
    shape = getattr(structure, "shape", None)
    if shape is None:
        return None
    sizes = [None if one is None else int(one) for one in tuple(shape)]
    missing = 32 if len(sizes) == 4 else length
    filled = tuple(2 if place == 0 else one or missing for place, one in enumerate(sizes))
    kind = str(getattr(structure.dtype, "name", structure.dtype))
    return f"np.ones({filled}, '{'int32' if _INTEGER.search(kind) else 'bool' if 'bool' in kind else 'float32'}')"
