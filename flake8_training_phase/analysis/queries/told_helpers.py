"""Helpers that `call` leaves to the default of their flag, and what does not train because of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flake8_training_phase.analysis.domain.arguments import defaults
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, PassedBy, walk
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import (
    FALSE_LANE,
    NONE_LANE,
    TRUE_LANE,
    PhaseValue,
)
from flake8_training_phase.analysis.machine.expressions import TooComplex
from flake8_training_phase.analysis.queries.checked_module import LayerClass, concerned
from flake8_training_phase.analysis.queries.draws import DrawingRun
from flake8_training_phase.analysis.queries.dropout_functions import drops
from flake8_training_phase.analysis.queries.layer_calls import (
    calls_using_helper_default,
    is_helper,
    passed_for,
    reaches_phase,
)
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.keras.generations import Generation, Passed
from flake8_training_phase.keras.misnamed import AMBIGUOUS, MISNAMED, OPPOSITE

_FLAGS = ("training", *(name for name in MISNAMED if name not in AMBIGUOUS))


@dataclass(frozen=True, slots=True)
class NeverRun:
    """Something in a helper that runs in training only, and never does because the helper does not receive the flag."""

    flag: str
    """The parameter of the helper."""
    default: ast.expr
    title: str
    """What it is, for messages: "`tf.nn.dropout` (line 7)"."""

    def told(self, name: str) -> str:
        """What to pass for it where the flag is in scope under a name: `training`, or `not training`."""
        return f"not {name}" if self.flag in OPPOSITE else name


@dataclass(frozen=True, slots=True)
class UntoldHelper:
    """A helper that `call` has no flag to pass to, and what does not train because of it."""

    helper: Inlined
    effect: str
    """What happens, for messages."""
    generations: tuple[Generation, ...]
    call: LayerCall | None = None
    """The layer that does not receive the flag; None where something never runs."""
    flag: str = "training"
    """The parameter of the helper."""


def untold_helper(layer_class: LayerClass) -> UntoldHelper | None:
    """The first helper whose default keeps something from training; None when there is none."""
    helpers = [one for one in layer_class.events if isinstance(one, Inlined) and one.place.is_call_method]
    for helper in helpers:
        for call in calls_using_helper_default(helper):
            generations = concerned(one for one in layer_class.wrong(call) if one.mode.wanted)
            if generations:
                effect = f"{placed_title(call)} runs in inference mode in {layer_class.title(generations)}"
                return UntoldHelper(helper, effect, generations, call)
    for helper in helpers:
        silent = never_run(layer_class, helper)
        if silent is not None:
            return UntoldHelper(helper, f"{silent.title} never runs", layer_class.generations, flag=silent.flag)
    return None


def never_run(layer_class: LayerClass, helper: Inlined) -> NeverRun | None:
    """The first thing that drops in a helper in training only, where this call leaves it to a default that is off."""
    if not is_helper(helper) or not helper.lanes & TRUE_LANE:
        return None
    for name, default in defaults(helper.function):
        if isinstance(default, ast.Constant) and _is_off(name, default.value) and _is_left(helper, name):
            off = NONE_LANE if default.value is None else FALSE_LANE
            run = _told(layer_class, helper, name)
            for what in _only_in_training(run, layer_class.module.scope, off | FALSE_LANE):
                return NeverRun(name, default, what)
    return None


def _is_off(name: str, value: object) -> bool:
    """Whether a parameter with that value asks for inference mode."""
    return value is True if name in OPPOSITE else name in _FLAGS and not value


def _is_left(helper: Inlined, name: str) -> bool:
    """Whether a call surely leaves a parameter of a helper to its default."""
    return passed_for(helper, name).passed_by is PassedBy.NOTHING


def _told(layer_class: LayerClass, helper: Inlined, name: str) -> DrawingRun:
    """A run of a helper as its caller runs it, but with the flag."""
    program = layer_class.cls.program
    run = DrawingRun(program, program.canonical(layer_class.cls.instance), drops)
    flag = PhaseValue((False, True, True) if name in OPPOSITE else (True, False, None), name)
    told = replace(helper.arguments, keywords={**helper.arguments.keywords, name: flag})
    try:
        run.apply(helper.callee, told, helper.node, Frame(None, helper.place.scope))
    except (TooComplex, RecursionError) as error:
        layer_class.module.give_up(helper.function, program.limit_of(error))
        run.draws.clear()
        run.events.clear()
    return run


def _only_in_training(run: DrawingRun, home: Scope, off: int) -> Iterator[str]:
    """What ran where the flag is True, and in none of some other lanes, for messages."""
    for draw in run.draws:
        if draw.lanes & TRUE_LANE and not draw.lanes & off:
            place = f" (line {draw.node.lineno})" if draw.module is home else ""
            yield f"`{ast.unparse(draw.node.func)}`{place}"
    for event in walk(run.events):
        if isinstance(event, LayerCall) and event.lanes & TRUE_LANE and not event.lanes & off:
            if event.flag.by_lane[0] in (True, Passed.ABSENT) and reaches_phase(event) and not event.inspected:
                yield placed_title(event)
