"""The line of the user's code that is running."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from flake8_training_phase.runtime.autograph import written
from flake8_training_phase.runtime.recording import Site

_NOT_THE_USERS = frozenset({"keras", "tf_keras", "tensorflow", "jax", "torch", "functools", "contextlib", "threading"})
"""Packages whose frames are passed over in search of the line that calls a layer."""

_OURS = __name__.rpartition(".")[0]
_RUNNER = f"{_OURS}.running"
"""The module that runs the models: a call from there is no line of the user's code."""

_BETWEEN = ("tensorflow.python.util", "tensorflow.python.autograph")
"""Modules of TensorFlow that are between the user's code and the function that it calls."""

_DUNDER_CALLS = ("__call__", "tf____call__")
"""The second is what autograph makes of the first."""


def calling_line() -> Site | None:
    """The innermost line of the stack that is the user's; None where Keras alone calls.

    A `__call__` of the user's that calls the one it overrides is passed over: what called it is the call of the layer.
    """
    frame: FrameType | None = sys._getframe(1)
    called: Any = None
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module == _RUNNER:
            return None
        of_library = module.startswith(_OURS) or module.partition(".")[0] in _NOT_THE_USERS
        owner = _owner_of_dunder_call(frame)
        if not of_library and (owner is None or owner is not called):
            return written(frame)
        called = called if owner is None else owner
        frame = frame.f_back
    return None


def _owner_of_dunder_call(frame: FrameType) -> Any:
    """The object whose `__call__` a frame runs; None for every other frame."""
    code = frame.f_code
    return frame.f_locals.get(code.co_varnames[0]) if code.co_name in _DUNDER_CALLS and code.co_argcount else None


def called_from_user() -> bool:
    """Whether the function that calls this was itself called by the user's code, and not by a library."""
    frame = sys._getframe(2)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith(_BETWEEN):
        frame = frame.f_back
    module = str(frame.f_globals.get("__name__", ""))
    return not module.startswith(_OURS) and module.partition(".")[0] not in _NOT_THE_USERS
