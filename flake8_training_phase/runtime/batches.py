"""One batch of data, as a user hands it over: arrays, Python lists, tensors of any kind, or a data set."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__tracebackhide__ = True  # pytest shows the code of the user, not this.


@dataclass(frozen=True, slots=True)
class Batch:
    """What the model is run on and fitted to."""

    inputs: Any
    targets: Any = None
    weights: Any = None
    """How much each sample counts, where a data set says so."""


def one_batch(inputs: Sequence[Any], targets: Any) -> Batch:
    """What the model is run on and fitted to. A data set gives its first batch, as `fit` unpacks it.

    Raises TypeError for no inputs, an iterator or a function, ValueError for an empty data set or batch and lists that
    are ragged.
    """
    if not leaves(inputs):
        raise TypeError("nothing to run the model on: pass a batch of its inputs, as in `np.zeros((2, 8), 'float32')`")
    if all(isinstance(one, np.ndarray) and one.shape[:1] == (0,) for one in leaves(inputs)):
        raise ValueError("the batch is empty: there are no rows to run the model on")
    if len(inputs) > 1:
        return Batch([_as_arrays(one) for one in inputs], _as_arrays(targets))
    batch = inputs[0]
    if isinstance(batch, Iterator):
        raise TypeError(f"the {type(batch).__name__} would be used up: pass one batch of it")
    if inspect.isroutine(batch):
        raise TypeError(f"a batch is needed, not the function `{batch.__name__}`: pass one batch of what it gives")
    weights = None
    if _is_dataset(batch):
        batch = _first(batch)
        if isinstance(batch, (tuple, list)):
            weights = batch[2] if targets is None and len(batch) > 2 else None
            targets = batch[1] if targets is None and len(batch) > 1 else targets
            batch = batch[0]
    return Batch(_as_arrays(batch), _as_arrays(targets), _as_arrays(weights))


def mapped(function: Callable[[Any], Any], values: Any) -> Any:
    """A nest of dicts, lists and tuples with a function applied to what it holds; None stays None."""
    if values is None:
        return None
    if isinstance(values, Mapping):
        return {key: mapped(function, value) for key, value in values.items()}
    if isinstance(values, tuple) and hasattr(values, "_fields"):
        return type(values)(*(mapped(function, value) for value in values))
    if isinstance(values, (list, tuple)):
        return type(values)(mapped(function, value) for value in values)
    return function(values)


def leaves(values: Any) -> Collection[Any]:
    """What a nest holds, without None."""
    found: list[Any] = []
    mapped(found.append, values)
    return found


def is_array(value: Any) -> bool:
    """Whether it is something to make a tensor of, and not one already."""
    return isinstance(value, (np.ndarray, np.generic, int, float, complex, str, bytes))


def _as_arrays(values: Any) -> Any:
    """A nest in which Python lists of numbers or strings are arrays, as the user means them."""
    if isinstance(values, Mapping):
        return {key: _as_arrays(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)) and not hasattr(values, "_fields"):
        plain = list(leaves(values))
        if plain and all(isinstance(one, (bool, int, float, str)) for one in plain):
            return _array(values)
        return type(values)(_as_arrays(value) for value in values)
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        return values.astype("float32")
    return values


def _array(values: Any) -> Any:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError("rows of different length in a Python list: pass a tf.RaggedTensor, or pad them") from error
    return array.astype("float32") if array.dtype == np.float64 else array


def _is_dataset(value: Any) -> bool:
    """Whether it is a `tf.data.Dataset`, a `DataLoader` of torch, or a `PyDataset` or `Sequence` of Keras."""
    utils = [sys.modules[package].utils for package in ("keras", "tf_keras") if package in sys.modules]
    # `keras` may be a name for tf_keras.
    kinds = [getattr(one, name) for one in utils for name in ("PyDataset", "Sequence") if hasattr(one, name)]
    tf, torch = sys.modules.get("tensorflow"), sys.modules.get("torch")
    kinds += [tf.data.Dataset] if tf else []
    kinds += [torch.utils.data.DataLoader] if torch else []
    return isinstance(value, tuple(kinds))


def _first(dataset: Any) -> Any:
    for batch in (dataset[at] for at in range(len(dataset))) if hasattr(dataset, "__getitem__") else dataset:
        return batch
    raise ValueError("the data set is empty: there is no batch to run the model on")
