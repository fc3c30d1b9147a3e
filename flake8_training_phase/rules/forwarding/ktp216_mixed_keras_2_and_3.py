"""KTP216 mixed-keras-2-and-3."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.plain_functions import advice_to_pass, takes_flag
from flake8_training_phase.analysis.queries.titles import short_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan
from flake8_training_phase.fixes.plans import forward, take_and_forward
from flake8_training_phase.rules.forwarding.mixed_keras import loses_context
from flake8_training_phase.rules.rule import Rule, Violation


class MixedKeras2And3(Rule):
    """A `tf_keras` layer in a Keras 3 model, or the reverse, inherits no `training` and always runs in inference mode.

    ## What it does

    Reports the call of a mode-dependent layer of `tf_keras` in a layer or model of `keras`, or of `keras` in one of
    `tf_keras`, that passes no `training`. `keras` counts as Keras 3 where the module imports `tf_keras` too, each under
    its own name; `tf.keras` may be either, and is not reported.

    ## What Keras does

    A layer that receives no flag falls back to the call context. Each Keras has a context of its own: a `tf_keras`
    layer that a Keras 3 model calls finds nothing there, whatever the model was asked for, and runs in inference mode,
    in `fit()` and in `model(x, training=True)` alike. An explicit flag is an argument like any other and gets through.
    That puts only the flag right: Keras 3 does not track the weights of a `tf_keras` layer, so they are neither trained
    nor saved with the model.

    ## Example

    ```python
    import keras
    import tf_keras

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.dropout = tf_keras.layers.Dropout(0.5)

        def call(self, x, training=None):
            return self.dropout(x)
    ```

    Use instead:

    ```python
        def call(self, x, training=None):
            return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: the flag is passed explicitly. When `call` has no `training` yet, the parameter is added.

    ## References

    - Keras 3.15.1, `layers/layer.py:1691` (the context of Keras 3)
    - tf_keras 2.21, `src/engine/base_layer_utils.py:505` (the context of Keras 2)
    - Measured: row E30 in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("tf_keras",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls of layers that find nothing in the context."""
        for layer_class in module.layer_classes:
            for call in layer_class.layer_calls:
                if layer_class.keras and loses_context(layer_class, call):
                    message = _message(layer_class, call)
                    yield self.problem(call.node, message, layer_class.keras, _plan(layer_class, call))


def _message(layer_class: LayerClass, call: LayerCall) -> str:
    host, layer = ("Keras 3", "tf_keras") if 3 in layer_class.keras else ("tf_keras", "Keras 3")
    advice = advice_to_pass(layer_class, call, f"training={call.forwardable_name or 'training'}")
    return (
        f"`{call.name}` ({layer} {short_title(call.receiver)}) inherits nothing from `{layer_class.name}` ({host}), "
        f"so it always runs in inference mode. {advice}"
    )


def _plan(layer_class: LayerClass, call: LayerCall) -> FixPlan | None:
    if not takes_flag(layer_class, call):
        return None
    if call.forwardable_name:
        return forward(layer_class, call)
    if call.place.is_call_method and not layer_class.cls.accepts_training:
        return take_and_forward(layer_class, layer_class.layer_calls)
    return None


RULE = MixedKeras2And3()
