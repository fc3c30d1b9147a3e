"""Where the learning phase is an input of a graph: `K.function([…, K.learning_phase()], …)`, `feed_dict={…}`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse


@dataclass(frozen=True, slots=True)
class PhaseInput:
    """A learning phase that is fed."""

    function: ast.Call | None
    """The call of `K.function`, where it is in sight."""
    fed: ast.expr | None
    """The value it is fed with, where that is in sight."""


def phase_input(use: LegacyUse) -> PhaseInput | None:
    """What a learning phase is an input of; None when it is none."""
    parent = use.parents[0]
    if isinstance(parent, ast.Dict) and use.node in parent.keys:
        return PhaseInput(None, parent.values[parent.keys.index(use.node)])
    if isinstance(parent, ast.Subscript) and parent.slice is use.node and isinstance(parent.ctx, ast.Store):
        return PhaseInput(None, getattr(use.statement, "value", None))
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
        return PhaseInput(None, None) if parent.func.attr == "append" and parent.args == [use.node] else None
    return _in_list(use) if isinstance(parent, (ast.List, ast.Tuple)) else None


def _in_list(use: LegacyUse) -> PhaseInput | None:
    """The list it is in is an argument of `function`, or will be one under another name."""
    for parent in use.parents[1:]:
        if isinstance(parent, ast.Call):
            name = getattr(parent.func, "attr", getattr(parent.func, "id", ""))
            return PhaseInput(parent if name == "function" else None, None) if name in _TAKERS else None
        if isinstance(parent, (ast.Assign, ast.AugAssign)):
            return PhaseInput(None, None) if isinstance(use.parents[0], ast.List) else None
        if not isinstance(parent, (ast.BinOp, ast.keyword, ast.List, ast.Starred)):
            return None
    return None


_TAKERS = ("function", "Function", "gradients", "extend", "list")
