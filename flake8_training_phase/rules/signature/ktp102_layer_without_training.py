"""KTP102 layer-without-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.queries.augmentation import only_augments
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, majors
from flake8_training_phase.analysis.queries.class_call_sites import call_sites
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.analysis.queries.told_helpers import UntoldHelper, untold_helper
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.plans import take_and_forward, take_and_tell
from flake8_training_phase.rules.rule import Rule, Violation


class LayerWithoutTraining(Rule):
    """The `call` of a layer has no `training` parameter, although it runs layers that need the flag.

    ## What it does

    Reports a `keras.layers.Layer` subclass whose `call` has no parameter named `training`, and runs a layer that
    behaves differently in training without giving it a flag, or leaves it to a helper whose own `training` has a
    default.

    ## What Keras does

    The layers inside find the flag in the call context, so the layer works in a functional model, in a `Sequential`,
    and in any model that has the flag itself. It is right only as long as each of them is: in Keras 3 an enclosing
    layer without `training` (KTP101) or a sibling that writes another flag (KTP201) changes what it finds, and from
    Keras 3.1 to 3.9 a flag that the enclosing layer does pass, `self.block(x, training=training)`, is dropped before
    it gets here.

    A helper `_block(self, x, training=None)` that passes its parameter on is worse than one without: nothing fills it,
    and what it runs is in inference mode in `fit()`, with the default `None` in Keras 3.10 and later, with `False` in
    every version of Keras. That is reported as a bug.

    In the example the enclosing layer freezes the norm before the block. In Keras 2 the block still trains; in Keras 3
    it inherits `False`.

    ## Example

    ```python
    class Block(keras.layers.Layer):
        def call(self, x):
            return self.dropout(x)
    ```

    Use instead:

    ```python
    class Block(keras.layers.Layer):
        def call(self, x, training=None):
            return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: see KTP101. A layer that only augments gets `training=True` as its default, like Keras's own `Random*` layers:
    with None it would do nothing outside a model, as in `Dataset.map`. Such a layer is reported only if another layer
    of the module calls it.

    Unsafe, with the reason in the text of the fix, in these cases:

    - `call` has nothing to pass the parameter to yet: the layers are run by a public helper (see KTP210), or by a layer
      that does not take the flag itself.
    - A layer that runs in the right mode today would not afterwards: augmentation among other layers, which None
      switches off outside a model, and the cases of KTP101.

    ## References

    - Keras 3.15.1, `layers/layer.py:1872` (a flag for a layer without the parameter becomes context; 3.10 and later)
    - Keras 2.15, `engine/base_layer.py:2666`
    - Measured: rows 1b, 1c, 1e, 7e in docs/what-happens-to-training.md; row E43 in docs/keras-versions.md
    """

    severity = Severity.FRAGILE

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The layers that leave the flag to the context."""
        for layer_class in module.layer_classes:
            cls = layer_class.cls
            if cls.is_model or layer_class.call is None or cls.phase_parameter is not None:
                continue
            needy = next((call for call in layer_class.layer_calls if call.flag.absent and reaches_phase(call)), None)
            if needy is not None:
                if only_augments(layer_class) and not any(True for _ in call_sites(layer_class)):
                    continue  # Mapped over a dataset it is right, and no model is seen to run it.
                message = in_host_message(layer_class, needy)
                plan = take_and_forward(layer_class, layer_class.layer_calls)
                related = module.related(needy, "this layer is called without `training`")
                yield self.problem(layer_class.call, message, layer_class.keras, plan, related=related)
            elif (untold := untold_helper(layer_class)) is not None:
                yield untold_problem(self, layer_class, untold)


def in_host_message(layer_class: LayerClass, call: LayerCall) -> str:
    """The message for a class that runs a layer in the call context of the enclosing one."""
    what = placed_title(call, layer_class.module.scope)
    return (
        f"{layer_class.call_title} takes no `training`: {what} works only by inheriting the caller's mode. "
        f"Add `training={only_augments(layer_class) or None}`"
    )


def untold_problem(rule: Rule, layer_class: LayerClass, untold: UntoldHelper) -> Violation:
    """What is wrong with a class that has no flag to pass to a helper."""
    message = (
        f"{layer_class.call_title} has no `training` to pass to `{ast.unparse(untold.helper.node.func)}`, so "
        f"{untold.effect}. Add `training=None`"
    )
    plan = take_and_tell(layer_class, [untold.helper]) if untold.flag == "training" else None
    related = None
    if untold.call is not None:
        related = layer_class.module.related(untold.call, "this layer is called without `training`")
    node = layer_class.call or layer_class.cls.node
    return rule.problem(node, message, majors(untold.generations), plan, severity=Severity.BUG, related=related)


RULE = LayerWithoutTraining()
