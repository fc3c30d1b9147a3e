"""KTP212 layer-created-in-call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.graphs_of_call import gives_graph, makes_graph
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules.forwarding.layers_in_call import has_state, is_random, layers_made
from flake8_training_phase.rules.rule import Rule, Violation

_ADVICE = "Create it in `__init__`"


class LayerCreatedInCall(Rule):
    """A layer is created inside `call`, so it gets new, untracked weights on every call.

    ## What it does

    Reports a layer with weights, or in Keras 3 one with a random generator such as Dropout, that is constructed in
    `call`, or in a method or a function of the module that `call` runs. Layers without any state (`Concatenate`,
    `ReLU`, `Resizing`) are not reported, nor is what is stored on `self`, or made by a function that is only handed to
    another one, which may keep what it makes (`get_or_create_layer`): it is made once. Where a method makes a
    functional model of `call`, whose layers then belong to that, the finding is *fragile*.

    ## What Keras does

    The layer is not tracked by the model: its weights are re-initialised on every call and never saved. `fit()` and
    `predict()` compile `call`, and a compiled function may not make variables when it is called again: they raise. With
    `run_eagerly=True` every batch gets new weights, so they never train. The random generator of a Dropout is such a
    variable in Keras 3. (Only in a graph of TensorFlow 1, which runs `call` once, such weights train, as variables of
    the graph that the layer does not own.)

    ## Example

    ```python
    def call(self, x, training=None):
        return keras.layers.Dropout(0.5)(x, training=training)
    ```

    Use instead:

    ```python
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    There is no fix: where the layer belongs, and whether calls share it, is for the author to say.

    ## References

    - Keras 3.15.1, `random/seed_generator.py`
    - Keras 2.15, `engine/base_layer.py`, `add_weight`
    - Measured: row 22j in docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The layers that no model will own."""
        for layer_class in module.layer_classes:
            if gives_graph(layer_class.cls):
                continue
            for node, made in layers_made(layer_class):
                keras = layer_class.keras if has_state(made) else (3,) if is_random(made) else ()
                keras = tuple(one for one in keras if one in layer_class.keras)
                if keras and makes_graph(layer_class.cls):
                    alone = f"this works only in the functional model made from `{layer_class.name}`"
                    message = f"{_made(node)}: {alone}. {_ADVICE}"
                    yield self.problem(node, message, keras, severity=Severity.FRAGILE)
                elif keras:
                    yield self.problem(node, _message(node, keras, with_weights=has_state(made)), keras)


def _made(node: ast.Call) -> str:
    return f"`{ast.unparse(node.func)}(…)` is created inside `call`"


def _message(node: ast.Call, keras: tuple[int, ...], with_weights: bool) -> str:
    made = _made(node)
    if with_weights:
        return f"{made}: every call makes new, untracked weights, and a compiled `fit()` raises. {_ADVICE}"
    return f"{made}: its random generator is a variable, so a compiled `fit()` raises in Keras {keras[-1]}. {_ADVICE}"


RULE = LayerCreatedInCall()
