"""Where a model holds its layers, as its author writes it: `encoder.blocks[1].dropout`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flake8_training_phase.runtime.packages import KerasPackage


def layer_paths(model: Any, package: KerasPackage) -> dict[int, str]:
    """The path of every layer that can be reached from a model, by the id of the layer."""
    found: dict[int, str] = {}
    waiting = [("", model)]
    while waiting:
        path, layer = waiting.pop(0)
        for below, held in _held(layer, package):
            if id(held) not in found and held is not model:
                found[id(held)] = f"{path}{below}".removeprefix(".")
                waiting.append((found[id(held)], held))
    return found


def _held(layer: Any, package: KerasPackage) -> Iterator[tuple[str, Any]]:
    """The layers that a layer holds, with the way from it to them."""
    # Of a layer on the torch backend, the layers among its attributes are kept apart: it is a module of torch.
    for name, value in {**vars(layer), **vars(layer).get("_modules", {})}.items():
        if not name.startswith("_"):
            yield from _layers_in(f".{name}", value, package)
    # What is under no attribute of its own: the layers of a functional model, and those that a wrapper hides.
    if isinstance(layer, package.model_class):
        yield from _layers_in(".layers", layer.layers, package)
    children = layer._flatten_layers(include_self=False, recursive=False)
    yield from ((f".{child.name}", child) for child in children)


def _layers_in(path: str, value: Any, package: KerasPackage) -> Iterator[tuple[str, Any]]:
    if isinstance(value, package.layer_class):
        yield path, value
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from _layers_in(f"{path}[{key!r}]", held, package)
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for index, held in enumerate(value):
            yield from _layers_in(f"{path}[{index}]", held, package)
