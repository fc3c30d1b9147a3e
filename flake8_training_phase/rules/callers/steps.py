"""What a training step is, whichever way its gradient is taken."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum

STEP_WORDS = (
    "GradientTape",
    "stateless_call",
    ".backward()",
    ".minimize(",
    ".compute_gradients(",
    "value_and_gradient(",
)
"""What is in the text of a module that takes a gradient."""


class StepKind(Enum):
    """How the gradient is taken."""

    TAPE = "tape"
    JAX = "jax"
    TORCH = "torch"


@dataclass(frozen=True, slots=True)
class Owner:
    """What the variables belong to that a step updates."""

    node: ast.Attribute
    """`model.trainable_variables`."""
    text: str
    """`model`."""


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """One step: what it differentiates, and what it updates."""

    name: str | None
    """The function it is in; None at the top of a module."""
    kind: StepKind
    region: frozenset[ast.Call]
    """The calls that the gradient goes through, as far as they are in one place."""
    owners: tuple[Owner, ...]
    cls: ast.ClassDef | None = None
    """The model whose loss it is, for a step that Keras takes itself: `compute_loss`."""
    shared: bool = False
    """What is differentiated is called elsewhere as well, so that it cannot say what phase it is for."""
    aside: frozenset[ast.Call] = frozenset()
    """The calls of the module that teach nothing, whichever step they are reached from: a penalty on the inputs."""
