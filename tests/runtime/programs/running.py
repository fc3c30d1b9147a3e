"""Runs a program in Keras and says in which phase the layers ran that each line of it calls. Runs in a worker.

`exact` runs are those of `trace_training`: with `fit` and `predict`, and layers that compute. The others run
`train_step` and `predict_step` instead, in which the flag is decided, and pass the data by the layers, whose phase is
known when they are called: many times faster: an LSTM takes seconds to run eagerly.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import inspect
import itertools
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from flake8_training_phase.runtime import MODES, Phase
from flake8_training_phase.runtime.packages import is_frozen, package
from flake8_training_phase.runtime.running import Runner
from flake8_training_phase.runtime.tracing import Recorded, recording
from flake8_training_phase.runtime.watching import Around, LayerRun, watched
from tests.runtime.programs.program import INPUT_SHAPE, PACKAGE

Observed = dict[str, Any]
"""By mode: the list of `[module, line, phase]` of a class, or the text of an exception."""

OUTSIDE = "outside of a model"
"""A layer that is called where there is no call context, as in `Dataset.map`. It is right that Dropout is off and that
augmentation is on there: the phase of what is on by default is turned round, so that `infer` means right for both.
"""

PROGRAMS_BETWEEN_CLEANING = 100

_runs = itertools.count(1)


class WarmRunner(Runner):
    """Runs what has run before: first calls make weights and graphs, which is not what is compared.

    The first of them is told nothing, so that the graphs which Keras 3 makes in it keep no flag: what they do without
    one is then what the signatures of their layers say.
    """

    def prepare(self, modes: Sequence[str]) -> None:
        """Run the model once without a flag, in training and in inference."""
        for mode in ("no flag", "training=True"):
            with suppress(Exception):
                Runner.run(self, mode)
        super().prepare(modes)


class StepRunner(WarmRunner):
    """Runs a step of training or prediction in place of `fit` and `predict`."""

    def run(self, mode: str) -> None:
        """Run the model in one of `MODES`."""
        data = self.tensors(self.inputs)
        if mode == "fit":
            with self.compiled():
                self.model.train_step((data, self.zeros))
        elif mode == "predict":
            self.model.predict_step((data,))
        else:
            super().run(mode)


def run_program(folder: str, targets: Sequence[tuple[str, str]], exact: bool) -> list[Observed]:
    """What each target of a program does that was written to `folder`, in each mode."""
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        modules = [importlib.import_module(f"{PACKAGE}.{module}") for module, _ in targets]
    except Exception as error:
        return [_raising(error)] * len(targets)
    else:
        return [_run_class(getattr(module, name), exact) for module, (_, name) in zip(modules, targets, strict=True)]
    finally:
        sys.path.remove(folder)
        for name in [one for one in sys.modules if one.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.path_importer_cache.pop(folder, None)
        if next(_runs) % PROGRAMS_BETWEEN_CLEANING == 0:
            sys.modules["keras"].backend.clear_session()
            gc.collect()


def _run_class(cls: Any, exact: bool) -> Observed:
    recorded: list[Recorded] = []
    around = recording(recorded)
    inputs = (np.ones(INPUT_SHAPE, "float32"),)
    try:
        # From the start on: to build a graph runs its layers too.
        with watched(package(sys.modules["keras"]), around if exact else _passing_by(around)):
            layer = cls()
            runner = WarmRunner(layer, inputs, None) if exact else StepRunner(layer, inputs, None)
            runner.prepare(MODES)
            depth = 1 if runner.model is layer else 3  # A layer has two others around it.
            observed: Observed = {mode: _run_mode(runner, mode, depth, recorded) for mode in MODES}
            observed[OUTSIDE] = [] if runner.model is layer else _run_outside(layer, inputs, recorded)
            return observed
    except Exception as error:
        return _raising(error)


def _run_mode(runner: Runner, mode: str, depth: int, recorded: list[Recorded]) -> list[tuple[str, int, str]] | str:
    recorded.clear()
    try:
        runner.run(mode)
    except Exception as error:
        return _told(error)
    return sorted({place for run, phase in recorded if (place := _place(run, phase, depth))})


def _run_outside(layer: Any, inputs: tuple[Any, ...], recorded: list[Recorded]) -> list[tuple[str, int, str]] | str:
    recorded.clear()
    try:
        layer(*inputs)
    except Exception as error:
        return _told(error)
    places = [(_place(run, phase, 1), _is_on_by_default(run.layer)) for run, phase in recorded]
    return sorted({_turned(place) if on else place for place, on in places if place is not None})


def _is_on_by_default(layer: Any) -> bool:
    """Whether it is right that a layer runs in training mode when nothing says which: Keras's own augmentation. A noise
    layer of the program's that takes True for its default is a mistake (KTP104).
    """
    in_keras: Any = next(
        one for one in type(layer).__mro__ if one.__module__.partition(".")[0] in ("keras", "tf_keras")
    )
    parameter = inspect.signature(in_keras.call).parameters.get("training")
    return parameter is not None and parameter.default is True


def _turned(place: tuple[str, int, str]) -> tuple[str, int, str]:
    module, line, phase = place
    return module, line, {"train": "infer", "infer": "train"}.get(phase, phase)


def _passing_by(around: Around) -> Around:
    """The same, but layers give their inputs, cut to as many features as they would give."""

    def passing_by(run: LayerRun) -> Any:
        data = next(iter(run.arguments.values()))
        features = getattr(run.layer, "units", data.shape[-1])
        passed = data if features >= data.shape[-1] else data[..., :features]
        return around(dataclasses.replace(run, run=lambda: passed))

    return passing_by


def _place(run: LayerRun, phase: Phase, depth: int) -> tuple[str, int, str] | None:
    """Which line of the class's own `call` (or of a function it runs) led to a layer, and the phase of that."""
    site = run.through[depth] if len(run.through) > depth else run.site
    if site is None or is_frozen(run.layer):
        return None
    return Path(site.file).stem, site.line, phase.value


def _raising(error: Exception) -> Observed:
    return dict.fromkeys((*MODES, OUTSIDE), _told(error))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
