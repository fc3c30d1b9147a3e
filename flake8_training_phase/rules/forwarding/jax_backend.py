"""Models whose `fit()` makes no call context: those that JAX runs.

The trainer of Keras 3 for JAX runs `stateless_call`, which runs `call` itself and not the model
(`backend/jax/trainer.py:56` and `layers/layer.py:1188` in 3.15.1, the same from 3.0 on). So a layer that the model's
own `call` runs without a flag finds nothing in the context, whatever phase the model is in. Inside that layer things
are as everywhere.
"""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.hosts import is_only_made_in_hosts
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.generations import Passed

_VARIABLE = "KERAS_BACKEND"


def is_for_jax(module: CheckedModule) -> bool:
    """Whether a module is written for JAX: it imports it, or chooses it as the backend of Keras."""
    return "jax" in module.source.text and any(_names_jax(node) for node in nodes_in(module.tree))


def phase_on_jax(layer_class: LayerClass, call: LayerCall) -> bool | None:
    """The phase in which `fit()` and `predict()` run what a model calls without a flag; None when it is not known, or
    not wrong, and for a model that is only a block of others: these run it, and not its `call`.
    """
    if not call.flag.absent or not layer_class.cls.is_model or not reaches_phase(call):
        return None
    if is_only_made_in_hosts(layer_class.cls):
        return None
    flows = [layer_class.module.flow(one) for one in layer_class.generations if one.keras == 3]
    phases = {phase for flow in flows for phase in flow.in_context(None, call)}
    known = {bool(phase) for phase in phases}
    return known.pop() if len(known) == 1 and Passed.UNKNOWN not in phases else None


def _names_jax(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(one.name.partition(".")[0] == "jax" for one in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] == "jax"
    if isinstance(node, ast.Assign):
        return _is_jax(node.value) and any(_VARIABLE in ast.unparse(target) for target in node.targets)
    if isinstance(node, ast.Call) and any(map(_is_jax, node.args)):
        return any(word in ast.unparse(node) for word in (_VARIABLE, "set_backend"))
    return False


def _is_jax(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "jax"
