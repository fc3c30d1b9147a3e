"""Autograph runs copies of the user's functions, from files of its own: which lines they were made from."""

from __future__ import annotations

import ast
import functools
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from unittest import mock

from flake8_training_phase.runtime.recording import Site

_GENERATED = "__autograph_generated_file"


@contextmanager
def copies_by_file() -> Iterator[None]:
    """Let autograph make its copies anew, and tell files apart.

    It keeps them by code object, and those of two functions that are written alike on the same lines are equal: the
    second one would run the copy that was made of the first, in another file.
    """
    transpiler = _transpiler()
    if transpiler is None:
        yield
        return
    with mock.patch.object(transpiler, "_cache", _CopiesByFile(transpiler._cache)):
        yield


def written(frame: FrameType) -> Site:
    """Where a frame is in what the user wrote."""
    file, line = frame.f_code.co_filename, frame.f_lineno
    if _GENERATED in file:
        for factory in _factories():
            if getattr(factory.module, "__file__", None) == file:
                return _origin(factory.source_map, line) or Site(file, line)
    return Site(file, line)


class _CopiesByFile:
    """In place of autograph's `CodeObjectCache`: one for each file."""

    def __init__(self, before: Any) -> None:
        self.before = before
        self.by_file: dict[str, Any] = {}

    def has(self, function: Any, options: Any) -> bool:
        return bool(self._of(function).has(function, options))

    def __getitem__(self, function: Any) -> Any:
        return self._of(function)[function]

    def _of(self, function: Any) -> Any:
        code = getattr(function, "__code__", None)
        return self.by_file.setdefault(code.co_filename if code else "", type(self.before)())


def _transpiler() -> Any:
    """What makes the copies; None where TensorFlow is not loaded, or keeps them in another way (seen: 2.21)."""
    found = getattr(sys.modules.get("tensorflow.python.autograph.impl.api"), "_TRANSPILER", None)
    return found if hasattr(found, "_cache") else None


def _factories() -> Iterator[Any]:
    """What makes the copies, which knows where they come from."""
    transpiler = _transpiler()
    cache = transpiler._cache if transpiler else None
    caches = [*cache.by_file.values(), cache.before] if isinstance(cache, _CopiesByFile) else [cache]
    for one in filter(None, caches):
        for versions in one._cache.values():
            yield from versions.values()


def _origin(source_map: Any, line: int) -> Site | None:
    """The nearest line at or above one of a generated file that has an origin."""
    known = {place.lineno: origin.loc for place, origin in source_map.items()}
    nearest = max((one for one in known if one <= line), default=None)
    if nearest is None:
        return None
    file, found = known[nearest].filename, known[nearest].lineno
    # It may be that of an argument: a call begins where its innermost expression around the line does.
    calls = _calls_in(file)
    around = [(end - begin, begin) for begin, end in calls if begin <= found <= end]
    # Or that of a statement whose call is further down: `x = (`.
    below = [begin for begin, _ in calls if begin > found]
    return Site(file, min(around)[1] if around else min(below, default=found))


@functools.cache
def _calls_in(file: str) -> tuple[tuple[int, int], ...]:
    """The first and the last line of every call in a file."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ()
    return tuple((one.lineno, one.end_lineno or one.lineno) for one in ast.walk(tree) if isinstance(one, ast.Call))
