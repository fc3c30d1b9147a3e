"""KTP401 learning-phase-read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import accepts_training_keyword
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.analysis.queries.phase_switches import is_in_switch
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import Change, DeleteStatement, FixPlan, Replace
from flake8_training_phase.fixes.legacy_imports import with_import
from flake8_training_phase.fixes.parameter import add_parameter
from flake8_training_phase.keras.legacy import PHASE_READS
from flake8_training_phase.rules.legacy.phase_fallbacks import (
    Fallback,
    fallback,
    in_fallback,
    name_takes_none,
    takes_none,
    value_takes_none,
)
from flake8_training_phase.rules.legacy.phase_inputs import phase_input
from flake8_training_phase.rules.rule import Rule, Violation


class LearningPhaseRead(Rule):
    """The global learning phase is read, which Keras 3 does not have.

    ## What it does

    Reports calls of `learning_phase()`, `symbolic_learning_phase()` and `global_learning_phase_is_set()`, in every
    spelling of the backend, and by a name that a function imports under `global`. Code that first checks whether the
    name exists, or catches the error, is not reported.

    ## What Keras does

    In Keras 3 the name is an AttributeError: "module 'keras.backend' has no attribute 'learning_phase'" (or
    'keras.\\_tf\\_keras.keras.backend', which is `tf.keras.backend`). In Keras 2 it returns a global value that nothing
    sets any more: inside `call` it reads 0 during `fit()`, while the flag that `call` is given is True.
    `dropout(x, training=K.learning_phase())` then never drops, and nothing raises. The commonest form,
    `if training is None: training = K.learning_phase()`, is not needed on either: Keras fills the parameter.

    ## Example

    ```python
    def call(self, x, training=None):
        if training is None:
            training = K.learning_phase()
        return self.dropout(x, training=training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: the idiom, also written as a conditional expression or with `or`, is deleted where whatever uses the flag
    afterwards takes None for inference, and reads `False` where it does not; inside `call` a read becomes the
    parameter, which is added when it is missing. Where the value goes to something other than a layer it
    becomes `bool(training)`: unsafe. Elsewhere there is no fix. The import of the backend goes with its last use.

    ## References

    - Keras 2.15, `backend.py`, `learning_phase`; absent from Keras 3.0 on
    - Measured: rows 17 and 22n in docs/what-happens-to-training.md
    """

    severity = Severity.LEGACY
    words = PHASE_READS

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The reads of the global."""
        for use in legacy_uses(module, PHASE_READS):
            if is_in_switch(use) or phase_input(use) is not None:
                continue
            plan = with_import(_plan(use), module)
            if _misleads(use):
                yield self.problem(use.node, _message(use), module.keras, plan, severity=Severity.BUG)
            elif 3 in module.keras:
                yield self.problem(
                    use.node,
                    f"`{ast.unparse(use.node)}` does not exist in Keras 3. Pass `training` instead",
                    (3,),
                    plan,
                )


def _message(use: LegacyUse) -> str:
    call = ast.unparse(use.node)
    return f"`{call}` is 0 inside `call` even during `fit()`, and does not exist in Keras 3. Use `training`"


def _misleads(use: LegacyUse) -> bool:
    """Whether the read decides something in `call`: it does more than stand in for a flag that was not given."""
    if not use.in_call or use.name == "global_learning_phase_is_set":
        return False
    return fallback(use) is None and not in_fallback(use)


def _plan(use: LegacyUse) -> FixPlan | None:
    if use.name == "global_learning_phase_is_set" or use.function is None:
        return None
    found = fallback(use)
    if found is not None:
        return _without_fallback(use, found)
    if in_fallback(use):
        return FixPlan("Fall back to inference mode", (Replace(use.node, "False"),))
    if use.layer_class is None or use.layer_class.call is None:
        return None
    return _with_parameter(use, use.layer_class)


def _without_fallback(use: LegacyUse, found: Fallback) -> FixPlan:
    if found.statement is not None and takes_none(use, found.name, found.statement):
        change: Change = DeleteStatement(found.statement, found.block)
        return FixPlan("Remove the fallback: Keras passes `training`", (change,))
    if found.expression is not None and value_takes_none(use, found.expression):
        return FixPlan(f"Use `{found.name}` itself", (Replace(found.expression, found.name),))
    return FixPlan("Fall back to inference mode", (Replace(use.node, "False"),))


def _with_parameter(use: LegacyUse, layer_class: LayerClass) -> FixPlan | None:
    """Read the parameter instead; nothing is left of an assignment to the parameter's own name."""
    changes: list[Change] = []
    if use.function is layer_class.call and _is_named_training(use):
        if not name_takes_none(use, "training"):
            return None
        changes = [DeleteStatement(use.statement, use.block)]
    elif not use.phase_parameter and layer_class.cls.accepts_training:
        return None  # A function inside `call` that has a `training` of its own.
    elif value_takes_none(use, use.node):
        changes = [Replace(use.node, "training")]
    elif (compared := _comparison(use)) is not None:
        changes = [Replace(*compared)]
    elif isinstance(use.parents[0], (ast.Call, ast.keyword, ast.Assign)):
        # What is no layer may want a bool.
        return _with_added(
            use, layer_class, [Replace(use.node, "bool(training)")], "what is not a layer may need an integer"
        )
    return _with_added(use, layer_class, changes) if changes else None


def _comparison(use: LegacyUse) -> tuple[ast.expr, str] | None:
    """`K.learning_phase() == 1`, and the condition on the parameter that says the same."""
    around = use.parents[0]
    if not isinstance(around, ast.Compare) or len(around.ops) != 1 or not isinstance(around.ops[0], ast.Eq):
        return None
    other = around.comparators[0] if around.left is use.node else around.left
    condition = isinstance(use.parents[1], (ast.If, ast.IfExp)) and use.parents[1].test is around
    if not condition or not isinstance(other, ast.Constant) or other.value not in (0, 1):
        return None
    return around, "training" if other.value else "not training"


def _is_named_training(use: LegacyUse) -> bool:
    """`training = K.learning_phase()`."""
    statement = use.statement
    if not isinstance(statement, ast.Assign) or statement.value is not use.node:
        return False
    return [ast.unparse(target) for target in statement.targets] == ["training"]


def _with_added(
    use: LegacyUse, layer_class: LayerClass, changes: list[Change], caveat: str | None = None
) -> FixPlan | None:
    if not use.phase_parameter:
        if not _can_take(use, layer_class):
            return None
        changes = [*add_parameter(layer_class), *changes]
    return FixPlan("Use `training`", tuple(changes), caveat)


def _can_take(use: LegacyUse, layer_class: LayerClass) -> bool:
    """Whether `call` can have the parameter: nothing else in it has the name, except what is deleted."""
    if layer_class.can_take_training:
        return True
    own = layer_class.cls.call
    if own is None or own.owner is not layer_class.cls or use.statement not in own.node.body:
        return False
    stores = [
        node
        for node in nodes_in(own.node)
        if isinstance(node, ast.Name) and node.id == "training" and not isinstance(node.ctx, ast.Load)
    ]
    only = use.statement.targets if isinstance(use.statement, ast.Assign) else []
    return bool(stores) and stores == only and accepts_training_keyword(layer_class.cls)


RULE = LearningPhaseRead()
