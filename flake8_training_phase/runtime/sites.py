"""The line of the user's code that is running."""

from __future__ import annotations

import ast
import functools
import linecache
import sys
from types import FrameType
from typing import Any

from flake8_training_phase.runtime.recording import Site

_NOT_THE_USERS = frozenset({"keras", "tf_keras", "tensorflow", "jax", "torch", "functools", "contextlib"})
"""Packages whose frames are passed over in search of the line that calls a layer."""

_OURS = __name__.rpartition(".")[0]
_RUNNER = f"{_OURS}.running"
"""The module that runs the models: a call from there is no line of the user's code."""

_GENERATED = "__autograph_generated_file"


def calling_line() -> Site | None:
    """The innermost line of the stack that is the user's; None where Keras alone calls."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module == _RUNNER:
            return None
        if not module.startswith(_OURS) and module.partition(".")[0] not in _NOT_THE_USERS:
            return _written(frame)
        frame = frame.f_back
    return None


def called_from_user() -> bool:
    """Whether the function that calls this was itself called by the user's code, and not by a library."""
    frame = sys._getframe(2)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("tensorflow.python.util"):
        frame = frame.f_back
    module = str(frame.f_globals.get("__name__", ""))
    return not module.startswith(_OURS) and module.partition(".")[0] not in _NOT_THE_USERS


def _written(frame: FrameType) -> Site:
    """Where a frame is in what the user wrote: autograph runs a copy of it from a file of its own."""
    file, line = frame.f_code.co_filename, frame.f_lineno
    api = sys.modules.get("tensorflow.python.autograph.impl.api")
    if api is not None and _GENERATED in file:
        for versions in api._TRANSPILER._cache._cache.values():
            for factory in versions.values():
                if getattr(factory.module, "__file__", None) == file:
                    return _origin(factory.source_map, line) or Site(file, line)
    return Site(file, line)


def _origin(source_map: Any, line: int) -> Site | None:
    """The nearest line at or above one of a generated file that has an origin."""
    known = {place.lineno: origin.loc for place, origin in source_map.items()}
    nearest = max((one for one in known if one <= line), default=None)
    if nearest is None:
        return None
    file, written = known[nearest].filename, known[nearest].lineno
    # It may be that of an argument: a call begins where its innermost expression around the line does.
    around = [(end - begin, begin) for begin, end in _calls_in(file) if begin <= written <= end]
    return Site(file, min(around, default=(0, written))[1])


@functools.cache
def _calls_in(file: str) -> tuple[tuple[int, int], ...]:
    """The first and the last line of every call in a file."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ()
    return tuple((one.lineno, one.end_lineno or one.lineno) for one in ast.walk(tree) if isinstance(one, ast.Call))
