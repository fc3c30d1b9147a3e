"""KTP403 learning-phase-scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, Unwrap
from flake8_training_phase.fixes.legacy_imports import with_import
from flake8_training_phase.fixes.pass_phase import advice, is_told, pass_phase, phase_text
from flake8_training_phase.keras.legacy import PHASE_SCOPES
from flake8_training_phase.rules.legacy.model_calls import model_calls
from flake8_training_phase.rules.rule import Rule, Violation

_CAVEAT = "functions called in the block may run other models"


class LearningPhaseScope(Rule):
    """`learning_phase_scope` sets the phase for a block, which Keras 3 cannot do.

    ## What it does

    Reports `learning_phase_scope(value)`, `eager_learning_phase_scope` and
    `deprecated_internal_learning_phase_scope`, in every spelling of the backend, and names the model calls in the
    block.

    ## What Keras does

    In Keras 2 the models and layers that are called in the block without a flag run in that phase. `fit()`,
    `evaluate()` and `predict()` pass the phase themselves, so the block does nothing to them. In Keras 3 the name is an
    AttributeError: "module 'keras.backend' has no attribute 'learning_phase_scope'".

    A `predict()` in the block has to become a call of the model: `predict()` always runs in inference mode.

    ## Example

    ```python
    with K.learning_phase_scope(1):
        samples = [model(x) for _ in range(20)]
    ```

    Use instead:

    ```python
    samples = [model(x, training=True) for _ in range(20)]
    ```

    ## Fix safety

    Unsafe: a model is recognised by what its name is bound to, or by the name itself, and functions called
    in the block may run others. First `training=` is passed to the models, then the block takes the place of the
    `with`. There is no fix where a call passes another flag, which may be None, and where the block may ask for
    training and calls no model in sight. Calls that only build a functional
    model get no flag, since it would be frozen into the graph.

    ## References

    - Keras 2.15, `backend.py`, `learning_phase_scope`; absent from Keras 3.0 on
    - Measured: the tables of docs/rules/KTP403.md show only that Keras 3 raises: what the block did in Keras 2 is
      over when a model is measured
    """

    severity = Severity.LEGACY
    words = PHASE_SCOPES

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The scopes."""
        if 3 not in module.keras:
            return
        for use in legacy_uses(module, PHASE_SCOPES):
            block = _block(use)
            calls = _calls(use, block, module) if block is not None else []
            message = f"`{ast.unparse(use.node.func)}` {advice(use, calls)}"
            plan = _plan(use, block, calls) if block is not None else None
            yield self.problem(use.node, message, (3,), with_import(plan, module))


def _block(use: LegacyUse) -> ast.With | None:
    """The `with` that it opens."""
    inner, around = use.parents[:2] if len(use.parents) > 1 else (None, None)
    return around if isinstance(inner, ast.withitem) and isinstance(around, ast.With) else None


def _calls(use: LegacyUse, block: ast.With, module: CheckedModule) -> list[ast.Call]:
    around = use.function.body if use.function is not None else module.tree.body
    return model_calls(block.body, around, use.scope)


def _plan(use: LegacyUse, block: ast.With, calls: list[ast.Call]) -> FixPlan | None:
    """In two steps, because the flag is written inside what is moved: first it is passed, then the `with` goes."""
    text = phase_text(use.node)
    changes = pass_phase(calls, text)
    if changes is None or len(block.items) != 1 or not is_told(calls, text):
        return None
    if changes:
        return FixPlan("Pass `training=` to the model calls in the block", tuple(changes), _CAVEAT)
    return FixPlan("Remove the `with` statement, keep its body", (Unwrap(block),), _CAVEAT)


RULE = LearningPhaseScope()
