"""The layers of Keras 2 and 3: whether they take the flag, with what default, and what makes them depend on it.

The facts are in `layers.json`, which `tests/runtime/layer_catalogue.py` writes from the installed Keras packages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from flake8_training_phase.keras.generations import Release


class DependsOn(Enum):
    """What decides whether a layer behaves differently in training."""

    NOTHING = "nothing"
    ALWAYS = "always"
    ARGUMENTS = "arguments"
    """It does unless every deciding constructor argument is zero: `LSTM(4, dropout=0.2)`."""
    WRAPPED = "wrapped"
    """It does when a layer it is given does: `TimeDistributed(Dropout(0.5))`."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CallSignature:
    """What `call` of a Keras layer takes in one generation."""

    parameters: tuple[str, ...]
    """After `self`, in order, without `*args` and `**kwargs`."""
    accepts_training: bool
    default: bool | None
    """The default of `training`; None as well when there is no such parameter."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A constructor argument that decides: its place after `self` by generation, None when keyword only."""

    name: str
    positions: Mapping[int, int | None]
    acts_when_absent: bool
    """Whether it does something that is not seen where it is not given: it is required, or its default is not zero."""
    is_sure: bool = True
    """Whether a layer surely depends on the phase where it does something; or else it may: what it loads decides."""
    is_run: bool = False
    """Whether it is a layer that is run as a whole: one that does as the layer does which it is given."""


@dataclass(frozen=True, slots=True, eq=False)
class KerasLayer:
    """One public layer or model class of Keras."""

    name: str
    base: str | None
    signatures: Mapping[int, CallSignature]
    """Of the newest release, by major version; one that lacks the class is absent."""
    depends_on: DependsOn
    arguments: tuple[Argument, ...]
    has_weights: bool
    stops_when_frozen: bool = False
    """`trainable = False` puts it into inference mode, apart from what its arguments say: it has BatchNormalization."""
    origin: str = ""
    """The package and release that it is known from; nothing for Keras itself."""
    earlier: tuple[tuple[Release, CallSignature], ...] = ()
    """Signatures that were changed, each with the release that changed it, the oldest first."""
    leaves: tuple[tuple[Release, bool | None], ...] = ()
    """What it leaves in the call context where it is called without a flag and finds none there: from which release on,
    the oldest first. A layer inside it has a default of its own, as `Resizing` has, or is given a constant.
    """

    def signature(self, keras: int) -> CallSignature:
        """The newest signature in a major version, or that of the other one where the class is missing there."""
        return self.signatures.get(keras) or next(iter(self.signatures.values()), NO_SIGNATURE)

    @property
    def title(self) -> str:
        """Its name for messages, with where the knowledge of it is from."""
        return title_of(self.name, self.origin)

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer or a model, which is asked of classes of the checked code as well."""
        return True

    @property
    def may_stop_when_frozen(self) -> bool:
        """Whether something in it may stop to depend on the phase when it is frozen: its own, or what it is given."""
        return self.stops_when_frozen or any(one.is_run for one in self.arguments)

    @property
    def is_model(self) -> bool:
        """Whether it has `fit`."""
        return any(one.name in MODEL_NAMES for one in self.mro)

    @property
    def mro(self) -> tuple[KerasLayer, ...]:
        """This class and those it is derived from."""
        base = None if self.base is None else layer(self.base)
        return (self,) if base is None else (self, *base.mro)

    @property
    def gives_flag_to_parts(self) -> bool:
        """Whether what depends on the mode is a layer inside, which is given the flag as any layer is."""
        return any(one.name in _INNER_METHODS for one in self.mro)

    def inner_method(self, name: str) -> tuple[str, ...] | None:
        """The positional parameters of a method that gives the flag to such a layer; None for any other method."""
        return next((_INNER_METHODS[one.name].get(name) for one in self.mro if one.name in _INNER_METHODS), None)

    def inner_layer(self, name: str) -> KerasLayer | None:
        """The layer that it holds in a private attribute, for subclasses to call; None where it has none there, or of a
        package's class, whose constructor may give it anything.
        """
        kept = None if self.origin else _INNER_LAYERS.get(self.name, {}).get(name)
        return None if kept is None else _inner_layer(kept, self)

    def left_in(self, release: Release) -> bool | None:
        """What it leaves in an empty call context in a release; None where it leaves that empty."""
        known = (left for since, left in reversed(self.leaves) if since[0] == release[0] and since <= release)
        return next(known, None)

    def signature_in(self, release: Release) -> CallSignature:
        """The signature in a release."""
        changes = (old for changed, old in self.earlier if changed[0] == release[0] and release < changed)
        return next(changes, self.signature(release[0]))


def title_of(name: str, origin: str) -> str:
    """The name of a class for messages, with the package and the release that it is known from."""
    return f"{name} from {origin}" if origin else name


NO_SIGNATURE = CallSignature((), False, None)
"""The signature of a class that no generation measured."""

MODEL_NAMES = frozenset({"Model", "Sequential", "Functional", "LinearModel", "WideDeepModel"})
"""Classes whose subclasses have `fit`."""

BARE_NAMES = frozenset({"Layer", "Wrapper", "Model"})
"""The base classes of all others: what layers of theirs do is in their subclasses, or in the graph of a model."""


_COMPUTE_ATTENTION = {"_compute_attention": ("query", "key", "value", "attention_mask", "training")}
_INNER_METHODS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "MultiHeadAttention": _COMPUTE_ATTENTION,
    "GroupQueryAttention": _COMPUTE_ATTENTION,
}
"""Layers that depend on the mode through a layer of theirs alone: the methods that give it the flag, apart from `call`,
with their positional parameters.
"""

_ATTENTION_LAYERS = {
    "_dropout_layer": "Dropout",
    "_softmax": "Softmax",
    "_query_dense": "EinsumDense",
    "_key_dense": "EinsumDense",
    "_value_dense": "EinsumDense",
    "_gate_dense": "EinsumDense",
    "_output_dense": "EinsumDense",
}
_INNER_LAYERS: Mapping[str, Mapping[str, str]] = {
    "MultiHeadAttention": _ATTENTION_LAYERS,
    "GroupQueryAttention": _ATTENTION_LAYERS,
}
"""The layers that layers of Keras hold in private attributes, which subclasses call in a `call` of their own. They have
the same names in Keras 2 and 3.
"""


@cache
def layers() -> Mapping[str, KerasLayer]:
    """Every known layer by class name."""
    facts = _facts()
    return MappingProxyType({name: _layer(name, found, facts["earlier"]) for name, found in facts["layers"].items()})


@cache
def model_attributes() -> frozenset[str]:
    """What a model of Keras 2 or 3 has itself, methods included: no layer that a project gives it."""
    return frozenset(_facts()["attributes"])


@cache
def _facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("layers.json").read_text(encoding="utf-8"))
    return found


def layer(name: str) -> KerasLayer | None:
    """The layer of that class name, or None when Keras has none."""
    return layers().get(name)


@cache
def _inner_layer(name: str, around: KerasLayer) -> KerasLayer:
    """A layer of Keras that another one makes inside itself: what that is given decides where anything does."""
    inner = layers()[name]
    return replace(inner, arguments=around.arguments) if inner.depends_on is DependsOn.ARGUMENTS else inner


def _layer(name: str, facts: dict[str, object], earlier: dict[str, dict[str, dict[str, object]]]) -> KerasLayer:
    depends: dict[str, object] = facts["depends"]  # type: ignore[assignment]
    arguments: dict[str, dict[str, object]] = depends.get("arguments", {})  # type: ignore[assignment]
    signatures = {
        keras: _signature(found)
        for keras in (2, 3)
        if (found := facts.get(f"keras{keras}")) is not None and isinstance(found, dict)
    }
    return KerasLayer(
        name=name,
        base=facts["base"],  # type: ignore[arg-type]
        signatures=signatures,
        depends_on=DependsOn(depends["on"]),
        arguments=tuple(_argument(argument, found) for argument, found in arguments.items()),
        has_weights=bool(facts["weights"]),
        stops_when_frozen=bool(facts["weights"]) and depends["on"] == DependsOn.ALWAYS.value,
        earlier=tuple(sorted((release_of(version), _signature(old)) for version, old in earlier.get(name, {}).items())),
    )


def release_of(version: str) -> Release:
    """The release that a text as `3.10` means."""
    major, minor = version.split(".")
    return int(major), int(minor)


def _signature(facts: dict[str, object]) -> CallSignature:
    parameters: list[str] = facts["parameters"]  # type: ignore[assignment]
    default: bool | None = facts.get("training")  # type: ignore[assignment]
    return CallSignature(tuple(parameters), "training" in parameters, default)


def _argument(name: str, facts: dict[str, object]) -> Argument:
    position = facts.get("position")
    if isinstance(position, dict):
        positions = {int(keras): place for keras, place in position.items()}
    else:
        positions = {2: position, 3: position}
    return Argument(name, positions, acts_when_absent=facts.get("default") is None)
