"""KTP405 learning-phase-as-input."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.findings import Severity
from flake8_training_phase.keras.legacy import PHASE_READS
from flake8_training_phase.rules.legacy.phase_inputs import PhaseInput, phase_input
from flake8_training_phase.rules.rule import Rule, Violation

_LONGEST = 60


class LearningPhaseAsInput(Rule):
    """The learning phase is passed as a graph input; Keras no longer accepts it.

    ## What it does

    Reports `learning_phase()` in the inputs of `K.function`, as a key of a `feed_dict`, and in lists of inputs. The
    message shows what to write instead.

    ## What Keras does

    The learning phase was a placeholder in the graphs of TensorFlow 1. In Keras 2 under TensorFlow 2 it is the number
    0: `K.function([model.input, K.learning_phase()], …)` is a ValueError,
    `Found unexpected instance while processing input tensors for keras functional model`. In Keras 3 neither
    `learning_phase` nor `K.function` exists.

    ## Example

    ```python
    features = K.function([model.input, K.learning_phase()], [model.layers[3].output])
    values = features([images, 0])
    ```

    Use instead:

    ```python
    features = keras.Model(model.input, model.layers[3].output)
    values = features(images, training=False)
    ```

    ## Fix safety

    There is no fix: the places where the function is called have to change as well.

    ## References

    - Keras 2.15, `backend.py`, `function`
    - Measured: the tables of docs/rules/KTP405.md
    """

    severity = Severity.LEGACY
    words = PHASE_READS

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The learning phases that are fed."""
        if 3 not in module.keras:
            return
        for use in legacy_uses(module, PHASE_READS):
            found = phase_input(use)
            if found is not None:
                message = f"`{ast.unparse(use.node)}` cannot be a graph input in Keras 3. {_instead(use, found)}"
                yield self.problem(use.node, message, (3,))


def _instead(use: LegacyUse, found: PhaseInput) -> str:
    """What to write in the place of this very code."""
    if found.function is not None:
        given = {keyword.arg: keyword.value for keyword in found.function.keywords}
        inputs, outputs = [*found.function.args[:2], given.get("inputs"), given.get("outputs")][:2]
        if "updates" in given or (outputs is not None and "grad" in ast.unparse(outputs).lower()):
            return "Call the model with `training=` under a `tf.GradientTape`"
        if inputs is not None and outputs is not None:
            model = f"keras.Model({_without(inputs, use.node)}, {_short(outputs)})"
            return f"Write `{model}` and call it with `training=`"
    if found.fed is not None:
        return f"Write `{_fed_call(use) or 'model(…'}, training={_flag(found.fed)})`"
    return "Make a `keras.Model(inputs, outputs)` and call it with `training=`"


def _fed_call(use: LegacyUse) -> str | None:
    """The call, up to its flag, that does what `session.run(outputs, feed_dict={inputs: values, …})` did."""
    fed = use.parents[0]
    run = next((one for one in use.parents if isinstance(one, ast.Call)), None)
    if not isinstance(fed, ast.Dict) or run is None or not run.args or run.args[0] is fed:
        return None
    others = [(key, value) for key, value in zip(fed.keys, fed.values, strict=True) if key is not use.node]
    if len(others) != 1 or others[0][0] is None:
        return None
    inputs, outputs = _short(others[0][0]), _short(run.args[0])
    model = inputs.removesuffix("s").removesuffix(".input")
    whole = inputs.startswith(f"{model}.input") and outputs in (f"{model}.output", f"{model}.outputs")
    return f"{model if whole else f'keras.Model({inputs}, {outputs})'}({_short(others[0][1])}"


def _without(inputs: ast.expr, phase: ast.expr) -> str:
    """The inputs without the phase."""
    if isinstance(inputs, ast.BinOp):
        sides = [side for side in (inputs.left, inputs.right) if ast.unparse(side) != f"[{ast.unparse(phase)}]"]
        return " + ".join(_short(side) for side in sides)
    if not isinstance(inputs, (ast.List, ast.Tuple)):
        return "inputs"
    left = [_short(one) for one in inputs.elts if one is not phase]
    return left[0].removeprefix("*") if len(left) == 1 else f"[{', '.join(left)}]"


def _short(node: ast.expr) -> str:
    if isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) == 1:
        node = node.elts[0]
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST and "\n" not in text else "…"


def _flag(fed: ast.expr) -> str:
    return str(bool(fed.value)) if isinstance(fed, ast.Constant) else _short(fed)


RULE = LearningPhaseAsInput()
