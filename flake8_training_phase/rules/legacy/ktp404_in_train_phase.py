"""KTP404 in-train-phase."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.phase_switches import PhaseSwitch, phase_switches
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.choose_by_phase import choose_by_phase
from flake8_training_phase.fixes.legacy_imports import with_import
from flake8_training_phase.keras.legacy import PHASE_SWITCHES
from flake8_training_phase.rules.rule import Rule, Violation


class InTrainPhase(Rule):
    """`in_train_phase` chooses by the learning phase, which Keras 3 does not have.

    ## What it does

    Reports calls of `in_train_phase(x, alt, training=None)` and `in_test_phase`, in every spelling of the backend, and
    `smart_cond` and `K.switch` where their condition is `learning_phase()`.

    ## What Keras does

    In Keras 2 `in_train_phase` gives `x` in training and `alt` in inference mode; without `training=` it uses the call
    context, so it is right there. If either argument is callable, it is called. In Keras 3 the name is an
    AttributeError, "module 'keras.backend' has no attribute 'in_train_phase'". `smart_cond(K.learning_phase(), …)`
    inside `call` always takes the second choice, in `fit()` too: the learning phase reads 0 there.

    ## Example

    ```python
    def call(self, x, training=None):
        return K.in_train_phase(lambda: x + self.noise(x), x, training=training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return x + self.noise(x) if training else x
    ```

    ## Fix safety

    Safe when both choices are seen to be values or functions and the method has `training`, or is a `call` that it
    can be added to. Unsafe when a choice may be a function that is not in sight, because it would no longer be called,
    and outside `call` where the flag may be missing. What a literal `training=True` or `training=False` settles is
    written without a choice. The import of the backend goes with its last use.

    ## References

    - Keras 2.15, `backend.py`, `in_train_phase`; absent from Keras 3.0 on
    - Measured: the tables of docs/rules/KTP404.md
    """

    severity = Severity.LEGACY
    words = (*PHASE_SWITCHES, "learning_phase")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The choices by the learning phase."""
        for switch in phase_switches(module):
            use = switch.use
            name = ast.unparse(use.node.func)
            plan = with_import(choose_by_phase(switch, module), module)
            if switch.reads_phase and use.in_call:
                message = (
                    f"`{name}` tests `learning_phase()`, which is 0 inside `call` even during `fit()`. Use `training`"
                )
                yield self.problem(use.node, message, module.keras, plan, severity=Severity.BUG)
            elif 3 in module.keras:
                what = f"`{name}` of `learning_phase()`" if switch.calls_both or use.name == "switch" else f"`{name}`"
                yield self.problem(use.node, f"{what} does not exist in Keras 3. {_instead(switch)}", (3,), plan)


def _instead(switch: PhaseSwitch) -> str:
    if switch.chosen is None or switch.flag is None:
        return "Write `… if training else …`"
    return f"With `training={ast.unparse(switch.flag)}` it always returns `{ast.unparse(switch.chosen)}`. Write that"


RULE = InTrainPhase()
