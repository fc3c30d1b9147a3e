"""KTP213 constant-training."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.domain.values import FALSE_LANE, TRUE_LANE, Instance, Value, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.dunder_calls import dunder_call
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.analysis.syntax.names import LocalNames, variables_in
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.rules.rule import Rule, Violation

_MEANT = re.compile(r"MC(?![a-z])|(?<![a-z])mc_|monte.?carlo|always|frozen|freez|teacher|bayes", re.IGNORECASE)
"""The names by which a class says that it fixes the phase of its layers on purpose."""


class ConstantTraining(Rule):
    """A layer is called with a literal `training=True` or `training=False`, which ignores the mode of the model.

    ## What it does

    Reports `self.norm(x, training=True)` on a BatchNormalization in `call`, where it also runs at inference; the
    constant may have a name, `IS_TRAINING = True` at the top of the module or in the function. When the
    rule is selected by its code it reports every hard-coded flag on a layer that behaves differently in training: a
    dropout that always drops, a layer that never trains. A layer that never trains is reported by default where the
    forward pass is written in `__call__` (KTP109). Not reported: `training=False` on a whole model (usually transfer
    learning), and classes whose name signals intent, such as `MonteCarloDropout`.

    ## What Keras does

    An explicit flag wins over everything else. A BatchNormalization with True normalises each batch at inference by
    that very batch: predictions depend on what else is in it, a batch of one is all zeros, and a call changes the
    moving statistics. In Keras 3 the constant also becomes the context of the layers that follow (KTP201).

    ## Example

    ```python
    def call(self, x, training=None):
        return self.norm(self.dense(x), training=True)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.norm(self.dense(x), training=training)
    ```

    ## Fix safety

    There is no fix: a constant is often intended, and only its author knows.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`
    - Keras 2.15, `engine/base_layer.py:2626`
    - Measured: the tables of docs/rules/KTP213.md
    """

    severity = Severity.FRAGILE

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The literal flags that contradict a phase that is asked for."""
        everything = module.settings.selects(self.code, on_by_default=False)
        for layer_class in module.layer_classes:
            if _is_meant(layer_class):
                continue
            for call in layer_class.layer_calls:
                flag = call.flag.node
                if flag is not None and call.flag.constant and _contradicts(call) and _is_written(flag, call, module):
                    if _trains_normalisation(call) or (everything and _is_reported(call)):
                        yield self.problem(flag, _message(call), layer_class.keras)
            for call, flag in _frozen_in_dunder_call(layer_class):
                yield self.problem(flag, _message(call), layer_class.keras)


def _frozen_in_dunder_call(layer_class: LayerClass) -> Iterator[tuple[LayerCall, ast.Constant]]:
    """The layers that a `__call__` written for `call` keeps from training: no flag can be passed to it (KTP109), so the
    constant is no choice between modes.
    """
    found = dunder_call(layer_class)
    if found is not None and found.is_whole and found.flag is None:
        for call in found.layer_calls:
            flag = call.flag.node
            if isinstance(flag, ast.Constant) and call.flag.constant and not flag.value and _is_reported(call):
                yield call, flag


def _is_written(flag: ast.expr, call: LayerCall, module: CheckedModule) -> bool:
    """Whether a flag is a literal, or a name that is only ever given one: in the function around, or at the top of the
    module. Its name may say that it is meant.
    """
    if isinstance(flag, ast.Name) and call.place.function is not None and _MEANT.search(flag.id) is None:
        written = LocalNames().written(flag, call.place.function)
        return isinstance(written, ast.Constant) or flag.id in module.once(_constants)
    return isinstance(flag, ast.Constant)


def _constants(module: CheckedModule) -> frozenset[str]:
    """The names that the top of a module gives a literal, and that nothing else in it binds."""
    bound = Counter(name for node in nodes_in(module.tree) for name in _bound(node))
    given = (one for one in module.tree.body if isinstance(one, (ast.Assign, ast.AnnAssign)))
    literals = (one for one in given if isinstance(one.value, ast.Constant))
    return frozenset(name for one in literals for name in variables_in(one) if bound[name] == 1)


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a node by itself binds, as a variable, a parameter, an import or an attribute of something."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name
    elif isinstance(node, ast.Global):
        yield from node.names


def _is_meant(layer_class: LayerClass) -> bool:
    return _MEANT.search(f"{layer_class.name} {ast.get_docstring(layer_class.cls.node) or ''}") is not None


def _contradicts(call: LayerCall) -> bool:
    """Whether the call also runs in the phase that its flag denies."""
    return bool(call.lanes & (FALSE_LANE if call.flag.by_lane[0] else TRUE_LANE))


def _trains_normalisation(call: LayerCall) -> bool:
    return bool(call.flag.by_lane[0]) and reaches_phase(call) and _is_normalisation(call.receiver)


def _is_normalisation(value: Value) -> bool:
    return any(isinstance(one, Instance) and _keras_name(one).endswith("BatchNormalization") for one in members(value))


def _is_reported(call: LayerCall) -> bool:
    """Whether the flag matters, and does not freeze a whole model."""
    freezes = not call.flag.by_lane[0] and any(_is_model(one) for one in members(call.receiver))
    return reaches_phase(call) and not freezes


def _is_model(value: Value) -> bool:
    return isinstance(value, Instance) and value.type.is_model


def _keras_name(layer: Instance) -> str:
    """The class of Keras that a layer is, or is made from."""
    return layer.type.name if isinstance(layer.type, KerasLayer) else layer.type.keras_base_name or ""


def _message(call: LayerCall) -> str:
    mode, too = ("training", "`predict()`") if call.flag.by_lane[0] else ("inference", "`fit()`")
    return (
        f"{called_title(call)} always runs in {mode} mode, in {too} too: its flag is a constant. "
        f"Pass `training={call.forwardable_name or 'training'}`"
    )


RULE = ConstantTraining()
