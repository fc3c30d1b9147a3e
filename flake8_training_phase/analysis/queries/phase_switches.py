"""Where a module chooses between two values by the learning phase."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flake8_training_phase.analysis.domain.values import External, members
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.analysis.syntax.definitions import given_for
from flake8_training_phase.keras.legacy import PHASE_READS, PHASE_SWITCHES
from flake8_training_phase.keras.names import is_backend_function

if TYPE_CHECKING:
    from flake8_training_phase.analysis.queries.checked_module import CheckedModule

_PARAMETERS = {
    "in_train_phase": ("x", "alt", "training"),
    "in_test_phase": ("x", "alt", "training"),
    "smart_cond": ("pred", "true_fn", "false_fn", "name"),
    "switch": ("condition", "then_expression", "else_expression"),
}


@dataclass(frozen=True, slots=True)
class PhaseSwitch:
    """One choice by the learning phase."""

    use: LegacyUse
    """Its `node` is the call that chooses."""
    first: ast.expr | None
    """What it gives in training; None when it is unclear which argument that is."""
    second: ast.expr | None
    """What it gives in inference mode."""
    flag: ast.expr | None
    """The phase it receives; None when it asks the learning phase."""
    reads_phase: bool
    """It receives `learning_phase()`, which is 0 inside `call` whatever the phase is."""
    calls_both: bool
    """Both are functions, whatever they look like."""

    @property
    def chosen(self) -> ast.expr | None:
        """What it always gives, because the phase it receives is a literal."""
        if not isinstance(self.flag, ast.Constant) or self.flag.value not in (0, 1):
            return None
        return self.first if self.flag.value else self.second


def phase_switches(module: CheckedModule) -> tuple[PhaseSwitch, ...]:
    """Every choice by the learning phase in a module."""
    return module.once(_phase_switches)


def _phase_switches(module: CheckedModule) -> tuple[PhaseSwitch, ...]:
    return tuple(_switches(module))


def _switches(module: CheckedModule) -> Iterator[PhaseSwitch]:
    read = {use.node for use in legacy_uses(module, PHASE_READS)}
    for use in legacy_uses(module, PHASE_SWITCHES):
        given = _given(use.node, use.name)
        flag = given.get("training")
        reads = isinstance(flag, ast.Call) and flag in read
        told = None if reads or (isinstance(flag, ast.Constant) and flag.value is None) else flag
        chosen = (given.get("x"), given.get("alt"))
        first, second = chosen if use.name == "in_train_phase" else chosen[::-1]
        yield PhaseSwitch(use, first, second, told, reads, calls_both=False)
    for use in legacy_uses(module, PHASE_READS):
        found = _condition_of(use)
        if found is not None:
            call, name = found
            _, first_name, second_name = _PARAMETERS[name][:3]
            given = _given(call, name)
            around = replace(use, node=call, name=name, parents=use.parents[use.parents.index(call) + 1 :])
            chosen = (given.get(first_name), given.get(second_name))
            yield PhaseSwitch(around, *chosen, None, reads_phase=True, calls_both=name == "smart_cond")


def is_in_switch(use: LegacyUse) -> bool:
    """Whether a read of the learning phase only decides a choice."""
    return _condition_of(use) is not None or _flag_of_switch(use)


def _given(call: ast.Call, name: str) -> dict[str, ast.expr]:
    """The arguments by parameter name; none when not all are known, or there are too many."""
    names = _PARAMETERS[name]
    keywords = {keyword.arg for keyword in call.keywords}
    hidden = None in keywords or any(isinstance(one, ast.Starred) for one in call.args)
    if hidden or len(call.args) > len(names) or not keywords <= set(names):
        return {}
    return given_for(names, call)


def _condition_of(use: LegacyUse) -> tuple[ast.Call, str] | None:
    """The `smart_cond` or `switch` whose condition a read is, and which of the two."""
    call = _call_around(use)
    if call is None or use.name == "global_learning_phase_is_set":
        return None
    for value in members(use.value_of(call.func)):
        path = value.path if isinstance(value, External) else ""
        name = path.rpartition(".")[2]
        known = name == "smart_cond" or (name == "switch" and is_backend_function(path, name))
        if known and _given(call, name).get(_PARAMETERS[name][0]) is use.node:
            return call, name
    return None


def _flag_of_switch(use: LegacyUse) -> bool:
    call = _call_around(use)
    name = "" if call is None else getattr(call.func, "attr", getattr(call.func, "id", ""))
    return call is not None and name in PHASE_SWITCHES and _given(call, name).get("training") is use.node


def _call_around(use: LegacyUse) -> ast.Call | None:
    """The call that a read is an argument of."""
    parents = iter(use.parents)
    around = next(parents)
    if isinstance(around, ast.keyword):
        around = next(parents)
    return around if isinstance(around, ast.Call) and around.func is not use.node else None
