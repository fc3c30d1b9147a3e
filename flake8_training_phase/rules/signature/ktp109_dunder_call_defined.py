"""KTP109 dunder-call-defined."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import defaults, parameter_names
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.dunder_calls import DunderCall, dunder_call
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, RenameFunction
from flake8_training_phase.rules.rule import Rule, Violation


class DunderCallDefined(Rule):
    """The forward pass is written in `__call__` instead of `call`, so Keras never passes `training` to it.

    ## What it does

    Reports a model or layer whose `__call__` runs layers that behave differently in training: where it is in the
    place of `call`, as in other frameworks, and where it runs them before or after `super().__call__(…)`.

    A layer is *fragile*: inside a model that runs its own `call` it inherits the mode. A layer whose `__call__` takes
    the flag is not reported, for its callers pass it. A model whose `__call__` takes the flag and passes it on is
    *fragile*: loops that pass `training=` are right, `fit()` is not.

    ## What Keras does

    `__call__` is Keras's own: it resolves the flag, opens the call context, builds the layer, and then runs `call`. A
    class that replaces it has none of that. In Keras 3 `fit()` trains such a model in inference mode, even when its
    `__call__` takes `training` and passes it on, for `fit()` looks at the signature of `call`. In Keras 2 `fit()` and
    `predict()` always pass the flag, so a `__call__` without the parameter raises. In both, `model(x, training=True)`
    raises "TypeError: \\_\\_call\\_\\_() got an unexpected keyword argument 'training'".

    ## Example

    ```python
    def __call__(self, x):
        return self.dropout(x)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Unsafe: Keras then casts the inputs, builds the layer and names its weights in its own way, and the model trains
    with Dropout. The method is renamed first; the fixes of KTP101 and KTP102 add the parameter and pass it on. There is
    no fix where more than the inputs may be passed by position, where there is a `call` too, where
    `__call__` runs that of Keras, and where it is another method by a second name, `__call__ = forward`.

    ## References

    - Keras 3.15.1, `layers/layer.py:840`, `models/model.py:213`; Keras 2.15, `engine/base_layer.py:1091`
    - Measured: the tables of docs/rules/KTP109.md
    """

    severity = Severity.BUG
    words = ("__call__",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The `__call__` methods that run layers."""
        seen: set[ast.AST] = set()
        for layer_class in sorted(module.layer_classes, key=_inherits):
            found = dunder_call(layer_class)
            hit = next(found.reaching, None) if found is not None else None
            if found is None or hit is None or found.node in seen:
                continue
            message, severity, keras = _judged(layer_class, found, hit)
            if keras:
                # What a base class runs is said once, of the first class that has it run a layer.
                seen.add(found.node)
                plan = None if found.has_other_names or _inherits(layer_class) else _plan(found)
                yield self.problem(found.node, message, keras, plan, severity=severity)


def _inherits(layer_class: LayerClass) -> bool:
    """Whether a class has its `__call__` from another one."""
    return "__call__" not in layer_class.cls.methods


def _judged(layer_class: LayerClass, found: DunderCall, hit: LayerCall) -> tuple[str, Severity, tuple[int, ...]]:
    """The message, the severity, and the versions of Keras that are concerned."""
    where = f"`{layer_class.name}.__call__` runs {placed_title(hit)}"
    if not layer_class.cls.is_model:
        if found.flag is not None:
            return "", Severity.FRAGILE, ()  # The layer around it passes the flag.
        message = (
            f"{where} instead of `call`: it works only by inheriting the caller's mode. Rename `__call__` to `call`"
        )
        return message if found.is_whole else _beside(where), Severity.FRAGILE, layer_class.keras
    if not found.is_whole:
        message = f"{where} outside `call`: it runs in inference mode in `fit()`. Move it into `call`"
        return message, Severity.BUG, layer_class.keras
    if found.flag is not None:
        # `fit()` of Keras 2 passes the flag to every model, by the name `training`.
        keras = tuple(one for one in layer_class.keras if one == 3 or found.flag != "training")
        message = f"{where} instead of `call`: `fit()` never passes `training` to it. Rename `__call__` to `call`"
        return message, Severity.FRAGILE, keras
    message = f"{where} instead of `call`: `fit()` {_consequence(layer_class.keras)}. Rename `__call__` to `call`"
    return message, Severity.BUG, layer_class.keras


def _beside(where: str) -> str:
    return f"{where} outside `call`: it works only by inheriting the caller's mode. Move it into `call`"


def _consequence(keras: tuple[int, ...]) -> str:
    parts = {3: "uses inference mode in Keras 3", 2: "raises in Keras 2"}
    return " and ".join(parts[one] for one in reversed(keras))


def _plan(found: DunderCall) -> FixPlan | None:
    """Rename the method, where only the inputs come by position."""
    names = parameter_names(found.node)
    with_default = dict(defaults(found.node))
    if not found.is_whole or found.node.args.vararg is not None or len(names) < 2:
        return None
    if any(name not in with_default for name in names[2:]) or found.flag not in (None, "training"):
        return None
    caveat = "Keras then builds it, casts its inputs and names its weights in its own way"
    return FixPlan("Rename `__call__` to `call`", (RenameFunction(found.node, "call"),), caveat)


RULE = DunderCallDefined()
