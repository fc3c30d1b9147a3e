"""KTP306 layer-outside-model-without-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.layer_calls import layer_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, FixPlan
from flake8_training_phase.rules.callers.mapped_layers import MappedCall, idle_mapped_calls
from flake8_training_phase.rules.rule import Rule, Violation


class LayerOutsideModelWithoutTraining(Rule):
    """A noise or dropout layer is called without `training` in `Dataset.map`, where it does nothing.

    ## What it does

    Reports `dataset.map(lambda x, y: (noise(x), y))` where `noise` is a `GaussianNoise`, a `Dropout` or the like, or a
    `Sequential` or a layer of your own that holds one, often next to augmentation, or a layer of your own that does
    something at random only `if training:`, such as `tf.image.random_flip_left_right`. Functions that the mapped
    function calls are followed.

    Not reported: datasets and functions that are named after validation, testing or prediction, what runs only where a
    condition says that this is not training, such as the `else` of `if training:`, and networks with weights, which
    extract features there in inference mode and are right.

    ## What Keras does

    Outside of a model there is no call context, so each layer falls back to the default of its own `training`. That of
    `RandomFlip` and the other augmentation layers is True: they work. That of Dropout, `GaussianNoise` and all others
    is None or False, which means inference mode: they return their input unchanged, in Keras 2 and Keras 3.

    ## Example

    ```python
    dataset = dataset.map(lambda x, y: (noise(x), y))
    ```

    Use instead:

    ```python
    dataset = dataset.map(lambda x, y: (noise(x, training=True), y))
    ```

    ## Fix safety

    Unsafe: the model is then trained on other data. There is no fix where the layer itself is mapped,
    `dataset.map(noise)`: write a lambda that passes the flag.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`; Keras 2.15, `engine/base_layer.py:2626`
    - Measured: the tables of docs/rules/KTP306.md, where `fit()` of the class maps the noise over its data
    """

    severity = Severity.BUG
    words = (".map(",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that do nothing."""
        for found in idle_mapped_calls(module):
            yield self.problem(found.node, _message(found), module.keras, _plan(found))


def _message(found: MappedCall) -> str:
    node = found.node.args[0] if found.is_direct else found.node.func
    idle = found.idle
    layer = idle.layer if layer_title(found.receiver) == idle.layer else f"{idle.layer} inside"
    return (
        f"`{ast.unparse(node)}` ({layer}) is called without `training` in `Dataset.map`, "
        f"outside any model: {idle.effect}. Pass `training=True`"
    )


def _plan(found: MappedCall) -> FixPlan | None:
    if found.is_direct:
        return None
    caveat = "the data that a model is trained on changes"
    return FixPlan("Pass `training=True`", (AddArgument(found.node, "training", "True"),), caveat)


RULE = LayerOutsideModelWithoutTraining()
