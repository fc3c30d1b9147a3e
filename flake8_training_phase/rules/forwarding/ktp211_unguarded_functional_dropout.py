"""KTP211 unguarded-functional-dropout."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import TRUE_LANE, Constant, Instance, members
from flake8_training_phase.analysis.queries.augmentation import on_unless_told
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.dropout_functions import dropouts_by_hand, is_dropout
from flake8_training_phase.analysis.queries.functional_calls import FunctionalCall, calls_in_lambdas, unguarded_calls
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.brackets import in_brackets
from flake8_training_phase.fixes.changes import Change, FixPlan, Replace
from flake8_training_phase.fixes.parameter import add_parameter
from flake8_training_phase.keras.names import keras_path
from flake8_training_phase.rules.forwarding.meant_dropout import drops_on_purpose, hides_input, says_that_it_drops
from flake8_training_phase.rules.rule import Rule, Violation

_RATES = ("rate", "level", "keep_prob")


class UnguardedFunctionalDropout(Rule):
    """A dropout function runs in every mode, so it also drops in `predict()`.

    ## What it does

    Reports `tf.nn.dropout`, `tf.nn.experimental.stateless_dropout`, `keras.random.dropout`, `K.dropout` and the like in
    `call`, in functions that `call` runs, and in `Lambda` layers, when it does not depend on the mode: no `if`, no
    early return, no rate made from the flag, no `tf.cond`. Classes whose names show the intent (Monte Carlo dropout)
    are not reported, nor are the parts of generative models.

    Dropout written by hand is reported too, such as stochastic depth (DropPath): a random mask, `floor(keep + uniform)`
    or `uniform < rate`, that is multiplied into the input.

    ## What Keras does

    Nothing: these functions take a rate and drop. Only the `Dropout` layer depends on the mode. Predictions are random,
    and worse than the model can do, while the training curves look right.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.dense(tf.nn.dropout(x, 0.5))
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dense(tf.nn.dropout(x, 0.5) if training else x)
    ```

    ## Fix safety

    Unsafe: what the model returns at inference changes, as it should. There is no fix for
    dropout written by hand, in helper functions, in `Lambda` layers, and where the first argument is more than a name.

    ## References

    - Keras 3.15.1, `src/random/random.py`, `dropout`
    - Keras 2.15, `backend.py`, `dropout`
    - Keras 3.15.1, `src/legacy/backend.py`, `dropout`, which is `tf.keras.backend.dropout`
    - Measured: row 10a in docs/what-happens-to-training.md; of dropout by hand, the tables of docs/rules/KTP211.md
    """

    severity = Severity.BUG
    words = ("dropout", "uniform", "binomial", "bernoulli")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The functions that drop whatever the phase is."""
        for layer_class in module.layer_classes:
            if drops_on_purpose(layer_class) or on_unless_told(layer_class.cls) or _runs_in_training_only(layer_class):
                continue
            for call in unguarded_calls(layer_class, is_dropout):
                keras = tuple(one for one in layer_class.keras if one in _versions(call.path))
                if keras and not _drops_nothing(call.node, layer_class):
                    yield self.problem(call.node, _message(call), keras, _plan(call, layer_class))
            if not hides_input(layer_class):
                for call in dropouts_by_hand(layer_class):
                    yield self.problem(call.node, _message_by_hand(call), layer_class.keras)
        for call in calls_in_lambdas(module, is_dropout):
            keras = tuple(sorted(_versions(call.path) & set(module.keras)))
            if keras and not _drops_nothing(call.node) and not says_that_it_drops(_lines(module, call)):
                yield self.problem(call.node, _message(call), keras)


def _versions(path: str) -> frozenset[int]:
    """The major versions of Keras that have the function."""
    found = keras_path(path)
    if found is None:
        return frozenset({2, 3})
    if "random" in found[0]:
        return frozenset({3})
    # `tf.keras.backend.dropout` is there under Keras 3 as well, `keras.backend.dropout` is not.
    return found[1] if path.startswith("tensorflow.keras.") else found[1] & {2}


def _runs_in_training_only(layer_class: LayerClass) -> bool:
    """Whether this module has hosts of the layer, and all of them call it only in training."""
    calls = [call for other in layer_class.module.layer_classes for call in other.layer_calls]
    lanes = [call.lanes for call in calls if _is_call_of(call, layer_class)]
    return bool(lanes) and all(one == TRUE_LANE for one in lanes)


def _is_call_of(call: LayerCall, layer_class: LayerClass) -> bool:
    return any(isinstance(one, Instance) and one.type is layer_class.cls for one in members(call.receiver))


def _lines(module: CheckedModule, call: FunctionalCall) -> str:
    """The text around a call in which a name or a comment may say that it is meant."""
    return "\n".join(module.source.line(row) for row in range(max(1, call.node.lineno - 2), call.node.lineno + 2))


def _drops_nothing(call: ast.Call, layer_class: LayerClass | None = None) -> bool:
    """Whether the rate is written as zero, or is an attribute that is zero in every object that the module makes."""
    given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg in _RATES)]
    keeps = {keyword.value for keyword in call.keywords if keyword.arg == "keep_prob"}
    return any(_is_always(1 if one in keeps else 0, one, layer_class) for one in given)


def _is_always(number: int, rate: ast.expr, layer_class: LayerClass | None) -> bool:
    if isinstance(rate, ast.Attribute) and layer_class is not None and layer_class.call is not None:
        is_own = layer_class.is_of_self(rate)
        held = members(layer_class.cls.attribute(rate.attr, layer_class.cls.instance)) if is_own else ()
        return bool(held) and all(isinstance(one, Constant) and one.value == number for one in held)
    return isinstance(rate, ast.Constant) and rate.value == number


def _message(call: FunctionalCall) -> str:
    called = ast.unparse(call.node.func)
    return f"`{called}` runs in every mode, so it also drops in `predict()`. Guard it with `if training:`"


def _message_by_hand(call: FunctionalCall) -> str:
    return (
        f"`{ast.unparse(call.node.func)}` masks the input at random in every mode, so it also drops in `predict()`. "
        "Guard it with `if training:`"
    )


def _plan(call: FunctionalCall, layer_class: LayerClass) -> FixPlan | None:
    first = call.node.args[0] if call.node.args else None
    if call.function is not layer_class.call or not isinstance(first, ast.Name):
        return None
    changes: list[Change] = []
    if parameter(call.function, "training") is None:
        if not layer_class.can_take_training or layer_class.cls.phase_parameter is not None:
            return None
        changes += add_parameter(layer_class)
    template = in_brackets("{} if training else {}", call.node, call.parent)
    changes.append(Replace(call.node, template, (call.node, first)))
    return FixPlan("Drop only in training mode", tuple(changes), "the outputs at inference change")


RULE = UnguardedFunctionalDropout()
