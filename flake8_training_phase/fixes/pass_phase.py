"""Passes the phase at calls of models that took it from a global learning phase before."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse
from flake8_training_phase.fixes.changes import AddArgument, Change

_SHOWN = 3


def phase_text(call: ast.Call) -> str | None:
    """How the phase that is set is written as a flag; None for what may be anything else, when it is used again."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if len(given) != 1 or any(keyword.arg != "value" for keyword in call.keywords):
        return None
    if isinstance(given[0], ast.Constant):
        return str(bool(given[0].value)) if given[0].value in (0, 1) else None
    return given[0].id if isinstance(given[0], ast.Name) else None


def is_told(calls: Iterable[ast.Call], text: str | None) -> bool:
    """Whether it is enough to change these calls: all others run in inference mode anyway."""
    return text == "False" or (text is not None and any(calls))


def pass_phase(calls: Iterable[ast.Call], text: str | None) -> list[Change] | None:
    """The changes that pass the phase at every call that has none; None where one of them cannot take it."""
    changes: list[Change] = []
    for call in calls:
        given = next((keyword.value for keyword in call.keywords if keyword.arg == "training"), None)
        if given is not None:
            # Where it is None, the phase that was set counts.
            if isinstance(given, ast.Constant) or text in ("False", ast.unparse(given)):
                continue
            return None
        hidden = any(keyword.arg is None for keyword in call.keywords)
        if text is None or hidden or len(call.args) != 1 or isinstance(call.args[0], ast.Starred):
            return None
        changes.append(AddArgument(call, "training", text))
    return changes


def advice(use: LegacyUse, calls: Iterable[ast.Call]) -> str:
    """What is wrong and what to do: ``does not exist in Keras 3. Pass `training=` to `model(…)` in line 7``."""
    private = use.path.startswith("tensorflow.python.")
    wrong = "sets a value that no public Keras reads" if private else "does not exist in Keras 3"
    return f"{wrong}. {_governed(calls, phase_text(use.node))}"


def _governed(calls: Iterable[ast.Call], text: str | None) -> str:
    without = [call for call in calls if not any(keyword.arg == "training" for keyword in call.keywords)]
    if not without:
        if text == "False":
            return "`predict()` already runs in inference mode; for `model(…)` pass `training=False`"
        told = "True" if text == "True" else "…"
        return f"`predict()` always runs in inference mode; call `model(x, training={told})` instead"
    shown = [f"`{ast.unparse(call.func)}(…)` in line {call.lineno}" for call in without[:_SHOWN]]
    more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
    return f"Pass `training=` to {', '.join(shown)}{more}"
