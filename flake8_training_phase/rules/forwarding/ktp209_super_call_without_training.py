"""KTP209 super-call-without-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, Inlined
from flake8_training_phase.analysis.domain.values import Value
from flake8_training_phase.analysis.phase.dependence import Dependence, parent_dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, majors
from flake8_training_phase.analysis.queries.super_calls import refused_elsewhere, refused_here
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, Change, FixPlan
from flake8_training_phase.fixes.parameter import add_parameter
from flake8_training_phase.fixes.plans import caveat_of_default, knows_phase
from flake8_training_phase.keras.catalogue import BARE_NAMES
from flake8_training_phase.keras.generations import Generation
from flake8_training_phase.rules.forwarding.filled_models import layers_given, off_by_default
from flake8_training_phase.rules.rule import Rule, Violation


class SuperCallWithoutTraining(Rule):
    """`super().call(x)` does not pass `training` to a parent that takes it.

    ## What it does

    Reports `super().call(…)` without the flag, when the `call` of the parent, a layer of Keras or a class of yours,
    takes `training` and runs in the wrong mode without it; and `self._compute_attention(…)` without it in a subclass of
    an attention layer that does the parts of the call by itself.

    ## What Keras does

    `super().call` is a plain method call: Keras does not intercept it and fills nothing in. The parent runs with the
    default of its own signature. For `Dropout`, `BatchNormalization` and the like that means inference, always and in
    every version of Keras; for a parent of yours with `training=False` as well. With `training=None` that the parent
    forwards, Keras 2 and Keras 3 up to 3.9 still find the flag in the call context, while Keras 3.10 and later take the
    None as the value. So it is with the dropout inside `MultiHeadAttention`.

    A subclass of `Sequential`, or of `Model` with a graph, runs the layers that it was given. Without a flag Keras 3 up
    to 3.15 runs each with its own default: Dropout and noise with False, also in `fit()`, while BatchNormalization,
    whose default is None, finds the flag of the context and is right. What it holds is taken from where it is made.

    ## Example

    ```python
    class ScaledDropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            return super().call(inputs) * 0.5
    ```

    Use instead:

    ```python
    class ScaledDropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            return super().call(inputs, training=training) * 0.5
    ```

    ## Fix safety

    Safe: the parent takes the parameter, and so does every other `call` that this `super()` reaches in a subclass that
    is known, in this file or in one that imports it. Where one does not take it there is no fix: a mixin that comes
    before Dropout in one class and before Dense in another, whose `call` takes no `training` in Keras 2, would raise.
    When `call` itself has no `training`, it is added. Unsafe where `training` defaults to True, which a call without
    the flag would then run the parent with (KTP104).

    ## References

    - Keras 3.15.1, `layers/layer.py:1065` (an explicit None is the value; 3.10 and later)
    - Keras 2.15, `layers/regularization/dropout.py:108`, `layers/normalization/batch_normalization.py:1308`
    - Measured: rows 14a, 14s, 14t, 22x, 22y in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("super(", "._compute_attention(")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls of a parent that lose the flag."""
        for layer_class in module.layer_classes:
            for event in layer_class.events:
                severity = self.severity
                if isinstance(event, DirectKerasCall) and _is_super_call(event.node):
                    misled = _misled_by_default(layer_class, event)
                    if misled and parent_dependence(event) is Dependence.MAYBE:
                        given = layers_given(layer_class, event)
                        severity = Severity.BUG if given else Severity.FRAGILE
                        misled = _misled_graph(layer_class, given) if given else () if _is_bare(event) else misled
                elif isinstance(event, Inlined) and event.is_super_call:
                    misled = _misled_parent(layer_class, event)
                else:
                    continue
                if misled:
                    message, plan = _message(layer_class, event, misled), _plan(layer_class, event)
                    yield self.problem(event.node, message, majors(misled), plan, severity=severity)


def _is_super_call(node: ast.Call) -> bool:
    """Whether it is `super().call(…)`, or a method that does a part of it: `self._compute_attention(…)`."""
    return isinstance(node.func, ast.Attribute) and (isinstance(node.func.value, ast.Call) or node.func.attr != "call")


def _is_bare(event: DirectKerasCall) -> bool:
    """Whether the parent is one of the base classes of all layers, or a model without a known graph: neither has a
    `call` with a default to keep.
    """
    on = event.receiver
    has_graph = isinstance(on.type, UserClass) and bool(on.type.base_contents(on))
    return event.parent in BARE_NAMES and not has_graph


def _misled_by_default(layer_class: LayerClass, event: DirectKerasCall) -> tuple[Generation, ...]:
    known = parent_dependence(event)
    # Whether an attention layer has a dropout may be for the caller to say; who takes the flag means it.
    if not event.flag.absent or known is Dependence.NO or (known is Dependence.MAYBE and not event.forwardable_name):
        return ()
    return layer_class.misled([event])


def _misled_graph(layer_class: LayerClass, given: Sequence[Value]) -> tuple[Generation, ...]:
    """The generations under which a graph that is run without a flag leaves one of its layers to a default of False."""
    if not any(off_by_default(one) for one in given):
        return ()
    return tuple(one for one in layer_class.generations if one.shared_context and one.graph_forwards_flag)


def _misled_parent(layer_class: LayerClass, event: Inlined) -> tuple[Generation, ...]:
    """The generations of Keras under which a parent's `call` runs something wrongly for want of the flag."""
    function = event.function
    if isinstance(function, ast.Lambda) or function.name != "call" or not event.flag.absent:
        return ()
    if parameter(function, "training") is None:
        return ()
    return layer_class.misled_by_default(event)


def _message(layer_class: LayerClass, event: Inlined | DirectKerasCall, misled: Sequence[Generation]) -> str:
    owner, function = event.place.owner, event.node.func
    refused = refused_here(layer_class.module, owner) if owner is not None else None
    passed = f"`training={event.forwardable_name or 'training'}`"
    advice = f"Pass {passed}" if refused is None else f"Pass it unless `self` is a `{refused.name}`"
    return (
        f"`{ast.unparse(function)}` receives no `training`: `{event.parent}.{last_name(function)}` keeps its own "
        f"default in every mode in {layer_class.title(misled)}. {advice}"
    )


def _plan(layer_class: LayerClass, event: Inlined | DirectKerasCall) -> FixPlan | None:
    owner = event.place.owner
    if owner is None or refused_here(layer_class.module, owner) or refused_elsewhere(layer_class.module, owner):
        return None
    if event.forwardable_name and knows_phase(layer_class, event.place):
        argument = AddArgument(event.node, "training", event.forwardable_name)
        return FixPlan(f"Pass `training={event.forwardable_name}`", (argument,), caveat_of_default(event.place))
    if not event.place.is_call_method or not layer_class.can_take_training or layer_class.misnamed_flag:
        return None
    changes: tuple[Change, ...] = (*add_parameter(layer_class), AddArgument(event.node, "training", "training"))
    return FixPlan("Add `training=None` to `call` and pass it on", changes)


RULE = SuperCallWithoutTraining()
