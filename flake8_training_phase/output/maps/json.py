"""A map as data, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flake8_training_phase.maps.model import MODES, Map, ModeCell, ModeCells, Row, SourceLine

VERSION = 1


def as_json(maps: Sequence[Map]) -> str:
    """Maps as one JSON document, with a line end."""
    return json.dumps({"version": VERSION, "modes": MODES, "maps": [_map(one) for one in maps]}, indent=2) + "\n"


def _map(shown: Map) -> dict[str, object]:
    return {
        "name": shown.name,
        "is_model": shown.is_model,
        "place": _place(shown.function.place),
        "releases": shown.releases,
        "notes": shown.notes,
        "measured_on": shown.measured_on,
        "calls": [_row(one, shown) for one in shown.rows],
    }


def _row(row: Row, shown: Map) -> dict[str, object]:
    return {
        "number": row.number,
        "kind": row.kind.value,
        "call": row.call,
        "layer": row.layer or None,
        "passed": row.passed or None,
        "place": None if row.place is None else _place(row.place),
        "modes": {release: _cells(cells) for release, cells in zip(shown.releases, row.by_release, strict=True)},
        "measured": None if row.measured is None else _cells(row.measured, shown.measured_modes),
        "differs": row.differs,
        "calls": [_row(one, shown) for one in row.rows],
    }


def _cells(cells: ModeCells, modes: tuple[str, ...] = MODES) -> dict[str, object]:
    return {mode: _cell(cell) for mode, cell in zip(modes, cells, strict=True)}


def _cell(cell: ModeCell) -> dict[str, object]:
    return {"state": cell.state.value, "wrong": cell.wrong, "leaked_from": cell.leaked_from, "reason": cell.reason}


def _place(place: SourceLine) -> dict[str, object]:
    return {"file": place.file, "line": place.line, "cell": place.cell}
