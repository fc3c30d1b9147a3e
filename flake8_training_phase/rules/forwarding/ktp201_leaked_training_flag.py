"""KTP201 leaked-training-flag."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.queries.augmentation import augments
from flake8_training_phase.analysis.queries.checked_module import (
    CheckedModule,
    LayerClass,
    PhaseMismatch,
    RelatedNode,
    concerned,
    majors,
)
from flake8_training_phase.analysis.queries.layer_calls import defaults_to_true, layer_title
from flake8_training_phase.analysis.queries.plain_functions import advice_to_pass, takes_flag
from flake8_training_phase.analysis.queries.titles import called_title, leaf_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, FixPlan
from flake8_training_phase.fixes.plans import forward_where_taken, take_and_forward
from flake8_training_phase.keras.targets import keras_title
from flake8_training_phase.rules.forwarding.graph_leaks import GraphLeak, graph_leaks
from flake8_training_phase.rules.rule import Rule, Violation
from flake8_training_phase.sources.gate import may_hold_graph_leaks


class LeakedTrainingFlag(Rule):
    """A layer called without `training` inherits the flag that was meant for the layer before it.

    ## What it does

    Reports the call of a mode-dependent layer that passes no `training`, when a layer that runs before it leaves
    another flag in the call context: a constant (`self.backbone(x, training=False)`), a layer whose own default is
    `True` (`RandomFlip`, and `Resizing` from Keras 3.6 on), or a layer of your own that does such a thing inside. The
    message names the line that leaks, and the releases of Keras when not all are concerned.

    In functional and Sequential models the same happens between a layer with the default `True` and the layers after
    it that have the default `None`: BatchNormalization, attention, layers of your own. It is reported at the first of
    these, unless the module shows that the model is only fitted, evaluated and asked for predictions.

    ## What Keras does

    Keras 2 restores the context when a layer returns, so a flag never leaves the layer it was given to. Keras 3 keeps
    one context slot for the whole call tree. Every layer call writes the flag that it resolved into it, and nothing
    takes it back: each later layer that is given no flag finds the flag of its sibling. A head after a frozen backbone
    is then trained in inference mode; BatchNormalization after a Dropout that is forced on uses batch statistics in
    `predict()`.

    A functional or Sequential model that is called without a flag, `model(x)`, or that gets `None` from the `call`
    around it, runs its layers with their own defaults in one context: after a `Resizing`, BatchNormalization
    normalizes with the batch and changes its moving statistics. Inside a model whose `call` has no `training` that goes
    for `predict()` too. `fit()`, `predict()` and `model(x, training=False)` of the model itself are right.

    The release after 3.15 leaves a default with its layer, so that `RandomFlip` leaks no more; a constant still does
    (read and run from the development version of 3.16).

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
    parameter is added. In functional and Sequential models there is no fix: a flag in the graph would stay there
    (KTP218). Call the model with `training=False`, or resize before the model.

    Unsafe, with the reason in its text, where the callee may be something unknown as well as a layer: that has to take
    the flag too. And where `training` is not what was asked for any more: after `if training is None: training = True`
    it puts the layer into training mode when the model is called without a flag.

    ## References

    - Keras 3.15.1, `layers/layer.py:1691` and `:2050` (one context), `:1065` (every resolved flag is written)
    - Keras 2.15, `engine/base_layer_utils.py:505` (a stack of contexts)
    - Measured: rows 7c2, 7m, 7a2, 22b, 22e, E3.RandomFlip, E11, and in graphs E1b.RandomFlip, E1b.Resizing, E6b,
      E6c, 22e2, E2b.Resizing in docs/what-happens-to-training.md; constants leak from Keras 3.1 on, defaults from
      3.1 to 3.15
    - Development version of Keras 3.16, `layers/layer.py:1066` (a default stays local)
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that receive a sibling's flag, and those whose default they receive."""
        for layer_class in module.layer_classes:
            leaks: dict[LayerCall, tuple[LayerCall, list[PhaseMismatch]]] = {}
            for call in layer_class.layer_calls:
                wrong = layer_class.poisoned(call)
                writers = list(dict.fromkeys(_writers(wrong)))
                if writers:
                    hit = concerned(wrong)
                    leaking = [one for one in writers if _leaks_default(layer_class, one)]
                    leaks = dict.fromkeys(leaking, (call, wrong)) | leaks
                    message = _message(layer_class, call, writers[0], wrong)
                    told = f"`{writers[0].name}` leaks its flag to the layers called after it"
                    related = layer_class.module.related(writers[0], f"{told}{_in_hosts(wrong, layer_class)}")
                    plan = _plan(layer_class, [call, *leaking])
                    yield self.problem(call.node, message, majors(hit), plan, related=related)
            for call, (victim, wrong) in leaks.items():
                hit = concerned(wrong)
                message = _leak_message(call, victim, wrong, layer_class.title(hit))
                plan = _plan(layer_class, [victim, call])
                told = f"`{victim.name}` runs in the mode that it inherits{_in_hosts(wrong, layer_class)}"
                related = layer_class.module.related(victim, told)
                yield self.problem(call.node, message, majors(hit), plan, related=related)
        if may_hold_graph_leaks(module.source.text):
            for found in graph_leaks(module):
                keras = keras_title(found.generations, module.settings.keras_versions)
                related_node = RelatedNode(found.writer.node, f"{_who_leaks(found.writer.layer)}{_IN_HOSTS}")
                message = _graph_message(found, keras)
                yield self.problem(found.victim.node, message, majors(found.generations), related=related_node)


def _graph_message(leak: GraphLeak, keras: str) -> str:
    victim, writer = _leaf_title(leak.victim.layer), _leaf_title(leak.writer.layer).partition(" from ")[0]
    return (
        f"{victim} inherits `training=True` from {writer} (line {leak.writer.node.lineno}): training mode "
        f"in `model(x)` in {keras}. Call `model(x, training=False)`"
    )


def _who_leaks(writer: Value) -> str:
    title = _leaf_title(writer)
    who = f"a layer inside {title}" if " from " in title else "this layer"
    return f"{who} has the default `training=True`"


def _leaf_title(layer: Value) -> str:
    return leaf_name(layer) or layer_title(layer)


def _writers(wrong: list[PhaseMismatch]) -> Iterator[LayerCall]:
    return (one.received.writer for one in wrong if one.received.writer is not None)


def _leaks_default(layer_class: LayerClass, writer: LayerCall) -> bool:
    """Whether it is a default that a call leaves behind, so that passing the flag there mends it for all that follow.

    That is what repairs a `Sequential` which is built in its first call as well: it keeps what that call found.
    """
    types = [one.type for one in members(writer.receiver) if isinstance(one, Instance)]
    by_default = writer.flag.absent and any(defaults_to_true(one) for one in types)
    return by_default and not augments(writer) and takes_flag(layer_class, writer)


def _message(layer_class: LayerClass, call: LayerCall, writer: LayerCall, wrong: list[PhaseMismatch]) -> str:
    keras, advice = layer_class.title(concerned(wrong)), advice_to_pass(layer_class, call, "training")
    return (
        f"{called_title(call)} inherits `training={wrong[0].received.left}` from `{writer.name}` "
        f"(line {writer.node.lineno}): {_what(wrong)} in {keras}. {advice}"
    )


def _leak_message(call: LayerCall, victim: LayerCall, wrong: list[PhaseMismatch], keras: str) -> str:
    return (
        f"{called_title(call)} leaks its default `training=True` to `{victim.name}` (line {victim.node.lineno}): "
        f"{_what(wrong)} in {keras}. Pass `training`"
    )


def _what(wrong: list[PhaseMismatch]) -> str:
    phase = wrong[0].received.phase
    where = _where({one.mode for one in wrong if one.received.phase == phase})
    return f"{'training' if phase else 'inference'} mode {where}"


_IN_HOSTS = ", in `predict()` too inside a model without `training`"


def _in_hosts(wrong: list[PhaseMismatch], layer_class: LayerClass) -> str:
    """That a layer finds no flag in `predict()` either, where the model around it has none to leave."""
    is_plain_call = any(one.mode is RunMode.NONE and one.received.phase for one in wrong)
    return _IN_HOSTS if is_plain_call and not layer_class.cls.is_model else ""


def _where(modes: set[RunMode]) -> str:
    """The modes as a user knows them: what Keras does comes first."""
    methods = [f"`{mode}`" for mode in (RunMode.FIT, RunMode.PREDICT) if mode in modes]
    if methods:
        return f"in {' and '.join(methods)}"
    if RunMode.NONE in modes:
        return "in `model(x)`"
    return f"with {' and '.join(f'`{mode}`' for mode in (RunMode.TRUE, RunMode.FALSE) if mode in modes)}"


def _plan(layer_class: LayerClass, calls: Sequence[LayerCall]) -> FixPlan | None:
    """Pass the flag to the first of some calls, and to the others where that can be done."""
    first = calls[0]
    if first.forwardable_name:
        plan = forward_where_taken(layer_class, first)
    elif takes_flag(layer_class, first) and first.place.is_call_method and not layer_class.cls.accepts_training:
        plan = take_and_forward(layer_class, layer_class.layer_calls)
    else:
        return None
    name = first.forwardable_name or "training"
    others = [
        one
        for one in calls[1:]
        if one.forwardable_name == first.forwardable_name and one.place.function is first.place.function
    ]
    added = [AddArgument(one.node, "training", name) for one in others]
    return plan and replace(plan, changes=tuple(dict.fromkeys((*plan.changes, *added))))


RULE = LeakedTrainingFlag()
