"""Layers and models of packages other than Keras, as catalogues describe them.

A catalogue is a file of JSON that `flake8_training_phase.catalogues` makes from the sources of one release. Those in
`packages/` are named after the package as it is imported, and read when a module imports it; others are named in the
settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flake8_training_phase.keras.catalogue import Argument, CallSignature, DependsOn, KerasLayer, layers, release_of
from flake8_training_phase.keras.names import ALL
from flake8_training_phase.sources import reading

FORMAT = 1
"""The version of the format; a catalogue of another one is refused."""

RUN = "layer"
"""Stands for whether an argument surely decides, where it is a layer and decides as that does."""

MAKERS = frozenset({"from_pretrained", "from_preset"})
"""Methods of classes that make an object with what was saved somewhere."""

_WRONG_SHAPES = (ValueError, KeyError, TypeError, AttributeError)
_NO_CATALOGUE = "it is no catalogue that --write-catalogue wrote"

_FOLDER = Path(__file__).with_name("packages")


class CatalogueError(Exception):
    """A file is no catalogue."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """What is known of the layers of one package."""

    package: str
    """The name that it is imported by."""
    release: str
    generations: frozenset[int]
    """The major versions of Keras that its layers can be of."""
    layers: Mapping[str, KerasLayer]
    """By every dotted name that a layer can be imported by."""


@dataclass(frozen=True, slots=True)
class PackageLayer:
    """A layer of a package, and the major versions of Keras that it can be of."""

    layer: KerasLayer
    generations: frozenset[int]


def find(dotted: str, others: Iterable[Catalogue] = ()) -> PackageLayer | None:
    """The layer or model class that a dotted name means; None when no catalogue has it. Those of the user go first."""
    root = dotted.partition(".")[0]
    for catalogue in (*(one for one in others if one.package == root), *_shipped(root)):
        found = catalogue.layers.get(dotted)
        if found is not None:
            return PackageLayer(found, catalogue.generations)
    return None


@lru_cache(maxsize=1024)
def with_saved_arguments(layer: KerasLayer) -> KerasLayer:
    """A layer that was made with arguments which were saved somewhere: what decides by them is not known."""
    return replace(layer, depends_on=DependsOn.UNKNOWN) if layer.depends_on is DependsOn.ARGUMENTS else layer


@cache
def _names() -> frozenset[str]:
    return frozenset(one.stem for one in _FOLDER.glob("*.json"))


@cache
def _shipped(root: str) -> tuple[Catalogue, ...]:
    if root not in _names():
        return ()
    return (_opened((_FOLDER / f"{root}.json").read_text(encoding="utf-8")),)


@lru_cache(maxsize=32)
def read_catalogue(path: str, digest: str) -> Catalogue:
    """The catalogue in a file whose content `digest` stands for. Raises OSError and CatalogueError."""
    return parsed(reading.read(path, reading.MAX_CODE).decode())


class _Layers(Mapping[str, KerasLayer]):
    """The layers of a catalogue, made when they are asked for: a module needs few of the hundreds in one."""

    def __init__(self, facts: Iterable[Mapping[str, Any]], origin: str) -> None:
        self._origin = origin
        self._facts = {f"{place}.{one['name']}": one for one in facts for place in one["at"]}
        self._made: dict[int, KerasLayer] = {}

    def __getitem__(self, dotted: str) -> KerasLayer:
        facts = self._facts[dotted]
        made = self._made.get(id(facts))
        if made is None:
            made = self._made[id(facts)] = _layer(facts, self._origin)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def parsed(text: str) -> Catalogue:
    """The catalogue that a text is. Raises CatalogueError."""
    found = _opened(text)
    try:
        list(found.layers.values())
    except _WRONG_SHAPES as error:
        raise CatalogueError(_NO_CATALOGUE) from error
    return found


def _opened(text: str) -> Catalogue:
    """The catalogue that a text is, whose layers are not looked at yet. Raises CatalogueError."""
    try:
        facts = json.loads(text)
        if facts["format"] != FORMAT:
            raise CatalogueError(f"it has the format {facts['format']}, and {FORMAT} is needed: write it anew")
        origin = f"{facts['package']} {facts['release']}".strip()
        generations = frozenset(facts.get("keras", ALL))
        return Catalogue(facts["package"], facts["release"], generations, _Layers(facts["layers"], origin))
    except _WRONG_SHAPES as error:
        raise CatalogueError(_NO_CATALOGUE) from error


def _layer(facts: Mapping[str, Any], origin: str) -> KerasLayer:
    base = layers()[facts["base"]]
    if "call" in facts:
        parameters = tuple(facts["call"])
        own = CallSignature(parameters, "training" in parameters, facts.get("training"))
        signatures: Mapping[int, CallSignature] = dict.fromkeys((2, 3), own)
    else:
        signatures = base.signatures
    return KerasLayer(
        facts["name"],
        base.name,
        signatures,
        DependsOn(facts["depends"]),
        tuple(_argument(name, *told) for name, told in facts.get("arguments", {}).items()),
        has_weights=facts.get("weights", False),
        stops_when_frozen=facts.get("freezes", False),
        origin=origin,
        leaves=tuple(sorted((release_of(version), left) for version, left in facts.get("leaves", {}).items())),
    )


def _argument(name: str, position: int | None, acts_when_absent: bool, is_sure: bool | str = True) -> Argument:
    return Argument(name, {2: position, 3: position}, acts_when_absent, is_sure is True, is_sure == RUN)
