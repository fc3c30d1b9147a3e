"""KTP203 positional-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, PassedBy, called
from flake8_training_phase.analysis.domain.values import Constant, FunctionValue, Instance, Value, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.titles import short_title
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, NameArgument
from flake8_training_phase.keras.catalogue import BARE_NAMES, KerasLayer
from flake8_training_phase.rules.forwarding.positional_arguments import (
    is_no_tensor,
    names_between,
    parameters,
    phase_name,
    refused_from,
    takes_position_only,
    takes_too_few,
)
from flake8_training_phase.rules.forwarding.positional_flags import PositionalFlag, positional_flags, stored_flags
from flake8_training_phase.rules.rule import Rule, Violation


class PositionalTraining(Rule):
    """The flag is passed to a layer by position.

    ## What it does

    Reports a call of a layer or model that passes `training`, or a literal True or False in its place, as a positional
    argument: in `call`, and in steps, functions and at the top of the module where it is known what is called. An
    attribute or name in the place where a layer of Keras takes the flag, and is named after training, counts too:
    `self.norm(x, self.train_norm)`.

    ## What Keras does

    Keras 3 takes tensors only by position: `self.dropout(x, training)` raises "ValueError: Only input tensors may be
    passed as positional arguments. The following argument value should be passed as a keyword argument: True (of type
    <class 'bool'>)" as soon as the flag is True or False. In Keras 2 it depends on the layer. Dropout and
    BatchNormalization take it; in an LSTM the second argument is `mask` or `initial_state`, in attention layers it is
    another mask or tensor, so the call raises or, in a layer of your own with
    `call(self, x, mask=None, training=None)`, binds the flag to the mask and says nothing.

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

    Safe: the value stays, and it goes to the parameter that is meant. Positional arguments after it get
    their names too; no fix is offered where those are not known. So do those before it from the first one that Keras 3
    refuses as well: another literal, the value for a parameter such as `axis=-1`, or a `mask` that may be None.

    ## References

    - Keras 3.15.1, `layers/layer.py:900`
    - Keras 2.15, `layers/rnn/base_rnn.py:550`
    - Measured: row 22v in docs/what-happens-to-training.md and in docs/keras-versions.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The layer calls that pass the flag by position."""
        for layer_class in module.layer_classes:
            for call in layer_class.layer_calls:
                # None may be anywhere: it is what a helper has that did not receive the flag (KTP210).
                if call.flag.passed_by is not PassedBy.POSITION or call.flag.by_lane == (None, None, None):
                    continue
                if call.flag.node is None:
                    continue
                keras = tuple(sorted({one.keras for one in layer_class.generations if _fails(call, one.keras, module)}))
                if keras:
                    yield self._problem(PositionalFlag(call.node, call.flag.node, call.receiver, keras))
        for flag in (*stored_flags(module), *positional_flags(module)):
            yield self._problem(flag)

    def _problem(self, flag: PositionalFlag) -> Violation:
        message = (
            f"`{called(flag.call)}` ({short_title(flag.receiver)}) receives `{ast.unparse(flag.argument)}` by "
            f"position: {_consequence(flag.keras)}. Pass it by keyword"
        )
        return self.problem(flag.argument, message, flag.keras, _plan(flag))


def _fails(call: LayerCall, keras: int, module: CheckedModule) -> bool:
    """Whether the call raises, or gives the flag to another parameter, under one Keras."""
    # A function that may be in the place of a layer takes the flag where the layer raises.
    called = [one for one in members(call.receiver) if not isinstance(one, (Constant, FunctionValue))]
    if not all(isinstance(one, Instance) and not takes_too_few(one, call.node) for one in called):
        return False
    layers = [one for one in called if isinstance(one, Instance) and _exists_in(keras, one, module)]
    if keras == 3:
        return bool(layers)
    return any(call.flag.node is not _training_argument(call, one) for one in layers if not _is_of_any_class(one))


def _exists_in(keras: int, layer: Instance, module: CheckedModule) -> bool:
    """Whether a layer is one of that Keras: those of `tf_keras` take the flag by position in whatever model."""
    return any(one.keras == keras for one in module.generations_of_layer(layer))


def _is_of_any_class(layer: Instance) -> bool:
    """Whether nothing is known of a layer but that it is one: it may take the flag at any place."""
    return isinstance(layer.type, KerasLayer) and layer.type.name in BARE_NAMES


def _training_argument(call: LayerCall, layer: Instance) -> ast.expr | None:
    """The positional argument that Keras 2 binds to `training`."""
    names, name = parameters(layer), phase_name(layer)
    place = names.index(name) if name in names else -1
    return call.node.args[place] if 0 <= place < len(call.node.args) else None


def _consequence(keras: tuple[int, ...]) -> str:
    if keras == (3,):
        return "Keras 3 raises, because only tensors may be positional"
    bound = "it binds to another parameter in Keras 2"
    return f"Keras 3 raises, and {bound}" if 3 in keras else bound


def _plan(flag: PositionalFlag) -> FixPlan | None:
    """Pass the flag by keyword, and what is after it; None where the names of those are not known."""
    given = flag.call.args
    place = given.index(flag.argument) if flag.argument in given else -1
    if any(isinstance(one, FunctionValue) for one in members(flag.receiver)):
        return None  # `lambda x, _: x` takes no `training`.
    ways = {_names(one, place, len(given)) for one in members(flag.receiver)} - {None}
    names = ways.pop() if len(ways) == 1 else None
    told = {keyword.arg for keyword in flag.call.keywords}
    if place < 0 or not names or told & {None, *names} or any(isinstance(one, ast.Starred) for one in given):
        return None
    befores = {_refused_before(one, given[:place]) for one in members(flag.receiver)}
    before = befores.pop() if len(befores) == 1 else ()
    if told.isdisjoint(before):
        place, names = place - len(before), (*before, *names)
    if 3 in flag.keras and any(is_no_tensor(one) for one in given[1:place]):
        return None  # Keras 3 refuses these too, and it is not known what they are for.
    changes = (NameArgument(flag.call, one, name) for one, name in zip(given[place:], names, strict=True))
    shown = ", ".join(f"`{name}=`" for name in names)
    return FixPlan(f"Pass {'it' if len(names) == 1 else 'them'} as {shown}", tuple(changes))


def _names(layer: Value, place: int, count: int) -> tuple[str, ...] | None:
    """The parameters that the flag, and what is after it, are meant for."""
    if not isinstance(layer, Instance):
        return None
    names = parameters(layer)
    if phase_name(layer) in names[:place] or takes_position_only(layer):
        return None  # By keyword, it would be given twice, or refused.
    if place == count - 1:
        # The flag is meant for the parameter that means the phase, whatever is at that place.
        own = isinstance(layer.type, UserClass) and layer.type.phase_parameter is None
        return (phase_name(layer),) if not own else tuple(names[place:count]) or None
    return names_between(layer, place, count) if names[place : place + 1] == [phase_name(layer)] else None


def _refused_before(layer: Value, given: Sequence[ast.expr]) -> tuple[str, ...]:
    """The parameters for the arguments before the flag, from the first one that Keras 3 refuses by position as well."""
    if not isinstance(layer, Instance) or takes_position_only(layer):
        return ()
    names = parameters(layer)
    is_bound = names[len(given) : len(given) + 1] == [phase_name(layer)]
    return tuple(names[refused_from(layer, given) : len(given)]) if is_bound else ()


RULE = PositionalTraining()
