"""KTP301 training-step-without-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.phase.dependence import Dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.titles import leaf_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, FixPlan
from flake8_training_phase.rules.callers.forward_passes import ForwardPass, Told, forward_passes
from flake8_training_phase.rules.callers.steps import StepKind
from flake8_training_phase.rules.rule import Rule, Violation


class TrainingStepWithoutTraining(Rule):
    """A training step calls the model without `training=True`, so the model trains with its layers in inference mode.

    ## What it does

    Reports a forward pass without the flag where a gradient with respect to the variables of that model reaches an
    optimizer, in a `train_step`, a function or a loop at the top of a module. A step is known by what it does: a
    `GradientTape` whose gradient is given to `apply_gradients`, `apply` or `minimize` (also by a helper, or by whoever
    is given the gradient back), `minimize`, `compute_gradients` or `tfp.math.value_and_gradient` with a function for a
    loss, `jax.grad` and `jax.value_and_grad` over a loss that calls `stateless_call`, and a torch loop with
    `loss.backward()` over a Keras model.

    A function that the step shares with an evaluation is followed. If it has a parameter for the flag, the call in
    the step that omits it is reported; if not, the call of the model is. A method that the class inherits from another
    file is reported in that file.

    Not reported: models that the step does not update (a teacher, a discriminator while the generator learns), saliency
    maps, adversarial examples, gradient penalties on inputs, frozen models, code that looks at the signature first, and
    calls that say `training=False`.

    ## What Keras does

    Only `fit()` knows that it is training. A call of the model is a call like any other: without the flag, Keras 2 and
    Keras 3 both run in inference mode. Dropout never drops, BatchNormalization uses moving statistics that nothing
    updates. The loss still goes down, so nothing looks wrong.

    In JAX and torch, which only Keras 3 has, it is the same: `stateless_call` takes the flag as `call` does, and
    `model.train()` of torch does not reach the layers of Keras.

    The model has to be known, in the file of the step or in one that calls the step through its imports, and has to
    have layers that behave differently in training. KTP305 covers the others.

    ## Example

    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    ```

    Use instead:

    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    ```

    ## Fix safety

    Unsafe: training will produce different (correct) results. There is no fix inside a function that is shared with an
    evaluation, because it cannot say which of the two it is run for.

    ## References

    - Keras 3.15.1, `backend/tensorflow/trainer.py:58`; Keras 2.15, `engine/training.py:1150`
    - Measured: row 16a in docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The forward passes that train in inference mode."""
        for forward, keras in without_training(module):
            if forward.depends is Dependence.YES:
                yield self.problem(forward.node, message(forward), keras, plan(forward))


def without_training(module: CheckedModule) -> Iterator[tuple[ForwardPass, tuple[int, ...]]]:
    """The forward passes of training steps that receive no `training=True`, with the major versions they concern."""
    for forward in forward_passes(module):
        keras = module.keras if forward.step.kind is StepKind.TAPE else tuple(one for one in module.keras if one == 3)
        if keras and not _trains_by_default(forward.model):
            yield forward, keras


def _trains_by_default(model: Value) -> bool:
    """Whether `call` has `training=True` for a default (row 16c), which KTP104 covers."""
    return any(
        isinstance(one, Instance) and isinstance(one.type, UserClass) and one.type.training_default is True
        for one in members(model)
    )


def message(forward: ForwardPass) -> str:
    """What is wrong with a forward pass."""
    call = ast.unparse(forward.node.func)
    step = f"`{forward.step.name}`" if forward.step.name is not None else "a training loop"
    leaf = leaf_name(forward.model) if forward.depends is Dependence.YES else "any Dropout in it"
    effect = f"{leaf or 'the model'} runs in inference mode during training"
    advice = f"Pass `{forward.flag}=True`"
    if forward.told is Told.BY_DEFAULT:
        return f"`{call}(…)` leaves `{forward.flag}` to its default in {step}: {effect}. {advice}"
    if forward.told is Told.IN_HELPER:
        return f"`{call}(…)` in `{forward.helper}` gets no `{forward.flag}` from {step}: {effect}. Pass it on"
    if forward.told is Told.IN_OTHER_FILE:
        return f"`{call}(…)` runs the model without `{forward.flag}` in {step}: {effect}. Pass it on"
    if forward.told is Told.IN_OTHER_CLASS:
        return f"`{call}(…)` takes no `{forward.flag}`, but {step} trains through it: {effect}. Add the parameter"
    return f"`{call}(…)` is called without `{forward.flag}=True` in {step}: {effect}. {advice}"


def plan(forward: ForwardPass) -> FixPlan | None:
    """Say it in the step itself; what a step shares with an evaluation cannot say it."""
    renamed = forward.told is Told.NOT and forward.flag != "training"
    if (
        forward.told in (Told.IN_HELPER, Told.IN_OTHER_FILE, Told.IN_OTHER_CLASS)
        or forward.step.shared
        or renamed
        or not forward.takes_flag
    ):
        return None
    change = AddArgument(forward.node, forward.flag, "True")
    return FixPlan(f"Pass `{forward.flag}=True`", (change,), "training then gives different results")


RULE = TrainingStepWithoutTraining()
