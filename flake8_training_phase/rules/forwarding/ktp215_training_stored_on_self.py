"""KTP215 training-stored-on-self."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase
from flake8_training_phase.analysis.queries.titles import called_title
from flake8_training_phase.analysis.syntax.names import LocalNames
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import Change, FixPlan, Replace
from flake8_training_phase.fixes.parameter import add_parameter
from flake8_training_phase.rules.forwarding.computed_flags import ComputedFlag, computed_flags
from flake8_training_phase.rules.rule import Rule, Violation

_ATTRIBUTES = frozenset({"training", "is_training", "_training", "_is_training", "_phase", "is_train", "_is_train"})
_CONSTRUCTORS = ("__init__", "build")
_VARIABLE = re.compile(r"Variable$|placeholder|add_weight$|variable$")
_SETS = re.compile(r"(^|\.)(assign|set_value|setattr|__setattr__|load)$")
_OWN_PHASE = re.compile(r"Agent|Policy|Actor|Critic|QNet", re.IGNORECASE)
"""Classes of reinforcement learning, whose training is another matter."""

_CAVEAT = "the attribute may be meant to freeze the layer"


class TrainingStoredOnSelf(Rule):
    """The mode is read from an attribute that is set once, instead of from the parameter `training`.

    ## What it does

    Reports `training=self.is_training` on a layer that behaves differently in training, and, as fragile, an
    `if self.training:` in `call`, when only the constructor sets the attribute. Attributes that any other code of the
    module sets (`model.training = True`, `.assign(True)`, `setattr`), variables and placeholders, which are made to be
    set, properties, and agents of reinforcement learning are not reported, nor is a `call` that also reads its
    parameter: there the attribute says whether the layer may train at all.

    Also reported is a flag that is computed from attributes alone, `training=not self.freeze` or
    `training=self.trainable`: whether a layer may train is not the mode. Attributes that are False by default, or that
    freeze the layer by default, and those named after Monte Carlo dropout, are not reported. It is *fragile* in a class
    without `training` whose attribute is set from an argument of the constructor.

    ## What Keras does

    `fit()`, `evaluate()` and `predict()` pass the mode to the parameter `training` of `call` and to nothing else. An
    attribute keeps what the constructor gave it: the model trains in inference mode, or predicts in training. Setting
    it between the two does not help: the compiled step has already read it.

    ## Example

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=self.is_training)
    ```

    Use instead:

    ```python
    def call(self, x, training=None):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Unsafe: an attribute that the constructor takes may be meant to freeze the layer for good.

    ## References

    - Keras 3.15.1, `backend/tensorflow/trainer.py:58`
    - Keras 2.15, `engine/training.py:1150`
    - Measured: row 22k in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("training=", "training =", *(f".{name}" for name in sorted(_ATTRIBUTES)))

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The reads of an attribute that is not set from the phase."""
        for layer_class in module.layer_classes:
            if _OWN_PHASE.search(layer_class.name):
                continue
            if not _uses_parameter(layer_class):
                yield from self._flags(layer_class)
                yield from self._tests(layer_class)
            for found in computed_flags(layer_class):
                name = layer_class.module.source.segment(found.flag)
                mode = "also runs in training mode" if found.is_sure else "still runs in the mode of `fit()`"
                message = (
                    f"{found.layer} {mode} in `predict()`: `{name}` does not depend on the mode. "
                    f"Use `{found.forwardable_name or 'training'}`"
                )
                # A class that knows no mode may be made once for training and once more for inference.
                is_bug = found.is_sure or found.forwardable_name is not None
                severity = Severity.BUG if is_bug else Severity.FRAGILE
                yield self.problem(found.flag, message, layer_class.keras, _combined(found), severity=severity)

    def _flags(self, layer_class: LayerClass) -> Iterator[Violation]:
        local = LocalNames()
        for call in layer_class.layer_calls:
            flag = call.flag.node
            if flag is not None and call.place.function is not None:
                flag = local.written(flag, call.place.function)
            if isinstance(flag, ast.Attribute) and reaches_phase(call) and _is_set_once(flag, layer_class):
                plan = _plan(layer_class, flag, call.forwardable_name)
                yield self.problem(flag, _message(flag, call), layer_class.keras, plan)

    def _tests(self, layer_class: LayerClass) -> Iterator[Violation]:
        for read in _guards(layer_class):
            if _is_set_once(read, layer_class):
                name = ast.unparse(read)
                message = (
                    f"`{layer_class.name}.call` tests `{name}`, which only the constructor sets: it is the same in "
                    "`fit()` and `predict()`. Test `training`"
                )
                plan = _plan(layer_class, read, "training" if layer_class.cls.accepts_training else None)
                yield self.problem(read, message, layer_class.keras, plan, severity=Severity.FRAGILE)


def _combined(found: ComputedFlag) -> FixPlan | None:
    """Ask the parameter as well."""
    if found.forwardable_name is None:
        return None
    compound = isinstance(found.flag, (ast.BoolOp, ast.IfExp))
    template = f"{found.forwardable_name} and ({{}})" if compound else f"{found.forwardable_name} and {{}}"
    change = Replace(found.flag, template, (found.flag,))
    return FixPlan(f"Test `{found.forwardable_name}` too", (change,), _CAVEAT)


def _uses_parameter(layer_class: LayerClass) -> bool:
    """Whether `call` also reads the flag it is given: the attribute then says whether the layer may train at all."""
    name = layer_class.cls.phase_parameter
    return any(isinstance(one, ast.Name) and one.id == name for one in layer_class.call_nodes)


def _guards(layer_class: LayerClass) -> Iterator[ast.Attribute]:
    """The attributes that `call` itself tests and nothing else with them."""
    for node in layer_class.call_nodes:
        if isinstance(node, (ast.If, ast.IfExp)):
            negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
            test = node.test.operand if negated else node.test  # type: ignore[attr-defined]
            if isinstance(test, ast.Attribute):
                yield test


def _is_set_once(read: ast.Attribute, layer_class: LayerClass) -> bool:
    """Whether it is `self.training` or the like, and constructors are all that sets it."""
    if read.attr not in _ATTRIBUTES or not layer_class.is_of_self(read):
        return False
    classes = [one for one in layer_class.cls.mro if isinstance(one, UserClass)]
    if any(read.attr in one.methods for one in classes):
        return False
    if any(_makes_variable(one, read.attr) for one in classes):
        return False
    trees = [layer_class.module.tree, *(one.node for one in classes)]
    stores = {node for tree in trees for node in _stores(tree, read.attr)}
    in_constructors = {node for tree in trees for node in _stores_in_constructors(tree, read.attr)}
    return any(_constructor_stores(classes, read.attr)) and stores <= in_constructors


def _makes_variable(cls: UserClass, name: str) -> bool:
    """Whether the attribute is a variable or a placeholder: made to be set, if not in this module."""
    for node in nodes_in(cls.node):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Attribute) and one.attr == name for one in targets):
                if _VARIABLE.search(ast.unparse(node.value.func)):
                    return True
    return False


def _stores(tree: ast.AST, name: str) -> Iterator[ast.AST]:
    """What sets an attribute of that name, on any object."""
    for node in nodes_in(tree):
        if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
            yield node
        elif isinstance(node, ast.Call) and _SETS.search(ast.unparse(node.func)):
            if any(_says(one, name) for one in (getattr(node.func, "value", None), *node.args)):
                yield node
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if isinstance(node.slice, ast.Constant) and node.slice.value == name:
                yield node


def _says(node: ast.AST | None, name: str) -> bool:
    """Whether a node is an attribute of that name, or the name itself as a text."""
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)) == name


def _constructor_stores(classes: Iterable[UserClass], name: str) -> Iterator[ast.AST]:
    for one in classes:
        for constructor in _CONSTRUCTORS:
            if constructor in one.methods:
                yield from _stores(one.methods[constructor], name)


def _stores_in_constructors(tree: ast.AST, name: str) -> Iterator[ast.AST]:
    """What constructors of any class set on themselves."""
    for node in nodes_in(tree):
        if isinstance(node, ast.FunctionDef) and node.name in _CONSTRUCTORS:
            yield from _stores(node, name)


def _message(flag: ast.Attribute, call: LayerCall) -> str:
    return (
        f"{called_title(call)} receives `{ast.unparse(flag)}`, which only the constructor sets: it is the same in "
        f"`fit()` and `predict()`. Pass `{call.forwardable_name or 'training'}`"
    )


def _plan(layer_class: LayerClass, read: ast.Attribute, forwardable_name: str | None) -> FixPlan | None:
    if forwardable_name is not None:
        return FixPlan(f"Use `{forwardable_name}`", (Replace(read, forwardable_name),), _CAVEAT)
    in_call = any(node is read for node in layer_class.call_nodes)
    if not in_call or not layer_class.can_take_training or layer_class.cls.phase_parameter is not None:
        return None
    changes: tuple[Change, ...] = (*add_parameter(layer_class), Replace(read, "training"))
    return FixPlan("Add `training=None` to `call` and use it", changes, _CAVEAT)


RULE = TrainingStoredOnSelf()
