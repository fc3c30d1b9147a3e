"""KTP408 tf1-layer-default."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import External, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import root_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules.rule import Rule, Violation

_PHASE_PLACES = {"dropout": 4, "batch_normalization": 14}
"""Which positional argument `training` is in the layers of TensorFlow 1."""
_SLIM_PHASE_PLACES = {"dropout": 3, "batch_norm": 9}
"""Which one `is_training` is in slim."""
_TF1_ROOTS = ("tensorflow.layers.", "tensorflow.compat.v1.layers.", "tensorflow._api.v1.layers.")
_SLIM_ROOTS = ("tensorflow.contrib.layers.", "tensorflow.contrib.slim.", "tf_slim.", "tf_slim.layers.")


class Tf1LayerDefault(Rule):
    """A TF1 functional layer is called without its training flag, and the default is wrong for one of the modes.

    ## What it does

    Reports `tf.layers.dropout` and `tf.layers.batch_normalization` (also under `tf.compat.v1.layers`) without
    `training=`, and `dropout` and `batch_norm` of `tf.contrib.layers` and slim without `is_training=`. Modules that use
    slim's `arg_scope` are not reported, since that may supply the argument. Off by default.

    ## What Keras does

    The functions in `tf.layers` default to inference: without `training=` the dropout never drops, and the batch
    normalization never learns. Those of `tf.contrib` and slim default to training: they go on dropping when the
    model predicts. With Keras 3, `tf.compat.v1.layers` raises an AttributeError; `tf.layers` and `tf.contrib` are gone
    since TensorFlow 2.0.

    ## Example

    ```python
    x = tf.compat.v1.layers.dropout(x, 0.5)
    ```

    Use instead, with `self.dropout = keras.layers.Dropout(0.5)`:

    ```python
    x = self.dropout(x, training=training)
    ```

    ## Fix safety

    There is no fix: what holds the phase in such code has many names, and the functions are to be replaced by layers.

    ## References

    - tf_keras 2.21, `legacy_tf_layers/core.py` and `normalization.py`; tf_slim, `layers/layers.py`, `batch_norm`
    - Measured: the tables of docs/rules/KTP408.md, in Keras 2 and in Keras 3. Slim and `tf.contrib` are not
      measured
    """

    severity = Severity.LEGACY
    on_by_default = False
    words = ("dropout", "batch_norm")

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The calls that give no phase."""
        has_defaults = "arg_scope" in module.source.text
        for call, scope in _calls(module.tree, module.scope):
            path = _path(call.func, scope)
            name = path.rpartition(".")[2]
            keras = module.keras
            if _is_of(path, _TF1_ROOTS) and _gives_no(call, "training", _PHASE_PLACES.get(name)):
                yield self.problem(
                    call,
                    f"`{ast.unparse(call.func)}` without `training=` always runs in inference mode. Pass `training=`",
                    keras,
                )
            elif _is_of(path, _SLIM_ROOTS) and not has_defaults:
                if _gives_no(call, "is_training", _SLIM_PHASE_PLACES.get(name)):
                    called = ast.unparse(call.func)
                    message = f"`{called}` without `is_training=` always runs in training mode. Pass `is_training=`"
                    yield self.problem(call, message, keras)


def _calls(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.Call, Scope]]:
    """Every call below a node that may be one of the functions, with the scope around it."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = scope.inner(child.body)
        elif isinstance(child, ast.Call) and _may_be_one(child.func):
            yield child, scope
        yield from _calls(child, inner)


def _may_be_one(called: ast.expr) -> bool:
    """Whether what is called has one of the names, or one that an import may have given it."""
    names = (*_PHASE_PLACES, *_SLIM_PHASE_PLACES)
    return isinstance(called, ast.Name) or (isinstance(called, ast.Attribute) and called.attr in names)


def _path(called: ast.expr, scope: Scope) -> str:
    root = root_name(called)
    if root is None or not scope.binds(root.id):
        return ""
    found = members(scope.evaluate(called))
    return next((one.path for one in found if isinstance(one, External)), "")


def _is_of(path: str, roots: tuple[str, ...]) -> bool:
    return any(path.startswith(root) and "." not in path[len(root) :] for root in roots)


def _gives_no(call: ast.Call, keyword: str, place: int | None) -> bool:
    """Whether a call surely gives no phase, by keyword or by position."""
    if place is None or any(isinstance(one, ast.Starred) for one in call.args):
        return False
    return len(call.args) <= place and not any(one.arg in (keyword, None) for one in call.keywords)


RULE = Tf1LayerDefault()
