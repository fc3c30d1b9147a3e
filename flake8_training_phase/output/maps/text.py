"""A map as text for terminals: wide and narrow, in colour and without, in ASCII where need be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_training_phase.maps.model import Map, ModeCell, ModeCells, Row, State
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.maps.arrows import Gutter
from flake8_training_phase.output.maps.folding import FoldedLine, lines_of, title
from flake8_training_phase.printable import printable

_HEADS = ("fit()", "True", "False", "no flag", "predict()")
_STYLES = {State.TRAIN: Style.YELLOW, State.INFER: Style.CYAN, State.UNKNOWN: Style.BOLD}
_NARROWEST = 14
"""The fewest characters that the column of calls has."""
_GAP = 2
"""The spaces between columns."""


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a map is shown as text."""

    width: int = 100
    coloured: bool = False
    ascii_only: bool = False
    full: bool = False
    """Whether a long map is shown row by row."""


def text(shown: Map, style: TextStyle) -> str:
    """The map, with a line end."""
    return "\n".join(line.rstrip() for line in _Table(shown, style).lines()) + "\n"


class _Table:
    """One map, laid out."""

    def __init__(self, shown: Map, style: TextStyle) -> None:
        self._map = shown
        self._style = style
        self._paint = Painter(style.coloured)
        self._lines = lines_of(shown, style.full)
        self._gutter = Gutter(self._lines, style.ascii_only)
        self._line_width = max(4, *(len(_line_number(one.row)) for one in self._lines), 4)
        self._given_width = max(5, *(len(one.row.passed) for one in self._lines), 5)
        self._calls = [f"{'  ' * one.depth}{printable(title(one))}" for one in self._lines]
        release_width = max((len(one) + 2 for one in shown.releases), default=0)
        wanted = max(len("call"), *(len(call) for call in self._calls), release_width, 4)
        room = style.width - self._line_width - 2 - self._gutter.width
        cells = sum(self._cell_widths(_GAP))
        self._has_given = wanted + 2 + self._given_width + 2 + cells <= room
        self._stacked = wanted + 2 + cells > room
        self._gap = 1 if self._stacked else _GAP
        self._call_width = max(room, _NARROWEST) if self._stacked else wanted

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        yield self._paint(Style.BOLD, self._map.name) + f"  {self._map.function.place}"
        yield ""
        heads = ("call", "given" if self._has_given else "")
        yield from self._entry("line", self._gutter.blank, self._gutter.blank, heads, self._heads())
        for number, (line, call) in enumerate(zip(self._lines, self._calls, strict=True)):
            yield from self._row(number, line, call)
        yield ""
        yield from self._notes()

    def _row(self, number: int, line: FoldedLine, call: str) -> Iterator[str]:
        row = line.row
        ways = [("", ())] if line.is_mixed else distinct(self._map, row)
        given = "" if line.is_mixed else row.passed
        cells = self._cells(ways[0][1]) if len(ways) == 1 else ""
        if self._stacked and not (line.is_mixed or row.depends_on_mode or row.differs):
            call, cells = f"{call} {self._same}", ""
        blank = self._gutter.under(number)
        yield from self._entry(_line_number(row), self._gutter.at(number), blank, (call, given), cells)
        if len(ways) > 1:
            for releases, one in ways:
                yield from self._entry("", blank, blank, (f"  {releases}", ""), self._cells(one))
        if row.measured is not None and row.differs:
            yield from self._entry("", blank, blank, ("  measured", ""), self._cells(row.measured))
        for remark in self._remarks(row):
            yield f"{' ' * self._line_width}  {blank}  {remark}"

    def _entry(self, line: str, gutter: str, below: str, texts: tuple[str, str], cells: str) -> Iterator[str]:
        """A line of the table; where the window is narrow, with the flag or the cells in lines below it."""
        call, given = texts
        under = f"{' ' * self._line_width}  {below}    "
        if self._stacked and given and len(call) + 2 + len(given) <= self._call_width:
            call, given = f"{call}  {given}", ""
        shown = call if len(call) <= self._call_width else f"{call[: self._call_width - 1]}{self._cut}"
        beside = f"{line:>{self._line_width}}  {gutter}{shown:{self._call_width}}"
        if self._has_given:
            beside += f"  {given:{self._given_width}}"
        yield beside if self._stacked else f"{beside}  {cells}"
        if given and not self._has_given:
            yield f"{under}{given}"
        if self._stacked and cells:
            yield f"{under}{cells}"

    def _remarks(self, row: Row) -> Iterator[str]:
        for source in row.leaks:
            origin = next(one for one in self._map.walk() if one.number == source)
            arrow = "<-" if self._style.ascii_only else "←"
            yield self._paint(Style.BOLD_RED, f"  {arrow} {leak_told(row, origin)}")
        if row.rows:
            return
        for reason in dict.fromkeys(cell.reason for cells in row.by_release for cell in cells if cell.reason):
            yield f"  ? {printable(reason)}"

    def _notes(self) -> Iterator[str]:
        leaves = [row for row in self._map.walk() if not row.rows and row.depends_on_mode]
        for place, release in enumerate(self._map.releases):
            wrong = sum(any(cell.wrong for cell in row.by_release[place]) for row in leaves)
            unknown = sum(any(cell.state is State.UNKNOWN for cell in row.by_release[place]) for row in leaves)
            yield f"{release}: {counted(wrong, unknown, len(leaves))}"
        hidden = sum(line.hidden for line in self._lines)
        if hidden:
            yield f"{hidden} calls are folded; --full shows them"
        for note in self._map.notes:
            yield f"note: {printable(note)}"

    def _heads(self) -> str:
        return "".join(head.ljust(width) for head, width in zip(_HEADS, self._cell_widths(self._gap), strict=True))

    def _cells(self, cells: ModeCells) -> str:
        widths = self._cell_widths(self._gap)
        return "".join(self._cell(cell, width) for cell, width in zip(cells, widths, strict=bool(cells)))

    def _cell(self, cell: ModeCell, width: int) -> str:
        word = self._same if cell.state is State.SAME else cell.state.value
        word = f"{word}!" if cell.wrong else word
        style = Style.BOLD_RED if cell.wrong else _STYLES.get(cell.state)
        padding = " " * (width - len(word))
        return (self._paint(style, word) if style else word) + padding

    def _cell_widths(self, gap: int) -> Sequence[int]:
        rows = list(self._map.walk())
        all_cells = [cell for row in rows for cells in (*row.by_release, row.measured or ()) for cell in cells]
        longest = max((len(cell.state.value) + cell.wrong for cell in all_cells), default=0)
        return [max(longest, len(head)) + gap for head in _HEADS]

    @property
    def _same(self) -> str:
        return "." if self._style.ascii_only else "·"

    @property
    def _cut(self) -> str:
        return "~" if self._style.ascii_only else "…"


def leak_told(row: Row, origin: Row) -> str:
    """What leaks to a row, in words."""
    at = f", line {origin.place.short}" if origin.place else ""
    return printable(f"training={row.leaked_flag(origin.number)} leaks from {origin.call or origin.layer}{at}")


def counted(wrong: int, unknown: int, of: int) -> str:
    """How many calls are wrong, in words."""
    if not of:
        return "no call depends on the mode"
    calls, run = "call" if of == 1 else "calls", "runs" if 1 in (wrong, of) else "run"
    return f"{wrong} of {of} mode-dependent {calls} {run} in the wrong mode" + (
        f", {unknown} unknown" if unknown else ""
    )


def _line_number(row: Row) -> str:
    return row.place.short if row.place is not None else ""


def distinct(shown: Map, row: Row) -> list[tuple[str, ModeCells]]:
    """The cells of a row, with the releases that have them."""
    found: dict[ModeCells, list[str]] = {}
    for release, cells in zip(shown.releases, row.by_release, strict=True):
        found.setdefault(cells, []).append(release)
    return [(", ".join(releases), cells) for cells, releases in found.items()] or [("", ())]
