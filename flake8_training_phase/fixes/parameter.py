"""The parameter `training` that fixes add to a signature."""

from __future__ import annotations

from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.fixes.changes import AddParameter


def add_parameter(layer_class: LayerClass, default: str = "None") -> tuple[AddParameter, ...]:
    """Add `training` to the signature of `call`, annotated in the way of the module; and to that of a
    `compute_output_spec`, which Keras 3 gives what it gives to `call` (3.15.1, `layers/layer.py`, `symbolic_call`).
    """
    type_ = annotation(layer_class) if default == "None" else "bool"
    spec = layer_class.cls.fixed_output_spec
    functions = (layer_class.call, None if spec is None else spec.node)
    return tuple(AddParameter(one, "training", type_, default) for one in functions if one is not None)


def annotation(layer_class: LayerClass) -> str:
    """The type of an optional flag, as the module writes such types; in quotes where it may have to run on a Python
    before 3.10, which cannot evaluate it.
    """
    return layer_class.module.optional_bool
