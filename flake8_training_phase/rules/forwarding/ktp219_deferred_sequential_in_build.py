"""KTP219 deferred-sequential-in-build."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter_names
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, majors
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import AppendStatement, FixPlan
from flake8_training_phase.rules.forwarding.deferred_sequentials import (
    DeferredCall,
    Use,
    deferred_calls,
    keeps_training,
    use_of,
)
from flake8_training_phase.rules.rule import Rule, Violation


class DeferredSequentialInBuild(Rule):
    """A Sequential is not built in the `build` of its class: its first call, in `fit()`, leaves `training=True` in it.

    ## What it does

    Reports the call of a `Sequential` that has no `Input`, in a class that defines `build` and does not build the
    Sequential there, when something in the Sequential behaves differently in training. The Sequential may also be
    inside a layer that the class calls, if that layer has no `build` of its own.

    ## What Keras does

    A Sequential without an Input is built by its first call: Keras 3 runs its layers once on symbolic tensors and keeps
    the arguments that they receive in a graph. If the first call comes from `fit()` or a training step, the graph keeps
    `training=True`. From then on `model(x)` without a flag runs the Sequential in training mode: Dropout drops, and
    BatchNormalization normalizes with the batch and changes its moving statistics. `fit()`, `evaluate()`, `predict()`
    and calls with a flag run in the right mode. Passing `training` on everywhere does not help.

    A class without its own `build` does not have the problem: Keras 3 traces its `call` before the first real call,
    without a flag, and that builds the Sequential. Nor does a class that is used in a functional model or as a layer of
    a Sequential, where its first call is on symbolic tensors without a flag, or one whose `training` has the default
    False and is passed on.

    The finding is a *bug* if the class is a model, or if a class of the module calls it, and *fragile* if the module
    does not show how it is used. Keras 2 and the development version of Keras 3.16 run in the right mode.

    ## Example

    ```python
    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.body = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])

        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],))

        def call(self, x, training=None):
            return self.body(x * self.scale, training=training)
    ```

    Use instead:

    ```python
        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],))
            self.body.build(shape)
    ```

    A `keras.Input(…)` at the beginning of the Sequential works as well.

    ## Fix safety

    Unsafe: the fix adds `self.body.build(shape)` to `build`. Check that `shape` is the shape of what the Sequential
    receives. A fix is offered only if the Sequential is called on the input of `call`, or on something that is computed
    from it element by element.

    ## References

    - Keras 3.15.1, `models/sequential.py:143` (built by calling its layers), `layers/layer.py:878` and `:1052` (the
      arguments of a node are those that the call resolved), `layers/layer.py:1539` (a class without `build` is traced)
    - Measured: rows 23a to 23k in docs/what-happens-to-training.md
    """

    severity = Severity.BUG
    words = ("def build",)

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that build a Sequential when they first run."""
        for layer_class in module.layer_classes:
            baking = [one for one in layer_class.generations if one.shared_context and one.graph_forwards_flag]
            found = list(deferred_calls(layer_class)) if baking else []
            use = use_of(layer_class) if found else Use.IN_GRAPH
            if use is Use.IN_GRAPH:
                continue
            severity = Severity.BUG if use is Use.IN_CALL or layer_class.cls.is_model else Severity.FRAGILE
            for deferred in found:
                concerned = tuple(one for one in baking if keeps_training(layer_class, deferred.call, one))
                if concerned:
                    message = _message(deferred, layer_class.title(concerned))
                    plan = _plan(layer_class, deferred)
                    yield self.problem(deferred.call.node, message, majors(concerned), plan, severity=severity)


def _message(deferred: DeferredCall, releases: str) -> str:
    name = deferred.call.name
    what = f"`{name}`" if deferred.sequential is deferred.call.receiver else f"The Sequential in `{name}`"
    return (
        f"{what} is first built in `fit()`, which leaves it in training mode for `model(x)` in {releases}. "
        f"Build it in `{deferred.builder}.build`"
    )


def _plan(layer_class: LayerClass, deferred: DeferredCall) -> FixPlan | None:
    """Build it in `build`, where it is called on what has the shape of the input."""
    build = layer_class.cls.methods.get("build")
    function, call = deferred.call.node.func, layer_class.call
    if build is None or call is None or deferred.sequential is not deferred.call.receiver:
        return None
    given = parameter_names(build)
    if (
        len(given) != 2
        or isinstance(build.body[-1], (ast.Return, ast.Raise, ast.Pass))
        or _is_assigned(given[1], build)
    ):
        return None
    own = parameter_names(call)[:2]
    if not isinstance(function, ast.Attribute) or ast.unparse(function.value) not in own[:1] or len(own) != 2:
        return None
    first = deferred.call.node.args[0] if deferred.call.node.args else None
    if not deferred.call.place.is_call_method or not _has_shape_of(first, own[1]) or _is_assigned(own[1], call):
        return None
    layer, shape = f"{given[0]}.{function.attr}", given[1]
    code = f"{layer}.build({shape})"
    caveat = f"check that `{shape}` is the shape of what `{layer}` receives"
    return FixPlan(f"Add `{code}` to `build`", (AppendStatement(build, code),), caveat)


def _has_shape_of(node: ast.expr | None, name: str) -> bool:
    """Whether an expression is a tensor, or made from it by arithmetic with an attribute or a number."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        sides = [one for one in (node.left, node.right) if not isinstance(one, (ast.Attribute, ast.Constant))]
        return len(sides) == 1 and _has_shape_of(sides[0], name)
    return isinstance(node, ast.Name) and node.id == name


def _is_assigned(name: str, function: ast.AST) -> bool:
    stored = (one for one in nodes_in(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    return any(one.id == name for one in stored)


RULE = DeferredSequentialInBuild()
