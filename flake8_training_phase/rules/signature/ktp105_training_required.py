"""KTP105 training-required."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.classes import Method
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.class_call_sites import call_sites, functional_call
from flake8_training_phase.analysis.queries.hosts import is_only_made_in_hosts
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddDefault, Change, FixPlan
from flake8_training_phase.fixes.none_default import allow_none
from flake8_training_phase.rules.rule import Rule, Violation


class TrainingRequired(Rule):
    """The parameter `training` of a `call` has no default, so that calling the layer without it raises.

    ## What it does

    Reports a `call` with a parameter `training` that has no default. It is a bug in a model, and in a layer that is
    seen to be called without the flag: in the `call` of another class, in a `Sequential` there, or in a functional
    model. A layer that is given the flag wherever it is seen to be called is reported as fragile. The cell of an RNN
    always receives the flag and is not reported.

    ## What Keras does

    Keras 2 fills in a missing flag before it calls `call`. Keras 3 first binds the arguments to the signature: a
    flag that is missing is a TypeError, even inside a model that has one in its call context: "missing a required
    argument: 'training'", or "call() missing 1 required positional argument: 'training'" where the method itself is
    called. `fit()` and `predict()` pass the flag to a model, so they work; `model(x)` raises, and so does every
    functional model or `Sequential` that holds such a layer ("Layers added to a Sequential model can only have a single
    required positional argument, the input tensor").

    ## Example

    ```python
    class Classifier(keras.Model):
        def call(self, x, training):
            return self.dropout(self.dense(x), training=training)
    ```

    Use instead:

    ```python
    class Classifier(keras.Model):
        def call(self, x, training=None):
            return self.dropout(self.dense(x), training=training)
    ```

    ## Fix safety

    Safe: every call that passes the flag does what it did. Parameters without a default after this one
    also get the default None, so that the order stays and no call has to change: unsafe unless they are masks.

    ## References

    - Keras 3.15.1, `layers/layer.py:1883`, `CallSpec`
    - Keras 2.15, `engine/base_layer.py:2626`, `_set_training_mode`
    - Measured: rows 15b, 15c in docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The signatures that demand the flag."""
        for layer_class in module.layer_classes:
            argument = _required(layer_class)
            if argument is not None and 3 in layer_class.keras:
                severity, consequence = _consequence(layer_class)
                message = (
                    f"`{layer_class.name}.call` has no default for `training`: {consequence} in Keras 3. Write "
                    "`training=None`"
                )
                yield self.problem(argument, message, (3,), _plan(layer_class, argument), severity=severity)


def _required(layer_class: LayerClass) -> ast.arg | None:
    """The parameter, when calling a layer of the class runs this `call` directly."""
    cls = layer_class.cls
    if layer_class.call is None or cls.call is None or cls.call.owner is not cls or is_abstract(layer_class.call):
        return None
    is_cell = "state_size" in cls.attributes() or isinstance(cls.find_method("state_size"), Method)
    if is_cell or "Cell" in (cls.keras_base_name or "") or cls.replaces_dunder_call:
        return None
    if "training" in layer_class.call_defaults or cls.flag_is_the_input:
        return None
    return layer_class.parameter("training")


def is_abstract(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method is there to be overridden: it is said to be, or only raises."""
    if any("abstract" in ast.unparse(decorator) for decorator in function.decorator_list):
        return True
    body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return all(isinstance(one, (ast.Pass, ast.Raise)) for one in body)


def _consequence(layer_class: LayerClass) -> tuple[Severity, str]:
    if layer_class.cls.is_model and not is_only_made_in_hosts(layer_class.cls) and not _takes_more_inputs(layer_class):
        return Severity.BUG, "`model(x)` raises TypeError"
    bare = [site.call.node for site in call_sites(layer_class) if site.inside_container or site.call.flag.absent]
    functional = functional_call(layer_class)
    if functional is not None:
        bare.append(functional)
    if bare:
        return Severity.BUG, f"the call in line {bare[0].lineno} raises TypeError"
    return Severity.FRAGILE, "a functional model or a `Sequential` with it raises TypeError"


def _takes_more_inputs(layer_class: LayerClass) -> bool:
    """Whether `call` has other required inputs: who runs it names its parameters."""
    known = layer_class.call_defaults
    inputs = [one.arg for one in layer_class.positional[1:] if one.arg not in (*known, "training")]
    return sum(not name.endswith("mask") for name in inputs) > 1


def _plan(layer_class: LayerClass, argument: ast.arg) -> FixPlan | None:
    known, positional = layer_class.call_defaults, layer_class.positional
    behind = positional[positional.index(argument) + 1 :] if argument in positional else []
    required = [one for one in behind if one.arg not in known]
    changes: list[Change] = [AddDefault(argument, "None"), *allow_none(layer_class, argument)]
    changes += [AddDefault(one, "None") for one in required]
    # A mask is optional by nature; what else becomes so may have to be looked at.
    masks = all(one.arg.endswith("mask") for one in required)
    caveat = None if masks else "a call that leaves one of them out does not raise any more"
    names = " and ".join(f"`{one.arg}`" for one in (argument, *required))
    return FixPlan(f"Give {names} the default None", tuple(changes), caveat)


RULE = TrainingRequired()
