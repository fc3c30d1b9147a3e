"""A map as a picture."""

from __future__ import annotations

from flake8_training_phase.maps.model import Map, ModeCell, ModeCells, Row, State
from flake8_training_phase.output.maps.arrows import arrows_of
from flake8_training_phase.output.maps.drawing import MONOSPACED_WIDTH, Picture
from flake8_training_phase.output.maps.folding import FoldedLine, lines_of, title
from flake8_training_phase.output.maps.text import distinct, reasons

_MARGIN, _ROW, _REASON, _CELL, _INDENT, _LANE = 16, 30, 20, 68, 14, 12
_HEADS = ("fit()", "True", "False", "no flag", "predict()")


def as_svg(shown: Map, full: bool = False) -> str:
    """The map, with a line end."""
    return _Drawing(shown, lines_of(shown, full)).drawn()


class _Drawing:
    """The picture of one map."""

    def __init__(self, shown: Map, lines: list[FoldedLine]) -> None:
        self._map = shown
        self._lines = lines
        self._picture = Picture(f"Which mode each layer of {shown.name} runs in")
        self._arrows = arrows_of(lines)
        lanes = max((one.lane + 1 for one in self._arrows), default=0)
        self._left = _MARGIN + 44 + (lanes * _LANE + 18 if lanes else 0)
        calls = [title(one) for one in lines]
        widths = [len(text) * MONOSPACED_WIDTH + one.depth * _INDENT for text, one in zip(calls, lines, strict=True)]
        self._given = self._left + max(widths, default=0) + 18
        before_cells = max((_before_cells(one.row, shown) for one in lines), default=0)
        self._cells_at = self._given + before_cells * MONOSPACED_WIDTH + 18
        self._middles: list[float] = []

    def drawn(self) -> str:
        """The picture."""
        picture, y = self._picture, 28.0
        picture.text(_MARGIN, y, self._map.name, "strong")
        for number, head in enumerate(_HEADS):
            picture.text(self._cells_at + (number + 0.5) * _CELL - 2, y, head, "code soft", "middle")
        for line in self._lines:
            y += _ROW
            self._middles.append(y - 4)
            y = self._row(line, y)
        self._draw_arrows()
        return picture.rendered(self._cells_at + len(_HEADS) * _CELL + _MARGIN, y + 24)

    def _row(self, line: FoldedLine, y: float) -> float:
        row = line.row
        at = row.place.short if row.place is not None else ""
        self._picture.text(_MARGIN + 30, y, at, "code soft", "end")
        self._picture.text(self._left + line.depth * _INDENT, y, title(line), "code")
        if line.is_mixed:
            return y
        self._picture.text(self._given, y, row.passed, "code soft")
        ways = distinct(self._map, row)
        for place, (releases, cells) in enumerate(ways):
            y += _ROW * (place > 0)
            if len(ways) > 1:
                self._picture.text(self._cells_at - 12, y, releases, "soft", "end")
            self._cells(cells, y)
        for reason in reasons(row):
            y += _REASON
            self._picture.text(self._left + line.depth * _INDENT, y, f"? {reason}", "soft")
        return y

    def _cells(self, cells: ModeCells, y: float) -> None:
        for number, cell in enumerate(cells):
            self._cell(cell, self._cells_at + number * _CELL, y)

    def _cell(self, cell: ModeCell, x: float, y: float) -> None:
        if cell.state is State.SAME:
            self._picture.text(x + _CELL / 2 - 2, y, "·", "soft", "middle")
            return
        style = cell.state.value if cell.state in (State.TRAIN, State.INFER) else "quiet"
        ink = f"{style}-text" if style != "quiet" else "soft"
        if cell.wrong:
            style, ink = f"{style} wrong", "wrong-text"
        words = f"✗ {cell.state.value}" if cell.wrong else cell.state.value
        self._picture.label(x, y - 16, _CELL - 5, 24, words, style, ink)

    def _draw_arrows(self) -> None:
        for arrow in self._arrows:
            x = self._left - 20 - arrow.lane * _LANE
            start = self._middles[arrow.origin]
            end = self._middles[arrow.last]
            self._picture.line(f"M {self._left - 6} {start:g} H {x:g} V {end:g}", "wrong-line")
            for target in arrow.targets:
                here = self._middles[target]
                self._picture.line(f"M {x:g} {here:g} H {self._left - 10}", "wrong-line")
                self._picture.head(self._left - 4, here, "right", "wrong-head")


def _before_cells(row: Row, shown: Map) -> int:
    """The characters that are beside each other before the cells: the flag, and the releases where they differ."""
    ways = distinct(shown, row)
    return len(row.passed) + (max(len(releases) for releases, _ in ways) + 2 if len(ways) > 1 else 0)
