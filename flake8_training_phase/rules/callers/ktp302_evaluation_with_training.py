"""KTP302 evaluation-with-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, Replace
from flake8_training_phase.rules.callers.evaluations import evaluations_in_training
from flake8_training_phase.rules.rule import Rule, Violation

_STEPS = ("test_step", "predict_step")


class EvaluationWithTraining(Rule):
    """An evaluation calls the model with `training=True`: in `test_step`, `predict_step` or a validation function.

    ## What it does

    Reports a call of the model, or of a layer it holds, with a literal `training=True` inside `test_step` or
    `predict_step` of a `keras.Model` subclass.

    Also in functions that evaluate, and in such methods of classes that are not layers: they update nothing, and their
    names mention validation, testing, evaluation, prediction or inference, or they pass their result to a metric such
    as `val_loss`. When it is not known whether the model behaves differently in training, the finding is *fragile*.
    Monte Carlo dropout (several passes, a name that says so), generators of images, and tests are not reported.

    ## What Keras does

    `evaluate()`, `predict()` and the validation of `fit()` run these methods and nothing else: what they pass is what
    the layers get, in Keras 2 and Keras 3. Dropout drops while the model is measured, and BatchNormalization normalises
    with the statistics of the test batch and learns from it.

    ## Example

    ```python
    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=True)
    ```

    Use instead:

    ```python
    def test_step(self, data):
        x, y = data
        y_pred = self(x, training=False)
    ```

    ## Fix safety

    Unsafe: the figures of the evaluation change, and Monte Carlo dropout in `predict_step` may be intended.

    ## References

    - Keras 3.15.1, `backend/tensorflow/trainer.py:92` and `:109`; Keras 2.15, `engine/training.py:1917` and `:2381`
    - Measured: the tables of docs/rules/KTP302.md
    """

    severity = Severity.BUG
    words = ("training=True", "training = True")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The evaluations that train."""
        for function in module.functions:
            cls = function.cls
            if cls is None or not cls.is_model or function.node.name not in _STEPS or _samples(function.node):
                continue
            for node in nodes_in(function.node):
                if not isinstance(node, ast.Call):
                    continue
                flag = next((keyword.value for keyword in node.keywords if keyword.arg == "training"), None)
                if isinstance(flag, ast.Constant) and flag.value is True:
                    if dependence(function.value(node.func)) is Dependence.YES:
                        message = (
                            f"`{ast.unparse(node.func)}(…)` receives `training=True` in `{function.node.name}`: "
                            f"`{'evaluate()' if function.node.name == 'test_step' else 'predict()'}` runs it in "
                            "training mode. Pass `training=False`"
                        )
                        yield self.problem(node, message, module.keras, _plan(flag))
        for found in evaluations_in_training(module):
            called = f"`{ast.unparse(found.node.func)}(…)`"
            where = f"{called} receives `training=True` in `{found.function}`, which evaluates it"
            if found.is_known:
                message = f"{where}: Dropout or BatchNormalization runs in training mode. Pass `training=False`"
            else:
                message = f"{where}: any Dropout in it distorts the result. Pass `training=False`"
            severity = Severity.BUG if found.is_known else Severity.FRAGILE
            yield self.problem(found.node, message, module.keras, _plan(found.flag), severity=severity)


def _samples(step: ast.AST) -> bool:
    """Whether the step runs the model several times, as Monte Carlo dropout does."""
    repeats = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.Lambda, ast.SetComp)
    return any(isinstance(node, repeats) for node in nodes_in(step))


def _plan(flag: ast.expr) -> FixPlan:
    return FixPlan("Pass `training=False`", (Replace(flag, "False"),), "samples of Monte Carlo dropout may be meant")


RULE = EvaluationWithTraining()
