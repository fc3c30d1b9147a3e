"""Runs a model in every way there is, and leaves it as it was."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from flake8_training_phase.runtime.packages import KerasPackage, package_of

_FLAGS: dict[str, dict[str, bool]] = {
    "training=True": {"training": True},
    "training=False": {"training": False},
    "no flag": {},
}


class Runner:
    """A model or layer with the inputs to run it on."""

    def __init__(self, layer: Any, inputs: Sequence[Any], targets: Any) -> None:
        self.package: KerasPackage = package_of(layer)
        self.inputs: Any = inputs[0] if len(inputs) == 1 else list(inputs)
        is_model = isinstance(layer, self.package.model_class)
        self.model = layer if is_model else _host(layer, self.package, len(inputs))
        self.targets = targets
        self.zeros: Any = None
        self.custom_step = type(self.model).train_step is not self.package.model_class.train_step

    def run(self, mode: str) -> None:
        """Run the model in one of `MODES`."""
        if mode in _FLAGS:
            self.model(self.tensors(self.inputs), **_FLAGS[mode])
            return
        targets = self.zeros if self.targets is None else self.targets
        with self.compiled():
            if mode == "fit":
                self.model.fit(**self._batch(targets), epochs=1, shuffle=False, verbose=0)
            else:
                self.model.predict(self._batch(None)["x"], verbose=0)

    def prepare(self, modes: Sequence[str]) -> None:
        """Make the weights of a model that has none yet and the targets of `fit`, by running it in inference."""
        wants_targets = "fit" in modes and self.targets is None and not (self.custom_step and _is_compiled(self.model))
        if wants_targets or not self.model.built:
            outputs = self._outputs()
            if wants_targets:
                self.zeros = self._nested(lambda tensor: tensor * 0, outputs)

    def _outputs(self) -> Any:
        """What the model gives in inference, or under the first flag that it can be run with. Raises what it raises."""
        flags: tuple[dict[str, bool], ...] = (_FLAGS["training=False"], _FLAGS["no flag"], _FLAGS["training=True"])
        for flag in flags[:-1]:
            with suppress(Exception):
                return self.model(self.tensors(self.inputs), **flag)
        return self.model(self.tensors(self.inputs), **flags[-1])

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Put the weights and the state of the random generators back afterwards."""
        variables = self._variables()
        values = [_value(variable) for variable in variables]
        try:
            yield
        finally:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    @contextmanager
    def compiled(self) -> Iterator[None]:
        """Compile a model that is not, and let nothing be learned; puts back what was compiled before."""
        before = dict(vars(self.model))
        package = self.package.module
        still = _still(package.optimizers.SGD)(learning_rate=0.0)
        try:
            if not _is_compiled(self.model) or (self.targets is None and not self.custom_step):
                package.Model.compile(self.model, optimizer=still, loss="mse")
            vars(self.model).update(optimizer=still, train_function=None, predict_function=None)
            # True frames, one call for each step, and no graph that outlives this.
            self.model.run_eagerly = True
            self.model.jit_compile = False
            yield
        finally:
            vars(self.model).clear()
            vars(self.model).update(before)

    def _batch(self, targets: Any) -> dict[str, Any]:
        """The inputs, and targets unless they are None, as `fit` takes them: one batch."""
        if not self.package.runs_on_tensorflow:
            return {"x": self.inputs, "y": targets}
        tensors = self.tensors(self.inputs)
        # A single tensor stands alone in `predict`, as Keras has it: a `predict_step` may count on that.
        alone = targets is None and not isinstance(tensors, (list, tuple))
        structure = tensors if alone else (_tuples(tensors),) if targets is None else (_tuples(tensors), targets)
        return {"x": sys.modules["tensorflow"].data.Dataset.from_tensors(structure)}

    def tensors(self, arrays: Any) -> Any:
        """The inputs as tensors of the backend."""
        if self.package.is_keras_2:
            return self._nested(sys.modules["tensorflow"].convert_to_tensor, arrays)
        return self._nested(self.package.module.ops.convert_to_tensor, arrays)

    def _nested(self, function: Callable[[Any], Any], values: Any) -> Any:
        if self.package.is_keras_2:
            return sys.modules["tensorflow"].nest.map_structure(function, values)
        return self.package.module.tree.map_structure(function, values)

    def _variables(self) -> list[Any]:
        found: dict[int, Any] = {}
        for layer in self.model._flatten_layers():
            with suppress(ValueError):  # So says Keras 2 of a model inside that nothing has called yet.
                found |= {id(variable): variable for variable in layer.variables}
        return list(found.values())


def _host(layer: Any, package: KerasPackage, inputs: int) -> Any:
    """A model in which a layer finds the flag in the call context, as it does inside a layer that is told it.

    Two levels: on JAX, `fit` makes no context for what the model itself runs (`layers/layer.py:1188` in 3.15.1).
    """

    class Around(package.layer_class):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.layer = layer

        def call(self, inputs_: Any, training: Any = None) -> Any:
            return self.layer(*inputs_) if inputs > 1 else self.layer(inputs_)

    class Host(package.model_class):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.around = Around()

        def call(self, inputs_: Any, training: Any = None) -> Any:
            return self.around(inputs_, training=training)

    return Host()


def _tuples(inputs: Any) -> Any:
    """Inputs as a dataset takes them, which reads a list as one tensor."""
    return tuple(map(_tuples, inputs)) if isinstance(inputs, list) else inputs


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


def _value(variable: Any) -> Any:
    value = variable.numpy() if hasattr(variable, "numpy") else variable.value
    return value.copy() if hasattr(value, "copy") else value
