"""Measures how the layers of a model behave, in the Keras that is imported under the name `keras`.

Nothing here looks at which flag a layer was given. Every call of a built-in layer that takes `training` is recorded:
its inputs, its weights and what came out. The same inputs then go through the same layer in forced inference: other
outputs, or changed statistics, mean that the layer behaved in training mode.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import itertools
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flake8_training_phase.runtime import MODES, trace_training
from flake8_training_phase.runtime.packages import KerasPackage, package, package_of
from flake8_training_phase.runtime.watching import LayerRun, watched, when_run

BATCH = 64


@dataclass(frozen=True)
class Job:
    """What to measure: an example, how to make its model, and which layer below it to watch."""

    source: str
    build: str
    layer: str
    shape: Sequence[int]


@dataclass(frozen=True)
class Record:
    """One call of a built-in layer: `arguments` (without `training`) and `outputs` are nests of arrays."""

    layer: Any
    original: Callable[..., Any]
    arguments: dict[str, Any]
    weights: list[np.ndarray]
    outputs: Any


class Recorder:
    """Keeps the calls of built-in layers, in eager mode and from inside compiled graphs."""

    def __init__(self, tf: Any) -> None:
        self.tf = tf
        self.records: list[Record] = []

    def of(self, layer: Any) -> list[Record]:
        """The calls of one layer object."""
        return [record for record in self.records if record.layer is layer]

    def around(self, run: LayerRun) -> Any:
        """Run a layer and keep what went in and came out."""
        layer = run.layer
        weights = [self.tf.convert_to_tensor(weight) for weight in layer.weights]
        outputs = run.run()
        if len(weights) != len(layer.weights):  # made by the call
            weights = [self.tf.convert_to_tensor(weight) for weight in layer.weights]
        arguments = {name: value for name, value in run.arguments.items() if name != "training"}
        self._keep(layer, run.original, arguments, weights, outputs)
        return outputs

    def _keep(self, layer: Any, original: Callable[..., Any], arguments: Any, weights: Any, outputs: Any) -> None:
        nest = self.tf.nest
        structure = (arguments, weights, outputs)
        leaves = nest.flatten(structure)
        where = [i for i, leaf in enumerate(leaves) if self.tf.is_tensor(leaf)]

        def keep(*tensors: Any) -> None:
            filled = list(leaves)
            for i, tensor in zip(where, tensors, strict=True):
                filled[i] = np.array(tensor)
            self.records.append(Record(layer, original, *nest.pack_sequence_as(structure, filled)))

        when_run(keep, [leaves[i] for i in where])


class Laboratory:
    """Runs the models of one generation and says how their layers behaved."""

    def __init__(self) -> None:
        self.keras: Any = importlib.import_module("keras")
        self.tf: Any = importlib.import_module("tensorflow")
        self.recorder = Recorder(self.tf)
        self.packages: list[KerasPackage] = []
        self._numbers = itertools.count()
        self._rows = itertools.count()

    def measure(self, job: Job) -> dict[str, list[str]]:
        """The five words of a job, and the text of the exceptions after every `raises`."""
        modules = [self.keras, *([importlib.import_module("tf_keras")] if "tf_keras" in job.source else [])]
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as watching:
            self.packages = [package(module) for module in modules]
            for one in self.packages:
                watching.enter_context(watched(one, self.recorder.around))
            trial = Trial(self, job, self._written(job, folder))
            trial.find_targets()
            compiled, eager = trial.word(trial.fit), trial.word(functools.partial(trial.fit, run_eagerly=True))
            words = [
                compiled if compiled == eager else f"{compiled}/{eager}",
                trial.word(functools.partial(trial.call, training=True)),
                trial.word(functools.partial(trial.call, training=False)),
                trial.word(trial.call),
                trial.word(trial.predict),
            ]
        return {"words": words, "notes": trial.notes}

    def trace(self, job: Job) -> dict[str, list[str]]:
        """The five words of a job as the tracer sees it, which runs eagerly; `?` where no layer of Keras decides."""
        with tempfile.TemporaryDirectory() as folder:
            self.packages = [package(sys.modules[name]) for name in ("keras", "tf_keras") if name in sys.modules]
            trial = Trial(self, job, self._written(job, folder))
            words = [trial.traced(mode) for mode in MODES]
        return {"words": words, "notes": trial.notes}

    def _written(self, job: Job, folder: str) -> Path:
        """The example as a file of its own, because autograph reads the source of what it converts.

        It begins on a row of its own too: autograph keeps what it has converted by code object, those of two methods
        that differ in nothing but a default are equal when they stand on the same row, and a parameter without default
        would then have that of the other (`autograph/pyct/transpiler.py:215`, TensorFlow 2.21).
        """
        path = Path(folder, "example.py")
        path.write_text("\n" * next(self._rows) + job.source, encoding="utf-8")
        return path

    def execute(self, path: Path) -> dict[str, Any]:
        """The namespace of a file run as a new module, with Keras' global state as at the start."""
        self.keras.backend.clear_session()
        # A seed that another example has set would make two runs of a model draw the same numbers.
        self.tf.random.set_seed(None)
        name = f"measured_example_{next(self._numbers)}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return vars(module)

    def runnable(self, built: Any, shape: Sequence[int]) -> Any:
        """A model with `fit`: the model itself, or a functional model around a layer."""
        keras = package_of(built).module
        if isinstance(built, keras.Model):
            return built
        inputs = keras.Input(tuple(shape))
        return keras.Model(inputs, built(inputs))

    def leaves(self, layer: Any) -> list[Any]:
        """The outermost built-in layers that take `training`, at or below a layer."""
        if any(isinstance(layer, one.phase_classes()) for one in self.packages):
            return [layer]
        children = layer._flatten_layers(include_self=False, recursive=False)
        return list({id(leaf): leaf for child in children for leaf in self.leaves(child)}.values())

    def behaviour(self, leaf: Any, records: list[Record]) -> tuple[str, bool]:
        """`train`, `infer`, `mixed` or `skipped` for a layer; and whether the mode makes a difference to it at all."""
        if not records:
            return "skipped", True
        after = leaf.get_weights()
        words, matters = set(), False
        updates = False
        for record in records:
            forced = {}
            for training in (False, True):
                leaf.set_weights(record.weights)
                tensors = self.tf.nest.map_structure(_tensor(self.tf), record.arguments)
                forced[training] = _arrays(self.tf, record.original(leaf, **tensors, training=training))
            updates |= not _same(leaf.get_weights(), record.weights)
            matters |= updates or not _same(forced[True], forced[False])
            words.add("infer" if _same(_arrays(self.tf, record.outputs), forced[False]) else "train")
        # What trains on batch statistics must keep them, and the reverse.
        if updates and ("train" in words) is _same(after, records[0].weights):
            return "mixed", True
        return (words.pop() if len(words) == 1 else "mixed"), matters


class Trial:
    """One job: every mode gets a model of its own, from a module of its own."""

    def __init__(self, laboratory: Laboratory, job: Job, path: Path) -> None:
        self.laboratory = laboratory
        self.job = job
        self.path = path
        self.notes: list[str] = []
        self.inputs = np.random.default_rng(0).normal(5, 1, (BATCH, *job.shape)).astype("float32")
        self.targets: Any = np.zeros((BATCH, 1), "float32")

    def fresh(self) -> tuple[Any, Any]:
        """What the example builds, and the model to run."""
        built = eval(self.job.build, self.laboratory.execute(self.path))
        return built, self.laboratory.runnable(built, self.job.shape)

    def traced(self, mode: str) -> str:
        """Which phase the watched layer ran in, in one mode of the tracer."""
        try:
            built = eval(self.job.build, self.laboratory.execute(self.path))
            trace = trace_training(built, self.inputs, mode=mode)
        except Exception as error:
            self.notes.append("".join(traceback.format_exception(error)))
            return "raises"
        watched_layer = eval(f"built.{self.job.layer}", {"built": built}) if self.job.layer else built
        leaves = {leaf.name for leaf in self.laboratory.leaves(watched_layer)}
        words = {call.phase.value for call in trace.calls if not self.job.layer or call.name in leaves}
        if words:
            return words.pop() if len(words) == 1 else "mixed"
        return "skipped" if leaves else "?"

    def word(self, mode: Callable[[Any], Any]) -> str:
        """How the watched layer behaves in a mode: a function that runs a model and returns its outputs."""
        recorder = self.laboratory.recorder
        try:
            built, model = self.fresh()
            recorder.records.clear()  # An example may train the model before it is watched.
            outputs = mode(model)
        except Exception as error:
            self.notes.append("".join(traceback.format_exception(error)))
            return "raises"
        if self.job.layer:
            watched = eval(f"built.{self.job.layer}", {"built": built})
            leaves = self.laboratory.leaves(watched)
        else:
            # Layers that the model does not own count too: those made inside `call`.
            leaves = self.laboratory.leaves(built) + [record.layer for record in recorder.records]
            leaves = list({id(leaf): leaf for leaf in leaves}.values())
        if not leaves:
            return self._random(mode, model, outputs)
        calls = [(leaf, recorder.of(leaf)) for leaf in leaves]
        found = [self.laboratory.behaviour(leaf, records) for leaf, records in calls]
        words = {word for word, matters in found if matters}
        if not words:
            raise LookupError(f"nothing in {self.job.layer or self.job.build} depends on the phase")
        return words.pop() if len(words) == 1 else "mixed"

    def _random(self, mode: Callable[[Any], Any], model: Any, outputs: Any) -> str:
        """The word for hand-written noise and functional dropout: `train` when the model's outputs are random."""
        tf = self.laboratory.tf
        return "infer" if _same(_arrays(tf, outputs), _arrays(tf, mode(model))) else "train"

    def compiled(self, model: Any, run_eagerly: bool = False) -> list[list[np.ndarray]]:
        """Compile a model that will not move; the list receives what its loss sees."""
        seen: list[list[np.ndarray]] = []

        def loss(wanted: Any, outputs: Any) -> Any:
            when_run(lambda values: seen.append([np.array(values)]), [outputs])
            return self.laboratory.tf.reduce_mean(self.laboratory.tf.square(outputs - wanted))

        optimizer = package_of(model).module.optimizers.SGD(learning_rate=0.0)
        model.compile(optimizer=optimizer, loss=loss, run_eagerly=run_eagerly, jit_compile=False)
        return seen

    def fit(self, model: Any, run_eagerly: bool = False) -> Any:
        """One step of training without a learning rate."""
        seen = self.compiled(model, run_eagerly)
        model.fit(self.inputs, self.targets, batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
        return seen

    def call(self, model: Any, **flag: bool) -> Any:
        """A direct call."""
        return model(self.laboratory.tf.constant(self.inputs), **flag)

    def predict(self, model: Any) -> Any:
        """`predict`."""
        self.compiled(model)
        return model.predict(self.inputs, batch_size=BATCH, verbose=0)

    def find_targets(self) -> None:
        """Let the targets be zeros like the outputs of a model from the example, under the first flag it takes."""
        for flag in ({}, {"training": False}, {"training": True}):
            try:
                outputs = self.call(self.fresh()[1], **flag)
            except Exception:
                continue
            self.targets = self.laboratory.tf.nest.map_structure(np.zeros_like, outputs)
            return


def _tensor(tf: Any) -> Callable[[Any], Any]:
    return lambda value: tf.constant(value) if isinstance(value, np.ndarray) else value


def _arrays(tf: Any, values: Any) -> list[np.ndarray]:
    return [np.asarray(value) for value in tf.nest.flatten(values)]


def _same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    pairs = list(zip(some, others, strict=True))
    return all(a.shape == b.shape and np.allclose(a, b, 1e-4, 1e-4) for a, b in pairs)
