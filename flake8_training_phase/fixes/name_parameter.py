"""Names the flag that a `call` takes out of its `**kwargs`."""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.events import DirectKerasCall, Inlined, LayerCall, PhaseTest
from flake8_training_phase.analysis.phase.dependence import Dependence, parent_dependence
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.kwargs_uses import KwargsUses
from flake8_training_phase.analysis.queries.plain_functions import takes_flag
from flake8_training_phase.analysis.syntax.names import root_of
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.fixes.changes import AddArgument, Change, DeleteStatement, FixPlan, Replace
from flake8_training_phase.fixes.parameter import add_parameter

KWARGS_LOSE_IT = "the `**kwargs` no longer hold it"
"""The caveat of naming a flag that Keras 2 puts into them."""


def name_parameter(layer_class: LayerClass, uses: KwargsUses) -> FixPlan | None:
    """Name the parameter, use it where the flag was read, and pass it wherever `**kwargs` go."""
    if not uses.all_known or not all(defaults_to_inference(one) for one in uses.reads):
        return None
    changes: list[Change] = [*add_parameter(layer_class)]
    deleted: set[ast.AST] = set()
    for read in uses.reads:
        statement = uses.parents[read]
        if isinstance(statement, ast.stmt) and _is_only_naming(statement):
            deleted.update(nodes_in(statement))
            changes.append(DeleteStatement(statement, uses.block_of(statement)))
        else:
            changes.append(Replace(read, "training"))
    if not _is_free(layer_class, deleted):
        return None
    safe = _takers(layer_class)
    for call in uses.forwards:
        if not any(one.arg == "training" for one in call.keywords):
            # What goes into `*args` may be the flag of a caller that passes it by position.
            if call not in safe or any(isinstance(one, ast.Starred) for one in call.args):
                return None
            changes.append(AddArgument(call, "training", "training"))
    # A test such as `"training" in kwargs` is never true any more.
    is_sure = not (uses.forwards or uses.asks or _by_position(layer_class, uses))
    caveat = None if is_sure else KWARGS_LOSE_IT
    return FixPlan("Add `training=None` to `call` and use it", tuple(changes), caveat)


def _by_position(layer_class: LayerClass, uses: KwargsUses) -> bool:
    """Whether a layer, or something unknown it holds, is given the flag by position: Keras 3 takes the None
    that it is there, and refuses a flag.
    """
    layers = {event.node for event in layer_class.events if isinstance(event, LayerCall)}
    functions = {event.node for event in layer_class.events if isinstance(event, Inlined)}
    for read in uses.reads:
        call = uses.parents[read]
        if isinstance(call, ast.Call) and read in call.args and call not in functions:
            root = root_of(call.func)
            if call in layers or (isinstance(root, ast.Name) and root.id == layer_class.own_name):
                return True
    return False


def defaults_to_inference(read: ast.expr) -> bool:
    """Whether a read of the flag gives None or False where there is none, as the new parameter does."""
    if not isinstance(read, ast.Call):
        return True
    given = [*read.args[1:], *(one.value for one in read.keywords)]
    return all(isinstance(one, ast.Constant) and not one.value for one in given)


def _is_only_naming(statement: ast.stmt) -> bool:
    """`training = kwargs.get("training")`, or a read whose value is not used."""
    if isinstance(statement, ast.Assign):
        return [ast.unparse(target) for target in statement.targets] == ["training"]
    return isinstance(statement, ast.Expr)


def _is_free(layer_class: LayerClass, deleted: set[ast.AST]) -> bool:
    """Whether nothing else in `call` has the name of the new parameter."""
    for node in layer_class.call_nodes:
        named = isinstance(node, ast.Name) and node.id == "training" and not isinstance(node.ctx, ast.Load)
        if (named or (isinstance(node, ast.arg) and node.arg == "training")) and node not in deleted:
            return False
    return True


def _takers(layer_class: LayerClass) -> set[ast.Call]:
    """The calls that surely take the flag: of layers, and of a parent that names it."""
    found = (event for event in layer_class.events if not isinstance(event, PhaseTest))
    return {event.node for event in found if _takes_flag(layer_class, event)}


def _takes_flag(layer_class: LayerClass, event: LayerCall | Inlined | DirectKerasCall) -> bool:
    if isinstance(event, LayerCall):
        return takes_flag(layer_class, event)
    if isinstance(event, DirectKerasCall):
        return parent_dependence(event) is Dependence.YES
    return parameter(event.function, "training") is not None
