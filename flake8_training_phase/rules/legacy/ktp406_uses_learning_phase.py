"""KTP406 uses-learning-phase."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import asks_for_version
from flake8_training_phase.analysis.syntax.walking import NodesByKind, nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import DeleteStatement, FixPlan
from flake8_training_phase.keras.names import keras_path
from flake8_training_phase.rules.rule import Rule, Violation

_NAMES = ("uses_learning_phase", "_uses_learning_phase")


class UsesLearningPhase(Rule):
    """`uses_learning_phase` is set or read, but no current Keras uses it.

    ## What it does

    Reports the attributes `uses_learning_phase` and `_uses_learning_phase` of layers and tensors, read or assigned, in
    modules that import Keras, or define layers, and do not define the attributes. Code that asks for the version, or
    whether the attribute exists, is not reported.

    ## What Keras does

    Old versions of Keras collected the mark from layers and tensors, to find out whether a model needs the learning
    phase as an input. Neither the Keras 2 of today nor Keras 3 knows it: assigning it does nothing, and reading it
    where it was never assigned is an AttributeError.

    ## Example

    ```python
    def __init__(self, rate):
        super().__init__()
        self.uses_learning_phase = True
    ```

    Use instead:

    ```python
    def __init__(self, rate):
        super().__init__()
    ```

    ## Fix safety

    Unsafe: an assignment is removed, and code that is not in sight may read the attribute. There is no fix for a
    read, nor where the module reads what it assigns.

    ## References

    - Neither tf_keras 2.21 nor Keras 3.15 mentions the attribute
    - Measured: in docs/rules/KTP406.md, the first example behaves the same with and without the assignment, in
      Keras 2 and in Keras 3; the second, which reads it, raises on both
    """

    severity = Severity.LEGACY
    words = _NAMES

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The attributes."""
        names = set(_NAMES) - _defined(module.nodes)
        if not names or not (_imports_keras(module.nodes) or module.layer_classes):
            return
        plans = dict(_assignments(module.tree))
        guarded = set(_under_version_tests(module.nodes))
        found = [one for one in module.nodes.of(ast.Attribute) if one.attr in names]
        if any(isinstance(one.ctx, ast.Load) for one in found):
            plans = {}  # Here it is a setting of its own.
        for node in found:
            if node not in guarded:
                message = f"`{ast.unparse(node)}` is not used by any current version of Keras. Remove it"
                yield self.problem(node, message, module.keras, plans.get(node))


def _assignments(tree: ast.Module) -> Iterator[tuple[ast.expr, FixPlan]]:
    """The attributes that a statement of their own is given, with the plan that removes it."""
    for parent in nodes_in(tree):
        for _, block in ast.iter_fields(parent):
            for statement in block if isinstance(block, list) else ():
                if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                    change = DeleteStatement(statement, tuple(block))
                    plan = FixPlan("Remove the assignment", (change,), "other code may read the attribute")
                    yield statement.targets[0], plan


def _under_version_tests(nodes: NodesByKind) -> Iterator[ast.AST]:
    """What runs only under some versions, or where the attribute exists."""
    tests: list[ast.If | ast.IfExp] = [*nodes.of(ast.If), *nodes.of(ast.IfExp)]
    for node in tests:
        if asks_for_version(node.test):
            yield from nodes_in(node)


def _imports_keras(nodes: NodesByKind) -> bool:
    names = [alias.name for node in nodes.of(ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes.of(ast.ImportFrom)]
    return any(name.partition(".")[0] == "tensorflow" or keras_path(name) is not None for name in names)


def _defined(nodes: NodesByKind) -> set[str]:
    """The names of properties of the module's own."""
    return {one.name for one in nodes.of(ast.FunctionDef)} | {one.name for one in nodes.of(ast.ClassDef)}


RULE = UsesLearningPhase()
