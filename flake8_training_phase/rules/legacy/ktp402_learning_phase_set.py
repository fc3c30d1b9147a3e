"""KTP402 learning-phase-set."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import DeleteStatement, FixPlan
from flake8_training_phase.fixes.legacy_imports import with_import
from flake8_training_phase.fixes.pass_phase import advice, is_told, pass_phase, phase_text
from flake8_training_phase.keras.legacy import PHASE_SETTERS
from flake8_training_phase.rules.legacy.model_calls import model_calls
from flake8_training_phase.rules.rule import Rule, Violation


class LearningPhaseSet(Rule):
    """`set_learning_phase` sets a global phase, which Keras 3 does not have.

    ## What it does

    Reports `set_learning_phase(value)` and `deprecated_internal_set_learning_phase`, in every spelling of the
    backend, and names the model calls that follow in the same function, up to the next one that sets it.

    ## What Keras does

    In Keras 2 every model and layer that is called without a flag from then on runs in that phase, wherever it is
    in the program. `fit()`, `evaluate()` and `predict()` pass the phase themselves, so it does nothing to them. In
    Keras 3 the name is an AttributeError, "module 'keras.backend' has no attribute 'set_learning_phase'"; the copy in
    `tensorflow.python.keras.backend` still exists there and does nothing.

    `predict()` never runs in training mode. For predictions in training mode call the model, `model(x, training=True)`,
    in batches if the data is large. Predictions in inference mode need nothing.

    ## Example

    ```python
    K.set_learning_phase(1)
    samples = [model(x) for _ in range(20)]
    ```

    Use instead:

    ```python
    samples = [model(x, training=True) for _ in range(20)]
    ```

    ## Fix safety

    The fix passes `training=` to the calls of models that follow, and removes the statement. Calls that only build a
    functional model get no flag: it would be frozen into the graph.

    Unsafe: models that other functions call are not seen, and a model is recognised by what its name is bound to, or by
    the name itself.

    There is no fix if the statement is one of several alternatives, or if it may ask for training and no call of a
    model follows.

    ## References

    - Keras 2.15, `backend.py`, `set_learning_phase`; absent from Keras 3.0 on
    - Measured: in docs/rules/KTP402.md, the first example shows that the setting lasts: `model(x)` drops from then on,
      `predict()` does not. The tables of the others only show that Keras 3 raises
    """

    severity = Severity.LEGACY
    words = PHASE_SETTERS

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The places where it is set."""
        if 3 not in module.keras:
            return
        uses = list(legacy_uses(module, PHASE_SETTERS))
        for use in uses:
            following = _following(use, uses)
            around = use.function.body if use.function is not None else module.tree.body
            calls = model_calls(following, around, use.scope)
            message = f"`{ast.unparse(use.node)}` {advice(use, calls)}"
            yield self.problem(use.node, message, (3,), with_import(_plan(use, calls, around), module))


def _following(use: LegacyUse, uses: list[LegacyUse]) -> list[ast.stmt]:
    """The statements after it in the same block, up to the next one that sets the phase."""
    setting = {other.node for other in uses}
    found: list[ast.stmt] = []
    for statement in use.block[use.block.index(use.statement) + 1 :]:
        if setting & set(nodes_in(statement)):
            break
        found.append(statement)
    return found


def _plan(use: LegacyUse, calls: list[ast.Call], around: Sequence[ast.stmt]) -> FixPlan | None:
    text = phase_text(use.node)
    changes = pass_phase(calls, text)
    alone = isinstance(use.statement, ast.Expr) and use.statement.value is use.node
    if changes is None or not alone or list(use.block) != list(around) or not is_told(calls, text):
        return None
    delete = DeleteStatement(use.statement, use.block)
    return FixPlan(
        "Pass `training=` to the model calls instead", (*changes, delete), "calls elsewhere may rely on it as well"
    )


RULE = LearningPhaseSet()
