"""Compares the traced calls of an object in its hosts with what the analysis says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from flake8_training_phase.maps.model import ModeCell, State
from flake8_training_phase.runtime.measured_map import chain_of
from flake8_training_phase.runtime.recording import TRAINING_MODES, Phase, TracedCall
from tests.runtime.packages.said import ClassLines, Finding, Said


class Verdict(Enum):
    """What the analysis makes of a call."""

    SILENT = "right-and-silent"
    REPORTED = "wrong-and-reported"
    MEANT = "wrong-and-meant"
    """It runs as the code says that it is to: a literal flag, a layer that is on by default."""
    FALSE_ALARM = "false alarm"
    MISS = "miss"
    UNKNOWN = "unknown"


_STATES = {Phase.TRAINING: State.TRAIN, Phase.INFERENCE: State.INFER}


@dataclass(frozen=True, slots=True)
class Judged:
    """A call with what was made of it."""

    call: TracedCall
    verdict: Verdict
    why: str = ""


@dataclass(slots=True)
class Run:
    """The calls of one host of an object."""

    host: str
    calls: list[TracedCall]
    problems: dict[str, str] = field(default_factory=dict)


def judged(
    host: str, calls: Iterable[TracedCall], said: Said, findings: Sequence[Finding], made_in: ClassLines | None = None
) -> list[Judged]:
    """What is made of every call of a host, which holds an object of the class `made_in`. Of what no map speaks (the
    layers of a graph that nobody holds, dropout by hand), that is right which is silent.
    """
    has_no_rows = said.rows.get(host) == []
    silence = [ModeCell(State.SAME)]
    return [
        _judged(one, said.cells(host, one) or (silence if has_no_rows or one.by_hand else []), findings, made_in)
        for one in calls
    ]


def _judged(
    call: TracedCall, cells: Sequence[ModeCell], findings: Sequence[Finding], made_in: ClassLines | None
) -> Judged:
    states = {one.state for one in cells}
    words = " or ".join(sorted(f"{one.state.value}{'!' if one.wrong else ''}" for one in set(cells))) or "nothing"
    reasons = ", ".join(sorted({one.reason for one in cells if one.reason}))
    why = f"the analysis says {words}{f': {reasons}' if reasons else ''}"
    measured = _STATES.get(call.phase)
    if measured is None:
        return Judged(call, Verdict.UNKNOWN, "the flag had no value when it was traced")
    if not call.is_right:
        reported = [one for one in findings if is_through(call, one) or _is_of_graph(call, one, made_in)]
        return _wrong(call, cells, measured, reported, why)
    if State.UNKNOWN in states or not cells:
        return Judged(call, Verdict.UNKNOWN, why)
    if cells and all(one.wrong and one.state not in (measured, State.MIXED) for one in cells) and not call.frozen:
        return Judged(call, Verdict.FALSE_ALARM, why)
    return Judged(call, Verdict.SILENT)


def _wrong(
    call: TracedCall, cells: Sequence[ModeCell], measured: State, reported: Sequence[Finding], why: str
) -> Judged:
    if reported:
        return Judged(call, Verdict.REPORTED, reported[0].code)
    if any(one.state is measured and not one.wrong for one in cells):
        return Judged(call, Verdict.MEANT, why)
    if not cells or any(one.state is State.UNKNOWN for one in cells):
        return Judged(call, Verdict.UNKNOWN, why)
    return Judged(call, Verdict.MISS, why)


def is_through(call: TracedCall, finding: Finding) -> bool:
    """Whether a finding is about a line that leads to a call, or that left the flag behind which the layer found."""
    origin = call.reason.origin if call.reason else None
    lines = [*chain_of(call), *((one.file, one.line) for one in (call.site, origin) if one is not None)]
    return any(finding.is_on(file, line) for file, line in lines)


def _is_of_graph(call: TracedCall, finding: Finding, made_in: ClassLines | None) -> bool:
    """Whether a finding is about a layer in the graph that a class makes in its constructor: no line of the class leads
    to the layer when Keras runs that graph.
    """
    if made_in is None or call.reason is None or any(file == made_in.file for file, _ in chain_of(call)):
        return False
    names_it = finding.code == call.reason.rule and finding.message.startswith(f"{call.layer} ")
    return names_it and finding.path == made_in.file and made_in.first <= finding.first <= made_in.last


def false_findings(findings: Iterable[Finding], calls: Collection[TracedCall], among: Collection[str]) -> list[Finding]:
    """The bugs that were reported of code in some files which has run, and run right in every mode.

    A layer behind `if training:` is wrong where it does not run in a mode that asks for training.
    """
    wrong: list[Finding] = []
    for finding in findings:
        if finding.severity == "bug" and finding.path in among:
            through = [one for one in calls if is_through(one, finding)]
            ran_in_training = {one.mode for one in through} >= TRAINING_MODES
            if ran_in_training and all(one.is_right for one in through):
                wrong.append(finding)
    return wrong
