"""Whether `fit` runs the `call` of a model that has a training step of its own."""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.domain.arguments import parameter_names
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.syntax.walking import nodes_in

_FORWARD = frozenset({"call", "__call__"})


def fit_runs_call(cls: UserClass) -> bool:
    """Whether `fit` may run the `call` of a model: the step of a GAN trains its parts, and leaves it to prediction."""
    step = cls.find_method("train_step")
    return not isinstance(step, Method) or _may_run_itself(step, cls, set())


def _may_run_itself(method: Method, cls: UserClass, seen: set[ast.AST]) -> bool:
    """Whether a method calls its object, hands it to something, or leaves the step to a base class."""
    own = parameter_names(method.node)[:1]
    nodes = list(nodes_in(method.node))
    seen.add(method.node)
    asked = [node for node in nodes if isinstance(node, ast.Attribute) and _is_name(node.value, own)]
    bases = {node.value for node in asked}
    for node in nodes:
        if _is_name(node, ["super"]) or (_is_name(node, own) and node not in bases):
            return True
    helpers = [cls.find_method(name) for name in {node.attr for node in asked}]
    return any(node.attr in _FORWARD for node in asked) or any(
        isinstance(one, Method) and one.node not in seen and _may_run_itself(one, cls, seen) for one in helpers
    )


def _is_name(node: ast.AST, names: list[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names
