"""KTP106 training-from-kwargs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.events import (
    DirectKerasCall,
    Inlined,
    LayerCall,
    PassedBy,
    PhaseTest,
    called,
    walk,
)
from flake8_training_phase.analysis.domain.values import UNKNOWN, Constant, members
from flake8_training_phase.analysis.phase.dependence import Dependence, parent_dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.dunder_calls import is_left_to_keras
from flake8_training_phase.analysis.queries.kwargs_uses import KwargsUses, kwargs_uses
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.name_parameter import defaults_to_inference, name_parameter
from flake8_training_phase.rules.rule import Rule, Violation

_Event = LayerCall | Inlined | DirectKerasCall | PhaseTest


class TrainingFromKwargs(Rule):
    """`call` looks for `training` in its `**kwargs`, where Keras 3 never puts it.

    ## What it does

    Reports a `call` without a parameter `training` that reads the flag from its `**kwargs` and gives it to a
    mode-dependent layer or branches on it; one that hands `**kwargs` to `super().call`, which takes the flag; and the
    `call` of a model that hands `**kwargs` to a mode-dependent layer. A layer that does so is *fragile*, and so is a
    model that hands them to an unknown attribute.

    ## What Keras does

    Keras 2 passes the flag to a `call` that takes `**kwargs`. Keras 3 passes it only to one that names it, and from
    3.10 on also takes it out of the arguments of a caller who passes it: `kwargs.get("training")` is None in
    `fit()`, and `kwargs["training"]` is a KeyError. A layer that only hands `**kwargs` to its layers is right as
    long as these find the flag in the call context; in a model there is none.

    ## Example

    ```python
    def call(self, x, **kwargs):
        return self.dropout(x, training=kwargs.get("training"))
    ```

    Use instead:

    ```python
    def call(self, x, training=None, **kwargs):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe when the `**kwargs` are not handed on. Unsafe when they are: they lose the flag, which is passed beside them.
    Unsafe too when a layer is given the flag by position, which Keras 3 refuses as soon as there is one (KTP203). No
    fix is offered when something else is done with the `**kwargs`. Code that first tests whether the flag is in there
    is not reported.

    ## References

    - Keras 3.15.1, `layers/layer.py:317`, `layers/layer.py:1065`
    - Keras 2.15, `engine/base_layer.py:2626`
    - Measured: rows 14f, 14g in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("**",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The `call` methods that look for the flag in their `**kwargs`."""
        for layer_class in module.layer_classes:
            uses = _uses(layer_class)
            if uses is None or layer_class.call is None or layer_class.call.args.kwarg is None:
                continue
            hit = next((event for event in layer_class.events if _misled(layer_class, event, uses)), None)
            if hit is not None:
                plan = name_parameter(layer_class, uses)
                if isinstance(hit, LayerCall) and not layer_class.cls.is_model and hit.node in uses.forwards:
                    message = _message(layer_class, f"{placed_title(hit)} works only by inheriting it")
                    severity = Severity.FRAGILE
                else:
                    message = _message(layer_class, _consequence(hit, uses))
                    severity = Severity.BUG
                yield self.problem(layer_class.call.args.kwarg, message, (3,), plan, severity=severity)
            elif (unknown := _unknown_callee(layer_class, uses)) is not None:
                message = _message(layer_class, f"`{called(unknown)}` never receives it in `fit()`")
                yield self.problem(layer_class.call.args.kwarg, message, (3,), severity=Severity.FRAGILE)


def _unknown_callee(layer_class: LayerClass, uses: KwargsUses) -> ast.Call | None:
    """Something unknown that a model keeps in an attribute, and hands its `**kwargs` to."""
    cls = layer_class.cls
    if not cls.is_model or "train_step" in cls.methods:
        return None
    for call in uses.forwards:
        function = call.func
        if isinstance(function, ast.Attribute) and layer_class.is_of_self(function):
            found = members(cls.attribute(function.attr, cls.instance))
            if all(one is UNKNOWN or one == Constant(None) for one in found):
                return call
    return None


def _uses(layer_class: LayerClass) -> KwargsUses | None:
    """What a `call` of this class's own does with its `**kwargs`, when it has no name for the flag."""
    cls = layer_class.cls
    if 3 not in layer_class.keras or layer_class.call is None or cls.call is None or cls.call.owner is not cls:
        return None
    if cls.phase_parameter is not None or not is_left_to_keras(cls):
        return None
    uses = kwargs_uses(layer_class.call)
    return None if uses is None or uses.asks else uses


def _misled(layer_class: LayerClass, event: _Event, uses: KwargsUses) -> bool:
    """Whether something there runs in the wrong phase for want of the flag in `**kwargs`."""
    if isinstance(event, PhaseTest):
        return event.parameter == "training" and _is_wrong(layer_class, event)
    if event.flag.parameter == "training" and not isinstance(event, Inlined):
        return _is_wrong(layer_class, event)
    if event.flag.passed_by is not PassedBy.UNKNOWN or event.node not in uses.forwards:
        return False
    if isinstance(event, LayerCall):
        return reaches_phase(event)
    if isinstance(event, DirectKerasCall):
        return parent_dependence(event) is Dependence.YES
    return event.is_super_call and parameter(event.function, "training") is not None and _hands_on(event)


def _is_wrong(layer_class: LayerClass, event: LayerCall | DirectKerasCall | PhaseTest) -> bool:
    return any(one.generation.keras == 3 for one in layer_class.wrong(event))


def _hands_on(parent: Inlined) -> bool:
    """Whether the `call` of a parent gives its flag to something that depends on it."""
    calls = [one for one in walk(parent.events) if isinstance(one, LayerCall) and reaches_phase(one)]
    return any(isinstance(one.flag.node, ast.Name) and one.flag.node.id == "training" for one in calls)


def _message(layer_class: LayerClass, consequence: str) -> str:
    return f"{layer_class.call_title} gets no `training` in `**kwargs` from Keras 3: {consequence}. Add `training=None`"


def _consequence(hit: _Event, uses: KwargsUses) -> str:
    off = all(defaults_to_inference(one) for one in uses.reads)
    mode = "inference mode" if off else "the mode of that default"
    if isinstance(hit, PhaseTest):
        return f"the test in line {hit.node.lineno} always chooses {mode}"
    title = placed_title(hit) if isinstance(hit, LayerCall) else f"`{called(hit.node)}` (line {hit.node.lineno})"
    return f"{title} runs in {mode}"


RULE = TrainingFromKwargs()
