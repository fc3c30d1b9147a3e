"""Maps of what a trace has recorded, beside what the analysis says about the same code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.maps.model import (
    MODES,
    FunctionSource,
    Map,
    ModeCell,
    ModeCells,
    Row,
    RowKind,
    SourceLine,
    State,
)
from flake8_training_phase.maps.static import NoSuchModel, maps_of
from flake8_training_phase.runtime.recording import MODES as TRACED_MODES
from flake8_training_phase.runtime.recording import Phase, Recording, Site, TracedCall
from flake8_training_phase.sources.documents import read_document
from flake8_training_phase.sources.parsing import AnalysisError

_STATES = {Phase.TRAINING: State.TRAIN, Phase.INFERENCE: State.INFER, Phase.UNKNOWN: State.UNKNOWN}

Chain = tuple[tuple[str, int], ...]
"""The lines that lead to a call: those of the layers around it, the outermost first, then its own."""


def measured_map(trace: Recording) -> Map:
    """The map of a traced model: of its code, under the release of Keras that it ran on, with what it did."""
    shown = _static(trace)
    open_calls = list(trace.calls)

    def take(chain: Chain, row: Row) -> list[TracedCall]:
        found = [one for one in open_calls if chain in _chains(one) and is_of(one, row)]
        if row.kind is RowKind.INNER:  # Beside others of its class, which have rows of their own.
            found = [one for one in found if one.path == found[0].path]
        for one in found:
            open_calls.remove(one)
        return found

    rows = [_with_measured(row, (), take, trace) for row in shown.rows]
    first = max((row.number for row in shown.walk()), default=0) + 1
    rows += _rest(open_calls, trace, first, len(shown.releases))
    notes = (*shown.notes, *(f"`{one}` was compiled earlier: what it runs is not seen" for one in trace.unseen))
    return replace(
        shown,
        rows=tuple(rows),
        notes=notes,
        measured_on=f"Keras {trace.keras}" if trace.keras else "Keras",
        measured_modes=(*MODES, *(f"{mode}()" for mode in _asked_for(trace))),
    )


def _asked_for(trace: Recording) -> tuple[str, ...]:
    """The ways beside the usual ones in which a model was run."""
    return tuple(mode for mode in trace.modes if mode not in TRACED_MODES)


def _static(trace: Recording) -> Map:
    why = "the model has no class of its own"
    if trace.file is not None:
        try:
            [shown] = maps_of(read_document(Path(trace.file)), _settings(trace.keras), trace.model)
        except NoSuchModel:
            pass
        except (OSError, SyntaxError, AnalysisError, ValueError) as error:
            why = f"its code cannot be analysed: {error}"
        else:
            return shown
    nowhere = FunctionSource(trace.model, SourceLine(trace.file or "", 1), ())
    return Map(trace.model, True, nowhere, (), (), (f"only what was measured is shown: {why}",))


def _settings(version: str) -> Settings:
    """The settings of a release; of all when it is not known."""
    try:
        return Settings(keras_versions=targets(".".join(version.split(".")[:2])))
    except ValueError:
        return Settings()


def _with_measured(row: Row, around: Chain, take: Callable[[Chain, Row], list[TracedCall]], trace: Recording) -> Row:
    chain = around
    if row.kind is RowKind.LAYER and row.place is not None:
        chain = (*around, (os.path.realpath(row.place.file), row.place.line))
    own_line = () if row.place is None else ((os.path.realpath(row.place.file), row.place.line),)
    found = [] if row.kind in (RowKind.HELPER, RowKind.TEST) else take(chain or own_line, row)
    rows = tuple(_with_measured(one, chain, take, trace) for one in row.rows)
    inside = [one.measured for one in rows if one.measured is not None]
    measured = _cells(found, trace) if found else _joined(inside) if inside else None
    if measured is not None:
        measured = tuple(_as_meant(cell, row, place) for place, cell in enumerate(measured))
    return replace(row, rows=rows, measured=measured)


def _as_meant(cell: ModeCell, row: Row, place: int) -> ModeCell:
    """What was measured, not as wrong where the code says the same and that it is meant: a frozen backbone."""
    said = [cells[place] for cells in row.by_release if place < len(cells)]
    meant = bool(said) and all(one.state is cell.state and not one.wrong for one in said)
    return replace(cell, wrong=False) if meant else cell


def chain_of(call: TracedCall) -> Chain:
    """The lines that lead to a traced call."""
    sites: list[tuple[str, int]] = []
    for site in call.through:
        here = None if site is None else (os.path.realpath(site.file), site.line)
        # What Keras alone calls has the line of the layer that it is in.
        if here is not None and sites[-1:] != [here]:
            sites.append(here)
    return tuple(sites)


def _chains(call: TracedCall) -> tuple[Chain, ...]:
    """The lines that lead to a traced call, and those without the one of a step that calls the model."""
    chain = chain_of(call)
    return (chain, chain[1:]) if call.through and call.through[0] is not None else (chain,)


def is_of(call: TracedCall, row: Row) -> bool:
    """Whether a call may be that of a row; of what the code does not say, all that was called there."""
    return not row.layer or call.layer in row.layer.split(" or ")


def _cells(calls: Sequence[TracedCall], trace: Recording) -> ModeCells:
    return tuple(
        _cell([one for one in calls if one.mode == mode], mode in trace.modes)
        for mode in (*TRACED_MODES, *_asked_for(trace))
    )


def _cell(calls: Sequence[TracedCall], was_run: bool) -> ModeCell:
    if not was_run:
        return ModeCell(State.UNKNOWN, reason="the model was not run in this way")
    if not calls:
        return ModeCell(State.SKIPPED)
    states = {_STATES[one.phase] for one in calls}
    wrong = any(not one.is_right for one in calls)
    reason = next((str(one.reason) for one in calls if one.reason is not None), None)
    return ModeCell(states.pop() if len(states) == 1 else State.MIXED, wrong, reason=reason)


def _joined(inside: Sequence[ModeCells]) -> ModeCells:
    return tuple(map(_one_of, zip(*inside, strict=True)))


def _one_of(cells: Sequence[ModeCell]) -> ModeCell:
    states: set[State] = {one.state for one in cells if one.state is not State.SKIPPED}
    if not states:
        return ModeCell(State.SKIPPED)
    return ModeCell(states.pop() if len(states) == 1 else State.MIXED, any(one.wrong for one in cells))


def _rest(calls: Iterable[TracedCall], trace: Recording, number: int, releases: int) -> list[Row]:
    """A row for each call that the code does not show: of functional models, of layers that are made elsewhere."""
    groups: dict[tuple[str, str, Site | None], list[TracedCall]] = {}
    for one in calls:
        groups.setdefault((one.path, one.layer, one.site), []).append(one)
    unknown = ModeCell(State.UNKNOWN, reason="it is not in the code that was read")
    return [
        Row(
            number=number + place,
            kind=RowKind.INNER,
            call=path,
            layer=layer,
            passed="",
            place=None if site is None else SourceLine(site.file, site.line),
            by_release=((unknown,) * len(MODES),) * releases,
            measured=_cells(found, trace),
        )
        for place, ((path, layer, site), found) in enumerate(groups.items())
    ]
