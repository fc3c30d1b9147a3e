"""What an expression of the checked code may be, as far as following `training` needs to know.

Values are immutable, except for the identity of instances. Whatever is not modelled is `UNKNOWN`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.name_patterns import ANY_NAME, is_pattern, may_be_same
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Flag

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.arguments import Arguments
    from flake8_training_phase.analysis.domain.classes import UserClass
    from flake8_training_phase.analysis.domain.frames import Environment, Frame
    from flake8_training_phase.analysis.domain.modules import Module
    from flake8_training_phase.analysis.domain.scopes import Scope

Lane = int
"""A bit for one value that the outermost `training` may have; a set of lanes is the sum of bits."""

TRUE_LANE, FALSE_LANE, NONE_LANE = 1, 2, 4
ALL_LANES = TRUE_LANE | FALSE_LANE | NONE_LANE
LANES: tuple[tuple[Lane, Flag], ...] = ((TRUE_LANE, True), (FALSE_LANE, False), (NONE_LANE, None))


class Value:
    """Anything an expression may be."""

    __slots__ = ()


class _Unknown(Value):
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


class _SignatureTest(Value):
    __slots__ = ()

    def __repr__(self) -> str:
        return "SIGNATURE_TEST"


SIGNATURE_TEST = _SignatureTest()
"""The answer to a question about a signature: `"training" in inspect.signature(layer.call).parameters`."""


@dataclass(frozen=True, slots=True)
class Constant(Value):
    """A literal."""

    value: object


@dataclass(frozen=True, slots=True)
class PhaseValue(Value):
    """What an expression made from `training` is when the parameter is True, False and None, in that order."""

    by_lane: tuple[Flag, Flag, Flag]
    parameter: str | None
    """The parameter it is made from; None for a value beside one (a literal flag)."""
    may_be_number: bool = False
    """It may be 1 or 0, which are as good as True and False and are not them: its default is."""

    @property
    def is_parameter(self) -> bool:
        """Whether it always equals the parameter."""
        return self.by_lane == (True, False, None)


@dataclass(frozen=True, slots=True)
class TextPattern(Value):
    """A text that is known in part: `f"block_{i}"`."""

    name: str
    """`block_*`, as in `name_patterns.py`."""


@dataclass(frozen=True, slots=True)
class External(Value):
    """Something from outside the checked code, by its dotted name: `tensorflow.nn.dropout`."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class ModuleValue(Value):
    """A module of the project."""

    module: Module


@dataclass(frozen=True, slots=True)
class ClassValue(Value):
    """A class of Keras or of the checked code."""

    type: KerasLayer | UserClass
    generations: frozenset[int]

    @property
    def any_object(self) -> Instance:
        """An object of the class, made with unknown arguments."""
        return Instance(self.type, self.generations, {}, has_hidden_arguments=True)


@dataclass(frozen=True, slots=True, eq=False)
class Instance(Value):
    """An object of a known class, a layer more often than not."""

    type: KerasLayer | UserClass
    generations: frozenset[int]
    arguments: Mapping[str, Value] = field(default_factory=dict)
    """What the constructor was given, by parameter name."""
    has_hidden_arguments: bool = False
    """`*args` or `**kwargs` were given as well."""
    contents: tuple[Value, ...] = ()
    """The layers it runs in turn: those of a Sequential, a functional model, a wrapper."""
    may_be_frozen: bool = False
    """Somewhere in the module that makes it `trainable` of something is set: perhaps of this one."""
    construction: Arguments | None = None
    """All that the constructor of a class of the checked code was given; None for an object made somewhere else."""


@dataclass(frozen=True, slots=True, eq=False)
class FunctionValue(Value):
    """A function, method or lambda of the checked code."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    closure: Frame | None = None
    """The frame of the function that it is defined in."""
    enclosing: Environment | None = None
    """The names of that frame, on the path on which it is defined."""
    owner: UserClass | None = None
    """The class whose body holds it."""
    bound_to: Instance | None = None


@dataclass(frozen=True, slots=True, eq=False)
class KerasMethod(Value):
    """A method that a class of the checked code inherits from Keras: `super().call`."""

    layer: KerasLayer
    name: str
    bound_to: Instance


@dataclass(frozen=True, slots=True)
class SuperValue(Value):
    """`super()` inside a method of `owner`, called on `bound_to`."""

    owner: UserClass
    bound_to: Instance


@dataclass(frozen=True, slots=True, eq=False)
class Partial(Value):
    """`functools.partial(function, …)`."""

    function: Value
    positional: tuple[Value, ...]
    keywords: Mapping[str, Value]


MAX_SIZE = 1_000
"""How many values a container may hold at any depth where containers in it are nested. `config["b"] = config[name]`
puts all that a dict holds into it once more, and each such statement doubles it.
"""
MAX_PLAIN_DEPTH = 2
"""How deep containers are that may hold as many values as are written: lists of layers in a dict."""


@dataclass(frozen=True, slots=True)
class Container(Value):
    """A list, tuple, set or dict: what it holds. `keys` names them where they are known strings."""

    values: tuple[Value, ...]
    keys: tuple[str | None, ...] = ()
    pairs: bool = False
    """Iterating gives `(position or key, value)`: `enumerate(…)`, `.items()`."""
    open: bool = False
    """There may be more in it than is known: the `**kwargs` of a method with unknown callers."""
    size: int = field(init=False, repr=False, compare=False)
    """How many values there are in it, at any depth."""
    depth: int = field(init=False, repr=False, compare=False)
    """How deep containers are in it, itself included."""

    def __post_init__(self) -> None:
        """A container that has become too large by being put into itself holds what is unknown."""
        inner = [one for value in self.values for one in members(value) if isinstance(one, Container)]
        size = len(self.values) + sum(one.size for one in inner)
        depth = 1 + max((one.depth for one in inner), default=0)
        if depth > MAX_PLAIN_DEPTH and size > MAX_SIZE:
            object.__setattr__(self, "values", (UNKNOWN,))
            object.__setattr__(self, "keys", (None,) if self.keys else ())
            object.__setattr__(self, "open", True)
            size, depth = 1, 1
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "depth", depth)

    @property
    def all_named(self) -> bool:
        """Whether the key of everything that can be in it is known."""
        return len(self.keys) == len(self.values) and not self.is_named_in_part and not self.open

    @property
    def is_named_in_part(self) -> bool:
        """Whether a key of what is in it is not known, or not all of it."""
        return any(key is None or is_pattern(key) for key in self.keys)

    @property
    def pairs_by_key(self) -> Iterable[tuple[str | None, Value]]:
        """What it holds, each with its key where that is a known text."""
        return zip(self.keys or (None,) * len(self.values), self.values, strict=True)

    def with_item(self, key: str | None, value: Value) -> Container:
        """The container after `container[key] = value`."""
        keys = self.keys or (None,) * len(self.values)
        if key is not None and key in keys:
            place = keys.index(key)
            value = join((self.values[place], value)) if is_pattern(key) else value
            return Container((*self.values[:place], value, *self.values[place + 1 :]), keys)
        if key is None and (None, value) in zip(keys, self.values, strict=True):
            return self
        return Container((*self.values, value), (*keys, key))

    def get(self, index: object) -> Value:
        """The element at a literal index or key, or at a position; every element it may be otherwise."""
        if isinstance(index, str) and index in self.keys:
            return self.values[self.keys.index(index)]
        if self.open:
            return UNKNOWN
        if isinstance(index, str) and (self.is_named_in_part or is_pattern(index)):
            found = [value for key, value in self.pairs_by_key if key is None or may_be_same(key, index)]
            return join(found or self.values)
        if isinstance(index, int) and not self.keys and -len(self.values) <= index < len(self.values):
            return self.values[index]
        if isinstance(index, ElementIndex) and not self.keys and self.values and len(self.values) % index.stride == 0:
            return join(self.values[index.offset % index.stride :: index.stride])
        return join(self.values)

    def part(self, bounds: slice) -> Container:
        """The elements between literal bounds; all of them where that is none: what a loop fills is longer than what is
        known of it.
        """
        stride = abs(bounds.step or 1)
        if self.keys or self.pairs or len(self.values) % stride or bounds.step == 0:
            return self
        found = self.values[bounds]
        return replace(self, values=found) if found else self


@dataclass(frozen=True, slots=True)
class ElementIndex(Value):
    """An index into a list that is gone through in strides: `i + 1` in `for i in range(0, n, 3)`."""

    offset: int
    stride: int

    def moved(self, by: Value) -> Value:
        """The position after something is added to it."""
        whole = isinstance(by, Constant) and type(by.value) is int
        return ElementIndex(self.offset + by.value, self.stride) if whole else UNKNOWN  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Range(Value):
    """`range(first, …, stride)`."""

    position: ElementIndex


@dataclass(frozen=True, slots=True)
class OpaqueKwargs(Value):
    """The `**kwargs` of a function that may be given more than is known, with the keys that cannot be in it."""

    absent_keys: frozenset[str]
    """Names that are surely not in it: those of the parameters beside it."""
    of_call: bool = False
    """It is that of a layer's `call`: Keras 3 never puts the flag there (14f), not even one that the caller gives."""
    known: tuple[tuple[str, Value], ...] = ()
    """What is surely in it."""


@dataclass(frozen=True, slots=True)
class Union(Value):
    """One of several values."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class LaneUnion(Union):
    """One of several values, each in some lanes only: what `if training:` and its `else:` bind a name to."""

    lanes: tuple[Lane, ...]


def join(values: Iterable[Value]) -> Value:
    """One value that stands for any of `values`; `UNKNOWN` for none."""
    found: dict[Value, None] = {}
    classes: dict[KerasLayer | UserClass, ClassValue] = {}
    for value in values:
        for member in members(value):
            if isinstance(member, ClassValue):
                member = _with_twin(member, found, classes)
            found[member] = None
    kept = _joined_layers(_joined_containers(tuple(found)))
    if not kept:
        return UNKNOWN
    return kept[0] if len(kept) == 1 else Union(kept)


MAX_CONTAINERS = 8
"""How many containers that a value may be are distinguished: each `if` that fills one could double them."""


def _joined_containers(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Some values, with one dict in the place of several, and one list where there are too many."""
    dicts = [one for one in values if isinstance(one, Container) and one.keys]
    lists = [one for one in values if isinstance(one, Container) and not one.keys]
    joined = dict[Container, Container]()
    if len(dicts) > 1:
        joined |= dict.fromkeys(dicts, _joined_dict(dicts))
    if len(lists) > MAX_CONTAINERS:
        any_element = join(element for one in lists for element in one.values)
        joined |= dict.fromkeys(lists, Container((any_element,), pairs=any(one.pairs for one in lists)))
    if not joined:
        return values
    return tuple(dict.fromkeys(joined.get(one, one) if isinstance(one, Container) else one for one in values))


def _joined_dict(dicts: list[Container]) -> Container:
    named: dict[str, list[Value]] = {}
    others: dict[Value, None] = {}
    for one in dicts:
        for key, value in zip(one.keys, one.values, strict=False):
            if key is None:
                others[value] = None
            else:
                named.setdefault(key, []).append(value)
    values = (*(join(found) for found in named.values()), *others)
    keys = (*named, *(None,) * len(others))
    return Container(values, keys, pairs=any(one.pairs for one in dicts), open=any(one.open for one in dicts))


MAX_LAYERS = 8
"""How many layers of one class of Keras that a value may be are distinguished: each call runs all of them."""


def _joined_layers(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """Some values, with one layer in the place of too many that differ in their arguments alone."""
    if len(values) <= MAX_LAYERS:
        return values
    alike: dict[KerasLayer | UserClass, list[Instance]] = {}
    for one in values:
        if isinstance(one, Instance) and one.construction is None and not one.contents:
            alike.setdefault(one.type, []).append(one)
    joined: dict[Value, Value] = {}
    for layers in alike.values():
        if len(layers) > MAX_LAYERS:
            joined |= dict.fromkeys(layers, _any_of(layers))
    return tuple(dict.fromkeys(joined.get(one, one) for one in values))


def _any_of(layers: list[Instance]) -> Instance:
    """A layer that may have been given what any of some layers of its class was given."""
    named = dict.fromkeys(name for one in layers for name in one.arguments)
    return Instance(
        layers[0].type,
        frozenset().union(*(one.generations for one in layers)),
        {name: join(one.arguments.get(name, UNKNOWN) for one in layers) for name in named},
        has_hidden_arguments=any(one.has_hidden_arguments for one in layers),
        may_be_frozen=any(one.may_be_frozen for one in layers),
    )


def _with_twin(
    value: ClassValue, found: dict[Value, None], classes: dict[KerasLayer | UserClass, ClassValue]
) -> ClassValue:
    """The class with the generations of its twin, which is taken out of `found`: one class, spelled in two ways."""
    twin = classes.get(value.type)
    if twin is not None and twin != value:
        del found[twin]
        value = ClassValue(value.type, value.generations | twin.generations)
    classes[value.type] = value
    return value


def members(value: Value) -> tuple[Value, ...]:
    """What a value may be, one by one."""
    return value.values if isinstance(value, Union) else (value,)


def text_of(value: Value) -> str | None:
    """The text that a value is known to be."""
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None


def key_of(value: Value) -> str | None:
    """The name or key that a value is, as far as it is known; those of `("drop", i)` are one."""
    if isinstance(value, TextPattern):
        return value.name
    if isinstance(value, Container) and not value.keys and value.values:
        key = ",".join(key_of(one) or ANY_NAME for one in value.values)
        return key if key.strip(f",{ANY_NAME}") else None
    return text_of(value)


def each(value: Value, function: Callable[[Value], Value]) -> Value:
    """`function` of whatever `value` may be."""
    if isinstance(value, Union):
        return join(function(member) for member in value.values)
    return function(value)


class _SomeNumber:
    """Stands for any number other than 0 and 1."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<number>"


SOME_NUMBER = Constant(_SomeNumber())
"""A number that is not 0, nor 1: objects are not distinguished by how large it is."""
