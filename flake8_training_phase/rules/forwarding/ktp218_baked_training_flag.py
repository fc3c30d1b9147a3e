"""KTP218 baked-training-flag."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import called
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, majors
from flake8_training_phase.findings import Severity
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.targets import keras_title
from flake8_training_phase.rules.forwarding.baked_flags import BakedFlag, baked_flags
from flake8_training_phase.rules.forwarding.trainability import Trainability, follows_trainability
from flake8_training_phase.rules.rule import Rule, Violation
from flake8_training_phase.sources.gate import makes_functional

_TRAINS = (".fit(", "fit_generator(", "train_on_batch(", "GradientTape", "value_and_grad")
"""What a text has that trains a model."""


class BakedTrainingFlag(Rule):
    """A constant `training=` in a functional model, which Keras 3.1 to 3.15 replaces with the flag of the model.

    ## What it does

    Reports `Dropout(0.5)(x, training=True)`, `base(x, training=False)` and the like where `x` is a symbolic tensor that
    ends up in `keras.Model(inputs, outputs)`. The flag may also be the parameter of a function that builds the model,
    when it is True or False wherever that function is called.

    ### Monte Carlo dropout without any uncertainty

    This is the usual recipe for Monte Carlo dropout, and it does nothing in Keras 3.1 to 3.15:

    ```python
    x = Dropout(0.5)(x, training=True)      # meant to drop always
    model = keras.Model(inputs, x)
    draws = [model.predict(images) for _ in range(50)]   # 50 times the same numbers: a standard deviation of 0.0
    ```

    No error, no warning. Compare two calls of `model.predict` on the same input to see it. Two ways out work in every
    version of Keras:

    ```python
    class MonteCarloDropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            return super().call(inputs, training=True)      # always on; the other layers follow the model

    draws = [model(images, training=True) for _ in range(50)]   # everything on, BatchNormalization too
    ```

    Use the subclass where the model has BatchNormalization, which `model(images, training=True)` would put into
    training mode as well. A plain `model(images)`, without a flag, also keeps the `training=True` of the graph.

    ### Fine-tuning that changes the moving statistics

    `base(x, training=False)` is meant to keep the BatchNormalization of a base in inference mode, also after
    `base.trainable = True`. In Keras 3.1 to 3.15 `fit()` replaces the False: the moving mean and variance are
    overwritten with those of your batches, and dropout in the base drops. As long as `base.trainable` is False the
    normalization is in inference mode in any case, so a base that stays frozen and has no dropout is not reported, and
    `base(x, training=tune)` beside `base.trainable = tune` is *fragile*.

    ## What Keras does

    A functional model runs its layers in `fit()`, `evaluate()`, `predict()` and `model(x, training=…)` with a flag of
    its own. Keras 2 passes it to the layers that were called without a flag, and keeps a flag that was written into the
    graph. Keras 3.1 to 3.15 overwrites what was written (`operation_fn`). Keras 3.16 keeps it again (read and run
    from its development version).

    The finding is a *bug* where the layer is known, and for a BatchNormalization also whether it is trained. It is
    *fragile* where the module does not train the model, or freezes only some layers, and for a `training=True` that
    reaches nothing but BatchNormalization: Keras 2 then uses batch statistics in `predict()`, which few mean. A model
    that is only called without a flag, `model(x)`, keeps the flags of its graph in every version and is not reported.

    ## Example

    ```python
    hidden = Dropout(0.5)(hidden, training=True)
    model = keras.Model(inputs, hidden)
    ```

    Use instead:

    ```python
    class MonteCarloDropout(keras.layers.Dropout):
        def call(self, inputs, training=None):
            return super().call(inputs, training=True)

    hidden = MonteCarloDropout(0.5)(hidden)
    model = keras.Model(inputs, hidden)
    ```

    ## Fix safety

    There is no fix: you decide whether the layer is always on, always off, or follows the model.

    ## References

    - Keras 3.15.1, `models/functional.py:695` (the flag of the model overrides that of the node); 3.3.3, `:584`
    - Development version of Keras 3.16, `models/functional.py:174` (a flag in the graph wins)
    - Keras 2.15, `engine/base_layer.py:2614` (a flag that is passed explicitly stays in the graph)
    - Measured: rows 7g, 7g.norm, 7h, 7i, 7i.dropout, 7k and 7l in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("training=", "training =")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The constant flags that a functional model does not keep to."""
        if 3 not in module.keras or not makes_functional(module.source.text):
            return
        trains = any(word in module.source.text for word in _TRAINS)
        for baked in baked_flags(module):
            releases = keras_title(baked.generations, module.settings.keras_versions)
            # A base is not meant to stay in training mode where it is trained, and stays out of it where it is frozen.
            tunes = follows_trainability(baked.call.node, module.tree)
            severity = Severity.BUG if _is_certain(baked, trains) and not tunes else Severity.FRAGILE
            yield self.problem(baked.call.node, _message(baked, releases), majors(baked.generations), severity=severity)


def _is_certain(baked: BakedFlag, trains: bool) -> bool:
    """Whether what the module shows goes wrong."""
    if baked.is_default:
        return False
    if baked.flag:
        # Statistics of the batch at inference are seldom meant: what Keras 3 does instead may be what is wanted.
        return baked.held.dropout
    return trains and (baked.held.dropout or baked.trainability is Trainability.TRAINED)


def _message(baked: BakedFlag, releases: str) -> str:
    name = _title(baked)
    what = name if baked.is_leaf else f"`{called(baked.call.node)}` ({baked.held.title} inside)"
    head = f"{what} loses `training={baked.flag}` to the model's flag in {releases}"
    if baked.flag:
        subclass = "Use a subclass, or" if baked.is_leaf else "Call"
        return f"{head}: `predict()` runs it in inference mode. {subclass} `model(x, training=True)`"
    head = f"{head}: `fit()` runs it in training mode"
    if not baked.held.dropout:
        return f"{head}. Use `trainable = False`"
    return f"{head}. {'Drop the layer or the flag' if baked.is_leaf else 'Call it in a model class of your own'}"


def _title(baked: BakedFlag) -> str:
    type_ = baked.layer.type
    return type_.title if isinstance(type_, KerasLayer) else type_.name


RULE = BakedTrainingFlag()
