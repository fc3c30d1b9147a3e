"""Runs a model and records the phase that every layer of it ran in."""

from __future__ import annotations

import contextlib
import difflib
import inspect
import os
import sys
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flake8_training_phase.runtime.autograph import copies_by_file
from flake8_training_phase.runtime.compiled_functions import compiled_anew
from flake8_training_phase.runtime.draws import Drawn, draws_watched
from flake8_training_phase.runtime.explaining import by_hand, why
from flake8_training_phase.runtime.packages import depends_on_phase, is_frozen, package_of
from flake8_training_phase.runtime.paths import layer_paths
from flake8_training_phase.runtime.recording import EVALUATE, MODES, Phase, TracedCall
from flake8_training_phase.runtime.running import Runner
from flake8_training_phase.runtime.state import put_back
from flake8_training_phase.runtime.trace import Trace, is_below, wrong_lines
from flake8_training_phase.runtime.watching import Around, LayerRun, only_for_shapes, watched, when_run

__tracebackhide__ = True  # pytest shows the code of the user, not this.

Recorded = tuple[LayerRun, Phase]
"""One run of a layer, and the phase it ran in."""


def trace_training(
    model: Any,
    *inputs: Any,
    mode: str | Iterable[str] | None = None,
    targets: Any = None,
    call_arguments: Mapping[str, Any] | None = None,
) -> Trace:
    """Run a model and record, for each layer that behaves differently in training, which mode it ran in.

    `model` is a model of `keras` or `tf_keras`, or a layer, which is then run inside a model that has the flag.
    `inputs` is what the model takes: arrays, lists of numbers, tensors, or a nest of them; several are passed to a
    model as one list, as `fit` does it; a `tf.data.Dataset` gives its first batch. `mode` is one or several of `MODES`,
    by default all: `"fit"`, `"training=True"`, `"training=False"`, `"no flag"` and `"predict"`; a model without `call`
    is run by `fit` alone, and one that requires `call_arguments` by direct calls. `"evaluate"` can be asked for: it
    runs a `test_step` of your own. `targets` is what to fit to, for a loss or a `train_step` of your own.
    `call_arguments` are keyword arguments that the `call` of a layer needs; a model receives them where it is called
    directly.

    The model is left as it was, also when it raises. `fit` and `predict` run in graphs, unless it is compiled with
    `run_eagerly=True`.

    Raises TypeError for what is no model or layer and for missing inputs, ValueError for an unknown mode, and what the
    model raises.
    """
    return _traced_model(model, inputs, mode, targets, call_arguments)[0]


def assert_training_reaches(
    model: Any,
    *inputs: Any,
    mode: str | Iterable[str] | None = None,
    targets: Any = None,
    call_arguments: Mapping[str, Any] | None = None,
    ignore: str | Collection[str] = (),
    may_skip: str | Collection[str] = (),
) -> Trace:
    """Fail unless every layer runs in the mode that is asked for: training in `fit`, inference in `predict`.

    Takes what `trace_training` takes; returns the trace. `ignore` names layers that are meant to be different, by their
    paths, Keras names, or the function for randomness written by hand: a dropout that is always on, a frozen base
    model. `may_skip` names those that need not run in every mode. Raises AssertionError, with a table of what ran, when
    a layer ran in the wrong mode, when it did not run in a mode although it ran in others, and when nothing was
    recorded; ValueError when a name is that of no layer.
    """
    ignore, may_skip = _names("ignore", ignore), _names("may_skip", may_skip)
    trace, names = _traced_model(model, inputs, mode, targets, call_arguments)
    _check_names([*ignore, *may_skip], names)
    if not trace.calls:
        unseen = f"; {trace.note_on_unseen()}" if trace.unseen else ""
        raise AssertionError(f"{trace.model} has run no layer that behaves differently in training{unseen}")
    problems = list(wrong_lines(call for call in trace.wrong if not _ignored(call, ignore)))
    skipping = {call.path for call in trace.calls if _ignored(call, [*ignore, *may_skip])}
    problems += [
        f"{path} did not run in {', '.join(modes)}; allow it with `may_skip=[{path!r}]`"
        for path, modes in trace.skipped().items()
        if path not in skipping
    ]
    if problems:
        raise AssertionError("\n".join([*problems, "", trace.table()]))
    if trace.unseen:
        warnings.warn(trace.note_on_unseen(), stacklevel=2)
    return trace


def _traced_model(
    model: Any, inputs: Sequence[Any], mode: Any, targets: Any, call_arguments: Mapping[str, Any] | None
) -> tuple[Trace, set[str]]:
    """What a model did, and the names that its layers go by."""
    modes = _modes(mode)
    if package_of(model).runs_on_tensorflow and not sys.modules["tensorflow"].executing_eagerly():
        raise RuntimeError("a model is traced with eager execution: outside of a `tf.function` and of a graph")
    with put_back(model):
        runner = Runner(model, inputs, targets, call_arguments)
        if mode is None:
            modes = runner.modes()
        calls, unseen = _run_modes(runner, modes, model)
        paths = layer_paths(model, runner.package).values()
        names = {*paths, *(call.path for call in calls), *(call.name for call in calls)}
    file = _file_of(type(model))
    trace = Trace(type(model).__name__, modes, tuple(calls), tuple(sorted(unseen)), file, runner.package.version)
    return trace, names


def _file_of(cls: type) -> str | None:
    """The file that a class is written in; None for those of Keras, and what was typed in."""
    if cls.__module__.partition(".")[0] in ("keras", "tf_keras"):
        return None
    for one in (cls, inspect.unwrap(getattr(cls, "call", None) or cls)):
        with contextlib.suppress(TypeError, OSError):
            file = inspect.getsourcefile(one)
            if file is not None and os.path.isfile(file):  # noqa: PTH113 - text
                return file
    return None


def _run_modes(runner: Runner, modes: Sequence[str], model: Any) -> tuple[list[TracedCall], set[str]]:
    """The calls of every mode, and the functions that cannot be looked into."""
    recorded: list[Recorded] = []
    drawn: list[Drawn] = []
    unseen: set[str] = set()
    by_mode: dict[str, tuple[list[Recorded], list[Drawn]]] = {}
    with compiled_anew(set()), copies_by_file():
        runner.prepare(modes)
    with watched(runner.package, recording(recorded)), draws_watched(drawn), compiled_anew(unseen), copies_by_file():
        for one in modes:
            recorded.clear()
            drawn.clear()
            runner.run(one)
            by_mode[one] = (list(recorded), list(drawn))
    paths = layer_paths(model, runner.package)
    calls: list[TracedCall] = []
    for one, (runs, draws) in by_mode.items():
        calls += [_traced(run, one, phase, paths, runner.custom_step) for run, phase in runs]
        calls += [_traced_draw(draw, one) for draw in draws]
    return calls, unseen


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


def _traced(run: LayerRun, mode: str, phase: Phase, paths: dict[int, str], own_step: bool) -> TracedCall:
    layer = run.layer
    path = paths.get(id(layer), layer.name)
    call = TracedCall(type(layer).__name__, layer.name, path, mode, phase, is_frozen(layer), run.site, run.through)
    return call if call.is_right else replace(call, reason=why(run.entered, mode, own_step))


def _traced_draw(draw: Drawn, mode: str) -> TracedCall:
    function = draw.function
    call = TracedCall(function, function, function, mode, Phase.TRAINING, False, draw.site, (), by_hand=True)
    return call if call.is_right else replace(call, reason=by_hand(function))


def _modes(mode: Any) -> tuple[str, ...]:
    if mode is None:
        return MODES
    if isinstance(mode, bool):
        raise TypeError(f"unknown mode {mode!r}; did you mean mode='training={mode}'?")
    modes = tuple(dict.fromkeys(mode)) if isinstance(mode, Iterable) and not isinstance(mode, str) else (mode,)
    if not modes:
        raise ValueError(f"no mode to run the model in; there are {', '.join((*MODES, EVALUATE))}")
    for one in modes:
        if one not in (*MODES, EVALUATE):
            raise ValueError(f"unknown mode {one!r}; there are {', '.join((*MODES, EVALUATE))}")
    return modes


def _names(parameter: str, given: Any) -> list[str]:
    names = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    for one in names:
        if not isinstance(one, str):
            raise TypeError(f"`{parameter}` takes paths and names of layers as text, not {type(one).__name__}")
    return names


def _check_names(wanted: Iterable[str], names: set[str]) -> None:
    for one in wanted:
        if not any(is_below(name, one) for name in names):
            near = difflib.get_close_matches(one, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(sorted(names)) or 'none'}"
            raise ValueError(f"no layer has the path or name {one!r}{hint}")


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
