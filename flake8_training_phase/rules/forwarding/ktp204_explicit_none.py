"""KTP204 explicit-none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.events import LayerCall, PassedBy
from flake8_training_phase.analysis.domain.values import TRUE_LANE
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, concerned, majors
from flake8_training_phase.analysis.queries.layer_calls import consumes_training, reaches_phase
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import DropArgument, FixPlan, Replace
from flake8_training_phase.fixes.plans import caveat_of_default, knows_phase
from flake8_training_phase.rules.rule import Rule, Violation


class ExplicitNone(Rule):
    """A layer is called with `training=None`. Since Keras 3.10 an explicit `None` means inference mode, not "inherit".

    ## What it does

    Reports the call of a mode-dependent layer that passes a literal None, or a name that is always None there. It is
    fragile where the layer takes the flag and its use of it is unknown.

    ## What Keras does

    Keras 2, and Keras 3 up to 3.9, treat None as missing and fall back to the call context. From 3.10 on None is the
    value: the layer runs in inference mode, whatever the enclosing layer received, and the context is empty for the
    layers that are called after it without a flag. A layer whose `call` has no parameter `training` hands the None on
    to its own layers in Keras 2 as well.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=None)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe where the flag is in scope: it takes the place of the None. Elsewhere the argument is dropped, so that the
    layer looks into the call context; that is unsafe, because the context may hold another one than you intend.

    Unsafe, with the reason in its text, where a layer runs in the right mode today and would not afterwards:
    augmentation (see KTP202), and a class whose caller passes a literal `training=True`, which the None hides from its
    layers today.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`, `_resolve_and_populate_arg`
    - Keras 2.15, `engine/base_layer.py:2648`
    - Measured: row 22c in docs/what-happens-to-training.md and in docs/keras-versions.md
    """

    severity = Severity.BUG
    words = ("None",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that pass None."""
        for layer_class in module.layer_classes:
            for call in layer_class.layer_calls:
                if _passes_none(call):
                    yield from self._problems(layer_class, call)

    def _problems(self, layer_class: LayerClass, call: LayerCall) -> Iterator[Violation]:
        hit = concerned(layer_class.local_mismatches(call))
        severity = self.severity
        if not hit and not reaches_phase(call) and consumes_training(call):
            hit = tuple(one for one in layer_class.generations if one.explicit_none_clears_context)
            severity = Severity.FRAGILE
        if hit:
            node, message = call.flag.node or call.node, _message(call, layer_class.title(hit))
            yield self.problem(node, message, majors(hit), _plan(layer_class, call), severity=severity)


def _passes_none(call: LayerCall) -> bool:
    flag = call.flag
    if flag.passed_by is not PassedBy.KEYWORD or flag.by_lane != (None, None, None) or not call.lanes & TRUE_LANE:
        return False
    if not isinstance(flag.node, (ast.Constant, ast.Name)):
        return False  # An attribute may be set by other code.
    # A helper that was not given the flag has the None from its own signature: KTP210 covers that.
    function = call.place.function
    return not (isinstance(flag.node, ast.Name) and function is not None and parameter(function, flag.node.id))


def _message(call: LayerCall, keras: str) -> str:
    advice = (
        f"Pass `training={call.forwardable_name}`" if call.forwardable_name is not None else "Leave the argument out"
    )
    return f"{called_title(call)} receives `training=None`, which means inference mode in {keras}. {advice}"


def _plan(layer_class: LayerClass, call: LayerCall) -> FixPlan | None:
    node = call.flag.node
    keyword = next((one for one in call.node.keywords if one.value is node), None)
    if node is None or keyword is None or keyword.arg is None:
        return None
    if call.forwardable_name is not None:
        if not knows_phase(layer_class, call.place):
            return None
        change = Replace(node, call.forwardable_name)
        return FixPlan(f"Pass `{call.forwardable_name}`", (change,), caveat_of_default(call.place))
    caveat = "the flag then comes from the call context, which may hold another one than you intend"
    return FixPlan("Leave out `training=None`", (DropArgument(call.node, keyword.arg),), caveat)


RULE = ExplicitNone()
