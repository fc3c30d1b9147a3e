"""KTP206 redundant-training-guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.guards import Guarded, guards
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.analysis.queries.weights import is_identity_at_inference
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.unguard import unguard
from flake8_training_phase.rules.rule import Rule, Violation


class RedundantTrainingGuard(Rule):
    """`if training:` around Dropout is redundant: the layer is already a no-op in inference mode.

    ## What it does

    Reports Dropout, noise and random augmentation layers that run only `if training`. Off by default: the code does
    what it says. Layers with weights under such a guard are covered by KTP205; layers that also do something at
    inference, such as `RandomCrop`, are not reported.

    ## What Keras does

    These layers return their input unchanged when `training` is False, so the guard adds nothing. It takes something
    away: an `if` needs a Python value, or AutoGraph, which Keras 3 only applies under TensorFlow; a functional model
    keeps the branch that was taken when it was built.

    ## Example

    ```python
    def call(self, x, training=None):
        if training:
            x = self.dropout(x, training=training)
        return self.out(x)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        x = self.dropout(x, training=training)
        return self.out(x)
    ```

    ## Fix safety

    Safe: the layer is first given the flag, then the guard goes. It is offered for `if training:` around one
    assignment, and for `… if training else x`, where only such layers are guarded.

    ## References

    - Keras 3.15.1, `layers/regularization/dropout.py:71`
    - Keras 2.15, `layers/regularization/dropout.py:108`
    - Measured: row 6a in docs/what-happens-to-training.md
    """

    severity = Severity.FRAGILE
    on_by_default = False

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The guards around layers that need none."""
        for layer_class in module.layer_classes:
            for group in guards(layer_class):
                if all(_is_identity(one) for one in group):
                    plan = unguard(layer_class, group) if group[0].is_all_there_is else None
                    yield self.problem(group[0].event.node, _message(group), layer_class.keras, plan)


def _is_identity(one: Guarded) -> bool:
    return all(is_identity_at_inference(call.receiver) for call in one.calls)


def _message(group: Sequence[Guarded]) -> str:
    called = called_title(next(call for one in group for call in one.calls))
    return f"{called} already does nothing in inference mode: `if training` is redundant. Pass `training` to it"


RULE = RedundantTrainingGuard()
