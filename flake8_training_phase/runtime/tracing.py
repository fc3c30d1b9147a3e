"""Runs a model and records the phase that every layer of it ran in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from flake8_training_phase.runtime.compiled_functions import compiled_anew
from flake8_training_phase.runtime.packages import depends_on_phase, is_frozen
from flake8_training_phase.runtime.paths import layer_paths
from flake8_training_phase.runtime.running import Runner
from flake8_training_phase.runtime.state import put_back
from flake8_training_phase.runtime.trace import MODES, Phase, Trace, TracedCall, is_below, wrong_lines
from flake8_training_phase.runtime.watching import Around, LayerRun, only_for_shapes, watched, when_run

Recorded = tuple[LayerRun, Phase]
"""One run of a layer, and the phase it ran in."""


def trace_training(model: Any, *inputs: Any, mode: str | Iterable[str] | None = None, targets: Any = None) -> Trace:
    """Run a model and record, for each layer that behaves differently in training, which phase it ran in.

    `model` is a model of `keras` or `tf_keras`, or a layer, which is then run inside a model that has the flag.
    `inputs` is what the model takes: arrays, or a nest of them; several are handed to a model as one list, as `fit`
    does it. `mode` is one or several of `MODES`, by default all: `"fit"`, `"training=True"`, `"training=False"`,
    `"no flag"` and `"predict"`. `targets` is what to fit to, for a model that is compiled with a loss of its own; by
    default it is fitted to zeros.

    The model runs eagerly, and is left as it was: nothing is learned, weights and compiled state are put back. A model
    without weights is built by a call in inference first, which is not recorded.

    Raises TypeError for what is no model or layer, ValueError for an unknown mode, and what the model raises.
    """
    modes = _modes(mode)
    runner = Runner(model, inputs, targets)
    recorded: list[Recorded] = []
    by_mode: dict[str, list[Recorded]] = {}
    # From the first call on: a function that TensorFlow compiles then is compiled with what records.
    unseen: set[str] = set()
    with put_back(runner.model), watched(runner.package, recording(recorded)), compiled_anew(unseen):
        runner.prepare(modes)
        for one in modes:
            recorded.clear()
            runner.run(one)
            by_mode[one] = list(recorded)
        paths = layer_paths(model, runner.package)
    calls = (_traced(run, one, phase, paths) for one, runs in by_mode.items() for run, phase in runs)
    return Trace(type(model).__name__, modes, tuple(calls))


def assert_training_reaches(
    model: Any,
    *inputs: Any,
    mode: str | Iterable[str] | None = None,
    targets: Any = None,
    ignore: Collection[str] = (),
) -> Trace:
    """Fail unless every layer runs in the phase that is asked for: training in `fit`, inference in `predict`.

    Takes what `trace_training` takes; gives the trace. `ignore` names layers that are meant to be different, by their
    paths or Keras names: a dropout that is always on, a base model that is frozen. Raises AssertionError, with a table
    of what ran, when a layer ran in the wrong phase, and when no layer depends on the phase: there was nothing to test.
    """
    trace = trace_training(model, *inputs, mode=mode, targets=targets)
    if not trace.calls:
        raise AssertionError(f"{trace.model} has run no layer that behaves differently in training")
    wrong = [call for call in trace.wrong if not _ignored(call, ignore)]
    if wrong:
        raise AssertionError("\n".join([*wrong_lines(wrong), "", trace.table()]))
    return trace


def recording(recorded: list[Recorded]) -> Around:
    """What writes down the phase of every layer run, and lets it run."""

    def around(run: LayerRun) -> Any:
        if not only_for_shapes() and depends_on_phase(run.layer):
            training = run.arguments["training"]
            symbolic = _is_symbolic(training)

            def note(*values: Any) -> None:
                recorded.append((run, _phase(run.layer, values[0] if values else training)))

            when_run(note, (training,) if symbolic else ())
        return run.run()

    return around


def _traced(run: LayerRun, mode: str, phase: Phase, paths: dict[int, str]) -> TracedCall:
    layer = run.layer
    path = paths.get(id(layer), layer.name)
    return TracedCall(type(layer).__name__, layer.name, path, mode, phase, is_frozen(layer), run.site, run.through)


def _modes(mode: str | Iterable[str] | None) -> tuple[str, ...]:
    modes = MODES if mode is None else (mode,) if isinstance(mode, str) else tuple(mode)
    for one in modes:
        if one not in MODES:
            raise ValueError(f"unknown mode {one!r}; there are {', '.join(MODES)}")
    return modes


def _ignored(call: TracedCall, ignore: Collection[str]) -> bool:
    return any(is_below(call.path, one) or call.name == one for one in ignore)


def _is_symbolic(training: Any) -> bool:
    """Whether a flag is a tensor that has no value while the graph is made."""
    return hasattr(training, "graph") and not hasattr(training, "numpy")


def _phase(layer: Any, training: Any) -> Phase:
    try:
        return Phase.TRAINING if bool(training) and not is_frozen(layer) else Phase.INFERENCE
    except Exception:  # Each backend has its own word for a tensor without a value.
        return Phase.UNKNOWN
