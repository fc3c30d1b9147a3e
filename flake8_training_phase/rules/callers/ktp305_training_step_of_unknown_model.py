"""KTP305 training-step-of-unknown-model."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.phase.dependence import Dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules.callers.ktp301_training_step_without_training import message, plan, without_training
from flake8_training_phase.rules.callers.steps import STEP_WORDS
from flake8_training_phase.rules.rule import Rule, Violation


class TrainingStepOfUnknownModel(Rule):
    """A training step calls a model the checker cannot analyse, without `training=True`.

    ## What it does

    Reports what KTP301 reports, for models that cannot be seen: loaded from a file, handed in by a caller, made by a
    library. Models that are known to have no layer that behaves differently in training are not reported, nor is a
    model of a torch loop that is not known to be one of Keras.

    The rule is off by default. On the code that it was tried on, about a third of its findings are about models without
    such layers: a generator that has neither dropout nor normalisation trains the same without the flag.

    ## What Keras does

    The same as under KTP301: a call of the model without the flag runs in inference mode, also while a tape watches.
    What comes of that depends on the layers of the model.

    ## Example

    ```python
    def train_step(model, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
    ```

    Use instead:

    ```python
    def train_step(model, optimizer, x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
    ```

    ## Fix safety

    Unsafe: training may produce different results, and a model that does not take `training` raises.

    ## References

    - Keras 3.15.1, `backend/tensorflow/trainer.py:58`; Keras 2.15, `engine/training.py:1150`
    - Measured: row 16a in docs/what-happens-to-training.md
    """

    severity = Severity.FRAGILE
    on_by_default = False
    words = STEP_WORDS

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The forward passes of unknown models that receive no `training=True`."""
        for forward, keras in without_training(module):
            if forward.depends is not Dependence.YES:
                yield self.problem(forward.node, message(forward), keras, plan(forward))


RULE = TrainingStepOfUnknownModel()
