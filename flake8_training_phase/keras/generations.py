"""How each Keras decides which phase a layer runs in, as plain code beside the source it models.

A layer call is resolved from what the caller passed, the context it runs in, and the default in the signature of
the layer's `call`. Keras 2 keeps a stack of contexts; Keras 3 keeps one slot for the whole call tree, which every
call overwrites. `facts/phase-table.md` rows in brackets were measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Passed(Enum):
    """What a caller gives for `training` when it is not a plain True, False or None."""

    ABSENT = "absent"
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return self.name


Flag = bool | None | Passed
"""What a caller passes for `training`: a value, nothing (`ABSENT`), or something that cannot be known (`UNKNOWN`)."""

Phase = bool | None | Passed
"""What a layer runs with: True (training), False (inference), None (undecided, which every layer treats as
inference), or `UNKNOWN`. Never `ABSENT`."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a layer call comes to: the phase the layer itself runs with, and the context its sublayers find."""

    phase: Phase
    context: Phase


@dataclass(frozen=True, slots=True)
class Generation:
    """One range of Keras releases that resolve the flag alike.

    `keras` is the major version that settings and findings speak of; `first` and `last` bound the releases the
    semantics were measured on.
    """

    keras: int
    first: str
    last: str
    fit_needs_parameter: bool
    """`fit`, `evaluate` and `predict` pass the flag only when the signature of `call` names it: Keras 3,
    `backend/tensorflow/trainer.py:58` and `layers/layer.py:317` (3.15.1). Keras 2 always passes it:
    `engine/training.py:1150` (2.15)."""
    shared_context: bool
    """One context slot for the whole call tree, never restored: Keras 3, `layers/layer.py:1691` (3.15.1).
    Keras 2 restores it when a layer returns: `engine/base_layer_utils.py:505` (2.15)."""
    none_erases: bool
    """An explicit `training=None` is the value, and clears the context: Keras 3.10 and later (22c, E10a)."""
    flag_survives_without_parameter: bool
    """A flag given to a layer whose `call` lacks the parameter still reaches its sublayers (7d2, 7e). Keras 3.1
    to 3.9 drop it."""

    def resolve(self, flag: Flag, context: Phase, default: Phase, accepts: bool) -> Resolution:
        """What a layer runs with, and what its sublayers find in the context.

        `accepts` says whether the layer's `call` names the parameter, `default` is the default there.
        """
        if self.shared_context:
            return self._resolve_keras3(flag, context, default, accepts)
        return self._resolve_keras2(flag, context, default, accepts)

    def _resolve_keras2(self, flag: Flag, context: Phase, default: Phase, accepts: bool) -> Resolution:
        # engine/base_layer.py:2626-2671 (2.15): explicit value, else context, else default. A layer that lacks the
        # parameter hands an explicit flag, None included, to its sublayers (7d2, E10b).
        if not accepts:
            phase = context if flag is Passed.ABSENT else flag
            return Resolution(phase, phase)
        if flag is Passed.ABSENT or flag is None:
            phase = default if context is None else context
        else:
            phase = flag
        return Resolution(phase, phase)

    def _resolve_keras3(self, flag: Flag, context: Phase, default: Phase, accepts: bool) -> Resolution:
        # layers/layer.py:1065-1090 (3.15.1) `_resolve_and_populate_arg`; layers/layer.py:774-796 (3.3.3).
        if flag is not Passed.ABSENT and not accepts and not self.flag_survives_without_parameter:
            flag = Passed.ABSENT
        if not accepts:
            default = None
        if flag is Passed.ABSENT:
            phase = default if context is None else context
            return Resolution(phase, phase)
        if flag is None:
            # From 3.10 the slot is cleared (22c). Up to 3.9 a None inherits the context. Neither falls back to the
            # default of the signature, which is overridden by the None that was passed (5T.fwd).
            inherited = None if self.none_erases else context
            return Resolution(inherited, inherited)
        return Resolution(flag, flag)


KERAS_2 = Generation(
    keras=2,
    first="2.4",
    last="2.21",
    fit_needs_parameter=False,
    shared_context=False,
    none_erases=False,
    flag_survives_without_parameter=True,
)
KERAS_3_EARLY = Generation(
    keras=3,
    first="3.1",
    last="3.9",
    fit_needs_parameter=True,
    shared_context=True,
    none_erases=False,
    flag_survives_without_parameter=False,
)
KERAS_3 = Generation(
    keras=3,
    first="3.10",
    last="3.15",
    fit_needs_parameter=True,
    shared_context=True,
    none_erases=True,
    flag_survives_without_parameter=True,
)

GENERATIONS = (KERAS_2, KERAS_3_EARLY, KERAS_3)


def generations_of(majors: frozenset[int]) -> tuple[Generation, ...]:
    """The generations that the given Keras major versions stand for."""
    return tuple(generation for generation in GENERATIONS if generation.keras in majors)
