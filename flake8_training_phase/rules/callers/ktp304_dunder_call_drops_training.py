"""KTP304 dunder-call-drops-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.entries.outer_calls import has_outer_calls
from flake8_training_phase.analysis.phase.dependence import Dependence, class_dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.class_call_sites import call_sites
from flake8_training_phase.analysis.queries.dunder_calls import is_super_dunder_call
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules.rule import Rule, Violation


class DunderCallDropsTraining(Rule):
    """A layer overrides `__call__`, takes `training` there, and does not pass it on.

    ## What it does

    Reports a `__call__` of a layer or model that has a parameter `training` and calls `super().__call__(…)` without it,
    when the class runs layers that behave differently in training. A layer that this module calls only inside other
    layers is not reported: there it finds the mode in the call context. One that is not called here is *fragile*.

    ## What Keras does

    `__call__` is where Keras resolves the flag. What an override keeps to itself, Keras never sees: where the layer is
    the outermost one, `fit()` and `model(x, training=True)` run in inference mode, in Keras 2 and Keras 3.

    ## Example

    ```python
    def __call__(self, x, training=None):
        return super().__call__(self.prepare(x))
    ```

    Use instead:

    ```python
    def __call__(self, x, training=None):
        return super().__call__(self.prepare(x), training=training)
    ```

    ## Fix safety

    There is no fix: an override of `__call__` has reasons of its own.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`; Keras 2.15, `engine/base_layer.py:1091`
    - Measured: row 20g in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("__call__",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The overrides that keep the flag."""
        for layer_class in module.layer_classes:
            override = layer_class.cls.methods.get("__call__")
            if override is None or parameter(override, "training") is None:
                continue
            if class_dependence(layer_class.cls) is not Dependence.YES:
                continue
            calls = [node for node in nodes_in(override) if isinstance(node, ast.Call) and is_super_dunder_call(node)]
            for call in calls:
                if not any(keyword.arg in ("training", None) for keyword in call.keywords) and len(call.args) < 2:
                    is_outermost = has_outer_calls(layer_class)
                    # What runs only inside other layers finds the phase in the context.
                    if not is_outermost and any(call_sites(layer_class)):
                        continue
                    start = f"`{layer_class.name}.__call__` does not pass `training` to `super().__call__`"
                    advice = "Pass `training=training`"
                    if is_outermost or layer_class.cls.is_model:
                        message = f"{start}: its layers always run in inference mode. {advice}"
                        yield self.problem(call, message, layer_class.keras)
                    else:
                        message = f"{start}: its layers only inherit the mode of an enclosing model. {advice}"
                        yield self.problem(call, message, layer_class.keras, severity=Severity.FRAGILE)


RULE = DunderCallDropsTraining()
