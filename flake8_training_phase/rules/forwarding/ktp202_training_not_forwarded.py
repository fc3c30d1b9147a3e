"""KTP202 training-not-forwarded."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.hosts import is_only_made_in_hosts
from flake8_training_phase.analysis.queries.layer_calls import consumes_training
from flake8_training_phase.analysis.queries.plain_functions import advice_to_pass, takes_flag
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.analysis.queries.unfilled_parameters import second_flags
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, FixPlan, Replace
from flake8_training_phase.fixes.plans import forward_where_taken
from flake8_training_phase.rules.forwarding.inverted_guards import idle_calls
from flake8_training_phase.rules.forwarding.jax_backend import is_for_jax, phase_on_jax
from flake8_training_phase.rules.forwarding.mixed_keras import loses_context
from flake8_training_phase.rules.rule import Rule, Violation

_EFFECTS = {False: "`fit()` runs it in inference mode", True: "`predict()` runs it in training mode"}


class TrainingNotForwarded(Rule):
    """A layer that behaves differently in training is called without `training`, although the flag is in scope.

    ## What it does

    Reports the call of a mode-dependent layer (Dropout, BatchNormalization, an LSTM with dropout, a layer or a
    `Sequential` of your own that runs one of these) that passes no `training` where the method has the flag. Elements
    of lists, loop variables and local aliases are followed. A layer that receives a second flag of `call` instead,
    which Keras never fills (KTP103), is a *bug*.

    ## What Keras does

    Keras 2 and Keras 3 both fall back to the *call context*: the flag of the enclosing layer. So the layer runs in the
    right mode today. That changes in three cases, in all of which an explicit flag works:

    - A layer that runs before it receives another flag: Keras 3 keeps one context for the whole call tree, and every
      explicit flag overwrites it (see KTP201).
    - The method is called directly (`layer.call(x)`).
    - The caller passes `training=None`, which clears the context from Keras 3.10 on.

    On JAX such a call in a *model* runs in the wrong mode today: `fit()` and `predict()` run the model's `call` without
    any context. In a module that imports `jax`, or sets `KERAS_BACKEND` to it, the finding is a *bug*, unless the model
    is only made inside others.

    The example shows it in an enclosing layer that freezes its backbone: in Keras 2 the block inherits the flag of the
    enclosing layer; in Keras 3 it inherits the `False` that was meant for the backbone.

    ## Example

    ```python
    def call(self, x, training=None):
        x = self.dense(x)
        return self.dropout(x)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        x = self.dense(x)
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe if the checker knows that a Keras layer is called: every Keras layer accepts `training`, even when its `call`
    does not name it (measured on Keras 2.15, tf_keras 2.21, Keras 3.3 and 3.15).

    Unsafe in these cases; the message of the fix gives the reason:

    - The callee may also be something unknown, which then has to accept `training`. That includes a parameter that is
      known to be a layer only by its default value; annotate it as a layer, and the fix is safe.
    - A subclass replaces the layer by a function, such as `self.drop = tf.identity`, which does not accept `training`.
    - The fix replaces a second flag by `training`. Callers that pass the second flag have to pass `training` instead.
    - The method is not run by `call` in this file. The default of its parameter takes precedence over the call context,
      so a caller that passes nothing would put the layer into inference mode. Pass `training` there too.
    - The layer is augmentation, which is on by default when the class is called outside a model. Passing on None or
      False would switch it off there.
    - The layer is called after code such as `if training is None: training = True`. Passing the flag on would put the
      layer into training mode when the model is called without a flag.

    There is no fix if the callee may be something that is known not to be a Keras layer, or if Keras does not pass the
    flag that is in scope (KTP103, KTP107): the call context holds the better value.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`, `_resolve_and_populate_arg`
    - Keras 2.15, `engine/base_layer.py:2626`, `_set_training_mode`
    - Keras 3.15.1, `backend/jax/trainer.py:56` and `layers/layer.py:1188`, `stateless_call`; measured with the tracer
    - Measured: rows 2a, 3d, 13a in docs/what-happens-to-training.md
    """

    severity = Severity.FRAGILE

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that could forward the flag and do not."""
        for_jax = is_for_jax(module)
        for layer_class in module.layer_classes:
            if hides_signature(layer_class.cls):
                continue  # Keras 3 does not fill the flag there.
            yield from self._given_another(layer_class)
            idle = set(idle_calls(layer_class))
            run_by_jax = for_jax and not is_only_made_in_hosts(layer_class.cls)
            for call in layer_class.layer_calls:
                forgotten = call.flag.absent and call.forwardable_name and consumes_training(call) and call not in idle
                # What is wrong today is another rule's to say.
                if forgotten and not _is_wrong_today(layer_class, call):
                    on_jax = phase_on_jax(layer_class, call) if run_by_jax else None
                    called, advice = (
                        f"{called_title(call)} is called without `training`",
                        advice_to_pass(layer_class, call, f"training={call.forwardable_name}"),
                    )
                    plan = forward_where_taken(layer_class, call)
                    if on_jax is None:
                        message = f"{called} and works only by inheriting the caller's mode. {advice}"
                        yield self.problem(call.node, message, layer_class.keras, plan)
                    else:
                        message = f"{called}: on JAX nothing is inherited, so {_EFFECTS[on_jax]}. {advice}"
                        yield self.problem(call.node, message, (3,), plan, severity=Severity.BUG)
            for call in layer_class.calls_in_other_methods:
                if call.flag.absent and call.forwardable_name and consumes_training(call):
                    message = (
                        f"{called_title(call)} is called without the `training` of the method: outside `call` it runs "
                        f"in inference mode. {advice_to_pass(layer_class, call, f'training={call.forwardable_name}')}"
                    )
                    yield self.problem(call.node, message, layer_class.keras, _in_method(layer_class, call))

    def _given_another(self, layer_class: LayerClass) -> Iterator[Violation]:
        """The layers that are given a second flag, which Keras never fills (KTP103)."""
        for found in second_flags(layer_class):
            for call in found.calls:
                flag = call.flag.node
                keras = tuple(one for one in layer_class.keras if found.flag is not None or one == 3)
                if flag is not None and keras:
                    message = (
                        f"{called_title(call)} receives `{found.argument.arg}`, which Keras never passes, although "
                        "`training` is in scope. Pass `training`"
                    )
                    caveat = f"callers that pass `{found.argument.arg}` have to pass `training` instead"
                    plan = FixPlan("Pass `training`", (Replace(flag, "training"),), caveat)
                    yield self.problem(flag, message, keras, plan, severity=Severity.BUG)


def _in_method(layer_class: LayerClass, call: LayerCall) -> FixPlan | None:
    """Pass the flag of the method: unsafe, as its default goes before the call context of who calls it without one."""
    if not takes_flag(layer_class, call):
        return None
    change = AddArgument(call.node, "training", "training")
    return FixPlan("Pass `training=training`", (change,), "callers of the method have to pass it too")


def _is_wrong_today(layer_class: LayerClass, call: LayerCall) -> bool:
    if layer_class.poisoned(call) or loses_context(layer_class, call):
        return True
    untold_model = layer_class.cls.is_model and layer_class.misnamed_flag is not None
    return untold_model and any(True for _ in layer_class.wrong(call))


RULE = TrainingNotForwarded()
