"""Whether a module trains the weights of a layer, or has frozen them: `base.trainable = False`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from flake8_training_phase.analysis.domain.flags import flags_of
from flake8_training_phase.analysis.domain.values import Constant, Instance, Value
from flake8_training_phase.analysis.entries.graph_run import GraphRun
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.walking import nodes_in


class Trainability(Enum):
    """Whether a BatchNormalization in a layer may run in training mode."""

    TRAINED = "trained, from the beginning or after some time"
    FROZEN = "frozen, and never anything else"
    UNSURE = "partly frozen, or nobody knows"


@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop over the layers of a model that sets `trainable` of some or all."""

    asked: ast.Attribute
    """`base.layers`."""
    value: bool | None
    """True or False; None where that is not said."""
    is_whole: bool
    """It affects all layers."""
    spares_normalization: bool


@dataclass(frozen=True, slots=True)
class _Written:
    """What the text of a module says about `trainable`."""

    loops: tuple[_Loop, ...]
    of_computed: bool
    """It is set of something that is not a plain name."""
    by_place: bool
    """It is set of a layer that is known by its place in a model: `model.layers[1].trainable = False`."""


def _written(module: CheckedModule) -> _Written:
    owners = [one.value for one in _assigned(module.tree)]
    of_computed = any(not isinstance(one, ast.Name) for one in owners)
    return _Written(tuple(_loops(module.nodes.of(ast.For))), of_computed, any(map(_is_by_place, owners)))


def _is_by_place(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "layers"


def trainability(layer: Instance, run: GraphRun, module: CheckedModule) -> Trainability:
    """What a module makes of a layer's weights."""
    if layer.arguments.get("trainable") == Constant(False):
        return Trainability.FROZEN
    written = module.once(_written)
    own = [one for one in written.loops if layer in run.layers_of.get(one.asked, ())]
    if any(one.spares_normalization for one in own):
        return Trainability.FROZEN
    said = [_said(value) for value in run.trainable.get(layer, ())]
    said += [one.value for one in own if one.is_whole]
    partly = any(not one.is_whole for one in own)
    if said and all(value is False for value in said):
        return Trainability.UNSURE if partly else Trainability.FROZEN
    of_others = len(written.loops) > len(own) or written.of_computed
    if None in said or partly or written.by_place or (not said and of_others):
        return Trainability.UNSURE
    return Trainability.TRAINED


def follows_trainability(call: ast.Call, tree: ast.Module) -> bool:
    """Whether the flag of a call is what the module sets `trainable` to: `base(x, training=trainable)`."""
    flags = {one.value.id for one in call.keywords if one.arg == "training" and isinstance(one.value, ast.Name)}
    return any(
        isinstance(node.value, ast.Name) and node.value.id in flags and any(_assigned(node))
        for node in nodes_in(tree)
        if isinstance(node, ast.Assign)
    )


def _said(value: Value) -> bool | None:
    flag = flags_of(value)[0]
    return flag if isinstance(flag, bool) else None


def _assigned(root: ast.AST) -> Iterator[ast.Attribute]:
    """The targets `….trainable` of assignments."""
    for node in nodes_in(root):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Attribute) and target.attr == "trainable":
                yield target


def _loops(loops: Iterable[ast.For]) -> Iterator[_Loop]:
    for node in loops:
        if any(_assigned(node)):
            asked = _asked(node)
            if asked is not None:
                yield _loop(node, asked)


def _asked(loop: ast.For) -> ast.Attribute | None:
    """The `base.layers` that a loop goes over."""
    return next((one for one in nodes_in(loop.iter) if isinstance(one, ast.Attribute) and one.attr == "layers"), None)


def _loop(node: ast.For, asked: ast.Attribute) -> _Loop:
    sets = [one for one in node.body if isinstance(one, ast.Assign) and any(_assigned(one))]
    value = sets[0].value if len(sets) == 1 else None
    is_whole = node.iter is asked and len(sets) == 1 and len(list(_assigned(node))) == 1
    said = value.value if isinstance(value, ast.Constant) and isinstance(value.value, bool) else None
    return _Loop(asked, said, is_whole, "Normalization" in ast.unparse(node))
