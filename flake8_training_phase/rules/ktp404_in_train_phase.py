"""KTP404 in-train-phase."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.arguments import defaults, parameter, parameter_names
from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.legacy_uses import LegacyUse, binds
from flake8_training_phase.analysis.phase_switches import PhaseSwitch, phase_switches
from flake8_training_phase.analysis.scopes import inner_statements
from flake8_training_phase.analysis.values import FunctionValue, Partial
from flake8_training_phase.findings import Applicability, Severity
from flake8_training_phase.fixes.changes import Change, Plan, Replace
from flake8_training_phase.fixes.legacy_imports import has_comments, with_import
from flake8_training_phase.fixes.plans import add_parameter
from flake8_training_phase.keras.legacy import PHASE_SWITCHES
from flake8_training_phase.rules.rule import Example, Problem, Proof, Rule


class InTrainPhase(Rule):
    """`in_train_phase` chooses by the learning phase, which Keras 3 does not have.

    ## What it does

    Reports calls of `in_train_phase(x, alt, training=None)` and `in_test_phase`, in every spelling of the backend, and
    `smart_cond` and `K.switch` where their condition is `learning_phase()`.

    ## What Keras does

    On Keras 2 `in_train_phase` gives `x` in training and `alt` in inference; without `training=` it asks the call
    context, so it is right there. Callables among the two are called. On Keras 3 the name is an AttributeError. `smart_cond(K.learning_phase(), …)` inside `call` always takes the second
    choice, in `fit()` too: the learning phase reads 0 there.

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
    can be added to. Unsafe when a choice may be a function that is not in sight, because it would no longer be called,
    and outside `call` where nobody may pass the flag. The import of the backend goes with its last use.

    ## References

    - Keras 2.15, `backend.py`, `in_train_phase`; absent from Keras 3.0 on
    - Measured: section 17
    """

    severity = Severity.LEGACY
    words = (*PHASE_SWITCHES, "learning_phase")
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


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=True) if training else x
""",
            proof=Proof(build="Noisy()", layer="dropout", keras2="T T - - -", keras3="E E E E E", fixed="T T - - -"),
        ),
        Example(
            bad="""
from tensorflow import keras
from tensorflow.keras import backend as K


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return K.in_test_phase(
            x,
            alt=lambda: self.dropout(
                x,
                training=True,
            ),
            training=training,
        )
""",
            fixed="""
from tensorflow import keras


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return (
            self.dropout(
                x,
                training=True,
            )
            if training
            else x
        )
""",
            proof=Proof(build="Noisy()", layer="dropout", keras2="T T - - -", keras3="E E E E E", fixed="T T - - -"),
        ),
        Example(
            bad="""
from tensorflow import keras
from tensorflow.python.framework import smart_cond as smart_module
from tensorflow.keras import backend as K


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return smart_module.smart_cond(K.learning_phase(), lambda: self.dropout(x, training=True), lambda: x)
""",
            fixed="""
from tensorflow import keras
from tensorflow.python.framework import smart_cond as smart_module


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=True) if training else x
""",
            proof=Proof(build="Noisy()", layer="dropout", keras2="- - - - -", keras3="E E E E E", fixed="T T - - -"),
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
        """
import keras
import tensorflow as tf
from tensorflow.python.framework import smart_cond as smart_module


class Augment(keras.layers.Layer):
    def call(self, image, training=None):
        image = smart_module.smart_cond(training, lambda: image * 2.0, lambda: image)
        return tf.keras.backend.switch(tf.reduce_sum(image) > 0, image, -image)
""",
    )

    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The choices by the learning phase."""
        for switch in phase_switches(module):
            use = switch.use
            name = ast.unparse(use.node.func)
            plan = with_import(_plan(switch, module), use, module)
            if switch.reads_phase and use.in_call:
                message = (
                    f"`{name}` asks `learning_phase()`, which is 0 inside `call` even during `fit()`: use `training`"
                )
                yield self.problem(use.node, message, tuple(sorted(module.settings.keras)), plan, severity=Severity.BUG)
            elif 3 in module.settings.keras:
                what = f"`{name}` of `learning_phase()`" if switch.calls_both or use.name == "switch" else f"`{name}`"
                yield self.problem(use.node, f"{what} does not exist in Keras 3: choose with `training`", (3,), plan)


def _plan(switch: PhaseSwitch, module: CheckedModule) -> Plan | None:
    use = switch.use
    if switch.first is None or switch.second is None:
        return None
    changes: list[Change] = []
    if switch.flag is None and not use.phase_parameter:
        if use.layer_class is None or not use.layer_class.can_take_training:
            return None
        changes.append(add_parameter(use.layer_class))
    phase, told = ("training", []) if switch.flag is None else ("{}", [switch.flag])
    first, second = _choice(switch, switch.first), _choice(switch, switch.second)
    parts = (first.node, *told, second.node)
    if has_comments(use.node, parts, module.source):
        return None
    template = _template(use, first.template, phase, second.template, parts)
    changes.append(Replace(use.node, template, parts))
    safe = first.sure and second.sure and _is_told(use, switch.flag)
    applicability = Applicability.SAFE if safe else Applicability.UNSAFE
    return Plan("Choose with a conditional expression", applicability, tuple(changes))


def _is_told(use: LegacyUse, flag: ast.expr | None) -> bool:
    """Whether the flag is the parameter of `call`, or one that callers have to pass: it is not None by neglect."""
    if flag is not None and not isinstance(flag, ast.Name):
        return False
    if use.in_call:
        return flag is None or flag.id == "training"
    name = flag.id if flag is not None else "training"
    function = use.function
    return function is not None and parameter(function, name) is not None and name not in dict(defaults(function))


def _template(use: LegacyUse, first: str, phase: str, second: str, parts: tuple[ast.expr, ...]) -> str:
    """The conditional expression: on lines of its own when a choice spans lines or all would be too long for one."""
    long = any(part.lineno != part.end_lineno for part in parts)
    if use.node.lineno != use.node.end_lineno:
        long = long or sum(len(ast.unparse(part)) for part in parts) + use.statement.col_offset > _LONG
    if not long:
        template = f"{first} if {phase} else {second}"
        return f"({template})" if _needs_brackets(use) else template
    outer = " " * use.statement.col_offset
    inner = outer + " " * _indent(use)
    # `Replace` puts brackets around what spans lines.
    return f"\n{inner}{first}\n{inner}if {phase}\n{inner}else {second}\n{outer}"


_LONG = 70


def _indent(use: LegacyUse) -> int:
    function = use.function
    return (
        function.body[0].col_offset - function.col_offset
        if function and function.body[0].lineno > function.lineno
        else 4
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    template: str
    """How it is written as a value; `{}` stands for the text of `node`."""
    node: ast.expr
    sure: bool


def _choice(switch: PhaseSwitch, node: ast.expr) -> _Choice:
    use = switch.use
    if isinstance(node, ast.Lambda):
        if any((*node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg)):
            return _Choice("({})()", node, True)
        node = node.body
    elif isinstance(node, (ast.Name, ast.Attribute)):
        value = _local_function(use, node) or use.value_of(node)
        if switch.calls_both or isinstance(value, (FunctionValue, Partial, ast.FunctionDef)):
            return _Choice("{}()", node, True)
        return _Choice("{}", node, isinstance(node, ast.Name) and _is_tensor(use, node.id))
    elif switch.calls_both:
        return _Choice("({})()", node, True)
    simple = not isinstance(node, (ast.IfExp, ast.Lambda, ast.NamedExpr))
    return _Choice("{}" if simple else "({})", node, True)


def _local_function(use: LegacyUse, node: ast.expr) -> ast.FunctionDef | None:
    """The nested function, or the method of the same class, that a name means."""
    around: tuple[ast.AST, ...] = use.functions
    name = node.id if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        around = tuple(parent for parent in use.parents if isinstance(parent, ast.ClassDef))[:1]
        name = node.attr
    body: list[ast.stmt] = [one for block in around for one in getattr(block, "body", [])]
    return next((one for one in inner_statements(body) if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _is_tensor(use: LegacyUse, name: str) -> bool:
    """Whether a name is the input of `call`, or assigned from a computation: nothing that could be called."""
    if use.function is None:
        return False
    call = use.layer_class.call if use.layer_class is not None else None
    bound = [function for function in use.functions if parameter(function, name) is not None or binds(function, name)]
    if call is not None and bound == [call] and parameter_names(call)[1:2] == [name]:
        return True
    values = [
        node.value
        for function in bound
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return bool(values) and all(isinstance(value, (ast.Call, ast.BinOp, ast.Constant)) for value in values)


def _needs_brackets(use: LegacyUse) -> bool:
    parent = use.parents[0]
    return not isinstance(parent, (ast.Assign, ast.Return, ast.Expr, ast.keyword, ast.Call, ast.AnnAssign, ast.Lambda))


RULE = InTrainPhase()
