"""KTP107 signature-hidden."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, PhaseTest
from flake8_training_phase.analysis.phase.decorators import graph_decorator, hiding_decorator
from flake8_training_phase.analysis.phase.results import Subject
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.own_steps import fit_runs_call
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.plans import take_and_forward
from flake8_training_phase.rules.rule import Rule, Violation


class SignatureHidden(Rule):
    """A decorator hides the `training` parameter of `call` from Keras.

    ## What it does

    Reports two kinds of decorated `call`. The first is wrapped by a decorator of yours whose inner function has no
    parameter `training` and is not marked with `functools.wraps`. The second is a `@tf.function` without the parameter.
    Both only when `call` runs something that behaves differently in training, and, in the first case in a layer, does
    so with the parameter.

    ## What Keras does

    Keras 3 looks at the signature of what it finds under the name `call`. Without `functools.wraps` that is
    `(self, *args, **kwargs)`: the flag is never passed, and `training` keeps its default, in `fit()` as well as with
    `training=True`. Keras 2 passes the flag into the `**kwargs`.

    A `@tf.function` is traced once for each set of its arguments. When the flag is not among them, the mode of the
    first call is baked into the traced graph, in Keras 2 and Keras 3 alike: a model that predicts first does not drop
    in `fit()`.

    ## Example

    ```python
    def logged(function):
        def wrapper(self, *args, **kwargs):
            print(self.name)
            return function(self, *args, **kwargs)
        return wrapper
    ```

    Use instead:

    ```python
    def logged(function):
        @functools.wraps(function)
        def wrapper(self, *args, **kwargs):
            print(self.name)
            return function(self, *args, **kwargs)
        return wrapper
    ```

    ## Fix safety

    A decorator is not changed. A `call` under `@tf.function` is given `training=None`, which is forwarded to its
    layers; that is safe, and left to you where the decorator has arguments, such as an `input_signature`. Mind that
    Keras 3 does not find the gradients of weights that are made while a nested `tf.function` is traced: `fit()`
    compiles the model anyway, and it is better to drop the decorator.

    ## References

    - Keras 3.15.1, `layers/layer.py:317`
    - Keras 2.15, `engine/base_layer.py:2626`
    - Measured: row 20c in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("@",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The `call` methods whose decorator hides the flag."""
        for layer_class in module.layer_classes:
            method = layer_class.cls.call
            if layer_class.call is None or method is None or method.owner is not layer_class.cls:
                continue
            yield from self._wrapped(layer_class, hiding_decorator(method))
            yield from self._compiled(layer_class, graph_decorator(method))

    def _wrapped(self, layer_class: LayerClass, decorator: ast.expr | None) -> Iterator[Violation]:
        if decorator is None or 3 not in layer_class.keras or not layer_class.cls.accepts_training:
            return
        if any(_needs_parameter(layer_class, event) for event in layer_class.events if not isinstance(event, Inlined)):
            message = (
                f"`{layer_class.name}.call` hides its signature behind `{_title(decorator)}`, so Keras 3 never passes "
                "`training`. Add `functools.wraps` to the inner function"
            )
            yield self.problem(decorator, message, (3,))

    def _compiled(self, layer_class: LayerClass, decorator: ast.expr | None) -> Iterator[Violation]:
        cls = layer_class.cls
        if decorator is None or cls.phase_parameter is not None or not layer_class.keras or not fit_runs_call(cls):
            return
        if any(call.flag.absent and reaches_phase(call) for call in layer_class.layer_calls):
            message = (
                f"`{layer_class.name}.call` is traced by `{_title(decorator)}` without `training`: the mode of the "
                "first call is baked into the graph. Add `training=None`"
            )
            # An `input_signature` would have to name the flag as well.
            has_signature = isinstance(decorator, ast.Call) and bool(decorator.args or decorator.keywords)
            plan = None if has_signature else take_and_forward(layer_class, layer_class.layer_calls)
            yield self.problem(decorator, message, layer_class.keras, plan)


def _title(decorator: ast.expr) -> str:
    is_call = isinstance(decorator, ast.Call)
    return f"@{ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)}{'(…)' if is_call else ''}"


def _needs_parameter(layer_class: LayerClass, event: Subject) -> bool:
    """Whether what runs there gets the phase by the parameter; in a model, which has no host, also by the context."""
    if isinstance(event, PhaseTest):
        return event.parameter == "training"
    if isinstance(event, LayerCall) and not reaches_phase(event):
        return False
    return event.flag.parameter == "training" or (event.flag.absent and layer_class.cls.is_model)


RULE = SignatureHidden()
