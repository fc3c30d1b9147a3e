"""How each Keras decides which phase a layer runs in, as plain code beside the source it models.

A layer call is resolved from what the caller passed, the context it runs in, and the default in the signature of
the layer's `call`. Keras 2 keeps a stack of contexts; Keras 3 keeps one slot for the whole call tree, which every
call overwrites. `facts/phase-table.md` rows in brackets were measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cache


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
    """The result of a layer call: the phase the layer itself runs with, and the context its sublayers find."""

    phase: Phase
    context: Phase


Release = tuple[int, int]
"""A minor release: `(3, 8)` is Keras 3.8."""


@dataclass(frozen=True, slots=True, eq=False)
class Generation:
    """One range of Keras releases that resolve the flag alike, and whose layers take it alike (`catalogue.py`).

    It ends where the next one begins; the last of a major version stands for what comes after it too. There is one
    object of each (`GENERATIONS`), which is only equal to itself: nearly every question about the phase names one.
    """

    first: Release
    fit_needs_parameter: bool
    """`fit`, `evaluate` and `predict` pass the flag only when the signature of `call` names it: Keras 3,
    `backend/tensorflow/trainer.py:58` and `layers/layer.py:317` (3.15.1). Keras 2 always passes it:
    `engine/training.py:1150` (2.15)."""
    shared_context: bool
    """One context slot for the whole call tree, never restored: Keras 3, `layers/layer.py:1691` (3.15.1).
    Keras 2 restores it when a layer returns: `engine/base_layer_utils.py:505` (2.15)."""
    explicit_none_clears_context: bool
    """An explicit `training=None` is the value, and clears the context: Keras 3.10 and later (22c, E10a)."""
    flag_survives_without_parameter: bool
    """A flag given to a layer whose `call` lacks the parameter still reaches its sublayers (7d2, 7e). Keras 3.1
    to 3.9 drop it."""
    default_enters_context: bool
    """The default in the signature of a layer that finds nothing in the context is left there for its sublayers and
    for what comes after it (22e): all released versions. The one after 3.15 keeps it to the layer:
    `layers/layer.py:1066` (development version of 3.16)."""
    graph_forwards_flag: bool
    """Sequential and functional models give their flag to every layer they run, whatever the context holds:
    `models/functional.py:695` (3.15.1). The release after 3.15 leaves that to the context, and lets a constant that
    is in a functional graph win: `models/functional.py:174` (development version of 3.16)."""

    @property
    def keras(self) -> int:
        """The major version, which settings and findings name."""
        return self.first[0]

    def resolve(self, flag: Flag, context: Phase, default: Phase, accepts: bool) -> Resolution:
        """What a layer runs with, and what its sublayers find in the context.

        `accepts` says whether the layer's `call` names the parameter, `default` is the default there.
        """
        if self.shared_context:
            return self._resolve_keras3(flag, context, default, accepts)
        return self._resolve_keras2(flag, context, default, accepts)

    def loses_flag(self, accepts: bool) -> bool:
        """Whether a flag that is passed to a layer is dropped, so that the layer finds what is in the context."""
        return self.shared_context and not accepts and not self.flag_survives_without_parameter

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
        if self.loses_flag(accepts):
            flag = Passed.ABSENT
        if not accepts:
            default = None
        if flag is Passed.ABSENT:
            phase = default if context is None else context
            return Resolution(phase, phase if self.default_enters_context else context)
        if flag is None:
            # From 3.10 the slot is cleared (22c). Up to 3.9 a None inherits the context. Neither falls back to the
            # default of the signature, which is overridden by the None that was passed (5T.fwd).
            inherited = None if self.explicit_none_clears_context else context
            return Resolution(inherited, inherited)
        return Resolution(flag, flag)


KERAS_2 = Generation(
    first=(2, 4),
    fit_needs_parameter=False,
    shared_context=False,
    explicit_none_clears_context=False,
    flag_survives_without_parameter=True,
    default_enters_context=True,
    graph_forwards_flag=True,
)
KERAS_3_1 = Generation(
    first=(3, 1),
    fit_needs_parameter=True,
    shared_context=True,
    explicit_none_clears_context=False,
    flag_survives_without_parameter=False,
    default_enters_context=True,
    graph_forwards_flag=True,
)
KERAS_3_4 = replace(KERAS_3_1, first=(3, 4))
"""`Dense` and `EinsumDense` take the flag."""
KERAS_3_6 = replace(KERAS_3_1, first=(3, 6))
"""`Resizing` and `CenterCrop` take the flag, with the default True."""
KERAS_3_10 = replace(KERAS_3_6, first=(3, 10), explicit_none_clears_context=True, flag_survives_without_parameter=True)
KERAS_3_16 = replace(KERAS_3_10, first=(3, 16), default_enters_context=False, graph_forwards_flag=False)
"""Not released: measured on the development version of 2026-08-21."""

GENERATIONS = (KERAS_2, KERAS_3_1, KERAS_3_4, KERAS_3_6, KERAS_3_10, KERAS_3_16)


def generation_of(release: Release) -> Generation:
    """The generation of a release; for one that is newer than all that is known, the newest of its major version."""
    return next(one for one in reversed(GENERATIONS) if one.keras == release[0] and one.first <= release)


@cache
def generations_of(releases: frozenset[Release], majors: frozenset[int]) -> tuple[Generation, ...]:
    """The generations of those releases that are of one of some major versions, the oldest first."""
    found = {generation_of(release) for release in releases if release[0] in majors}
    return tuple(generation for generation in GENERATIONS if generation in found)
