"""KTP401 learning-phase-read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.arguments import defaults
from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.legacy_uses import LegacyUse, legacy_uses
from flake8_training_phase.findings import Applicability, Severity
from flake8_training_phase.fixes.changes import Change, DeleteStatement, Plan, Replace
from flake8_training_phase.fixes.plans import add_parameter
from flake8_training_phase.keras.legacy import PHASE_READS
from flake8_training_phase.rules.rule import Example, Problem, Proof, Rule


class LearningPhaseRead(Rule):
    """The global learning phase is read, which Keras 3 does not have.

    ## What it does

    Reports calls of `learning_phase()`, `symbolic_learning_phase()` and `global_learning_phase_is_set()`, in every
    spelling of the backend.

    ## What Keras does

    On Keras 3 the name is an AttributeError. On Keras 2 it answers with a global that nothing sets any more: inside
    `call` it reads 0 during `fit()`, while the flag that `call` is given is True. `dropout(x,
    training=K.learning_phase())` is off wherever it matters, and says nothing. The commonest form,
    `if training is None: training = K.learning_phase()`, is not needed on either: Keras fills the parameter.

    ## Example

    ```python
    def call(self, x, training=None):
        if training is None:
            training = K.learning_phase()
        return self.dropout(x, training=training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Safe: the idiom is deleted where whatever uses the flag afterwards takes None for inference, and reads `False`
    where it does not; inside `call` a read becomes the parameter, which is added when it is missing. Elsewhere there
    is no fix.

    ## References

    - Keras 2.15, `backend.py`, `learning_phase`; absent from Keras 3.0 on
    - Measured: row 22n and section 17
    """

    severity = Severity.LEGACY
    words = PHASE_READS
    bad = (
        Example(
            bad="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x, training=K.learning_phase())
""",
            fixed="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
""",
            proof=Proof(build="Classifier()", layer="dropout", keras2="I I I I I", keras3="E E E E E"),
        ),
        Example(
            bad="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training is None:
            training = K.learning_phase()
        return self.dropout(x, training=training)
""",
            fixed="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
""",
            proof=Proof(build="Classifier()", layer="dropout", keras3="T T I E I"),
        ),
    )
    good = (
        """
import keras

from my_package.schedule import learning_phase


class Schedule(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        print(learning_phase())
""",
    )

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The reads of the global."""
        for use in legacy_uses(module, PHASE_READS):
            in_call = use.layer_class is not None and _default_of_training(use) is None
            if not in_call and 3 not in module.settings.keras:
                continue
            severity = Severity.BUG if in_call and not _fills_in(use) else self.severity
            keras = tuple(sorted(module.settings.keras)) if severity is Severity.BUG else (3,)
            yield self.problem(use.node, _message(use, severity), keras, _plan(use), severity=severity)


def _message(use: LegacyUse, severity: Severity) -> str:
    call = ast.unparse(use.node)
    if severity is Severity.BUG:
        return f"`{call}` reads 0 inside `call` even during `fit()`, and does not exist in Keras 3: use `training`"
    return f"`{call}` does not exist in Keras 3"


def _default_of_training(use: LegacyUse) -> ast.expr | None:
    """The default of `training` when it is a literal True or False: the idiom then never runs."""
    if use.function is None:
        return None
    default = dict(defaults(use.function)).get("training")
    return default if isinstance(default, ast.Constant) and default.value is not None else None


def _fills_in(use: LegacyUse) -> bool:
    """Whether the read only stands in for a flag that nobody gave."""
    return _idiom(use) is not None or _conditional(use) is not None


def _plan(use: LegacyUse) -> Plan | None:
    if use.name == "global_learning_phase_is_set":
        return None
    idiom = _idiom(use)
    if idiom is not None:
        return _without_idiom(use, *idiom)
    conditional = _conditional(use)
    if conditional is not None:
        name, expression = conditional
        if _assigns(use.statement, name) and getattr(use.statement, "value", None) is expression:
            return _without_idiom(use, name, use.statement, use.block)
        return Plan(f"Use `{name}` itself", Applicability.SAFE, (Replace(expression, name),))
    if use.layer_class is None or use.layer_class.call is None:
        return None
    changes: list[Change] = [Replace(use.node, "training")]
    if not use.layer_class.cls.accepts_training:
        if not use.layer_class.can_take_training:
            return None
        changes.insert(0, add_parameter(use.layer_class))
    elif not use.phase_parameter:
        return None
    return Plan("Use the parameter `training`", Applicability.SAFE, tuple(changes))


def _without_idiom(use: LegacyUse, name: str, statement: ast.stmt, block: tuple[ast.stmt, ...]) -> Plan:
    if _takes_none(use, name, statement):
        change: Change = DeleteStatement(statement, block)
        return Plan("Delete it: Keras fills `training`", Applicability.SAFE, (change,))
    return Plan("Fall back to inference", Applicability.SAFE, (Replace(use.node, "False"),))


def _idiom(use: LegacyUse) -> tuple[str, ast.stmt, tuple[ast.stmt, ...]] | None:
    """`if training is None: training = K.learning_phase()`: the name, the `if`, and the block it stands in."""
    around = next((parent for parent in use.parents if isinstance(parent, ast.If)), None)
    if around is None or around.orelse or around.body != [use.statement] or around not in use.parents[:2]:
        return None
    name = _tested_for_none(around.test)
    if name is None or not _assigns(use.statement, name) or getattr(use.statement, "value", None) is not use.node:
        return None
    outer = use.parents[use.parents.index(around) + 1]
    block = getattr(outer, "body", [])
    return (name, around, tuple(block)) if around in block else None


def _conditional(use: LegacyUse) -> tuple[str, ast.expr] | None:
    """`K.learning_phase() if training is None else training`, either way round, or `training or …`."""
    parent = use.parents[0]
    if isinstance(parent, ast.IfExp):
        for test, given, other in ((ast.Is, parent.body, parent.orelse), (ast.IsNot, parent.orelse, parent.body)):
            name = _tested_for_none(parent.test, test)
            if name is not None and given is use.node and isinstance(other, ast.Name) and other.id == name:
                return name, parent
    return None


def _tested_for_none(test: ast.expr, operator: type[ast.cmpop] = ast.Is) -> str | None:
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and isinstance(test.ops[0], operator):
        right = test.comparators[0]
        if isinstance(right, ast.Constant) and right.value is None:
            return test.left.id
    return None


def _assigns(statement: ast.stmt, name: str) -> bool:
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    return isinstance(target, ast.Name) and target.id == name


def _takes_none(use: LegacyUse, name: str, statement: ast.stmt) -> bool:
    """Whether all that uses the flag afterwards takes None for inference: layers, and Python's own truth."""
    if use.function is None:
        return False
    harmless: set[ast.AST] = set()
    for node in ast.walk(use.function):
        if isinstance(node, ast.keyword) and node.arg == "training":
            harmless.add(node.value)
        elif isinstance(node, (ast.If, ast.IfExp)):
            harmless.add(node.test)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            harmless.add(node.operand)
    inside = set(ast.walk(statement))
    uses = (one for one in ast.walk(use.function) if isinstance(one, ast.Name) and one.id == name)
    return all(one in inside or one in harmless for one in uses)


RULE = LearningPhaseRead()
