"""KTP210 training-not-passed-to-helper."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_training_phase.analysis.domain.arguments import defaults, parameter
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, walk
from flake8_training_phase.analysis.domain.values import TRUE_LANE, Instance, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, concerned, majors
from flake8_training_phase.analysis.queries.layer_calls import (
    calls_using_helper_default,
    is_helper,
    reaches_phase,
)
from flake8_training_phase.analysis.queries.own_steps import fit_runs_call
from flake8_training_phase.analysis.queries.plain_functions import may_be_plain
from flake8_training_phase.analysis.queries.titles import placed_title
from flake8_training_phase.analysis.queries.told_helpers import never_run
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, FixPlan
from flake8_training_phase.fixes.plans import can_be_told, caveat_of_default, knows_phase
from flake8_training_phase.fixes.thread_helper import thread
from flake8_training_phase.rules.rule import Rule, Violation


class TrainingNotPassedToHelper(Rule):
    """A helper that runs layers for `call` does not receive the flag.

    ## What it does

    Reports the call of a method or function that runs mode-dependent layers and is not given the `training` that is in
    scope: because the call leaves it to the default of the helper, or because the helper has no such parameter. A
    default of True or False that the helper gives to something unknown, as its `training`, is *fragile*.

    A helper that drops only `if training` is reported when the call leaves that to a default of None or False: with a
    function such as `tf.nn.dropout`, with a mask of random numbers, or with a layer that it is given. So is one that
    drops unless it is told the opposite, `deterministic`, which defaults to True.

    The finding is *fragile* in a model whose own `train_step` never runs `call`: it passes the flag to the helper
    itself, and what is left to `call` is prediction.

    ## What Keras does

    Keras fills in `training` when a layer is called. A helper is a plain function: its parameter has its default. With
    `training=False` the layers in it never train, in any version of Keras. When the helper passes
    `training=None` on, Keras 2 and Keras 3 up to 3.9 still look into the call context, while Keras 3.10 and later take
    the None as the value: the layers run in inference mode in `fit()`. A helper without the parameter is right as long
    as the context is (see KTP202).

    ## Example

    ```python
    def _block(self, x, training=None):
        return self.dropout(x, training=training)

    def call(self, x, training=None):
        return self._block(x)
    ```

    Use instead:

    ```python
    def _block(self, x, training=None):
        return self.dropout(x, training=training)

    def call(self, x, training=None):
        return self._block(x, training=training)
    ```

    ## Fix safety

    Passing the flag to a helper that takes it is safe, unless it defaults to True in `call` (KTP104). Giving a helper
    the parameter is safe when its name is private and every call of it that is found has the flag. It is unsafe for a
    public helper, which may be called or overridden elsewhere, when a method that no `call` runs uses the helper too
    and has no flag to pass, when the helper itself only passes its data on to such a public helper, and when a class
    in another file overrides the method: without the parameter, calling it raises. Such a class is looked for in the
    files of the surrounding folders that import this one. A layer that may be a plain function at another call of the
    helper is not given the flag, and there is no fix where nothing else in the helper takes it; where it may be
    something unknown, the fix is unsafe.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065` (an explicit None is the value; 3.10 and later)
    - Measured: rows 11a to 11d in docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The helpers that do not receive the flag."""
        for layer_class in module.layer_classes:
            for helper in layer_class.events:
                if not isinstance(helper, Inlined) or not is_helper(helper) or not helper.forwardable_name:
                    continue
                if not helper.flag.absent or _default_is_meant(helper):
                    continue
                found = (
                    self._left_to_default(layer_class, helper)
                    if parameter(helper.function, "training") is not None
                    else self._without(layer_class, helper)
                )
                yield from tuple(found) or self._never_dropping(layer_class, helper)

    def _left_to_default(self, layer_class: LayerClass, helper: Inlined) -> Iterator[Violation]:
        needy = calls_using_helper_default(helper) or layer_class.poisoned_by_default(helper)
        default = dict(defaults(helper.function)).get("training")
        if not needy:
            yield from self._given_to_unknown(layer_class, helper, default)
            return
        wrong = [one for call in needy for one in layer_class.local_mismatches(call)]
        hit = concerned(wrong)
        keras = majors(hit) or layer_class.keras
        what, advice = placed_title(needy[0]), f"Pass `training={helper.forwardable_name}`"
        if default is None:
            happens = f"the call raises before {what} runs"
        elif wrong:
            mode = "training" if wrong[0].received.phase else "inference"
            happens = f"its default `{ast.unparse(default)}` runs {what} in {mode} mode in {layer_class.title(hit)}"
        else:
            happens = f"with its default `{ast.unparse(default)}`, {what} works only by inheriting the caller's mode"
        message = f"`{_name(helper)}` gets no `training`: {happens}. {advice}"
        # Where a training step of its own leaves `call` to prediction, nobody is seen to train through it.
        runs = [one for one in wrong if not one.mode.wanted or fit_runs_call(layer_class.cls)]
        severity = Severity.BUG if runs or default is None else Severity.FRAGILE
        related = layer_class.module.related(needy[0], "this layer receives the flag of the helper")
        plan = _give(layer_class, helper)
        yield self.problem(helper.node, message, keras, plan, severity=severity, related=related)

    def _never_dropping(self, layer_class: LayerClass, helper: Inlined) -> Iterator[Violation]:
        """A helper in which something drops only `if training`, and that does not receive the flag."""
        silent = never_run(layer_class, helper)
        if silent is not None:
            value = silent.told(str(helper.forwardable_name))
            message = (
                f"`{_name(helper)}` gets no `{silent.flag}`: with its default `{ast.unparse(silent.default)}`, "
                f"{silent.title} never runs. Pass `{silent.flag}={value}`"
            )
            plan = _give(layer_class, helper, silent.flag, value)
            yield self.problem(helper.node, message, layer_class.keras, plan)

    def _given_to_unknown(
        self, layer_class: LayerClass, helper: Inlined, default: ast.expr | None
    ) -> Iterator[Violation]:
        """A helper whose default is given to something unknown by the name of the flag."""
        calls = [one for one in walk(helper.events) if isinstance(one, LayerCall) and _is_unknown(one, helper)]
        if calls and isinstance(default, ast.Constant) and isinstance(default.value, bool):
            message = (
                f"`{_name(helper)}` gets no `training`: `{calls[0].name}` (line {calls[0].node.lineno}) "
                f"receives its default `{default.value}` in every mode. Pass `training={helper.forwardable_name}`"
            )
            plan = _give(layer_class, helper)
            if plan is not None:
                plan = replace(plan, caveat="its default may be meant")
            yield self.problem(helper.node, message, layer_class.keras, plan, severity=Severity.FRAGILE)

    def _without(self, layer_class: LayerClass, helper: Inlined) -> Iterator[Violation]:
        if helper.owner is not None and helper.owner.scope.root is not layer_class.module.scope:
            return
        found = [one for one in walk(helper.events) if isinstance(one, LayerCall) and _is_needy(one)]
        if found:
            needy = found[0]
            message = (
                f"`{_name(helper)}` takes no `training`, so {placed_title(needy)} works only by inheriting the "
                f"caller's mode. Add the parameter and pass it on{' to layers only' * may_be_plain(layer_class, needy)}"
            )
            can_tell = can_be_told(layer_class, found) and knows_phase(layer_class, helper.place)
            plan = thread(layer_class, helper) if can_tell else None
            related = layer_class.module.related(needy, "this layer is called without `training`")
            yield self.problem(
                helper.node, message, layer_class.keras, plan, severity=Severity.FRAGILE, related=related
            )


def _default_is_meant(helper: Inlined) -> bool:
    """Whether a helper is only called in the mode that its default means: behind `if training: return …`."""
    default = dict(defaults(helper.function)).get("training")
    value = default.value if isinstance(default, ast.Constant) else None
    return (value is False and not helper.lanes & TRUE_LANE) or (value is True and helper.lanes == TRUE_LANE)


def _is_unknown(call: LayerCall, helper: Inlined) -> bool:
    """Whether a helper gives its own `training` to something that is not known."""
    flag = call.flag.node
    known = any(isinstance(one, Instance) for one in members(call.receiver))
    return not known and call.place.function is helper.function and isinstance(flag, ast.Name) and flag.id == "training"


def _is_needy(call: LayerCall) -> bool:
    return call.flag.absent and call.forwardable_name is None and reaches_phase(call) and not call.inspected


def _name(helper: Inlined) -> str:
    return ast.unparse(helper.node.func)


def _give(layer_class: LayerClass, helper: Inlined, flag: str = "training", value: str | None = None) -> FixPlan | None:
    """Pass the flag to a helper that takes it, as it is or in another way."""
    if not knows_phase(layer_class, helper.place):
        return None
    passed = value or str(helper.forwardable_name)
    change = AddArgument(helper.node, flag, passed)
    return FixPlan(f"Pass `{flag}={passed}`", (change,), caveat_of_default(helper.place))


RULE = TrainingNotPassedToHelper()
