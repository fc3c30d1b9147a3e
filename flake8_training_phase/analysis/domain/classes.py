"""Classes of the checked code: their bases, their methods, the layers they hold, what their `call` does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.arguments import (
    Arguments,
    constructor_arguments,
    defaults,
    parameter,
    parameter_names,
)
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef, methods_in_body, writes_self
from flake8_training_phase.analysis.domain.events import Event
from flake8_training_phase.analysis.domain.flags import flags_of
from flake8_training_phase.analysis.domain.objects import Limit
from flake8_training_phase.analysis.domain.receivers import bound, is_class_method, is_static
from flake8_training_phase.analysis.domain.records import tuple_fields
from flake8_training_phase.analysis.domain.scopes import Scope, nested_definitions
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    External,
    FunctionValue,
    Instance,
    KerasMethod,
    Value,
    join,
    members,
    text_of,
)
from flake8_training_phase.analysis.syntax.definitions import asks_for_training, is_registered
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras import names
from flake8_training_phase.keras.catalogue import MODEL_NAMES, KerasLayer, layer, model_attributes, title_of
from flake8_training_phase.keras.misnamed import AMBIGUOUS, MISNAMED

if TYPE_CHECKING:
    from flake8_training_phase.analysis.domain.around import Objects
    from flake8_training_phase.analysis.domain.modules import Module

_ENUM = External("enum.Enum")


@dataclass(frozen=True, slots=True)
class CallSummary:
    """What running `call` does, or nothing when it was too complex to follow."""

    events: tuple[Event, ...]
    complete: bool
    limit: Limit | None = None
    """Why it was not followed, where that is for its length or its depth."""
    plain_calls: tuple[ast.Call, ...] = ()
    """The calls of functions that take no `training`."""
    unknown_calls: frozenset[ast.Call] = frozenset()
    """The calls of what is not known."""


PLAIN_BASES = frozenset({"Layer", "Model"})
"""Classes of Keras that leave the forward pass to their subclasses."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method and the class whose body holds it."""

    node: FunctionDef
    owner: UserClass


class UserClass:
    """A class of the checked code."""

    def __init__(self, node: ast.ClassDef, scope: Scope, module: Module) -> None:
        self.node = node
        self.name = node.name
        self.scope = scope
        self.module = module
        self.methods: dict[str, FunctionDef] = methods_in_body(node) | module.attached_methods(node.name)
        self._ancestors: tuple[UserClass | KerasLayer, ...] | None = None

    @property
    def program(self) -> Objects:
        """The program that it is part of, which knows what its objects do."""
        return self.module.program

    def __repr__(self) -> str:
        return f"<UserClass {self.name}>"

    @property
    def origin(self) -> str:
        """The installed package that it is known from, with its release; nothing for a class of the project."""
        return self.module.origin

    @property
    def title(self) -> str:
        """Its name for messages, with where the knowledge of it is from."""
        return title_of(self.name, self.origin)

    @cached_property
    def _bases(self) -> list[ClassValue]:
        values = [self.scope.evaluate(base) for base in self.node.bases]
        known = [one for value in values for one in members(value) if isinstance(one, ClassValue)]
        return [one for one in known if one.type is not self]

    @property
    def mro(self) -> tuple[UserClass | KerasLayer, ...]:
        """The classes that attributes are looked up in, this one first, as Python orders them.

        Keras's own bases are followed by the catalogue, so `MyDropout(SpatialDropout1D)` has `Dropout` among them.
        """
        if self._ancestors is None:
            self._ancestors = (self,)  # What a class that inherits from itself finds.
            found: tuple[UserClass | KerasLayer, ...] | None = None
            try:
                found = _linearised(self, [base.type for base in self._bases])
            finally:
                self._ancestors = found
            return found
        return self._ancestors

    @cached_property
    def keras_base(self) -> KerasLayer | None:
        """The first class of Keras among the ancestors."""
        return next((one for one in self.mro if isinstance(one, KerasLayer)), None)

    @property
    def keras_call(self) -> KerasLayer | None:
        """The class of Keras whose `call` it runs when it has none itself: a Model without one was given a graph."""
        return layer("Functional") if self.keras_base_name == "Model" else self.keras_base

    @property
    def keras_base_name(self) -> str | None:
        """The name of that class."""
        return self.keras_base.name if self.keras_base else None

    @property
    def is_layer(self) -> bool:
        """Whether it is a layer or a model."""
        return self.keras_base is not None

    @cached_property
    def is_model(self) -> bool:
        """Whether it has `fit`."""
        return any(isinstance(one, KerasLayer) and one.name in MODEL_NAMES for one in self.mro)

    @cached_property
    def generations(self) -> frozenset[int]:
        """The Keras major versions that its base class can be of."""
        found = names.ALL
        for one in self.mro:
            if isinstance(one, UserClass):
                for base in one._bases:
                    found = found & base.generations or found
        return found

    @cached_property
    def instance(self) -> Instance:
        """Any object of the class that the code of its module makes; any at all where it makes none."""
        return Instance(self, self.generations)

    @cached_property
    def unknown_instance(self) -> Instance:
        """An object of the class, made with unknown arguments."""
        return Instance(self, self.generations)

    @property
    def trace(self) -> CallSummary:
        """What `call` of any of its objects does when the flag is True, False or None."""
        return self.program.summary(self.instance)

    @property
    def replaces_dunder_call(self) -> bool:
        """Whether calling its objects runs a `__call__` of the project instead of Keras's."""
        return isinstance(self.find_method("__call__"), Method)

    @cached_property
    def is_forward_in_dunder_call(self) -> bool:
        """Whether a `__call__` of the project is the whole forward pass: there is no `call` beside it, and Keras's own
        `__call__` does not run.
        """
        own = self.find_method("__call__")
        if not isinstance(own, Method) or self.call is not None or self.keras_base_name not in PLAIN_BASES:
            return False
        return not any(isinstance(one, ast.Attribute) and one.attr == "__call__" for one in nodes_in(own.node))

    def find_method(self, name: str, after: UserClass | None = None) -> Method | KerasLayer | None:
        """The method of that name, or the class of Keras that has it; `after` asks as `super()` in that class."""
        mro = self.mro
        if after is not None and after in mro:
            mro = mro[mro.index(after) + 1 :]
        for one in mro:
            if isinstance(one, KerasLayer):
                return one
            if name in one.methods:
                return Method(one.methods[name], one)
        return None

    @cached_property
    def call(self) -> Method | None:
        """Its `call`, its own or that of an ancestor in the checked code."""
        found = self.find_method("call")
        return found if isinstance(found, Method) else None

    @cached_property
    def fixed_output_spec(self) -> Method | None:
        """Its `compute_output_spec`, own or inherited, where that takes no `training`: Keras 3 gives it what `call` is
        given.
        """
        found = self.find_method("compute_output_spec")
        if not isinstance(found, Method) or found.node.args.kwarg is not None:
            return None
        return found if parameter(found.node, "training") is None else None

    @cached_property
    def phase_parameter(self) -> str | None:
        """The parameter of `call` that means the phase: `training`, or another name for it; None without one."""
        if self.call is None:
            return None
        if parameter(self.call.node, "training") is not None:
            return "training"
        given = dict(defaults(self.call.node))
        others = (*self.scope.knowledge.training_aliases, *MISNAMED)
        named = (name for name in others if parameter(self.call.node, name) is not None)
        return next((name for name in named if not self._is_choice(name, given.get(name))), None)

    def _is_choice(self, name: str, default: ast.expr | None) -> bool:
        """Whether a parameter of `call` takes one of several names, and no flag: `mode="train"`, `mode=Mode.TRAIN`."""
        if isinstance(default, ast.Constant):
            return isinstance(default.value, str)
        if name not in AMBIGUOUS or not isinstance(default, (ast.Name, ast.Attribute)) or self.call is None:
            return False
        found = self.call.owner.scope.evaluate(default)
        return not (isinstance(found, Constant) and (found.value is None or isinstance(found.value, bool)))

    @property
    def flag_is_the_input(self) -> bool:
        """Whether what `call` names `training` is the first of its inputs: data by an unlucky name."""
        return self.call is not None and parameter_names(self.call.node)[1:2] == ["training"]

    @cached_property
    def phase_in_kwargs(self) -> bool:
        """Whether `call` looks for the flag in its `**kwargs`, where Keras 2 puts it and Keras 3 never does (14f)."""
        if self.call is None or self.phase_parameter is not None:
            return False
        kwargs = self.call.node.args.kwarg
        return kwargs is not None and any(asks_for_training(node, kwargs.arg) for node in nodes_in(self.call.node))

    @property
    def accepts_training(self) -> bool:
        """Whether `call` has a parameter that is literally named `training`."""
        if self.call is None:
            return self.keras_call is not None and self.keras_call.signature(3).accepts_training
        return self.phase_parameter == "training"

    @cached_property
    def training_default(self) -> bool | None:
        """The default of that parameter; None without one, or when that is unknown."""
        if self.call is None:
            return self.keras_call.signature(3).default if self.keras_call else None
        flag = flags_of(self._default)[0]
        return flag if isinstance(flag, bool) else None

    @cached_property
    def _default(self) -> Value:
        """What is in the signature of `call` as the default of the parameter that means the phase."""
        if self.call is None:
            return UNKNOWN
        default = dict(defaults(self.call.node)).get(self.phase_parameter or "")
        return UNKNOWN if default is None else self.call.owner.scope.evaluate(default)

    @property
    def default_is_number(self) -> bool:
        """Whether that default is 0 or 1: as good as True and False, but not them."""
        return isinstance(self._default, Constant) and type(self._default.value) is int

    def call_parameters(self) -> tuple[str, ...]:
        """The positional parameters of `call` after `self`."""
        if self.call is None:
            return self.keras_call.signature(3).parameters if self.keras_call else ()
        return tuple(parameter_names(self.call.node)[1:])

    def constructor_parameters(self) -> tuple[str, ...]:
        """The positional parameters of `__init__` after `self`."""
        found = self.find_method("__init__")
        return tuple(parameter_names(found.node)[1:]) if isinstance(found, Method) else ()

    @cached_property
    def tuple_fields(self) -> tuple[str, ...]:
        """The fields of a named tuple, in the order in which its objects give them; none of any other class."""
        return next((found for one in self.mro if isinstance(one, UserClass) if (found := tuple_fields(one.node))), ())

    def is_property(self, node: ast.AST) -> bool:
        """Whether a method is read without a call."""
        decorators = getattr(node, "decorator_list", ())
        return any("property" in ast.unparse(decorator) for decorator in decorators)

    def inherited(self, name: str, instance: Instance) -> Value:
        """What `super().name` is in a method of this class."""
        found = instance.type.find_method(name, after=self) if isinstance(instance.type, UserClass) else None
        return _bound(found, name, instance)

    def class_attribute(self, name: str) -> Value:
        """What `Class.name` is."""
        found = self.find_method(name)
        if isinstance(found, Method):
            bound_to = self.instance if is_class_method(found.node) else None
            return FunctionValue(found.node, found.owner.scope, owner=found.owner, bound_to=bound_to)
        return self._static(name)

    def attribute(self, name: str, instance: Instance) -> Value:
        """What `instance.name` is: what `__init__`, `build` and the like assign, a method, a class attribute."""
        written = self.program.attribute(instance, name)
        if written is not None:
            return written
        found = self.find_method(name)
        if isinstance(found, Method):
            return _bound(found, name, instance)
        value = bound(self._static(name), instance)
        if value is UNKNOWN and (self.keras_base is None or name not in model_attributes()):
            value = self.program.attribute_named_in_part(instance, name) or UNKNOWN
        if value is UNKNOWN and found is not None and (name in ("call", "__init__") or found.inner_method(name)):
            return _bound(found, name, instance)
        return self._inside_base(found, name, instance) if value is UNKNOWN and found is not None else value

    def _inside_base(self, base: KerasLayer, name: str, instance: Instance) -> Value:
        """A layer that an object of its Keras base holds in a private attribute; unknown where it has none there.

        Where it is not seen what the base is constructed with, each argument may be anything, as a parameter may.
        """
        inner, given = base.inner_layer(name), self.base_arguments(instance)
        if inner is None:
            return UNKNOWN
        if given is None:
            return Instance(inner, instance.generations, {one.name: UNKNOWN for one in inner.arguments})
        return Instance(inner, instance.generations, constructor_arguments(base, given), given.is_open)

    def _static(self, name: str) -> Value:
        for one in self.mro:
            if isinstance(one, UserClass) and name in one._defined_in_body:
                return one.scope.inner(nested_definitions(one.node)).define(one._defined_in_body[name])
            if isinstance(one, UserClass) and name in one._assigned_in_body:
                value = one.scope.evaluate(one._assigned_in_body[name])
                if text_of(value) is not None:
                    return value  # More often than not a key.
                if self._is_enumeration:
                    return Constant(f"{one.name}.{name}")  # Like no other member, and true.
                # A number or a switch in a class body is a default for its subclasses and instances.
                return UNKNOWN if isinstance(value, Constant) else value
        return UNKNOWN

    @cached_property
    def _is_enumeration(self) -> bool:
        """Whether it is an `enum.Enum`, of members that are equal to nothing but themselves."""
        classes = [one for one in self.mro if isinstance(one, UserClass)]
        return any(one.scope.evaluate(base) == _ENUM for one in classes for base in one.node.bases)

    @cached_property
    def _defined_in_body(self) -> dict[str, ast.ClassDef]:
        """The classes that are defined in its body."""
        return {one.name: one for one in self.node.body if isinstance(one, ast.ClassDef)}

    @cached_property
    def _assigned_in_body(self) -> dict[str, ast.expr]:
        """What the statements of its body assign to names, the first where several assign to one."""
        found: dict[str, ast.expr] = {}
        for statement in self.node.body:
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                if isinstance(target, ast.Name) and isinstance(statement, ast.Assign):
                    found.setdefault(target.id, statement.value)
        return found

    def attributes(self, instance: Instance | None = None) -> dict[str, Value]:
        """The attributes that its methods assign, other than `call`, in an object: in any of them by default."""
        return self.program.state(instance or self.instance).attributes

    def writing_methods(self) -> Iterator[str]:
        """The methods that assign attributes, in the order in which they run: `__init__`, `build`, then others."""
        yield "__init__"
        yield "build"
        for one in self.mro:
            if isinstance(one, UserClass):
                yield from one.own_writing_methods

    @cached_property
    def own_writing_methods(self) -> tuple[str, ...]:
        """The methods in its body, other than `call`, that assign attributes of the object that they are called on."""
        of_objects = (name for name, node in self.methods.items() if not (is_static(node) or is_class_method(node)))
        return tuple(name for name in of_objects if name != "call" and writes_self(self.methods[name]))

    def base_arguments(self, instance: Instance | None = None) -> Arguments | None:
        """What the constructor of the Keras base is given; None when it is not seen."""
        return self.program.state(instance or self.instance).base_arguments

    def base_contents(self, instance: Instance | None = None) -> tuple[Value, ...]:
        """The layers that a Sequential or functional base class was given."""
        return self.program.state(instance or self.instance).base_contents


def _bound(found: Method | KerasLayer | None, name: str, instance: Instance) -> Value:
    if isinstance(found, Method):
        ways = [found.node, *_registered(found)]
        return join(FunctionValue(one, found.owner.scope, owner=found.owner, bound_to=instance) for one in ways)
    return UNKNOWN if found is None else KerasMethod(found, name, instance)


def _registered(found: Method) -> Iterator[FunctionDef]:
    """The methods that `functools.singledispatchmethod` may run in the place of one."""
    if any("singledispatchmethod" in ast.unparse(one) for one in found.node.decorator_list):
        for one in found.owner.node.body:
            if isinstance(one, FunctionDef) and is_registered(one, found.node.name):
                yield one


def _linearised(own: UserClass, bases: list[UserClass | KerasLayer]) -> tuple[UserClass | KerasLayer, ...]:
    if len(bases) == 1:
        return (own, *bases[0].mro)
    sequences: list[list[UserClass | KerasLayer]] = [list(base.mro) for base in bases]
    sequences.append(list(bases))
    result: list[UserClass | KerasLayer] = [own]
    while any(sequences):
        sequences = [sequence for sequence in sequences if sequence]
        heads = [sequence[0] for sequence in sequences]
        head = next(
            (one for one in heads if not any(one in sequence[1:] for sequence in sequences)),
            heads[0],  # Not a valid order: Python would refuse the class.
        )
        result.append(head)
        sequences = [[one for one in sequence if one is not head] for sequence in sequences]
    return tuple(result)
