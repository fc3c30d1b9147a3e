"""KTP201 poisoned-by-sibling."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.checked_module import CheckedModule, RelatedNode
from flake8_training_phase.analysis.events import LayerCall
from flake8_training_phase.analysis.layer_class import LayerClass, Wrong, concerned, layer_title, majors, takes_keyword
from flake8_training_phase.analysis.phase_flow import Mode
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import Plan
from flake8_training_phase.fixes.plans import forward, take_and_forward
from flake8_training_phase.rules.rule import Example, Problem, Proof, Rule


class PoisonedBySibling(Rule):
    """A layer that is called without `training` gets the flag that was meant for the layer before it.

    ## What it does

    Reports the call of a phase-dependent layer that passes no `training`, when a layer that runs before it leaves
    another flag in the call context: a constant (`self.backbone(x, training=False)`), a layer whose own default is
    `True` (`RandomFlip`, and `Resizing` from Keras 3.6 on), or a layer of your own that does such a thing inside.
    The message names the line that poisons, and the releases of Keras when not all are concerned.

    ## What Keras does

    Keras 2 restores the context when a layer returns, so a flag never leaves the layer it was given to. Keras 3
    keeps one context slot for the whole call tree. Every layer call writes the flag that it resolved into it, and
    nothing takes it back: each later layer that is given no flag finds the flag of its sibling. A head behind a
    frozen backbone is then trained as in inference; BatchNormalization behind a Dropout that is forced on uses batch
    statistics in `predict()`.

    The release after 3.15 leaves a default with its layer, so that `RandomFlip` poisons no more; a constant still
    does (read and run from the development version of 3.16).

    ## Example

    ```python
    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: the flag is passed explicitly, which all versions of Keras honour. When `call` has no `training` yet, the
    parameter is added.

    ## References

    - Keras 3.15.1, `layers/layer.py:1691` and `:2050` (one context), `:1065` (every resolved flag is written)
    - Keras 2.15, `engine/base_layer_utils.py:505` (a stack of contexts)
    - Measured: rows 7c2, 7m, 7n, 7a2, 22b, 22e, E2, E3, E11; constants poison from Keras 3.1 on, defaults from 3.1 to
      3.15
    - Development version of Keras 3.16, `layers/layer.py:1066` (a default stays local)
    """

    severity = Severity.BUG
    bad = (
        Example(
            bad="""
import keras


class FineTuned(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x)
""",
            fixed="""
import keras


class FineTuned(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x, training=training)
""",
            proof=Proof(build="FineTuned()", layer="dropout", keras3="I I I I I"),
        ),
        Example(
            bad="""
import keras


class FrozenFeatures(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=False)


class Head(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = FrozenFeatures()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.features(x)
        return self.dropout(x)
""",
            fixed="""
import keras


class FrozenFeatures(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=False)


class Head(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = FrozenFeatures()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.features(x)
        return self.dropout(x, training=training)
""",
            proof=Proof(build="Head()", layer="dropout", keras3="I I I I I"),
        ),
    )
    good = (
        """
import keras


class FineTuned(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.applications.ResNet50(include_top=False, pooling="avg")
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x, training=training)
""",
    )

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The calls that receive a sibling's flag."""
        for layer_class in module.layer_classes:
            for call in layer_class.layer_calls:
                wrong = layer_class.poisoned(call)
                if wrong:
                    hit = concerned(wrong)
                    message = _message(call, wrong, layer_class.title(hit))
                    related = _leak(layer_class, wrong[0])
                    yield self.problem(call.node, message, majors(hit), _plan(layer_class, call), related=related)


def _message(call: LayerCall, wrong: list[Wrong], keras: str) -> str:
    first = wrong[0]
    writer = first.received.writer
    assert writer is not None
    phase = "training" if first.received.phase else "inference"
    flag = "no phase" if first.received.left is None else f"`training={first.received.left}`"
    where = _where({one.mode for one in wrong if one.received.phase == first.received.phase})
    return (
        f"`{call.name}` ({layer_title(call.receiver)}) is called without `training` and runs in {phase} {where} "
        f"under {keras}: `{writer.name}` on line {writer.node.lineno} leaves {flag} in the call context"
    )


def _leak(layer_class: LayerClass, wrong: Wrong) -> RelatedNode | None:
    writer = wrong.received.writer
    assert writer is not None
    return layer_class.module.related(writer, f"`{writer.name}` leaves its flag in the call context")


def _where(modes: set[Mode]) -> str:
    """The modes as a user knows them: what Keras does comes first."""
    methods = [f"`{mode}`" for mode in (Mode.FIT, Mode.PREDICT) if mode in modes]
    if methods:
        return f"in {' and '.join(methods)}"
    if Mode.NONE in modes:
        return "when the model is called without a flag"
    return f"in {' and '.join(f'`model(x, {mode})`' for mode in (Mode.TRUE, Mode.FALSE) if mode in modes)}"


def _plan(layer_class: LayerClass, call: LayerCall) -> Plan | None:
    if not takes_keyword(call.receiver):
        return None
    if call.at_hand:
        return forward(layer_class, call)
    if call.place.is_call_method and not layer_class.cls.accepts_training:
        return take_and_forward(layer_class, layer_class.layer_calls)
    return None


RULE = PoisonedBySibling()
