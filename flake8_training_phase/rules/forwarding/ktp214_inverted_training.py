"""KTP214 inverted-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import FunctionNode
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, concerned, majors
from flake8_training_phase.analysis.queries.functional_calls import FunctionalCall
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, Replace
from flake8_training_phase.rules.forwarding.inverted_guards import guard_of, idle_calls, inverted_drops
from flake8_training_phase.rules.rule import Rule, Violation

_CAVEAT = "the layer does the opposite of what it did"


class InvertedTraining(Rule):
    """A layer receives the opposite of the requested mode: `training=not training`.

    ## What it does

    Reports the call of a mode-dependent layer, or of `super().call`, whose flag is False when `training` is True, and
    True when it is False. A dropout or noise layer that runs only under `if not training:`, in its `else` or after
    `if training: return x`, and nowhere in training, is reported too: it never does anything. So is a dropout function
    there, such as `tf.nn.dropout`, and dropout written by hand, which drop in `predict()` and never in `fit()`.

    ## What Keras does

    Exactly what it is asked to: Dropout is active in `predict()` and disabled in `fit()`, BatchNormalization learns its
    statistics while it predicts.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=not training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Unsafe: the layer does the opposite of what it did. The fix removes `not` when it is written in the argument, or in
    a guard around that one call; if the value was inverted earlier and stored in a variable, or the guard covers more,
    no fix is offered.

    ## References

    - Measured: row 22o in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("training",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that are given the opposite phase."""
        for layer_class in module.layer_classes:
            for event in layer_class.events:
                if not isinstance(event, (LayerCall, DirectKerasCall)) or not _is_inverted(event):
                    continue
                keras = majors(concerned(layer_class.local_mismatches(event)))
                if keras:
                    node = event.flag.node or event.node
                    yield self.problem(node, _message(layer_class, event), keras, _plan(event))
            for call in idle_calls(layer_class):
                plan = _turn(call.node, call.place.function)
                yield self.problem(call.node, _idle_message(layer_class, call), layer_class.keras, plan)
            for drop in inverted_drops(layer_class):
                # A helper may be right for others that use it.
                plan = _turn(drop.node, drop.function) if drop.function is layer_class.call else None
                yield self.problem(drop.node, _drop_message(layer_class, drop), layer_class.keras, plan)


def _is_inverted(event: LayerCall | DirectKerasCall) -> bool:
    flag = event.flag
    return flag.parameter == "training" and flag.by_lane[0] is False and flag.by_lane[1] is True


def _message(layer_class: LayerClass, event: LayerCall | DirectKerasCall) -> str:
    if isinstance(event, DirectKerasCall):
        called = f"`{event.parent}.call`"
    else:
        called = called_title(event)
    return (
        f"{called} in `{layer_class.name}` receives the opposite of `training`: inference mode in `fit()`, "
        f"training mode in `predict()`. Pass `training`"
    )


def _plan(event: LayerCall | DirectKerasCall) -> FixPlan | None:
    node = event.flag.node
    if not isinstance(node, ast.UnaryOp) or not isinstance(node.op, ast.Not) or not isinstance(node.operand, ast.Name):
        return None
    change = Replace(node, node.operand.id)
    return FixPlan(f"Pass `{node.operand.id}` itself", (change,), _CAVEAT)


def _idle_message(layer_class: LayerClass, call: LayerCall) -> str:
    return (
        f"{called_title(call)} in `{layer_class.name}` runs only where `training` is false, where it does nothing: the "
        "guard is inverted. Write `if training`"
    )


def _drop_message(layer_class: LayerClass, call: FunctionalCall) -> str:
    what = f"`{ast.unparse(call.node.func)}` in `{layer_class.name}` drops in `predict()` and never in `fit()`"
    if call.function is not layer_class.call:
        return f"{what}: `training` is inverted on the way to it"
    return f"{what}: the guard is inverted. Write `if training`"


def _turn(call: ast.Call, function: FunctionNode | None) -> FixPlan | None:
    """Let the guard around a call ask for training."""
    guard = guard_of(call, function)
    if guard is None or not isinstance(guard.operand, ast.Name):
        return None
    return FixPlan(f"Test `{guard.operand.id}` itself", (Replace(guard, guard.operand.id),), _CAVEAT)


RULE = InvertedTraining()
