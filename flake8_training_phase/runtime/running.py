"""Runs a model in every way there is."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from typing import Any

import numpy as np

from flake8_training_phase.runtime.batches import is_array, leaves, mapped, one_batch
from flake8_training_phase.runtime.flags import requires
from flake8_training_phase.runtime.packages import KerasPackage, package_of
from flake8_training_phase.runtime.recording import EVALUATE, MODES
from flake8_training_phase.runtime.state import put_back

__tracebackhide__ = True  # pytest shows the code of the user, not this.

_FLAGS: dict[str, dict[str, bool]] = {
    "training=True": {"training": True},
    "training=False": {"training": False},
    "no flag": {},
}

_WITHOUT_TARGETS = re.compile(
    r"values to unpack"  # x, y = data
    r"|[Ii]terating over a symbolic"  # The same in a graph.
    r"|None values not supported|NoneType|a value \(None\)"  # unpack_x_y_sample_weight(data), and y is used.
    r"|None is not a valid value for|Invalid dtype: object"  # The same on JAX and torch.
)
"""What a `train_step` raises that was given inputs alone and needs targets."""


class Runner:
    """A model or layer with the inputs to run it on."""

    def __init__(
        self, layer: Any, inputs: Sequence[Any], targets: Any, call_arguments: Mapping[str, Any] | None = None
    ) -> None:
        self.package: KerasPackage = package_of(layer)
        batch = one_batch(inputs, targets)
        self.inputs, self.targets = batch.inputs, batch.targets
        is_model = isinstance(layer, self.package.model_class)
        self._call_arguments = dict(call_arguments or {})
        self.model = layer if is_model else _host(layer, self.package, inputs, self._call_arguments)
        self._direct_arguments = self._call_arguments if is_model else {}
        self.zeros: Any = None
        base = self.package.model_class
        cls = type(self.model)
        self.custom_step = cls.train_step is not base.train_step
        self._own_loss = self.custom_step or cls.compute_loss is not base.compute_loss
        self.has_call = cls.call is not base.call
        self._weights = batch.weights if self.custom_step or _is_compiled(self.model) else None
        self._is_called_alone = not self.custom_step and requires(self.model, self._direct_arguments)

    def modes(self) -> tuple[str, ...]:
        """Those in which it can be run: `fit` and `predict` need a `call` that takes the inputs alone."""
        if not self.has_call:
            return ("fit",)
        return tuple(_FLAGS) if self._is_called_alone else MODES

    def run(self, mode: str) -> None:
        """Run the model in one mode: `fit`, `evaluate`, `predict` in graphs, unless it is compiled to run eagerly."""
        with self._scope():
            if mode in _FLAGS:
                self.model(self.tensors(self.inputs), **self._direct_arguments, **_FLAGS[mode])
            elif mode == "fit":
                self._train("train_step")
            elif mode == EVALUATE:
                self._train("test_step")
            else:
                with self.compiled():
                    self._leave_out_none()
                    self.model.predict(self._batch(None)["x"], verbose=0)

    def prepare(self, modes: Sequence[str]) -> None:
        """Make the targets of `fit`, by running the model in inference mode.

        It is put back at once: a model without weights has to be built by the first of the modes, as it would be
        without this. What a Sequential keeps of its first call depends on it (KTP219).
        """
        wants_targets = (
            {"fit", EVALUATE} & {*modes}
            and self.targets is None
            and not (self.custom_step and _is_compiled(self.model))
        )
        if self.has_call and wants_targets:
            with put_back(self.model), self._scope():
                self.zeros = mapped(_zeros, self._outputs())

    def _train(self, step: str) -> None:
        """Run `fit`, or `evaluate` where the step is `test_step`."""
        targets = self.targets
        if targets is None and (self.package.runs_on_tensorflow or self._own_loss):
            targets = self.zeros
        try:
            with self.compiled():
                if step == "train_step":
                    self.model.fit(**self._batch(targets), epochs=1, shuffle=False, verbose=0)
                else:
                    self.model.evaluate(**self._batch(targets), verbose=0)
        except Exception as error:
            if missing := self._missing_data(step, str(error)):
                raise TypeError(f"`{step}` of {type(self.model).__name__} fails without {missing}") from error
            raise

    def _missing_data(self, step: str, message: str) -> str:
        """What a step of the user's was not given, and how to pass it; empty where it failed for another reason."""
        if getattr(type(self.model), step) is getattr(self.package.model_class, step):
            return ""
        if self.targets is None:
            return "targets: pass `targets=`" if _WITHOUT_TARGETS.search(message) else ""
        if self._weights is None and "not enough values to unpack (expected 3" in message:
            return "sample weights: pass a data set whose batches are (inputs, targets, weights)"
        return ""

    def _leave_out_none(self) -> None:
        """Let `predict` collect what is there of the outputs: Keras 3 cannot collect None, nor tf_keras nothing."""
        predict_step = self.model.predict_step

        def collected(outputs: Any) -> Any:
            found = list(leaves(outputs)) or [self._tensor(np.zeros(1, "float32"))]
            return outputs if found[0] is outputs else found

        def step(*data: Any) -> Any:
            if self.package.backend != "jax":
                return collected(predict_step(*data))
            outputs, state = predict_step(*data)
            return collected(outputs), state

        vars(self.model)["predict_step"] = step

    def _outputs(self) -> Any:
        """The output in inference mode, or under the first flag that the model runs with. Raises what it raises."""
        flags: tuple[dict[str, bool], ...] = (_FLAGS["training=False"], _FLAGS["no flag"], _FLAGS["training=True"])
        for flag in flags[:-1]:
            with suppress(Exception):
                return self.model(self.tensors(self.inputs), **self._direct_arguments, **flag)
        return self.model(self.tensors(self.inputs), **self._direct_arguments, **flags[-1])

    @contextmanager
    def compiled(self) -> Iterator[None]:
        """Compile a model that is not; puts back what was compiled before, and leaves it built.

        Without targets a model's own loss cannot be used: it is fitted to a loss that is zero whatever the
        outputs are.
        """
        attributes = vars(self.model)
        before = dict(attributes)
        changed = {"train_function", "test_function", "predict_function", "predict_step"}
        package = self.package.module
        try:
            if not _is_compiled(self.model) or (self.targets is None and not self.custom_step):
                eagerly = bool(_is_compiled(self.model) and self.model.run_eagerly)
                still = _still(package.optimizers.SGD)(learning_rate=0.0)
                loss = None if self.targets is None and (self.zeros is None or not self._own_loss) else "mse"
                package.Model.compile(self.model, optimizer=still, loss=loss, run_eagerly=eagerly, jit_compile=False)
                if self.targets is None and not self._own_loss:
                    attributes["compute_loss"] = self._no_loss()
                    if "_compile_metrics" in attributes:  # Keras 3 keeps those of an earlier `compile`.
                        attributes["_compile_metrics"] = None
            changed.update(name for name, value in attributes.items() if before.get(name) is not value)
            attributes.update(train_function=None, test_function=None, predict_function=None)
            yield
        finally:
            for name in changed:
                attributes.pop(name, None)
            attributes.update({name: before[name] for name in changed & before.keys()})

    def _no_loss(self) -> Any:
        """What stands in for `Model.compute_loss`: zero, for outputs of every kind."""
        if self.package.runs_on_tensorflow:
            return _no_loss
        ops = self.package.module.ops

        def no_loss(*args: Any, **kwargs: Any) -> Any:
            # Something to derive: torch refuses what does not depend on the weights.
            weights = self.model.trainable_weights if self.package.backend == "torch" else ()
            return sum((ops.sum(weight) * 0.0 for weight in weights), ops.zeros(()))

        return no_loss

    @contextmanager
    def _scope(self) -> Iterator[None]:
        """The distribution strategy that the model was made under: its variables can only be used there."""
        strategy = getattr(self.model, "distribute_strategy", None) if self.package.runs_on_tensorflow else None
        with nullcontext() if strategy is None else strategy.scope():
            yield

    def _batch(self, targets: Any) -> dict[str, Any]:
        """The inputs, and targets unless they are None, as `fit` takes them: one batch."""
        weights = None if targets is None else self._weights
        if not self.package.runs_on_tensorflow:
            return {"x": self.inputs, "y": targets} | ({} if weights is None else {"sample_weight": weights})
        tensors = self.tensors(self.inputs)
        if targets is None and not isinstance(tensors, (list, tuple)):
            # A single tensor is passed as it is in `predict`, as Keras has it: a `predict_step` may count on that.
            structure = tensors
        else:
            structure = tuple(_tuples(one) for one in (tensors, targets, weights) if one is not None)
        return {"x": sys.modules["tensorflow"].data.Dataset.from_tensors(structure)}

    def tensors(self, arrays: Any) -> Any:
        """The inputs as tensors of the backend; what is a tensor already, ragged or sparse, stays what it is."""
        return mapped(self._tensor, arrays)

    def _tensor(self, array: Any) -> Any:
        if not is_array(array):
            return array
        if self.package.runs_on_tensorflow:
            return sys.modules["tensorflow"].convert_to_tensor(array)
        return self.package.module.ops.convert_to_tensor(array)


def _host(layer: Any, package: KerasPackage, given: Sequence[Any], arguments: Mapping[str, Any]) -> Any:
    """A model in which a layer finds the flag in the call context, as it does inside a layer that receives it.

    Two levels: on JAX, `fit` makes no context for what the model itself runs (`layers/layer.py:1188` in 3.15.1).
    """

    class Around(package.layer_class):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layer = layer

        def call(self, inputs: Any, training: Any = None) -> Any:
            if len(given) > 1:
                return self.layer(*inputs, **arguments)
            if isinstance(given[0], list) and isinstance(inputs, tuple):  # `fit` makes it one, which Attention refuses.
                inputs = list(inputs)
            return self.layer(inputs, **arguments)

    class Host(package.model_class):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.around = Around()

        def call(self, inputs: Any, training: Any = None) -> Any:
            return self.around(inputs, training=training)

    return Host()


def _tuples(inputs: Any) -> Any:
    """Inputs as a dataset takes them, which reads a list as one tensor."""
    if isinstance(inputs, Mapping):
        return {key: _tuples(value) for key, value in inputs.items()}
    if hasattr(inputs, "_fields"):
        return type(inputs)(*map(_tuples, inputs))
    return tuple(map(_tuples, inputs)) if isinstance(inputs, (list, tuple)) else inputs


def _zeros(output: Any) -> Any:
    """Zeros like an output. Where that cannot be (strings), the number of its rows: the values are not used."""
    try:
        return (output.detach() if hasattr(output, "detach") else output) * 0  # On torch: apart from its gradients.
    except Exception:
        return np.zeros(tuple(output.shape)[:1] or (1,), "float32")


def _no_loss(x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True) -> Any:
    """In place of `Model.compute_loss` on TensorFlow: zero, for outputs of every kind."""
    tf = sys.modules["tensorflow"]
    losses = [
        tf.cast(tf.reduce_sum(getattr(output, "flat_values", output)), "float32") * 0.0
        for output in leaves(y_pred)
        if tf.is_tensor(output) and output.dtype.is_floating and not isinstance(output, tf.SparseTensor)
    ]
    return tf.add_n(losses) if losses else tf.zeros(())


@cache
def _still(sgd: Any) -> Any:
    """A class of optimizers that change nothing, not even when there is nothing to change."""

    class Still(sgd):  # type: ignore[misc]
        def apply_gradients(self, *args: Any, **kwargs: Any) -> Any:
            return self.iterations

        def apply(self, *args: Any, **kwargs: Any) -> Any:
            return self.iterations

        def minimize(self, *args: Any, **kwargs: Any) -> Any:
            return self.iterations

    return Still


def _is_compiled(model: Any) -> bool:
    return bool(getattr(model, "compiled", False) or getattr(model, "_is_compiled", False))
