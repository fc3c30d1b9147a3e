"""KTP203 positional-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.events import Given, LayerCall
from flake8_training_phase.analysis.layer_class import layer_title
from flake8_training_phase.analysis.values import Constant, Instance, Value, members
from flake8_training_phase.findings import Applicability, Severity
from flake8_training_phase.fixes.changes import NameArgument, Plan
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.rules.rule import Problem, Rule


class PositionalTraining(Rule):
    """The flag is passed to a layer by position.

    ## What it does

    Reports a layer call that passes `training`, or a literal True or False in its place, as a positional argument.

    ## What Keras does

    Keras 3 takes tensors only by position: `self.dropout(x, training)` raises "Only input tensors may be passed as
    positional arguments" as soon as the flag is True or False. Under Keras 2 it depends on the layer. Dropout and
    BatchNormalization take it; in an LSTM the second argument is `mask` or `initial_state`, in attention layers it is
    another mask or tensor, so the call raises or, in a layer of your own with `call(self, x, mask=None,
    training=None)`, binds the flag to the mask and says nothing.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: the value stays, and it goes to the parameter that is meant. No fix is offered when other positional
    arguments stand behind the flag.

    ## References

    - Keras 3.15.1, `layers/layer.py:900`
    - Keras 2.15, `layers/rnn/base_rnn.py:550`
    - Measured: section 9 of the table, rows 22u, 22v, E14
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The layer calls that pass the flag by position."""
        for layer_class in module.layer_classes:
            for call in layer_class.layer_calls:
                # None may stand anywhere: it is what a helper has that is not told (KTP210).
                if call.flag.given is not Given.BY_POSITION or call.flag.by_lane == (None, None, None):
                    continue
                if call.flag.node is None:
                    continue
                keras = tuple(sorted({one.keras for one in layer_class.generations if _fails(call, one.keras)}))
                if keras:
                    shown = ast.unparse(call.flag.node)
                    message = (
                        f"`{shown}` is passed to `{call.name}` ({layer_title(call.receiver)}) by position: "
                        f"{_consequence(keras)}"
                    )
                    yield self.problem(call.flag.node, message, keras, _plan(call))


def _fails(call: LayerCall, keras: int) -> bool:
    """Whether the call raises, or gives the flag to another parameter, under one Keras."""
    layers = [one for one in members(call.receiver) if not isinstance(one, Constant)]
    if not layers or not all(isinstance(one, Instance) for one in layers):
        return False
    return keras == 3 or any(call.flag.node is not _training_argument(call, one) for one in layers)


def _training_argument(call: LayerCall, layer: Value) -> ast.expr | None:
    """The positional argument that Keras 2 binds to `training`."""
    assert isinstance(layer, Instance)
    if isinstance(layer.type, KerasLayer):
        parameters = layer.type.signature(2).parameters
    else:
        parameters = layer.type.call_parameters()
    name = "training"
    if not isinstance(layer.type, KerasLayer) and layer.type.phase_parameter:
        name = layer.type.phase_parameter
    place = parameters.index(name) if name in parameters else -1
    return call.node.args[place] if 0 <= place < len(call.node.args) else None


def _consequence(keras: tuple[int, ...]) -> str:
    if keras == (3,):
        return "Keras 3 raises, it takes only tensors by position"
    return "Keras 3 raises, and Keras 2 gives it to another parameter" if 3 in keras else "it goes to another parameter"


def _plan(call: LayerCall) -> Plan | None:
    argument = call.flag.node
    if argument is None or not call.node.args or call.node.args[-1] is not argument:
        return None
    names = {_parameter_meant(one, len(call.node.args) - 1) for one in members(call.receiver)} - {None}
    name = names.pop() if len(names) == 1 else None
    if name is None:
        return None
    return Plan(f"Pass it as `{name}=`", Applicability.SAFE, (NameArgument(call.node, argument, name),))


def _parameter_meant(layer: Value, place: int) -> str | None:
    """The parameter that the flag is meant for: the one that means the phase, else the one at its place."""
    if not isinstance(layer, Instance):
        return None
    if isinstance(layer.type, KerasLayer):
        return "training"
    parameters = layer.type.call_parameters()
    return layer.type.phase_parameter or (parameters[place] if place < len(parameters) else None)


RULE = PositionalTraining()
