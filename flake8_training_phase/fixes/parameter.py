"""The parameter `training` that fixes add to a signature."""

from __future__ import annotations

from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.fixes.changes import AddParameter


def add_parameter(layer_class: LayerClass, default: str = "None") -> AddParameter:
    """Add `training` to the signature of `call`, annotated in the way of the module."""
    assert layer_class.call is not None
    type_ = annotation(layer_class) if default == "None" else "bool"
    return AddParameter(layer_class.call, "training", type_, default)


def annotation(layer_class: LayerClass) -> str:
    """The type of an optional flag, as the module writes such types; in quotes where it may have to run on a Python
    before 3.10, which cannot evaluate it.
    """
    return layer_class.module.optional_bool
