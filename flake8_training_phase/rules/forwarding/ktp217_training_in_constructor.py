"""KTP217 training-in-constructor."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_training_phase.analysis.domain.arguments import parameter_names
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import ClassValue, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AddArgument, Change, DropArgument, FixPlan
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.rules.rule import Rule, Violation

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class TrainingInConstructor(Rule):
    """`training` is passed to the constructor of a layer, which does not take it.

    ## What it does

    Reports `Dropout(0.5, training=True)` and the like: a layer of Keras that is made with the argument `training`.

    ## What Keras does

    It raises, a TypeError in Keras 2 and a ValueError in Keras 3. The mode is an argument of the call; what a
    constructor takes is `trainable`, which says whether the weights of the layer learn.

    ## Example

    ```python
    x = keras.layers.Dropout(0.5, training=True)(x)
    ```

    Use instead:

    ```python
    x = keras.layers.Dropout(0.5)(x, training=True)
    ```

    ## Fix safety

    Unsafe: code that raised now runs. The flag moves to the call when the layer is called where it is made;
    otherwise there is no fix. In a functional model, Keras 2 keeps a flag that is given when the layer is called,
    while Keras 3 replaces it by that of `fit()` and `predict()`.

    ## References

    - Keras 3.15.1, `layers/layer.py:293`, "Unrecognized keyword arguments"
    - Keras 2.15, `engine/base_layer.py:340`, `validate_kwargs`
    - Measured: the tables of docs/rules/KTP217.md
    """

    severity = Severity.BUG
    words = ("training=", "training =")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The constructors that are given the flag."""
        suspects = dict(_with_flag(module.nodes.of(ast.Call)))
        scopes = _calls(module.tree, module.scope, frozenset()) if suspects else ()
        for node, scope in scopes:
            made = _layer_made(node, scope) if node in suspects else None
            if made is None:
                continue
            keyword = next(one for one in node.keywords if one.arg == "training")
            keras = tuple(sorted(made.generations.intersection(module.keras)))
            if keras:
                message = (
                    f"`{ast.unparse(node.func)}` takes no `training` in its constructor: {_raises(keras)}. "
                    "Pass it where the layer is called"
                )
                yield self.problem(keyword, message, keras, _plan(node, keyword, suspects[node]))


def _with_flag(calls: Sequence[ast.Call]) -> Iterator[tuple[ast.Call, ast.Call | None]]:
    """The calls that are given the flag and look like constructors, with the call of what they make, if it follows."""
    around = {node.func: node for node in calls}
    for node in calls:
        name = last_name(node.func)
        if name[:1].isupper() and any(one.arg == "training" for one in node.keywords):
            yield node, around.get(node)


def _calls(node: ast.AST, scope: Scope, parameters: frozenset[str]) -> Iterator[tuple[ast.Call, Scope]]:
    """The calls below a node whose callee is no parameter, with the scope around them."""
    if isinstance(node, _Function):
        names = {*parameter_names(node), *(one.arg for one in node.args.kwonlyargs)}
        parameters = parameters | names
        if not isinstance(node, ast.Lambda):
            scope = scope.inner(node.body)
    elif isinstance(node, ast.Call):
        root = node.func
        while isinstance(root, ast.Attribute):
            root = root.value
        if not (isinstance(root, ast.Name) and root.id in parameters):
            yield node, scope
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, scope, parameters)


def _layer_made(node: ast.Call, scope: Scope) -> ClassValue | None:
    """The class of Keras that a call surely makes a layer of, one whose layers take the flag when they are called."""
    found = members(scope.evaluate(node.func))
    one = found[0]
    if len(found) != 1 or not isinstance(one, ClassValue) or not isinstance(one.type, KerasLayer):
        return None
    takes_flag = any(signature.accepts_training for signature in one.type.signatures.values())
    return one if takes_flag else None


def _raises(keras: tuple[int, ...]) -> str:
    errors = {2: "TypeError in Keras 2", 3: "ValueError in Keras 3"}
    return " and ".join(errors[one] for one in keras)


def _plan(node: ast.Call, keyword: ast.keyword, call: ast.Call | None) -> FixPlan | None:
    """Move the flag to the call when the layer is called at once."""
    if call is None:
        return None
    changes: list[Change] = [DropArgument(node, "training")]
    if not any(one.arg in ("training", None) for one in call.keywords):
        changes.append(AddArgument(call, "training", ast.unparse(keyword.value)))
    return FixPlan("Pass it where the layer is called", tuple(changes), "check that each call means that mode")


RULE = TrainingInConstructor()
