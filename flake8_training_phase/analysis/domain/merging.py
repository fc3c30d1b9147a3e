"""What a name is after two paths meet."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.domain.flags import flags_of
from flake8_training_phase.analysis.domain.values import (
    ALL_LANES,
    LANES,
    UNKNOWN,
    Constant,
    Lane,
    LaneUnion,
    PhaseValue,
    Value,
    join,
    members,
)
from flake8_training_phase.keras.generations import Flag, Passed


def join_lanes(first: Value, first_lanes: int, second: Value, second_lanes: int) -> Value:
    """The value after two paths meet, each live in some lanes."""
    if first is second or first == second or not second_lanes:
        return first
    if not first_lanes:
        return second
    flags = (flags_of(first), flags_of(second))
    if _become_flag(first, second):
        by_lane = tuple(
            _merge_flag(flags[0][index], first_lanes & lane, flags[1][index], second_lanes & lane)
            for index, (lane, _) in enumerate(LANES)
        )
        parameters = [value.parameter for value in (first, second) if isinstance(value, PhaseValue)]
        parameter = next((name for name in parameters if name), None)
        return PhaseValue(by_lane, parameter)  # type: ignore[arg-type]
    return _by_lane(first, first_lanes, second, second_lanes)


def _by_lane(first: Value, first_lanes: int, second: Value, second_lanes: int) -> Value:
    """One value for two, which remembers the lanes that each is in, where they are not the same."""
    found: dict[Value, int] = {}
    for value, live in ((first, first_lanes), (second, second_lanes)):
        for one, lanes in zip(members(value), lanes_of(value), strict=True):
            if lanes & live:
                found[one] = found.get(one, 0) | (lanes & live)
    joined = join(found)
    if members(joined) != tuple(found) or len(set(found.values())) < 2:
        return joined
    return LaneUnion(tuple(found), tuple(found.values()))


def lanes_of(value: Value) -> tuple[Lane, ...]:
    """The lanes that each of `members(value)` is in."""
    return value.lanes if isinstance(value, LaneUnion) else (ALL_LANES,) * len(members(value))


def called_by_lane(callee: LaneUnion, live: int) -> Iterator[tuple[Value, Lane]]:
    """What may be called, with the live lanes in which it is that: None is not called."""
    found: dict[tuple[Value, ...], int] = {}
    called = [pair for pair in zip(callee.values, callee.lanes, strict=True) if not isinstance(pair[0], Constant)]
    for lane, _ in LANES:
        here = tuple(one for one, lanes in called if lanes & lane & live)
        if here:
            found[here] = found.get(here, 0) | lane
    return ((join(values), lanes) for values, lanes in found.items())


def is_flag(value: Value) -> bool:
    """Whether a value is the phase, something made from it, or a literal that may be passed for it."""
    if isinstance(value, Constant):
        return value.value is None or isinstance(value.value, bool)
    return isinstance(value, PhaseValue)


def _become_flag(first: Value, second: Value) -> bool:
    """Whether what is one of two values is still a flag: a phase stays one when nobody knows what it is mixed with."""
    from_parameter = any(isinstance(value, PhaseValue) and value.parameter for value in (first, second))
    flags = [is_flag(value) for value in (first, second)]
    return all(flags) or (from_parameter and any(value is UNKNOWN for value in (first, second)))


def _merge_flag(first: Flag, first_live: int, second: Flag, second_live: int) -> Flag:
    if not second_live:
        return first
    if not first_live or first is second:
        return second
    return Passed.UNKNOWN
