"""KTP208 direct-call-method."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter, parameter_names
from flake8_training_phase.analysis.domain.events import DirectKerasCall, Inlined
from flake8_training_phase.analysis.phase.dependence import Dependence, parent_dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, majors
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, NameArgument, Replace
from flake8_training_phase.keras.catalogue import DependsOn
from flake8_training_phase.keras.catalogue import layer as catalogue_layer
from flake8_training_phase.keras.generations import Generation
from flake8_training_phase.rules.forwarding.positional_arguments import names_between, refused_from
from flake8_training_phase.rules.rule import Rule, Violation


class DirectCallMethod(Rule):
    """The method `call` of a layer is called instead of the layer, without `training`.

    ## What it does

    Reports `self.dropout.call(x)`, where the layer is known, takes `training`, and runs in the wrong mode because it is
    not given. `super().call(x)` is covered by KTP209; a `.call(…)` that passes the flag is not reported.

    ## What Keras does

    Calling `.call()` directly bypasses `Layer.__call__`. Calling a layer goes through `Layer.__call__`, which builds
    it, and fills in `training` from the call context. `call` is a plain method: the layer runs with the default of its
    signature. For Dropout and BatchNormalization that is inference, even in `fit()`. A layer of yours that forwards
    `training=None` runs its sublayers in inference mode from Keras 3.10 on.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.dropout.call(x)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Unsafe: `__call__` also builds the layer, casts its inputs and keeps its losses. What Keras 3 takes by keyword only,
    such as the 1 of `self.scores.call(x, 1)`, gets its name; there is no fix where the `call` has none for it.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`
    - Keras 2.15, `layers/regularization/dropout.py:108`, `engine/base_layer.py:2626`
    - Measured: row 8a in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = (".call(",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The layers that are called past Keras."""
        for layer_class in module.layer_classes:
            if any("__call__" in getattr(one, "methods", ()) for one in layer_class.cls.mro):
                continue
            for event in layer_class.events:
                if not isinstance(event, (DirectKerasCall, Inlined)):
                    continue
                method = _called_method(event)
                misled = () if method is None else _misled(layer_class, event)
                if method is not None and misled:
                    message = _message(method, layer_class.title(misled))
                    plan = _plan(event, method, 3 in layer_class.keras)
                    yield self.problem(event.node, message, majors(misled), plan)


def _called_method(event: DirectKerasCall | Inlined) -> ast.Attribute | None:
    """What is called, where it is `layer.call(…)`, on another object than `self` and `super()`."""
    function = event.node.func
    if not isinstance(function, ast.Attribute) or function.attr != "call" or not event.flag.absent:
        return None
    on = function.value
    if isinstance(on, ast.Call) and isinstance(on.func, ast.Name) and on.func.id == "super":
        return None
    around = event.place.function
    own = parameter_names(around)[:1] if around is not None else []
    if isinstance(on, ast.Name) and [on.id] == own:
        return None
    # `Parent.call(self, x)` and `Block.call(self.block, x)` are KTP209's.
    return None if isinstance(event, Inlined) and event.callee.bound_to is None else function


def _misled(layer_class: LayerClass, event: DirectKerasCall | Inlined) -> tuple[Generation, ...]:
    """The generations of Keras under which the layer runs in the wrong phase for want of the flag."""
    if isinstance(event, DirectKerasCall):
        matters = _has_no_sublayers(event) and parent_dependence(event) is Dependence.YES
        return layer_class.misled([event]) if matters else ()
    function = event.function
    if isinstance(function, ast.Lambda) or function.name != "call" or parameter(function, "training") is None:
        return ()
    return layer_class.misled_by_default(event)


def _has_no_sublayers(event: DirectKerasCall) -> bool:
    """Whether the layer itself asks for its phase: the layers in a Sequential find the call context after all."""
    layer = catalogue_layer(event.parent)
    if layer is None or layer.depends_on not in (DependsOn.ALWAYS, DependsOn.ARGUMENTS):
        return False
    return not layer.has_weights or layer.name.endswith("BatchNormalization")


def _message(method: ast.Attribute, keras: str) -> str:
    return (
        f"`{ast.unparse(method)}` bypasses `Layer.__call__`: without `training` the layer keeps its own default in "
        f"{keras}. Call `{ast.unparse(method.value)}(…)`"
    )


def _plan(event: DirectKerasCall | Inlined, method: ast.Attribute, in_keras_3: bool) -> FixPlan | None:
    """Call the layer; in Keras 3 with a name for what that does not take by position, and None where there is none."""
    named = _named(event) if in_keras_3 else []
    if named is None:
        return None
    caveat = "Keras then builds it, casts its inputs and keeps its losses"
    change = Replace(method, "{}", (method.value,))
    return FixPlan(f"Call `{ast.unparse(method.value)}` itself", (change, *named), caveat)


def _named(event: DirectKerasCall | Inlined) -> list[NameArgument] | None:
    """The arguments by keyword that Keras 3 refuses by position; None where it is not known which they are."""
    given = event.node.args
    layer = event.receiver if isinstance(event, DirectKerasCall) else event.callee.bound_to
    if layer is None:
        return None
    place = refused_from(layer, given)
    names = names_between(layer, place, len(given)) if place < len(given) else ()
    if names is None:
        return None
    return [NameArgument(event.node, one, name) for one, name in zip(given[place:], names, strict=True)]


RULE = DirectCallMethod()
