"""KTP404 in-train-phase."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.analysis.values import FunctionValue, Partial
from flake8_training_phase.findings import Applicability, Severity
from flake8_training_phase.fixes.changes import Change, Plan, Replace
from flake8_training_phase.fixes.plans import add_parameter
from flake8_training_phase.keras.legacy import PHASE_SWITCHES
from flake8_training_phase.rules.rule import Example, Problem, Proof, Rule


class InTrainPhase(Rule):
    """`in_train_phase` chooses by the learning phase, which Keras 3 does not have.

    ## What it does

    Reports calls of `in_train_phase(x, alt, training=None)` and `in_test_phase`, in every spelling of the backend.

    ## What Keras does

    On Keras 2 `in_train_phase` gives `x` in training and `alt` in inference; without `training=` it asks the call
    context, so it is right there. Callables among the two are called. On Keras 3 the name is an AttributeError.

    ## Example

    ```python
    def call(self, x, training=None):
        return K.in_train_phase(lambda: x + self.noise(x), x, training=training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return x + self.noise(x) if training else x
    ```

    ## Fix safety

    Safe when both choices are seen to be values or functions and the method has `training`, or is a `call` that it
    can be added to. Unsafe when a choice may be a function that is not in sight: it would no longer be called.

    ## References

    - Keras 2.15, `backend.py`, `in_train_phase`; absent from Keras 3.0 on
    - Measured: section 17
    """

    severity = Severity.LEGACY
    words = PHASE_SWITCHES
    bad = (
        Example(
            bad="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return K.in_train_phase(lambda: self.dropout(x, training=True), x, training=training)
""",
            fixed="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=True) if training else x
""",
            proof=Proof(build="Noisy()", layer="dropout", keras2="T T - - -", keras3="E E E E E", fixed="T T - - -"),
        ),
    )
    good = (
        """
import keras


def augment(image, in_train_phase=False):
    return image if in_train_phase else image[::-1]


class Augment(keras.layers.Layer):
    def call(self, image, training=None):
        return augment(image, in_train_phase=training)
""",
    )

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The choices by the learning phase."""
        if 3 not in module.settings.keras:
            return
        for use in legacy_uses(module, PHASE_SWITCHES):
            message = f"`{ast.unparse(use.node.func)}` does not exist in Keras 3: choose with `training`"
            yield self.problem(use.node, message, (3,), _plan(use))


def _plan(use: LegacyUse) -> Plan | None:
    given = dict(zip(("x", "alt", "training"), use.node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in use.node.keywords if keyword.arg}
    if not {"x", "alt"} <= given.keys() or len(given) != len(use.node.args) + len(use.node.keywords):
        return None
    flag = given.get("training")
    changes: list[Change] = []
    if flag is None:
        if not use.phase_parameter:
            if use.layer_class is None or use.function is not use.layer_class.call:
                return None
            if not use.layer_class.can_take_training:
                return None
            changes.append(add_parameter(use.layer_class))
        phase, parts = "training", []
    else:
        phase, parts = "{}", [flag]
    chosen = [_choice(use, given["x"]), _choice(use, given["alt"])]
    if use.name == "in_test_phase":
        chosen.reverse()
    (first, first_part, first_sure), (second, second_part, second_sure) = chosen
    template = f"{first} if {phase} else {second}"
    if _needs_brackets(use):
        template = f"({template})"
    changes.append(Replace(use.node, template, (first_part, *parts, second_part)))
    sure = first_sure and second_sure
    applicability = Applicability.SAFE if sure else Applicability.UNSAFE
    return Plan("Choose with a conditional expression", applicability, tuple(changes))


def _choice(use: LegacyUse, node: ast.expr) -> tuple[str, ast.expr, bool]:
    """How a choice is written as a value (`{}` for its text), the node of that text, and whether that is sure."""
    if isinstance(node, ast.Lambda):
        body = node.body
        simple = not isinstance(body, (ast.IfExp, ast.Lambda, ast.NamedExpr))
        return ("{}" if simple else "({})"), body, True
    if isinstance(node, (ast.Name, ast.Attribute)):
        value = _local_function(use, node) or use.value_of(node)
        if isinstance(value, (FunctionValue, Partial, ast.FunctionDef)):
            return "{}()", node, True
        return "{}", node, isinstance(node, ast.Name) and _is_tensor(use, node.id)
    simple = not isinstance(node, (ast.IfExp, ast.Lambda, ast.NamedExpr))
    return ("{}" if simple else "({})"), node, True


def _local_function(use: LegacyUse, node: ast.expr) -> ast.FunctionDef | None:
    """The nested function, or the method of the same class, that a name means."""
    around: ast.AST | None = use.function
    name = node.id if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        around = next((parent for parent in use.parents if isinstance(parent, ast.ClassDef)), None)
        name = node.attr
    body: list[ast.stmt] = getattr(around, "body", [])
    return next((one for one in body if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _is_tensor(use: LegacyUse, name: str) -> bool:
    """Whether a name is the input of `call`, or assigned from a computation: nothing that could be called."""
    if use.function is None:
        return False
    parameters = [argument.arg for argument in use.function.args.args]
    if use.layer_class is not None and use.function is use.layer_class.call and parameters[1:2] == [name]:
        return True
    values = [
        node.value
        for node in ast.walk(use.function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return bool(values) and all(isinstance(value, (ast.Call, ast.BinOp, ast.Constant)) for value in values)


def _needs_brackets(use: LegacyUse) -> bool:
    parent = use.parents[0]
    return not isinstance(parent, (ast.Assign, ast.Return, ast.Expr, ast.keyword, ast.Call, ast.AnnAssign, ast.Lambda))


RULE = InTrainPhase()
