"""The fix that lets guarded layers run in every phase, with the flag."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_training_phase.analysis.domain.events import LayerCall, PassedBy
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.guards import Guarded
from flake8_training_phase.analysis.queries.layer_calls import consumes_training
from flake8_training_phase.analysis.queries.plain_functions import takes_flag
from flake8_training_phase.fixes.changes import AddArgument, Change, FixPlan, Replace, Unwrap


def unguard(layer_class: LayerClass, group: Sequence[Guarded], caveat: str | None = None) -> FixPlan | None:
    """Call the layers of one guard always, with the flag; None where the guard covers more than those.

    In two steps, because the flag is written inside what is moved: first it is passed, then the guard goes.
    """
    changes: list[Change] = []
    for one in group:
        event = one.event
        if not one.is_whole_body or not isinstance(event, LayerCall) or not takes_flag(layer_class, event):
            return None
        if event.flag.passed_by in (PassedBy.UNKNOWN, PassedBy.POSITION) or event.forwardable_name is None:
            return None
        if event.flag.absent:
            changes += [AddArgument(event.node, "training", event.forwardable_name)] if consumes_training(event) else []
        elif event.flag.by_lane[:2] == (True, True) and event.flag.node is not None:
            changes.append(Replace(event.flag.node, event.forwardable_name))
        elif event.flag.by_lane[:2] != (True, False):
            return None
    if changes:
        return FixPlan("Pass the flag, so that the guard can be removed", tuple(changes), caveat)
    guard = group[0].guard
    last: Change = Unwrap(guard) if isinstance(guard, ast.If) else Replace(guard.node, "{}", (guard.body,))
    return FixPlan("Remove the guard: the flag already decides", (last,), caveat)
