"""KTP207 training-identity-test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from flake8_training_phase.analysis.domain.events import LayerCall, PhaseTest
from flake8_training_phase.analysis.domain.values import FALSE_LANE, NONE_LANE, TRUE_LANE
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.weights import is_identity_at_inference
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan, Replace
from flake8_training_phase.fixes.plans import knows_phase
from flake8_training_phase.rules.rule import Rule, Violation

_NEGATED = (ast.IsNot, ast.NotEq)


class TrainingIdentityTest(Rule):
    """`training` is compared with True or False, although it may be None, a number or a tensor.

    ## What it does

    Reports `training is False`, `training == False` and their negations, which take `None` for training: a bug, unless
    all that they choose are layers such as Dropout that are passed the flag as well. It reports `training is True` and
    `training is not True` as fragile, and leaves `training == True` to the linters that care for style. A function that
    also asks for `None`, or for both constants, knows what it does.

    ## What Keras does

    `model(x)` gives `call` the default of its signature, and that is `None` more often than not. All layers of Keras
    take it for inference; `if training is False` takes it for training. `fit()` and `predict()` pass the Python
    constants, but a caller that computes the flag may pass `1` or a tensor: neither *is* True.

    ## Example

    ```python
    def call(self, x, training=None):
        if training is False:
            return x
        return self.noise(x, training=True)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        if not training:
            return x
        return self.noise(x, training=True)
    ```

    ## Fix safety

    Safe: the test becomes the truth of the flag, which is the same for True and False. Unsafe, with the reason in its
    text, where `training is False` chooses between more than the modes of layers, such as other inputs: a training loop
    that calls the model without the flag relies on the branch that None takes today. Unsafe also where augmentation is
    given the result: `training is True` makes a None into a False, which keeps it off, while the None leaves it to its
    own default, which is on.

    ## References

    - Keras 3.15.1, `layers/layer.py:1065`
    - Keras 2.15, `engine/base_layer.py:2626`
    - Measured: the tables of docs/rules/KTP207.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The comparisons that are true for one kind of value only."""
        for layer_class in module.layer_classes:
            for event in layer_class.events:
                if not isinstance(event, (PhaseTest, LayerCall)):
                    continue
                expression = event.node if isinstance(event, PhaseTest) else event.flag.node
                names = {"training", layer_class.cls.phase_parameter}
                for test in nodes_in(expression) if expression is not None else ():
                    if isinstance(test, ast.Compare) and _is_identity_test(test, names):
                        yield from self._judged(layer_class, event, test)

    def _judged(self, layer_class: LayerClass, event: PhaseTest | LayerCall, test: ast.Compare) -> Iterator[Violation]:
        function = event.place.function
        constants = set() if function is None else _compared_with(function, test.left)
        if {True, False} <= constants or (None in constants and _constant(test) is False):
            return
        severity = Severity.FRAGILE
        effect = "is False for `1` and for a tensor"
        if _constant(test) is False:
            if not event.lanes & NONE_LANE or _never_none(layer_class):
                return
            if isinstance(event, PhaseTest) and _only_tells_layers(layer_class, event):
                effect = "treats None as training mode, unlike the layers of Keras"
            else:
                severity = self.severity
                effect = "treats None as training: `model(x)` runs in training mode"
        name = ast.unparse(test.left)
        says_true = _constant(test) is not isinstance(test.ops[0], _NEGATED)
        template = name if says_true else f"not {name}"
        message = f"`{ast.unparse(test)}` in `{layer_class.name}` {effect}. Write `{template}`"
        plan = FixPlan(f"Test `{template}`", (Replace(test, template),))
        if not knows_phase(layer_class, event.place):
            plan = replace(plan, caveat=f"Keras does not fill `{name}`")
        elif _constant(test) is False and isinstance(event, PhaseTest) and not _decides_on_layers(layer_class, event):
            plan = replace(plan, caveat="a call without the flag then takes the other branch")
        yield self.problem(test, message, layer_class.keras, plan, severity=severity)


def _decides_on_layers(layer_class: LayerClass, test: PhaseTest) -> bool:
    """Whether phase-dependent layers run in training mode only: it is their mode that a call without the flag gets
    wrong. What else a test chooses, such as other inputs, a training loop without the flag may rely on.
    """
    return any(reaches_phase(one) for one in _run_in_training_only(layer_class, test))


def _run_in_training_only(layer_class: LayerClass, test: PhaseTest) -> Iterator[LayerCall]:
    calls = (one for one in layer_class.events if isinstance(one, LayerCall))
    here = (one for one in calls if one.place.function is test.place.function)
    return (one for one in here if one.lanes & (TRUE_LANE | FALSE_LANE) == TRUE_LANE)


def _only_tells_layers(layer_class: LayerClass, test: PhaseTest) -> bool:
    """Whether the layers that such a test chooses receive the mode as well, and give back what they are given in
    inference: for None it is then as if they did not run.
    """
    chosen = list(_run_in_training_only(layer_class, test))
    return bool(chosen) and all(
        is_identity_at_inference(one.receiver) and not any(layer_class.wrong(one)) for one in chosen
    )


def _is_identity_test(test: ast.Compare, names: set[str | None]) -> bool:
    """Whether it is `training is True` or the like; `training == True` is only a matter of style."""
    if len(test.ops) != 1 or not isinstance(test.left, ast.Name) or test.left.id not in names:
        return False
    if isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        return isinstance(_constant(test), bool)
    return isinstance(test.ops[0], (ast.Eq, ast.NotEq)) and _constant(test) is False


def _constant(test: ast.Compare) -> object:
    right = test.comparators[0]
    return right.value if isinstance(right, ast.Constant) else test


def _compared_with(function: ast.AST, name: ast.expr) -> set[object]:
    """The constants that a name is compared with anywhere in a function."""
    compares = [node for node in nodes_in(function) if isinstance(node, ast.Compare)]
    same = [node for node in compares if ast.dump(node.left) == ast.dump(name)]
    return {_constant(node) for node in same}


def _never_none(layer_class: LayerClass) -> bool:
    """Whether the signature gives the flag a value that is no None."""
    return layer_class.cls.training_default is not None


RULE = TrainingIdentityTest()
