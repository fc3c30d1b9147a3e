"""What else changes when a parameter gets the default None."""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.fixes.changes import Replace
from flake8_training_phase.fixes.parameter import annotation


def allow_none(layer_class: LayerClass, parameter: ast.arg | None) -> list[Replace]:
    """Make an annotation that says `bool` allow None."""
    annotated = parameter.annotation if parameter is not None else None
    if isinstance(annotated, ast.Name) and annotated.id == "bool":
        return [Replace(annotated, annotation(layer_class))]
    return []
