"""What a worker does in the environment of a package: lists its classes, makes objects of them, traces their hosts."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import pkgutil
import re
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from flake8_training_phase.runtime import MODES, trace_training
from flake8_training_phase.runtime.recording import TracedCall
from tests.runtime.packages import batches, inside, signatures
from tests.runtime.packages.expressions import INPUT, Expression, Making, expression_of, making_of
from tests.runtime.packages.hosts import WITH_FLAG

_NOT_THE_PACKAGE = re.compile(
    r"(^|[._])(tests?|benchmarks?|examples?|\w+_aliases|convert\w*|conftest|testing|api)([._]|$)"
)
_MAKERS_SAY = {"pretrained", "weights"}
"""One of these is a parameter of every function that makes a model."""

_TEXT = re.compile(r"Tokenizer|Preprocessor|Converter|Masker|Packer|Detokeniz")
"""Layers of names like these take texts, and depend on nothing."""

SECONDS_TO_MAKE, SECONDS_TO_CALL, SECONDS_TO_TRACE = 5, 3, 20
SECONDS_FOR_A_CLASS = 8
"""Seconds of computing time."""


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """No network: models of some packages look for weights when they are made."""
    with mock.patch.object(socket, "getaddrinfo", side_effect=OSError("nothing is downloaded")):
        yield


class TooLong(Exception):
    """Something takes more than its time."""


def listed(package: str) -> list[dict[str, Any]]:
    """The layers and models that the modules of a package define, and the functions that make models."""
    root = importlib.import_module(package)
    for one in pkgutil.walk_packages(root.__path__, f"{package}.", onerror=lambda _: None):
        if not _NOT_THE_PACKAGE.search(one.name.removeprefix(package)) and _may_hold_layers(one):
            with contextlib.suppress(Exception, SystemExit), _within(SECONDS_TO_MAKE):
                importlib.import_module(one.name)
    modules = [one for name, one in sorted(sys.modules.items()) if _is_below(name, package) and one is not None]
    found: dict[Any, dict[str, Any]] = {}
    for module in modules:
        for name, value in list(vars(module).items()):
            is_own = getattr(value, "__module__", None) == module.__name__ and getattr(value, "__name__", "") == name
            kind = _kind(value) if is_own and not name.startswith("_") and not _TEXT.search(name) else None
            if kind:
                found[value] = {"module": module.__name__, "name": name, "kind": kind}
    return list(found.values())


def _may_hold_layers(found: pkgutil.ModuleInfo) -> bool:
    """Whether the text of a module speaks of Keras: to import one takes long."""
    folder = getattr(found.module_finder, "path", "")
    name = found.name.rpartition(".")[2]
    for path in (Path(folder, f"{name}.py"), Path(folder, name, "__init__.py")):
        if path.is_file():
            return re.search(r"keras|layers\.", path.read_text(encoding="utf-8", errors="replace")) is not None
    return True


def _is_below(name: str, package: str) -> bool:
    return (name == package or name.startswith(f"{package}.")) and not _NOT_THE_PACKAGE.search(
        name.removeprefix(package)
    )


def _kind(value: Any) -> str:
    if inspect.isclass(value):
        return "model" if issubclass(value, _models()) else "layer" if issubclass(value, _layers()) else ""
    if inspect.isfunction(value) and value.__name__[:1].isupper():
        return "function" if _MAKERS_SAY & set(inspect.signature(value).parameters) else ""
    return ""


def _packages() -> list[Any]:
    return [sys.modules[one] for one in ("keras", "tf_keras") if one in sys.modules]


def _models() -> tuple[Any, ...]:
    return tuple(one.Model for one in _packages())


def _layers() -> tuple[Any, ...]:
    return tuple(one.layers.Layer for one in _packages())


@_offline()
def made(
    module: str, name: str, written: list[list[Any]], known: Mapping[str, Any],
    seen: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """How an object of a class can be made and run: a `making` as data, or the `problem`. `written` are constructions
    and batches of tests, `seen` is the making of such an object inside a model; `inside`: those inside this object.
    """
    value = getattr(importlib.import_module(module), name)
    own_import = f"from {module} import {name}"
    told = [(expression_of(one), _calls_with(batch)) for one, batch in written]
    tried = [(signatures.with_drops(one, value), calls) for one, calls in told] + told
    making = making_of(seen) if seen is not None else None
    calls = [(making.arguments, making.inputs)] if making is not None else []
    if making is not None and making.construction.text:
        tried.append((making.construction, calls))
    objects = {key: expression_of(one) for key, one in known.items()}
    tried += [(one, calls) for one in signatures.constructions(value, name, own_import, objects)]
    problem = ""
    with _within(SECONDS_FOR_A_CLASS):
        for construction, calls in tried:
            layer = _made_or_problem(construction)
            call = layer if isinstance(layer, str) else _working_call(value, layer, calls)
            if isinstance(call, tuple):
                making = Making(construction, *call)
                return {"making": asdict(making), "keras": _keras_of(layer), "inside": _inside(layer, call)}
            problem = problem or call  # The likeliest stands first.
    return {"failed": problem or "nothing to try"}


def _calls_with(batch: Any) -> list[batches.Call]:
    return [((("", INPUT),), (expression_of(batch),))] if batch else []


def _inside(layer: Any, call: batches.Call) -> list[dict[str, Any]]:
    """The layers of the same package that a layer runs, each with the `making`."""
    found: dict[tuple[str, str], Making] = {}
    with inside.watched(_layers(), type(layer).__module__.partition(".")[0], found):
        _problem_of(layer, call)
    return [{"module": key[0], "name": key[1], "making": asdict(one)} for key, one in found.items()]


def _made_or_problem(construction: Expression) -> Any:
    """The layer that an expression makes; the text of the problem where it makes none."""
    try:
        with _within(SECONDS_TO_MAKE):
            layer = evaluated(construction)
    except Exception as error:
        return _told(error)
    return layer if isinstance(layer, _layers()) else f"{type(layer).__name__} is no layer"


def _working_call(value: Any, layer: Any, calls: Sequence[batches.Call]) -> batches.Call | str:
    """The first call that works; the problem of the first where none does."""
    problems: list[str] = []
    for call in (*calls, *batches.calls_of(value, layer)):
        problem = _problem_of(layer, call)
        if not problem:
            return call
        problems.append(problem)
    return problems[0] if problems else "no call to try"


def _problem_of(layer: Any, call: batches.Call) -> str:
    """What a call raises; empty where it works."""
    arguments, inputs = call
    try:
        with _within(SECONDS_TO_CALL):
            waiting = iter([_as_tensors(evaluated(one)) for one in inputs])
            values = [(key, next(waiting) if text == INPUT else evaluated(Expression(text))) for key, text in arguments]
            layer(*(value for key, value in values if not key), **{key: value for key, value in values if key})
    except Exception as error:
        return _told(error)
    return ""


def _as_tensors(values: Any) -> Any:
    import tensorflow as tf

    return tf.nest.map_structure(tf.convert_to_tensor, values)


def evaluated(expression: Expression) -> Any:
    """What an expression makes."""
    names: dict[str, Any] = {}
    for line in expression.imports:
        exec(line, names)
    return eval(expression.text, names)


@_offline()
def traced(file: str, host: str, batch: str, imports: list[str], graphs: bool = False) -> dict[str, Any]:
    """What a host does: its `calls`, and the `problems` by mode. Where a mode raises, each is run by itself. `graphs`:
    `fit` and `predict` run in graphs, which takes three times as long.
    """
    inputs = evaluated(Expression(batch, tuple(imports)))
    spec = importlib.util.spec_from_file_location("hosts", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = getattr(module, host)
    make = made if graphs else lambda: _compiled_eagerly(made())
    _forget_converted()
    if host == WITH_FLAG:
        found = _traced_in(make, inputs, ["training=True"])
        if not found["calls"] and not found["problems"]:
            return found | {"runs nothing": True}
    found = _traced_in(make, inputs, list(MODES))
    if "too long" in found["problems"] or not found["problems"]:
        return found
    one_by_one = [_traced_in(make, inputs, [mode]) for mode in MODES]
    return {
        "calls": [call for one in one_by_one for call in one["calls"]],
        "problems": {mode: why for one in one_by_one for mode, why in one["problems"].items()},
    }


def _forget_converted() -> None:
    """Let autograph convert anew: of hosts that are written alike it gives all the lines of the first one's file."""
    api = sys.modules.get("tensorflow.python.autograph.impl.api")
    if api is not None:
        api._TRANSPILER._cache._cache.clear()


def _compiled_eagerly(model: Any) -> Any:
    model.compile("sgd", run_eagerly=True)
    return model


def _traced_in(make: Any, inputs: Any, modes: list[str]) -> dict[str, Any]:
    try:
        with _within(SECONDS_TO_TRACE):
            found = trace_training(make(), inputs, mode=modes)
    except TooLong as error:
        return {"calls": [], "problems": {"too long": str(error)}}
    except Exception as error:
        return {"calls": [], "problems": dict.fromkeys(modes, _told(error))}
    return {"calls": [_as_data(one) for one in found.calls], "problems": {}}


def _as_data(call: TracedCall) -> dict[str, Any]:
    return asdict(call) | {"phase": call.phase.name}


def megabytes() -> int:
    """How much memory the process has taken at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most // (1024 * 1024 if sys.platform == "darwin" else 1024))


def _keras_of(layer: Any) -> str:
    roots = (cls.__module__.partition(".")[0] for cls in type(layer).__mro__)
    return next(one for one in roots if one in ("keras", "tf_keras"))


def _told(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(type(error), error)).strip()[-300:]


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raises TooLong in what computes for longer; an outer limit goes on when this one is over. What hangs without
    computing is ended by who waits for the worker.
    """

    is_broken_off = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal is_broken_off
        is_broken_off = True
        raise TooLong(f"it took more than {seconds} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    left, _ = signal.setitimer(signal.ITIMER_PROF, seconds)
    if 0 < left < seconds:
        signal.setitimer(signal.ITIMER_PROF, left)
    began = time.process_time()
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)
        signal.setitimer(signal.ITIMER_PROF, max(left - (time.process_time() - began), 0.1) if left else 0)
        if is_broken_off:
            _forget_state()


def _forget_state() -> None:
    """Let Keras forget the variables that were to be initialized where it was broken off: no model could be made."""
    for one in _packages():
        one.backend.clear_session()


JOBS = {"listed": listed, "made": made, "traced": traced}
