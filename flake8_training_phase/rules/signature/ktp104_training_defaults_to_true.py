"""KTP104 training-defaults-to-true."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import defaults
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, PassedBy, PhaseTest, walk
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.phase.results import Subject
from flake8_training_phase.analysis.queries.augmentation import augments, on_unless_told
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.class_call_sites import call_sites, call_sites_elsewhere
from flake8_training_phase.analysis.queries.dropout_functions import drops_by_phase
from flake8_training_phase.analysis.queries.hosts import is_only_made_in_hosts
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, Replace
from flake8_training_phase.fixes.none_default import allow_none
from flake8_training_phase.rules.rule import Rule, Violation


class TrainingDefaultsToTrue(Rule):
    """`call` has the default `training=True`, so that a plain call runs in training mode.

    ## What it does

    Reports a `call` whose parameter `training` defaults to True, when something that behaves differently in training
    receives that default: Dropout, BatchNormalization, another layer of yours; `tf.nn.dropout` or a random mask under
    `if training:`.

    It is *fragile*, not a bug, for a layer that receives the flag wherever the module calls it: in Keras 3 always, in
    Keras 2 by enclosing layers whose own default is True or False. Augmentation layers are not reported: Keras's own
    have this default.

    ## What Keras does

    `fit()`, `evaluate()` and `predict()` pass the flag, so they are right. `model(x)`, and every call of the layer with
    no flag in the context, takes the default: Dropout drops, BatchNormalization normalises by the batch and changes its
    moving statistics. In Keras 2 that is so even when the caller forwards its own `training=None`, which Keras 2 treats
    as missing. In Keras 3, up to 3.15, a layer with this default that is called in an empty call context also leaks
    True to the layers called after it.

    ## Example

    ```python
    def call(self, x, training=True):
        return self.dropout(x, training=training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Unsafe: a training loop of your own that calls `model(x)` and relied on the default trains without Dropout from
    then on. Pass `training=True` there (KTP301).

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`, `_resolve_and_populate_arg`
    - Keras 2.15, `engine/base_layer.py:2656`
    - Measured: rows 5T.fwd, 22e in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("training",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The signatures with that default."""
        for layer_class in module.layer_classes:
            default = _true_default(layer_class)
            if default is None or on_unless_told(layer_class.cls):
                continue
            hits = list(_hits(layer_class))
            wrong = {keras for event in hits for keras in _misled(layer_class, event)}
            runs_layers = any(not isinstance(event, PhaseTest) for event in hits)
            if wrong and (runs_layers or drops_by_phase(layer_class)):
                open_to = wrong - _settled(layer_class)
                severity = self.severity if open_to else Severity.FRAGILE
                message, plan = _message(layer_class, hits), _plan(layer_class, default)
                yield self.problem(default, message, tuple(sorted(open_to or wrong)), plan, severity=severity)


def _true_default(layer_class: LayerClass) -> ast.expr | None:
    """The default of `training`, when it is True in a `call` of this class's own."""
    cls = layer_class.cls
    if layer_class.call is None or cls.call is None or cls.call.owner is not cls:
        return None
    return layer_class.call_defaults.get("training") if cls.training_default is True else None


def _hits(layer_class: LayerClass) -> Iterator[Subject]:
    """What runs with the default when no flag is passed, in a parent's `call` of another module too."""
    for event in walk(layer_class.cls.trace.events):
        if (
            isinstance(event, (LayerCall, DirectKerasCall, PhaseTest))
            and _follows_default(event)
            and not augments(event)
        ):
            if _misled(layer_class, event):
                yield event


def _misled(layer_class: LayerClass, event: Subject) -> set[int]:
    """The Keras versions under which it then runs in training mode."""
    return {one.generation.keras for one in layer_class.wrong(event) if one.mode is RunMode.NONE}


def _follows_default(event: Subject) -> bool:
    """Whether what runs there runs with the parameter, or finds it in the call context."""
    if isinstance(event, PhaseTest):
        return event.parameter == "training"
    if isinstance(event, LayerCall):
        return event.flag.absent or event.flag.parameter == "training"
    return event.flag.parameter == "training"


def _settled(layer_class: LayerClass) -> set[int]:
    """The Keras versions under which no model that is seen leaves the phase of such a layer to its default."""
    sites = list(call_sites(layer_class)) or list(call_sites_elsewhere(layer_class.cls))
    if not sites or (layer_class.cls.is_model and not is_only_made_in_hosts(layer_class.cls)):
        return set()
    # Where the host has a default of its own, the layer finds that in the call context.
    if any(site.call.flag.passed_by is PassedBy.NOTHING and site.host.training_default is None for site in sites):
        return set()
    if all(_always_knows(site.host) for site in sites):
        return {2, 3}
    # Keras 2 takes a None that is forwarded for nothing (5T.in_fwd), and so does a container in Keras 3.
    return set() if any(site.inside_container for site in sites) else {3}


def _always_knows(host: UserClass) -> bool:
    """Whether a `call` has a flag to pass on, whoever calls it: it demands one, or has a default."""
    if host.call is None:
        return False
    is_required = host.phase_parameter is not None and host.phase_parameter not in dict(defaults(host.call.node))
    return is_required or host.training_default is not None


def _message(layer_class: LayerClass, hits: list[Subject]) -> str:
    start = f"`{layer_class.name}.call` defaults to `training=True`: calls without it run"
    here = [event for event in hits if event in layer_class.events]
    first = next((event for event in here if isinstance(event, LayerCall)), None)
    if first is None:
        return f"{start} in training mode. Use `training=None`"
    return f"{start} {placed_title(first)} in training mode. Use `training=None`"


def _plan(layer_class: LayerClass, default: ast.expr) -> FixPlan:
    changes = [Replace(default, "None"), *allow_none(layer_class, layer_class.parameter("training"))]
    caveat = "a training loop that relies on the default has to pass `training=True`"
    return FixPlan("Change the default to None", tuple(changes), caveat)


RULE = TrainingDefaultsToTrue()
