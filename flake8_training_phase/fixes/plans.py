"""The fixes that several rules share, as plans."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from flake8_training_phase.analysis.domain.arguments import defaults, uses_kwargs
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, ProgramPoint
from flake8_training_phase.analysis.phase.decorators import hands_on_new_parameter, hides_signature
from flake8_training_phase.analysis.queries.augmentation import augments, only_augments
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.kwargs_uses import kwargs_uses
from flake8_training_phase.analysis.queries.layer_calls import (
    consumes_training,
    leaks_true,
    reaches_phase,
)
from flake8_training_phase.analysis.queries.plain_functions import may_be_plain, may_be_unknown, takes_flag
from flake8_training_phase.analysis.queries.replaced_calls import may_be_replaced
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.fixes.changes import AddArgument, AddParameter, Change, FixPlan
from flake8_training_phase.fixes.name_parameter import KWARGS_LOSE_IT, name_parameter
from flake8_training_phase.fixes.parameter import add_parameter
from flake8_training_phase.fixes.thread_helper import NOT_USED, caveat_of_unknown, may_tell_helpers, tells_helpers


def forward(layer_class: LayerClass, call: LayerCall) -> FixPlan | None:
    """Pass the phase that is in scope to a layer call; None where that would not be the phase asked for."""
    if call.forwardable_name is None or not knows_phase(layer_class, call.place):
        return None
    change = AddArgument(call.node, "training", call.forwardable_name)
    return FixPlan(f"Pass `training={call.forwardable_name}`", (change,))


def forward_where_taken(layer_class: LayerClass, call: LayerCall) -> FixPlan | None:
    """As `forward`: unsafe where the callee may be something unknown as well, which may not take the flag."""
    if may_be_plain(layer_class, call):
        return None
    plan = forward(layer_class, call)
    if plan is None or not may_be_unknown(layer_class, call):
        return plan
    return replace(plan, caveat=caveat_of_unknown(call))


def knows_phase(layer_class: LayerClass, place: ProgramPoint) -> bool:
    """Whether what a class has in scope is the phase: not where it is a parameter that Keras does not fill (KTP103,
    KTP107), or may not, for the call context knows better than its default.
    """
    return _is_filled(layer_class.cls) and (place.owner is None or _is_filled(place.owner))


def _is_filled(cls: UserClass) -> bool:
    if cls.flag_is_the_input:
        return False
    if cls.call is None or cls.phase_parameter == "training":
        return not (hides_signature(cls) or may_be_replaced(cls))
    return cls.phase_parameter not in dict(defaults(cls.call.node))


def caveat_of_default(place: ProgramPoint) -> str | None:
    """What to look at where the phase is passed on to what has run with a value of its own whatever was asked for: a
    default of True would turn on what that has kept off.
    """
    by_default = place.owner is not None and place.owner.training_default is True
    return "where the flag is left out, its default of True turns on what was off" if by_default else None


def take_and_forward(layer_class: LayerClass, calls: Iterable[LayerCall]) -> FixPlan | None:
    """Add `training=None` to the signature of `call`, and pass it to the layer calls in its body; None where the
    signature cannot take it.

    A model gains by the signature alone: `fit` then puts the flag into the context. For a layer that does nothing, so
    there has to be a call that can be given it, or a helper: one of what may be a plain function cannot.
    """
    calls = [call for call in calls if call.flag.absent]
    if not layer_class.cls.is_model and not can_be_told(layer_class, calls):
        return None
    here = [one for one in calls if one.place.is_call_method and takes_flag(layer_class, one)]
    told = [one for one in here if consumes_training(one) or leaks_true(one)]
    if only_augments(layer_class):
        return take_and_tell(layer_class, told, default="True")
    if not layer_class.cls.is_model:
        # Augmentation among other layers finds the flag in the call context: a None would switch it off where the
        # layer is called outside of a model.
        told = [one for one in told if not augments(one)]
    plan = take_and_tell(layer_class, told)
    if plan is None or not all(isinstance(one, AddParameter) for one in plan.changes) or _tells_helpers(layer_class):
        return plan
    if layer_class.cls.is_model:
        return replace(plan, what="Add `training=None` to `call`, where Keras looks for it")
    if not here and not (layer_class.call and may_tell_helpers(layer_class, layer_class.call, layer_class.events)):
        return None
    return replace(plan, what="Add `training=None` to `call`", caveat=NOT_USED)


def _tells_helpers(layer_class: LayerClass) -> bool:
    return layer_class.call is not None and tells_helpers(layer_class, layer_class.call, layer_class.events)


def take_and_tell(
    layer_class: LayerClass, told: Iterable[LayerCall | Inlined], default: str = "None"
) -> FixPlan | None:
    """Add `training` to the signature of `call`, and pass it to calls in its body that can take it; None where
    the signature cannot. Where the flag is read out of `**kwargs`, which do not hold it any more then, it is named.

    `default` is None, or True for a layer that only augments: that is the default in Keras's own.
    """
    if layer_class.call is None:
        return None
    uses = kwargs_uses(layer_class.call)
    if uses is not None and uses.reads:
        return name_parameter(layer_class, uses)
    if not layer_class.can_take_training:
        return None
    changes: list[Change] = [*add_parameter(layer_class, default)]
    changes += [AddArgument(one.node, "training", "training") for one in told]
    caveat: str | None = None
    if hands_on_new_parameter(layer_class.cls) is None:
        caveat = "its decorator has to hand it on as well"
    elif uses_kwargs(layer_class.call):
        caveat = KWARGS_LOSE_IT
    elif 2 in layer_class.keras and _uses_more_by_position(layer_class.call):
        caveat = "Keras 2 takes a second positional argument for it"
    return FixPlan(f"Add `training={default}` to `call` and pass it on", tuple(dict.fromkeys(changes)), caveat)


def _uses_more_by_position(call: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a `call` does something with its `*args`, so that there are callers who give it several inputs. Keras 2
    looks for a keyword-only flag among those, right after the first (tf_keras 2.21, `CallFunctionSpec.get_arg_value`).
    """
    rest = call.args.vararg
    if rest is None or not (call.args.posonlyargs or call.args.args)[1:]:
        return False
    return any(isinstance(node, ast.Name) and node.id == rest.arg for node in nodes_in(call))


def can_be_told(layer_class: LayerClass, calls: Iterable[LayerCall]) -> bool:
    """Whether the flag can be passed to one of those among some calls that need it."""
    return any(reaches_phase(call) and takes_flag(layer_class, call) for call in calls)
