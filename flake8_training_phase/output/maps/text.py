"""A map as text for terminals: wide and narrow, in colour and without, in ASCII where need be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_training_phase.maps.model import MODES, Cell, Cells, Map, Row, State
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.maps.arrows import Gutter
from flake8_training_phase.output.maps.folding import Line, lines_of, title
from flake8_training_phase.printable import printable

_HEADS = ("fit()", "True", "False", "no flag", "predict()")
_LETTERS = {
    State.TRAIN: "T",
    State.INFER: "I",
    State.MIXED: "M",
    State.SKIPPED: "-",
    State.RAISES: "E",
    State.UNKNOWN: "?",
    State.SAME: ".",
}
_LEGEND = (
    "T training mode, I inference mode, M mixed, - skipped, E raises, ? unknown, ! the wrong mode",
    f"in this order: {', '.join(MODES)}",
)
_STYLES = {State.TRAIN: Style.YELLOW, State.INFER: Style.CYAN, State.UNKNOWN: Style.BOLD}
_NARROWEST = 14
"""The fewest characters that the column of calls has."""


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
        self._release_width = max((len(one) + 2 for one in shown.releases), default=0)
        wanted = max(len("call"), *(len(call) for call in self._calls), self._release_width, 4)
        words = sum(self._cell_widths(True)) + 2
        room = style.width - self._line_width - self._gutter.width - 4
        self._in_words = wanted + self._given_width + words <= room
        room -= words if self._in_words else sum(self._cell_widths(False)) + 2
        self._shows_given = self._in_words or wanted + self._given_width <= room
        room -= self._given_width if self._shows_given else 0
        self._call_width = max(min(wanted, room), _NARROWEST)

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        yield self._paint(Style.BOLD, self._map.name) + f"  {self._map.function.place}"
        yield ""
        yield self._line("line", self._gutter.blank, "call", "given", self._heads())
        for number, (line, call) in enumerate(zip(self._lines, self._calls, strict=True)):
            yield from self._row(number, line, call)
        yield ""
        if not self._in_words:
            yield from _LEGEND
        yield from self._notes()

    def _row(self, number: int, line: Line, call: str) -> Iterator[str]:
        row = line.row
        ways = [("", ())] if line.is_mixed else distinct(self._map, row)
        gutter = self._gutter.at(number)
        cells = self._cells(ways[0][1]) if len(ways) == 1 else ""
        yield self._line(_line_number(row), gutter, call, "" if line.is_mixed else row.passed, cells)
        blank = self._gutter.under(number)
        if len(ways) > 1:
            for releases, one in ways:
                yield self._line("", blank, f"  {releases}", "", self._cells(one))
        if row.measured is not None and row.differs:
            yield self._line("", blank, "  measured", "", self._cells(row.measured))
        if not self._shows_given and row.passed and not line.is_mixed:
            yield self._line("", blank, f"  {row.passed}", "", "")
        for remark in self._remarks(row):
            yield f"{' ' * self._line_width}  {blank}  {remark}"

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
        heads = _HEADS if self._in_words else ("f", "T", "F", "n", "p")
        return "".join(head.ljust(width) for head, width in zip(heads, self._cell_widths(self._in_words), strict=True))

    def _cells(self, cells: Cells) -> str:
        widths = self._cell_widths(self._in_words)
        return "".join(self._cell(cell, width) for cell, width in zip(cells, widths, strict=bool(cells)))

    def _cell(self, cell: Cell, width: int) -> str:
        if cell.state is State.SAME:
            word = "." if self._style.ascii_only else "·"
        else:
            word = cell.state.value if self._in_words else _LETTERS[cell.state]
        word = f"{word}!" if cell.wrong else word
        style = Style.BOLD_RED if cell.wrong else _STYLES.get(cell.state)
        padding = " " * (width - len(word))
        return (self._paint(style, word) if style else word) + padding

    def _cell_widths(self, in_words: bool) -> Sequence[int]:
        if not in_words:
            return [3] * len(MODES)
        all_cells = [cell for row in self._map.walk() for cells in row.by_release for cell in cells]
        longest = max((len(cell.state.value) + cell.wrong for cell in all_cells), default=0)
        return [max(longest, len(head)) + 2 for head in _HEADS]

    def _line(self, line: str, gutter: str, call: str, given: str, cells: str) -> str:
        shown = call if len(call) <= self._call_width else f"{call[: self._call_width - 1]}{self._cut}"
        passed = f"{given:{self._given_width}}  " if self._shows_given else ""
        return f"{line:>{self._line_width}}  {gutter}{shown:{self._call_width}}  {passed}{cells}"

    @property
    def _cut(self) -> str:
        return "~" if self._style.ascii_only else "…"


def leak_told(row: Row, origin: Row) -> str:
    """What leaks to a row, in words."""
    at = f", line {origin.place.short}" if origin.place else ""
    return printable(f"training={row.leaked_flag(origin.number)} leaks from {origin.call or origin.layer}{at}")


def counted(wrong: int, unknown: int, of: int) -> str:
    """How many calls are wrong, in words."""
    verb = "run" if wrong != 1 else "runs"
    told = f"{wrong or 'none'} of {of} mode-dependent calls {verb} in the wrong mode"
    return told + (f", {unknown} unknown" if unknown else "")


def _line_number(row: Row) -> str:
    return row.place.short if row.place is not None else ""


def distinct(shown: Map, row: Row) -> list[tuple[str, Cells]]:
    """The cells of a row, with the releases that have them."""
    found: dict[Cells, list[str]] = {}
    for release, cells in zip(shown.releases, row.by_release, strict=True):
        found.setdefault(cells, []).append(release)
    return [(", ".join(releases), cells) for cells, releases in found.items()] or [("", ())]
