"""What makes the objects that a catalogue describes: classes, and functions that give models."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from flake8_training_phase.analysis.domain.arguments import NO_CALL, Arguments, arguments_of, defaults, parameter_names
from flake8_training_phase.analysis.domain.around import Objects
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    FunctionValue,
    Instance,
    Value,
)
from flake8_training_phase.analysis.machine.expressions import TooComplex
from flake8_training_phase.analysis.machine.graphs import GraphMaker, Tensor
from flake8_training_phase.analysis.models.functions import FUNCTIONAL
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.weights import has_weights
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import Argument, KerasLayer, layers
from flake8_training_phase.keras.names import ALL

STRENGTH = re.compile(r"drop|noise|stddev|(^|_)rate$|prob")
"""Names of constructor arguments that say how much is dropped."""
_NO_STRENGTH = re.compile(r"dilation|sampl|learning|frame|expan|reduc|squeeze|growth|rate_policy")
_NO_LAYER = re.compile(r"^name$|(activation|regularizer|constraint|initializer|tokenizer|converter|loss|function|_fn)$")
"""Names of arguments that are no layers with dropout, though they are called, or kept where layers are kept."""

_DROPOUT, _DENSE = layers()["Dropout"], layers()["Dense"]

_CONFIGURATION = "config"
"""The name of an argument that often has no annotation."""


@dataclass(frozen=True)
class MadeByClass:
    """A class, as what makes its objects."""

    cls: UserClass

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What its constructor takes. Where that is the one of a Keras class, it is what decides there."""
        found = self.cls.find_method("__init__")
        if isinstance(found, KerasLayer):
            return () if found.origin else tuple(map(_of_keras, found.arguments))
        if found is None:
            return ()
        taken = _parameters(found.node, found.owner.scope, first=1)
        return tuple(self._with_configuration(one) for one in taken)

    def _with_configuration(self, one: Parameter) -> Parameter:
        is_one = one.name == _CONFIGURATION and one.default is None and one.stand_in is UNKNOWN
        return replace(one, stand_in=_configuration(self.cls)) if is_one else one

    @cached_property
    def texts(self) -> tuple[Constant, ...]:
        """The texts that something is compared with in its classes."""
        return _compared_texts([one.node for one in self.cls.mro if isinstance(one, UserClass)])

    def made(self, given: Mapping[str, Value]) -> Instance:
        """An object that is made with some arguments."""
        arguments = Arguments(NO_CALL, (), dict(given), starred=False, hidden=False)
        return Instance(self.cls, self.cls.generations, dict(given), construction=arguments)

    def is_made(self, made: Value) -> bool:
        """Whether the constructor reaches that of Keras, and does not only raise before."""
        return isinstance(made, Instance) and self.cls.base_arguments(made) is not None

    def has_weights(self, made: Value) -> bool:
        """Whether an object surely has weights."""
        return self.cls.is_model or (isinstance(made, Instance) and has_weights(made))

    def surely_does_nothing(self, made: Value) -> bool:
        """Whether none of its objects depends on the phase, whatever they are made with."""
        is_seen = self.cls.call is not None or bool(isinstance(made, Instance) and self.cls.base_contents(made))
        return is_seen and dependence(self.cls.unknown_instance) is Dependence.NO


@dataclass(frozen=True)
class MadeByFunction:
    """A function that gives models."""

    function: FunctionValue
    program: Objects

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it takes."""
        node = self.function.node
        return () if isinstance(node, ast.Lambda) else tuple(_parameters(node, self.function.scope, first=0))

    @cached_property
    def texts(self) -> tuple[Constant, ...]:
        """The texts that something is compared with in it."""
        return _compared_texts([self.function.node])

    def made(self, given: Mapping[str, Value]) -> Value:
        """A model that is made with some arguments."""
        arguments = Arguments(NO_CALL, (), dict(given), starred=False, hidden=False)
        frame = Frame(None, self.function.scope)
        try:
            return GraphMaker(self.program).apply(self.function, arguments, NO_CALL, frame)
        except TooComplex:
            return UNKNOWN

    def is_made(self, made: Value) -> bool:
        """Whether the function gives something."""
        return made is not UNKNOWN

    def has_weights(self, made: Value) -> bool:
        """As of a class."""
        return True

    def surely_does_nothing(self, made: Value) -> bool:
        """As of a class."""
        return dependence(made) is Dependence.NO and dependence(self.made({})) is Dependence.NO


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a constructor."""

    name: str
    position: int | None
    default: Value | None
    """None for one that is required."""
    stand_in: Value = UNKNOWN
    """What stands for one that is required: an object, where an annotation says of which class."""
    attributes: frozenset[str] = frozenset()
    """What the constructor reads of it."""

    @property
    def is_strength(self) -> bool:
        """Whether it says how much is dropped: a number, with or without a default."""
        if not STRENGTH.search(self.name) or _NO_STRENGTH.search(self.name):
            return False
        if self.default is None:
            return True
        return isinstance(self.default, Constant) and not isinstance(self.default.value, (bool, str))

    @property
    def switch(self) -> bool | None:
        """The default of one that is True or False."""
        value = self.default.value if isinstance(self.default, Constant) else None
        return value if isinstance(value, bool) else None

    @property
    def may_be_layer(self) -> bool:
        """Whether it may be given a layer: nothing is known of it, or it is None where it is not given."""
        if self.is_strength or _NO_LAYER.search(self.name):
            return False
        return self.default == Constant(None) or (self.default is None and self.stand_in is UNKNOWN)

    def layers(self, *, drops: bool) -> Iterator[Value]:
        """What it may be given, with dropout or with nothing of the kind in it: a model, some of them, a class."""
        made = _layer(drops=drops)
        model = self._model(made, inside=made)
        yield from (model, Container((model,)), ClassValue(made.type, ALL))

    def model(self, *, drops: bool) -> Instance:
        """A model with dropout, or nothing of the kind, in it, whose outputs in between have nothing of the kind."""
        return self._model(_layer(drops=drops), inside=_layer(drops=False))

    def _model(self, made: Instance, inside: Instance) -> Instance:
        tensor = Tensor((inside,), symbolic=True)
        return Instance(FUNCTIONAL, ALL, dict.fromkeys(self.attributes, tensor), contents=(made,))

    @property
    def is_text(self) -> bool:
        """Whether its default is a text."""
        return isinstance(self.default, Constant) and isinstance(self.default.value, str)


def _compared_texts(roots: Iterable[ast.AST]) -> tuple[Constant, ...]:
    comparisons = (one for root in roots for one in ast.walk(root) if isinstance(one, ast.Compare))
    constants = (one.value for root in comparisons for one in ast.walk(root) if isinstance(one, ast.Constant))
    return tuple(Constant(one) for one in sorted({one for one in constants if isinstance(one, str)}))


def _layer(*, drops: bool) -> Instance:
    return Instance(_DROPOUT, ALL, {"rate": Constant(0.5)}) if drops else Instance(_DENSE, ALL)


def _parameters(node: FunctionDef, scope: Scope, first: int) -> Iterator[Parameter]:
    given = {name: scope.evaluate(default) for name, default in defaults(node)}
    places = {name: index for index, name in enumerate(parameter_names(node)[first:])}
    annotations = {one.arg: one.annotation for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for name in (*places, *(one.arg for one in node.args.kwonlyargs)):
        stand_in = _annotated(annotations[name], scope)
        yield Parameter(name, places.get(name), given.get(name), stand_in, frozenset(_attributes(node, name)))


def _attributes(node: FunctionDef, name: str) -> Iterator[str]:
    for one in nodes_in(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == name:
            yield one.attr


def _of_keras(argument: Argument) -> Parameter:
    places = set(argument.positions.values())
    return Parameter(
        argument.name,
        next(iter(places)) if len(places) == 1 else None,
        None if argument.acts_when_absent else Constant(0.0),
    )


def _annotated(annotation: ast.expr | None, scope: Scope) -> Value:
    """An object of the annotated class that is made without arguments: a configuration. Anything else is unknown."""
    if not isinstance(annotation, (ast.Name, ast.Attribute)):
        return UNKNOWN
    return _made_by_default(scope.evaluate(annotation))


def _configuration(cls: UserClass) -> Value:
    """A configuration of the class that a model names as its `config_class`, as those of `transformers` do. A layer
    takes that of the models beside it, where there is only one.
    """
    own = _made_by_default(cls.class_attribute("config_class"))
    if own is not UNKNOWN:
        return own
    beside = [_made_by_default(one.class_attribute("config_class")) for one in cls.module.classes()]
    kinds = {one.type: one for one in beside if isinstance(one, Instance)}
    return next(iter(kinds.values())) if len(kinds) == 1 else UNKNOWN


def _made_by_default(cls: Value) -> Value:
    if not isinstance(cls, ClassValue) or cls.type.is_layer:
        return UNKNOWN
    return Instance(cls.type, cls.generations, construction=arguments_of())
