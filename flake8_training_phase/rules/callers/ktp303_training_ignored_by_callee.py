"""KTP303 training-ignored-by-callee."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.entries.module_run import ModelCall, module_run
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.kwargs_uses import FunctionDef, kwargs_uses
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan
from flake8_training_phase.fixes.plans import take_and_forward
from flake8_training_phase.keras.generations import Generation
from flake8_training_phase.keras.targets import keras_title
from flake8_training_phase.rules.rule import Rule, Violation


class TrainingIgnoredByCallee(Rule):
    """A model is called with `training=True`, but its `call` has no `training` parameter.

    ## What it does

    Reports a call with `training=True`, in a training step, a loop or anywhere else outside the `call` of a layer, of a
    layer or model of the project whose `call` has no parameter `training`, or only a `**kwargs` that it does not use,
    and runs layers that behave differently in training. The class may be in another file.

    ## What Keras does

    Keras 2, and Keras 3 from 3.10 on, put the flag into the call context, where the layers find it. Keras 3.1 to 3.9
    silently drop a `training` argument that `call` does not declare: the model runs in inference mode, in a training
    step too. With `fit()` and its own `train_step` such a model is wrong in every Keras 3, which is covered by
    [KTP101](KTP101.md).

    ## Example

    ```python
    class Classifier(keras.Model):
        def call(self, x):
            return self.dropout(x)

    classifier = Classifier()
    y_pred = classifier(x, training=True)
    ```

    Use instead:

    ```python
    class Classifier(keras.Model):
        def call(self, x, training=None):
            return self.dropout(x, training=training)

    classifier = Classifier()
    y_pred = classifier(x, training=True)
    ```

    ## Fix safety

    Safe: the class gets the parameter and forwards it, as with KTP101 and KTP102. There is no fix where it is in
    another file, or cannot take the parameter.

    ## References

    - Keras 3.3.3, `layers/layer.py:774`; Keras 3.15.1, `layers/layer.py:1065`
    - Measured: row 7e in docs/keras-versions.md
    """

    severity = Severity.BUG
    words = ("training=True", "training = True")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls whose flag gets lost."""
        if 3 not in module.keras:
            return
        inside = {event.node for one in module.layer_classes for event in one.events if isinstance(event, LayerCall)}
        calls = {node for node in module.nodes.of(ast.Call) if _says_training(node)} - inside
        if not calls:
            return
        classes = {one.cls: one for one in module.layer_classes}
        for call in module_run(module, calls).model_calls:
            if call.node in calls and not call.symbolic and not call.inspected:
                for layer, cls in _layers_without_training(call):
                    lost = [one for one in module.generations(cls) if _is_lost(layer, one, module)]
                    if lost:
                        message = _message(call, cls, keras_title(lost, module.settings.keras_versions))
                        yield self.problem(call.node, message, (3,), _plan(classes.get(cls)))


def _says_training(call: ast.Call) -> bool:
    """Whether a call says `training=True`."""
    given = (keyword.value for keyword in call.keywords if keyword.arg == "training")
    return any(isinstance(value, ast.Constant) and value.value is True for value in given)


def _layers_without_training(call: ModelCall) -> Iterator[tuple[Instance, UserClass]]:
    """The layers of the project, among those that are called, which depend on the mode and do not take the flag."""
    for one in members(call.receiver):
        cls = one.type if isinstance(one, Instance) else None
        if isinstance(one, Instance) and isinstance(cls, UserClass) and cls.call is not None:
            takes = cls.phase_parameter is not None or _uses_rest(cls.call.node)
            if not takes and not hides_signature(cls) and dependence(one) is Dependence.YES:
                yield one, cls


def _uses_rest(call: FunctionDef) -> bool:
    """Whether a `call` does something with its `**kwargs`: the flag may be in there."""
    uses = kwargs_uses(call)
    return uses is not None and bool(uses.reads or uses.forwards or uses.asks or not uses.all_known)


def _is_lost(layer: Instance, generation: Generation, module: CheckedModule) -> bool:
    """Whether layers run in inference mode although the flag was True."""
    if generation.flag_survives_without_parameter:
        return False
    resolved = generation.resolve(True, None, None, accepts=False)
    phases, _ = module.flow(generation).outcome(layer, resolved.phase, resolved.context)
    return any(not phase for phase in phases)


def _message(call: ModelCall, cls: UserClass, releases: str) -> str:
    return (
        f"`{ast.unparse(call.node.func)}(…, training=True)` runs in inference mode in {releases}: "
        f"`{cls.name}.call` has no `training` parameter. Add `training=None`"
    )


def _plan(layer_class: LayerClass | None) -> FixPlan | None:
    """Let the class take the flag, when it is in this module."""
    if layer_class is None or layer_class.call is None:
        return None
    return take_and_forward(layer_class, layer_class.layer_calls)


RULE = TrainingIgnoredByCallee()
