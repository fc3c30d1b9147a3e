"""Flags that are computed from attributes alone: `training=not self.freeze`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from flake8_training_phase.analysis.domain.arguments import defaults, parameter_names
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall
from flake8_training_phase.analysis.domain.values import TRUE_LANE
from flake8_training_phase.analysis.phase.dependence import Dependence, parent_dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.analysis.syntax.names import LocalNames
from flake8_training_phase.analysis.syntax.walking import nodes_in

_MEANT = re.compile(
    r"(^|_)mc(_|$)|monte|bayes|always|stochastic|sampl|uncertain|infer|test|predict|noisy", re.IGNORECASE
)
"""Attributes that ask for training mode at inference, by their name."""
_MODE = re.compile(r"(^|_)(is_?)?(training|train|phase|mode)$|learning_phase", re.IGNORECASE)
"""Attributes that hold the mode itself: whoever runs the model may set them."""
_CONSTRUCTORS = ("__init__", "build")


@dataclass(frozen=True, slots=True)
class ComputedFlag:
    """A flag that says nothing of the mode."""

    flag: ast.expr
    layer: str
    """What gets it, for messages."""
    forwardable_name: str | None
    is_sure: bool
    """Whether the constructors themselves let it be True; otherwise that is up to whoever makes the object."""


def computed_flags(layer_class: LayerClass) -> Iterator[ComputedFlag]:
    """Those that the layers of a class are given."""
    local, attributes = LocalNames(), _Attributes(layer_class)
    for event in layer_class.events:
        if not isinstance(event, (LayerCall, DirectKerasCall)) or event.flag.node is None or not layer_class.own_name:
            continue
        if event.lanes == TRUE_LANE:
            continue  # It runs in training mode only: `predict()` does not come here.
        flag = event.flag.node if event.place.function is None else local.written(event.flag.node, event.place.function)
        test, is_negated = _test(_through_property(flag, layer_class))
        reads = _attributes(test, layer_class.own_name)
        deciding = [(one, _is_negated(test, one) is not is_negated) for one in reads]
        if reads and _depends(event, reads) and any(attributes.can_be_true(*one) for one in deciding):
            if isinstance(event, LayerCall):
                layer = called_title(event)
            else:
                layer = f"`{event.parent}.call`"
            is_sure = any(attributes.is_true(*one) for one in deciding)
            yield ComputedFlag(event.flag.node, layer, event.forwardable_name, is_sure)


def _through_property(flag: ast.expr, layer_class: LayerClass) -> ast.expr:
    """What a flag is that a property of the class gives, `training=self.trains`, where it does nothing else."""
    if isinstance(flag, ast.UnaryOp) and isinstance(flag.op, ast.Not):
        inner = _through_property(flag.operand, layer_class)
        return flag if inner is flag.operand else ast.copy_location(ast.UnaryOp(flag.op, inner), flag)
    if not isinstance(flag, ast.Attribute) or not layer_class.is_of_self(flag):
        return flag
    cls, own = layer_class.cls, layer_class.own_name
    method = cls.find_method(flag.attr)
    if not isinstance(method, Method) or not cls.is_property(method.node) or parameter_names(method.node) != [own]:
        return flag
    last = method.node.body[-1]
    rest = method.node.body[:-1]
    is_all = all(isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in rest)
    return last.value if isinstance(last, ast.Return) and last.value is not None and is_all else flag


def _test(flag: ast.expr) -> tuple[ast.expr, bool]:
    """What decides a flag, and whether that turns it off: `self.frozen` of `False if self.frozen else True`."""
    if isinstance(flag, ast.IfExp) and isinstance(flag.body, ast.Constant) and isinstance(flag.orelse, ast.Constant):
        if bool(flag.body.value) is not bool(flag.orelse.value):
            return flag.test, not flag.body.value
    return flag, False


def _attributes(flag: ast.expr, own: str) -> list[ast.Attribute]:
    """The attributes of `self` that a flag is computed from; none where something else has to do with it, or where it
    is one attribute that holds the mode.
    """
    nodes = list(nodes_in(flag))
    allowed = (ast.Attribute, ast.Name, ast.UnaryOp, ast.BoolOp, ast.Not, ast.And, ast.Or)
    reads = [one for one in nodes if isinstance(one, ast.Attribute)]
    roots = {one.id for one in nodes if isinstance(one, ast.Name)}
    if not all(isinstance(one, allowed) for one in nodes) or roots != {own}:
        return []
    if any(_MEANT.search(one.attr) or _MODE.search(one.attr) for one in reads):
        return []
    return reads


def _depends(event: LayerCall | DirectKerasCall, reads: Iterable[ast.Attribute]) -> bool:
    if isinstance(event, LayerCall):
        return reaches_phase(event) and not event.inspected
    # An override of BatchNormalization may freeze itself by `trainable`, as Keras does.
    return parent_dependence(event) is Dependence.YES and not any(one.attr == "trainable" for one in reads)


class _Attributes:
    """What sets the attributes of a class."""

    def __init__(self, layer_class: LayerClass) -> None:
        self._module = layer_class.module
        self._classes = [one for one in layer_class.cls.mro if isinstance(one, UserClass)]

    def can_be_true(self, read: ast.Attribute, keeps: bool) -> bool:
        """Whether a flag can be True in `predict()`, as far as an attribute in it decides: only constructors set it,
        and not always to `keeps`, which keeps the layer in inference mode.
        """
        if read.attr == "trainable":
            return not keeps
        values = self._given.get(read.attr)
        if not values or read.attr in self._set_elsewhere:
            return False
        return any(not (isinstance(one, ast.Constant) and bool(one.value) is keeps) for one in values)

    def is_true(self, read: ast.Attribute, keeps: bool) -> bool:
        """Whether a constructor, or the default of its parameter, makes it so."""
        if read.attr == "trainable":
            return not keeps
        constants = [one.value for one in self._given.get(read.attr, ()) if isinstance(one, ast.Constant)]
        return any(bool(one) is not keeps for one in constants)

    @cached_property
    def _given(self) -> dict[str, list[ast.expr]]:
        """What the constructors set each attribute to."""
        found: dict[str, list[ast.expr]] = {}
        for cls in self._classes:
            for name, value in _given(cls):
                found.setdefault(name, []).append(value)
        return found

    @cached_property
    def _set_elsewhere(self) -> frozenset[str]:
        """The attributes that code other than constructors sets, in the module or in an ancestor."""
        others = (one.node for one in self._classes if one.scope.root is not self._module.scope)
        return self._module.once(_set_in_module).union(*map(_set_in, others))


def _is_negated(flag: ast.expr, read: ast.Attribute) -> bool:
    negations = (one for one in nodes_in(flag) if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.Not))
    return sum(any(inner is read for inner in nodes_in(one)) for one in negations) % 2 == 1


def _given(cls: UserClass) -> Iterator[tuple[str, ast.expr]]:
    """What the constructors of a class set attributes to: for a parameter that has a default, that."""
    for constructor in _CONSTRUCTORS:
        method = cls.methods.get(constructor)
        optional = dict(defaults(method)) if method is not None else {}
        for node in nodes_in(method) if method is not None else ():
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                value = optional.get(node.value.id, node.value) if isinstance(node.value, ast.Name) else node.value
                names = dict.fromkeys(one.attr for one in targets if isinstance(one, ast.Attribute))
                yield from ((name, value) for name in names)


def _set_in_module(module: CheckedModule) -> frozenset[str]:
    return _set_in(module.tree)


def _set_in(tree: ast.AST) -> frozenset[str]:
    """The attributes that code other than constructors sets, by `setattr` also those."""
    constructors = [one for one in nodes_in(tree) if isinstance(one, ast.FunctionDef) and one.name in _CONSTRUCTORS]
    inside = {node for one in constructors for node in nodes_in(one)}
    found: set[str] = set()
    for one in nodes_in(tree):
        if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store) and one not in inside:
            found.add(one.attr)
        elif isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "setattr":
            constants = (given.value for given in one.args if isinstance(given, ast.Constant))
            found.update(value for value in constants if isinstance(value, str))
    return frozenset(found)
