"""Randomness written by hand: functions of TensorFlow and Keras that user code calls while a layer runs."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from flake8_training_phase.runtime.recording import Site
from flake8_training_phase.runtime.sites import called_from_user, calling_line
from flake8_training_phase.runtime.watching import only_for_shapes, when_run

__tracebackhide__ = True  # pytest shows the code of the user, not this.

_NOISE = ("normal", "uniform", "truncated_normal", "gamma", "poisson", "categorical", "shuffle")
_STATELESS = tuple(f"stateless_{name}" for name in _NOISE)
_CHANGES = ("brightness", "contrast", "crop", "flip_left_right", "flip_up_down", "hue", "jpeg_quality", "saturation")
_FUNCTIONS = {
    "tf.nn": ("dropout",),
    "tf.nn.experimental": ("stateless_dropout", "general_dropout"),
    "tf.compat.v1.nn": ("dropout",),
    "tf.random": (*_NOISE, *_STATELESS),
    "tf.random.Generator": (*_NOISE, "binomial", "uniform_full_int"),
    "tf.image": tuple(f"{stateless}random_{change}" for change in _CHANGES for stateless in ("", "stateless_")),
    "keras.random": (*_NOISE, "dropout", "randint", "beta", "binomial"),
    "tf_keras.backend": ("dropout", "random_normal", "random_uniform", "random_bernoulli", "truncated_normal"),
    "jax.random": (*_NOISE, "truncated_normal", "bernoulli", "randint", "permutation", "beta", "gumbel", "laplace"),
    "torch": ("rand", "rand_like", "randn", "randn_like", "randint", "randperm", "normal", "bernoulli", "multinomial"),
    "torch.nn.functional": ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"),
}
_OFF = (("training", False), ("rate", 0), ("p", 0), ("keep_prob", 1))
"""Arguments with which a dropout does nothing: `F.dropout(x, training=training)` asks for the flag."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One call of a random function by the user's code."""

    function: str
    site: Site | None


@contextmanager
def draws_watched(drawn: list[Drawn]) -> Iterator[None]:
    """Write down every call of a random function that the user's code makes through its module."""
    with ExitStack() as patched:
        for path, names in _FUNCTIONS.items():
            if (module := _module(path)) is not None:
                for name in names:
                    if hasattr(module, name):
                        noting = _noting(getattr(module, name), f"{path}.{name}", drawn)
                        patched.enter_context(mock.patch.object(module, name, noting))
        yield


def _noting(original: Callable[..., Any], name: str, drawn: list[Drawn]) -> Callable[..., Any]:
    @functools.wraps(original)
    def draw(*args: Any, **kwargs: Any) -> Any:
        if called_from_user() and not only_for_shapes() and not _does_nothing(original, args, kwargs):
            found = Drawn(name, calling_line())
            when_run(lambda: drawn.append(found))
        return original(*args, **kwargs)

    return draw


def _does_nothing(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a dropout is switched off by what it is given."""
    if "dropout" not in getattr(function, "__name__", ""):
        return False
    try:
        given = inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError:  # It will say so itself.
        return False
    return any(isinstance(given.get(name), (bool, int, float)) and given[name] == off for name, off in _OFF)


def _module(path: str) -> Any:
    """A module among those that are imported: `tf.nn`."""
    root, *rest = path.replace("tf.", "tensorflow.", 1).split(".")
    return functools.reduce(lambda module, name: getattr(module, name, None), rest, sys.modules.get(root))
