"""A map as a flowchart of Mermaid, which Git hosts draw in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_training_phase.maps.model import Map, Row
from flake8_training_phase.output.maps.folding import FoldedLine, lines_of, title
from flake8_training_phase.output.maps.text import distinct, grouped, reasons

_CLASSES = (
    "classDef right fill:#dbe9fc22,stroke:#6e7781",
    "classDef wrong stroke:#c8123a,stroke-width:3px",
    "classDef same stroke-dasharray:3 3,stroke:#6e7781",
)


def as_mermaid(shown: Map, full: bool = False) -> str:
    """The map, with a line end."""
    lines = lines_of(shown, full)
    body = [*_nodes(lines, shown), *_edges(lines), *_leaks(lines, shown)]
    return "\n".join(["flowchart TD", *(f"    {one}" for one in (*body, *_CLASSES))]) + "\n"


def _nodes(lines: Sequence[FoldedLine], shown: Map) -> Iterator[str]:
    for line in lines:
        row = line.row
        name = "wrong" if row.is_wrong and not row.rows else "right" if row.depends_on_mode else "same"
        yield f'n{row.number}["{"<br/>".join(_escaped(one) for one in _label(line, shown))}"]:::{name}'


def _label(line: FoldedLine, shown: Map) -> Iterator[str]:
    row = line.row
    yield title(line)
    if line.is_mixed:
        return
    if row.passed:
        yield row.passed
    if row.depends_on_mode:
        ways = distinct(shown, row)
        for releases, cells in ways:
            if len(ways) > 1:
                yield f"{releases}:"
            for cell, modes in grouped(cells):
                yield f"{cell.state.value}{'!' if cell.wrong else ''} {modes}"
    for reason in reasons(row):
        yield f"? {reason}"


def _edges(lines: Sequence[FoldedLine]) -> Iterator[str]:
    """In the order of the calls beside each other, and from a call to the first that it makes itself."""
    before: list[Row] = []
    for line in lines:
        if len(before) > line.depth:
            yield f"n{before[line.depth].number} --> n{line.row.number}"
        elif before:
            yield f"n{before[-1].number} -. runs .-> n{line.row.number}"
        before = [*before[: line.depth], line.row]


def _leaks(lines: Sequence[FoldedLine], shown: Map) -> Iterator[str]:
    numbers = {line.row.number for line in lines}
    for line in lines:
        for source in numbers.intersection(line.row.leaks):
            origin = next(row for row in shown.walk() if row.number == source)
            yield f'n{source} == "{_escaped(origin.passed or "its default")} leaks" ==> n{line.row.number}'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
