"""Which mode do the layers of a model really run in? Runs the model and looks.

`assert_training_reaches` is for tests, `trace_training` for finding out. Neither TensorFlow nor Keras is imported
here: both come with the model. The checker does not use this package.

pytest imports this package at every start, because its plugin is in here: names are imported when they are asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flake8_training_phase.runtime.recording import MODES, Phase, Reason, Site, TracedCall
    from flake8_training_phase.runtime.trace import Trace
    from flake8_training_phase.runtime.tracing import assert_training_reaches, trace_training

_MODULES = {"Trace": "trace", "assert_training_reaches": "tracing", "trace_training": "tracing"}
"""Where those names are that are not of what is recorded."""

__all__ = ["MODES", "Phase", "Reason", "Site", "Trace", "TracedCall", "assert_training_reaches", "trace_training"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES.get(name, 'recording')}"), name)


def __dir__() -> list[str]:
    """Also what is imported when it is asked for: for completion, and for the page of the API."""
    return sorted({*globals(), *__all__})
