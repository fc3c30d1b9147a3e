"""KTP108 training-unused."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.values import Instance, join
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import short_title
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules.rule import Rule, Violation
from flake8_training_phase.rules.signature.opaque_paths import unseen_layers


class TrainingUnused(Rule):
    """`call` takes `training` and never uses it, while it runs its layers in a way the checker cannot follow.

    ## What it does

    Reports a `call` that names `training` and never reads it, in a class that holds mode-dependent layers which `call`
    reaches for without a call that can be seen: `getattr(self, name)(x)`, `run_all(self.blocks, x)` with a function of
    another package. Where the call of the layer can be seen, KTP202 says
    which one it is. Off by default: what runs there is not known.

    ## What Keras does

    Keras 2 and Keras 3 both give a layer that is called without a flag the one of the call context. So it is right
    as long as nothing in between is given another flag: see KTP201 and KTP202.

    ## Example

    ```python
    def call(self, x, training=None):
        for name in sorted(["dense", "dropout"]):
            x = getattr(self, name)(x)
        return x
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        for name in sorted(["dense", "dropout"]):
            x = getattr(self, name)(x, training=training)
        return x
    ```

    ## Fix safety

    There is no fix: what is called there may be no layer of Keras, and then `training=` is an error.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`, `_resolve_and_populate_arg`
    - Keras 2.15, `engine/base_layer.py:2626`, `_set_training_mode`
    - Measured: row 2a in docs/what-happens-to-training.md
    """

    severity = Severity.FRAGILE
    on_by_default = False
    words = ("training",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that leave the flag where it came in."""
        for layer_class in module.layer_classes:
            if _ignores_flag(layer_class) and not any(map(reaches_phase, layer_class.layer_calls)):
                unseen = unseen_layers(layer_class)
                if unseen and layer_class.call is not None:
                    yield self.problem(layer_class.call, _message(layer_class, unseen), layer_class.keras)


def _ignores_flag(layer_class: LayerClass) -> bool:
    """Whether the class has a `call` here that names `training` and never reads it."""
    call, own = layer_class.call, layer_class.cls.call
    if call is None or own is None or own.owner is not layer_class.cls or not layer_class.cls.accepts_training:
        return False
    names = {node.id for node in nodes_in(call) if isinstance(node, ast.Name)}
    return not names & {"training", "locals", "vars"}


def _message(layer_class: LayerClass, unseen: dict[str, list[Instance]]) -> str:
    held = " and ".join(f"`self.{name}` ({short_title(join(layers))})" for name, layers in unseen.items())
    return (
        f"`{layer_class.name}.call` never uses its `training`: {held} works only by inheriting the caller's mode. "
        "Pass `training=training`"
    )


RULE = TrainingUnused()
