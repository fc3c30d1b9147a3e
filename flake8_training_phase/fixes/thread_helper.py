"""Gives a helper that runs layers for `call` the flag: in its signature, and wherever it is called."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.events import Event, Inlined, LayerCall, walk
from flake8_training_phase.analysis.domain.values import members
from flake8_training_phase.analysis.entries.module_run import module_run
from flake8_training_phase.analysis.machine.calls import is_plain
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.helper_calls import HelperCall, helper_calls
from flake8_training_phase.analysis.queries.layer_calls import consumes_training, is_helper
from flake8_training_phase.analysis.queries.overrides import methods_without_flag_elsewhere
from flake8_training_phase.analysis.queries.plain_functions import may_be_unknown, takes_flag
from flake8_training_phase.analysis.syntax.names import uses_all_locals
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Applicability
from flake8_training_phase.fixes.changes import AddArgument, AddParameter, Change, FixPlan
from flake8_training_phase.fixes.parameter import annotation

_Function = ast.FunctionDef | ast.AsyncFunctionDef
NOT_USED = "nothing there passes it on yet"
"""What is said of a parameter whose fix is unsafe because nothing would use it."""


def thread(layer_class: LayerClass, helper: Inlined, given: frozenset[ast.AST] = frozenset()) -> FixPlan | None:
    """Give the helper the parameter, forward it to its layers, and pass it wherever the helper is called.

    `given` are functions that are to have the parameter, although they do not have it yet.
    """
    function = helper.function
    if not isinstance(function, _Function):
        return None  # A lambda, which may be kept anywhere.
    sites = helper_calls(layer_class.module, function.name)
    taken = any(isinstance(node, (ast.Name, ast.arg)) and _id(node) == "training" for node in nodes_in(function))
    if sites is None or taken or uses_all_locals(function) or function.decorator_list:
        return None
    if any(site.gives_training for site in sites):
        return None
    told = [site for site in sites if site.has_training or not given.isdisjoint(site.functions)]
    if helper.node not in [site.node for site in told]:
        return None  # What is in scope there goes by another name.
    if any(_runs_in_call(layer_class, site) for site in sites if site not in told):
        return None
    layers = list(_layers_of(layer_class, helper))
    if _is_given_function(layer_class, sites, layers):
        return None
    inside = [AddArgument(one.node, "training", "training") for one in layers]
    changes: list[Change] = [AddParameter(function, "training", annotation(layer_class)), *inside]
    changes += [AddArgument(site.node, "training", "training") for site in told]
    all_is_seen = function.name.startswith("_") and told == sites
    overridden = layer_class.module.once(methods_without_flag_elsewhere).get(function.name) if all_is_seen else None
    is_used = bool(inside) or tells_helpers(layer_class, function, helper.events, given)
    message = f"Add `training=None` to `{function.name}` and pass it at {len(told)} call{'s' * (len(told) > 1)}"
    caveat: str | None = None
    if overridden is not None:
        caveat = f"that of {overridden} has to take it too"
    elif not is_used:
        caveat = NOT_USED
    elif unknown := [one for one in layers if may_be_unknown(layer_class, one)]:
        caveat = caveat_of_unknown(unknown[0])
    elif not all_is_seen:
        caveat = f"`{function.name}` may be called or overridden elsewhere, without the flag"
    return FixPlan(message, tuple(dict.fromkeys(changes)), caveat)


def caveat_of_unknown(call: LayerCall) -> str:
    """What to look at where something that is not known may be given the flag."""
    return f"`{call.name}` may also be something that does not take it"


def _is_given_function(layer_class: LayerClass, sites: list[HelperCall], layers: list[LayerCall]) -> bool:
    """Whether code that no `call` runs gives the helper a function in the place of one of its layers."""
    outside = {site.node for site in sites if not _runs_in_call(layer_class, site)}
    if not outside or not layers:
        return False
    callees = module_run(layer_class.module, outside).callees
    return any(is_plain(one) for call in layers for value in callees.get(call.node, ()) for one in members(value))


def tells_helpers(
    layer_class: LayerClass, function: _Function, events: Iterable[Event], given: frozenset[ast.AST] = frozenset()
) -> bool:
    """Whether a function that gets the parameter has a helper to hand it on to, after safe fixes that this leads to."""
    return Applicability.SAFE in _ways_to_tell(layer_class, function, events, given)


def may_tell_helpers(layer_class: LayerClass, function: _Function, events: Iterable[Event]) -> bool:
    """The same after any fixes, unsafe ones included."""
    return any(True for _ in _ways_to_tell(layer_class, function, events, frozenset()))


def _ways_to_tell(
    layer_class: LayerClass, function: _Function, events: Iterable[Event], given: frozenset[ast.AST]
) -> Iterator[Applicability]:
    """How safe the fixes are by which helpers of a function that gets the parameter take it, too."""
    if function not in given:
        for helper in _helpers_of(function, events):
            if (applicability := _can_be_told(layer_class, helper, given | {function})) is not None:
                yield applicability


def _helpers_of(function: _Function, events: Iterable[Event]) -> Iterator[Inlined]:
    """The helpers that are called without the flag in a function or in those defined inside it."""
    inside = set(nodes_in(function))
    for one in walk(events):
        if isinstance(one, Inlined) and is_helper(one) and one.flag.absent and one.node in inside:
            yield one


def _can_be_told(layer_class: LayerClass, helper: Inlined, given: frozenset[ast.AST]) -> Applicability | None:
    if parameter(helper.function, "training") is not None:
        return Applicability.SAFE
    plan = thread(layer_class, helper, given) if _layers_of_all(layer_class, helper) else None
    return None if plan is None else plan.applicability


def _layers_of(layer_class: LayerClass, helper: Inlined) -> Iterator[LayerCall]:
    """The layer calls in the helper itself that are to be given its flag."""
    return (one for one in _layers_of_all(layer_class, helper) if one.place.function is helper.function)


def _layers_of_all(layer_class: LayerClass, helper: Inlined) -> list[LayerCall]:
    """Those, and the ones in the helpers that it calls."""
    calls = [one for one in walk(helper.events) if isinstance(one, LayerCall) and one.flag.absent]
    return [one for one in calls if consumes_training(one) and takes_flag(layer_class, one)]


def _runs_in_call(layer_class: LayerClass, site: HelperCall) -> bool:
    """Whether some `call` of the module runs the function that a helper is called in: that one gets the flag first."""
    run = (event.node for other in layer_class.module.layer_classes for event in other.events)
    return any(node is site.node for node in run)


def _id(node: ast.Name | ast.arg) -> str:
    return node.id if isinstance(node, ast.Name) else node.arg
