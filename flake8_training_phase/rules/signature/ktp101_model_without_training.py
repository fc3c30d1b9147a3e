"""KTP101 model-without-training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.entries.own_loops import LoopCall, loop_call
from flake8_training_phase.analysis.phase.dependence import Dependence, class_dependence
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.queries.augmentation import only_augments
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.graphs_of_call import gives_graph, only_graph_is_used
from flake8_training_phase.analysis.queries.hosts import is_only_made_in_hosts
from flake8_training_phase.analysis.queries.own_steps import fit_runs_call
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.analysis.queries.told_helpers import untold_helper
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.plans import take_and_forward
from flake8_training_phase.rules.rule import Rule, Violation
from flake8_training_phase.rules.signature.ktp102_layer_without_training import in_host_message, untold_problem


class ModelWithoutTraining(Rule):
    """The `call` of a model has no parameter named `training`, so `fit()` cannot put its layers into training mode.

    ## What it does

    Reports a `keras.Model` subclass whose `call`, its own or one it inherits, has no parameter that is literally
    named `training`, and runs a layer that behaves differently in training. It is *fragile* where the module makes such
    models only inside others, which pass their mode on, or only to make a functional model of their `call`.

    It is also *fragile* where nothing seems to fit the model itself: it is only made inside other layers, or only for
    functional models, `Model(x, Net()(x))`, `Ranker().build_graph()`. Its layers find the flag of what is fitted. So
    it is where the layer is of a package that refuses Keras 3 (`transformers` 4.44, `tensorflow_addons`
    0.23): Keras 2 passes the flag anyhow. Nothing is reported where a `train_step` trains the parts of the model, as
    that of a GAN does, and never runs `call`.

    Where a training step of the project itself runs the model, and no call of `fit()` is found, the message says what
    happens in that step. One that passes `training=True` is right from Keras 3.10 on.

    ## What Keras does

    Keras 2 passes the flag to every model: what `call` does not take goes into the call context, where the layers
    find it. Keras 3 looks at the signature first. A model that does not name `training` is fitted, evaluated and
    run by `predict()` with no flag at all: Dropout never drops, BatchNormalization never learns its statistics, and
    augmentation layers, whose default is `True`, also change the data in `predict()`. Nothing raises. A
    `**kwargs` in the signature does not help, nor does a wrapper that hides it.

    ## Example

    ```python
    class Classifier(keras.Model):
        def call(self, x):
            return self.out(self.dropout(x))
    ```

    Use instead:

    ```python
    class Classifier(keras.Model):
        def call(self, x, training=None):
            return self.out(self.dropout(x, training=training))
    ```

    ## Fix safety

    Safe: the parameter has a default and comes last, and with the flag the layers run as they do in Keras 2 (measured
    in Keras 2.15, tf_keras 2.21, and Keras 3.1 to 3.15). If `call` has nothing to pass the flag to, because a public
    helper runs the layers, the parameter alone repairs the model: Keras looks for it in the signature, and the layers
    find the flag in the call context.

    Unsafe, with the reason in the text of the fix, if a layer that runs in the right mode today would not afterwards:

    - augmentation beside other layers: today a flag that leaks from one of them keeps it off in a plain `model(x)`;
      afterwards its own default, which is on, counts again;
    - a class whose caller passes a literal `training=True` that is lost today: it takes effect afterwards;
    - a `call` under an unknown decorator, which has to pass the parameter on.

    There is no fix if the parameter cannot reach `call`: under `@tf.function(input_signature=…)`,
    `@tf.custom_gradient`, and a decorator whose wrapper takes the inputs alone.

    ## References

    - Keras 3.15.1, `backend/tensorflow/trainer.py:58`, `layers/layer.py:317`
    - Keras 2.15, `engine/training.py:1150`, `engine/base_layer.py:2666`
    - Measured: rows 1a, 1f, 3e, 11b, 12b, 13b in docs/what-happens-to-training.md; repaired: row 21.1 in
      docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The models to which `fit` cannot pass the flag."""
        for layer_class in module.layer_classes:
            cls = layer_class.cls
            if not cls.is_model or cls.call is None or cls.phase_parameter == "training" or layer_class.misnamed_flag:
                continue
            node = layer_class.call or cls.node
            if only_augments(layer_class) or gives_graph(cls):
                continue  # It is mapped over datasets and never fitted, or gives what is fitted.
            hit = next(_misled(layer_class, layer_class.layer_calls), None)
            if hit is None and not _is_wrong_above(layer_class):
                hit = next(_misled(layer_class, layer_class.own_layer_calls), None)
            if hit is not None:
                plan = take_and_forward(layer_class, layer_class.layer_calls)
                related = module.related(hit[0], "this layer is called without `training`")
                if is_only_made_in_hosts(cls) or not _runs_on_keras_3(hit[0]):
                    # Where a host loses the flag, the host is reported: what it holds is never fitted.
                    message, severity = in_host_message(layer_class, hit[0]), Severity.FRAGILE
                elif only_graph_is_used(cls):
                    message, severity = _graph_message(layer_class, hit[0]), Severity.FRAGILE
                elif (loop := loop_call(layer_class)) is not None:
                    message, severity = _loop_message(layer_class, hit[0], loop)
                else:
                    message, severity = _message(layer_class, *hit), self.severity
                yield self.problem(node, message, (3,), plan, severity=severity, related=related)
            elif not isinstance(cls.find_method("train_step"), Method):
                # A step of its own may call the helpers, and pass them the flag.
                untold = untold_helper(layer_class)
                if untold is not None:
                    yield untold_problem(self, layer_class, untold)


def _is_wrong_above(layer_class: LayerClass) -> bool:
    """Whether the `call` is from another module, and goes wrong in a model there as well."""
    above = [one for one in layer_class.cls.mro[1:] if isinstance(one, UserClass) and one.is_model]
    return layer_class.call is None and any(class_dependence(one) is Dependence.YES for one in above)


def _misled(layer_class: LayerClass, calls: Iterable[LayerCall]) -> Iterator[tuple[LayerCall, RunMode]]:
    modes = (RunMode.FIT, RunMode.PREDICT) if fit_runs_call(layer_class.cls) else (RunMode.PREDICT,)
    for call in calls:
        if call.flag.absent:
            for wrong in layer_class.wrong(call):
                if wrong.generation.fit_needs_parameter and wrong.mode in modes:
                    yield call, wrong.mode


def _runs_on_keras_3(call: LayerCall) -> bool:
    """Whether what is called can be run there: `transformers` and `tensorflow_addons` refuse Keras 3."""
    return any(not isinstance(one, Instance) or 3 in one.generations for one in members(call.receiver))


def _message(layer_class: LayerClass, call: LayerCall, mode: RunMode) -> str:
    phase, what = "inference" if mode.wanted else "training", placed_title(call, layer_class.module.scope)
    return (
        f"{layer_class.call_title} takes no `training`, so `{mode}` runs {what} in {phase} mode "
        "in Keras 3. Add `training=None`"
    )


def _loop_message(layer_class: LayerClass, call: LayerCall, loop: LoopCall) -> tuple[str, Severity]:
    """What happens to a model that is only seen in a training loop of the project's own."""
    given = loop.call.flag
    told = not given.absent and given.by_lane[0] is not False
    ignoring = [one.generation for one in layer_class.wrong(call) if one.mode is RunMode.TRUE] if told else []
    what = placed_title(call, layer_class.module.scope)
    if told and not ignoring:
        return in_host_message(layer_class, call), Severity.FRAGILE
    where = f" in {layer_class.title(dict.fromkeys(ignoring))}" if told else ""
    message = (
        f"{layer_class.call_title} takes no `training`, so the step ({loop.place}) runs {what} in inference "
        f"mode{where}. Add `training=None`"
    )
    return message, Severity.BUG


def _graph_message(layer_class: LayerClass, call: LayerCall) -> str:
    what = placed_title(call, layer_class.module.scope)
    return (
        f"{layer_class.call_title} takes no `training`: {what} works only in the functional model "
        f"made from `{layer_class.name}`. Add `training=None`"
    )


RULE = ModelWithoutTraining()
