"""KTP205 layer-under-training-guard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.guards import Guarded, guards
from flake8_training_phase.analysis.queries.titles import short_title
from flake8_training_phase.analysis.queries.weights import has_weights
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.unguard import unguard
from flake8_training_phase.keras.misnamed import AMBIGUOUS
from flake8_training_phase.rules.rule import Rule, Violation

"""Names of the parameter that mean many things."""
_MEANT_FOR_TRAINING = re.compile(
    r"head|proj|aux|teacher|predict|classif|logit|contrast|augment|noise|mask|corrupt|perturb|quant|embed|decod|crop",
    re.IGNORECASE,
)
"""Names of layers that run only in training on purpose."""


class LayerUnderTrainingGuard(Rule):
    """A layer with weights is skipped outside training, so inference runs a different network from the one that was
    trained.

    ## What it does

    Reports a BatchNormalization, or any layer with weights, that runs only `if training`: under the `if`, in a
    conditional expression, in a function given to `tf.cond` or `keras.ops.cond`, or after `if not training: return x`,
    when its result takes the place of its input. Layers whose result goes elsewhere (an auxiliary head, a loss) are not
    reported, nor are those whose name says that they are made for training (a projection, a mask, a decoder), and those
    that another branch calls as well. Dropout and noise, which give back their input at inference, are covered by
    KTP206.

    ## What Keras does

    Exactly what the code says: in `predict()`, `evaluate()` and `model(x)` the layer does not run. BatchNormalization
    learns its moving statistics and they are never used: the layers after it were trained on normalised inputs and
    are given others. The flag decides how a layer runs; it must not decide whether it runs.

    ## Example

    ```python
    def call(self, x, training=None):
        x = self.dense(x)
        if training:
            x = self.norm(x, training=training)
        return self.out(x)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        x = self.dense(x)
        x = self.norm(x, training=training)
        return self.out(x)
    ```

    ## Fix safety

    Unsafe: the outputs at inference change, which is the point of it. The guard is taken away where it is
    `if training:` around one assignment, `… if training else x`, or `tf.cond` with two lambdas; other shapes have no
    fix.

    ## References

    - Keras 3.15.1, `layers/normalization/batch_normalization.py:276`
    - Keras 2.15, `layers/normalization/batch_normalization.py:598`
    - Measured: row 6c in docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The layers that inference leaves out."""
        for layer_class in module.layer_classes:
            if layer_class.cls.phase_parameter in AMBIGUOUS:
                continue
            for group in guards(layer_class):
                first = next((one for one in group if _has_weights(one)), None)
                if first is not None and not _is_meant(group):
                    plan = unguard(layer_class, group, "the outputs at inference change")
                    yield self.problem(first.event.node, _message(layer_class, first), layer_class.keras, plan)


def _has_weights(one: Guarded) -> bool:
    return any(has_weights(call.receiver) for call in one.calls)


def _is_meant(group: Sequence[Guarded]) -> bool:
    calls = [call for one in group for call in one.calls]
    if group[0].ends_the_call and not any(_is_normalisation(call) for call in calls):
        return True
    return any(_MEANT_FOR_TRAINING.search(call.name) for call in calls)


def _is_normalisation(call: LayerCall) -> bool:
    found = [one for one in members(call.receiver) if isinstance(one, Instance)]
    return any(one.type.name.endswith("BatchNormalization") for one in found)


def _message(layer_class: LayerClass, one: Guarded) -> str:
    call = next(call for call in one.calls if has_weights(call.receiver))
    where = "" if isinstance(one.event, LayerCall) else f", line {call.node.lineno}"
    return (
        f"`{call.name}` ({short_title(call.receiver)}{where}) is skipped in inference mode: `predict()` runs "
        f"`{layer_class.name}` without it. Call it in both modes"
    )


RULE = LayerUnderTrainingGuard()
