"""A map as text for terminals: wide and narrow, in colour and without, in ASCII where need be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from flake8_training_phase.maps.model import Map, ModeCell, ModeCells, Row, State
from flake8_training_phase.output.colours import Painter, Style
from flake8_training_phase.output.maps.arrows import Gutter
from flake8_training_phase.output.maps.folding import FoldedLine, lines_of, title
from flake8_training_phase.printable import printable

_HEADS = ("fit()", "True", "False", "no flag", "predict()")
_STYLES = {State.TRAIN: Style.YELLOW, State.INFER: Style.CYAN, State.UNKNOWN: Style.BOLD}
_NARROWEST = 14
"""The fewest characters that a line has after its indentation."""
_GAP = 2
"""The spaces between columns."""
_GLUE = "\N{NO-BREAK SPACE}"
"""A space at which no line is broken."""


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
    shown_text = "\n".join(line.rstrip() for line in _Table(shown, style).lines()) + "\n"
    return _as_ascii(shown_text) if style.ascii_only else shown_text


def _as_ascii(text: str) -> str:
    """A text in ASCII, with the names in it that are not escaped."""
    return text.replace("…", "...").encode("ascii", "backslashreplace").decode("ascii")


@dataclass(frozen=True, slots=True)
class _Texts:
    """What an entry of the table says before its cells."""

    call: str
    given: str = ""
    depth: int = 0


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
        ways = ((2 * one.depth, distinct(shown, one.row)) for one in self._lines if not one.is_mixed)
        several = [(indent, releases) for indent, found in ways if len(found) > 1 for releases, _ in found]
        if any(one.row.measured is not None and one.row.differs for one in self._lines):
            several.append((0, "measured"))
        release_width = max((indent + 2 + len(releases) for indent, releases in several), default=0)
        calls = (2 * one.depth + len(printable(title(one))) for one in self._lines)
        self._call_width = max(len("call"), *calls, release_width, 4)
        room = style.width - self._line_width - 2 - self._gutter.width
        cells = sum(self._cell_widths(_GAP))
        self._has_given = self._call_width + 2 + self._given_width + 2 + cells <= room
        self._stacked = self._call_width + 2 + cells > room
        self._gap = 1 if self._stacked else _GAP
        cells = sum(self._cell_widths(self._gap)) - self._gap
        self._listed = self._stacked and 4 + cells > room
        """The modes are listed by what a call does in them, because five cells are too wide for one line."""
        names = max((len(releases) for _, releases in several), default=0)
        self._cells_at = names + 4 if names + 4 + cells <= room else 4
        """Where the cells begin below a call in a narrow window: after the names of releases, if there is room."""
        if self._listed:
            self._line_width = max((len(_line_number(one.row)) for one in self._lines), default=0)
        self._before = " " * (self._line_width + (1 if self._listed else 2))

    def lines(self) -> Iterator[str]:
        """The text, line by line."""
        name, place = self._map.name, str(self._map.function.place)
        is_long = self._listed or len(name) + 2 + len(place) > self._style.width
        yield self._paint(Style.BOLD, name) + (f"\n{place}" if is_long else f"  {place}")
        yield ""
        if not self._listed:
            heads = _Texts("call", "given" if self._has_given else "")
            yield from self._entry("line", self._gutter.blank, self._gutter.blank, heads, self._heads())
        file = self._map.function.place.file
        for number, line in enumerate(self._lines):
            if line.row.place is not None and line.row.place.file != file:
                file = line.row.place.file
                yield from self._folded(f"in {printable(file)}:", f"{self._before}{self._gutter.between(number)}", "  ")
            yield from self._row(number, line)
        yield ""
        for note in self._notes():
            yield from self._folded(note, "", "  ")

    def _row(self, number: int, line: FoldedLine) -> Iterator[str]:
        row = line.row
        ways = [("", ())] if line.is_mixed else distinct(self._map, row)
        is_same = not (line.is_mixed or row.depends_on_mode or row.differs)
        mark = f"{_GLUE}{self._same}" if self._stacked and is_same else ""
        texts = _Texts(f"{printable(title(line))}{mark}", "" if line.is_mixed else row.passed, line.depth)
        blank = self._gutter.under(number)
        cells = ways[0][1] if len(ways) == 1 and not mark else ()
        beside = "" if self._listed else self._cells(cells)
        yield from self._entry(_line_number(row), self._gutter.at(number), blank, texts, beside)
        if self._listed and cells:
            yield from self._listing(blank, "", cells)
        if len(ways) > 1:
            for releases, one in ways:
                yield from self._way(blank, releases, one, line.depth)
        if row.measured is not None and row.differs:
            yield from self._way(blank, "measured", row.measured[: len(_HEADS)], line.depth)
        for remark, style in self._remarks(row):
            yield from self._folded(remark, self._under(blank, line.depth), "  ", style)

    def _way(self, blank: str, name: str, cells: ModeCells, depth: int) -> Iterator[str]:
        """The cells of some releases, or the measured ones, in a line of their own."""
        if self._listed:
            yield from self._listing(blank, name, cells)
        elif self._stacked and self._cells_at > 4:
            yield f"{self._before}{blank}{f'  {name}':{self._cells_at}}{self._cells(cells)}"
        else:
            texts = _Texts(f"  {name}", depth=0 if self._stacked else depth)
            yield from self._entry("", blank, blank, texts, self._cells(cells))

    def _listing(self, blank: str, name: str, cells: ModeCells) -> Iterator[str]:
        """The modes of each thing that a call does: `infer! fit(), True`."""
        if name:
            yield f"{self._before}{blank}  {name}"
        indent = f"{self._before}{blank}    "
        for cell, modes in grouped(cells):
            word, style = self._word(cell)
            first, *others = self._folded(f"{word} {modes}", indent, " " * (len(word) + 1))
            yield first.replace(word, self._paint(style, word), 1) if style else first
            yield from others

    def _entry(self, line: str, gutter: str, below: str, texts: _Texts, cells: str) -> Iterator[str]:
        """A line of the table; where the window is narrow, with the flag or the cells in lines below it."""
        call, given = texts.call, texts.given
        room = self._style.width - len(self._before) - len(gutter)
        depth = self._indent(texts.depth, gutter)
        if self._stacked and given and depth + len(call) + 2 + len(given) <= room:
            call, given = f"{call}  {given}", ""
        number = f"{line:>{self._line_width}}{self._before[self._line_width :]}"
        if self._stacked:
            shown, *more = self._folded(call, " " * depth, "  ", width=room)
            yield f"{number}{gutter}{shown}"
            yield from (f"{self._before}{below}{one}" for one in more)
        else:
            beside = f"{number}{gutter}{' ' * depth}{call:{self._call_width - depth}}"
            yield f"{beside}  {given:{self._given_width}}  {cells}" if self._has_given else f"{beside}  {cells}"
        if given and not self._has_given:
            yield from self._folded(given, self._under(below, texts.depth, listed=4), "  ")
        if self._stacked and cells:
            yield f"{self._before}{below}{' ' * self._cells_at}{cells}"

    def _indent(self, depth: int, gutter: str) -> int:
        """The spaces before what is that deep inside others, as far as the line has room for them."""
        room = self._style.width - len(self._before) - len(gutter)
        return 2 * min(depth, max(0, (room - _NARROWEST) // 2))

    def _folded(
        self, text: str, indent: str, more: str, style: Style | None = None, width: int | None = None
    ) -> list[str]:
        """A text in as many lines as it needs; those after the first begin with `more` too."""
        room = max((self._style.width if width is None else width) - len(indent), _NARROWEST)
        lines = wrap(text, room, subsequent_indent=more, break_long_words=False, break_on_hyphens=False)
        lines = [one.replace(_GLUE, " ") for one in lines]
        return [f"{indent}{self._paint(style, one) if style else one}" for one in lines]

    def _remarks(self, row: Row) -> Iterator[tuple[str, Style | None]]:
        for source in row.leaks:
            origin = next(one for one in self._map.walk() if one.number == source)
            arrow = "<-" if self._style.ascii_only else "←"
            yield f"{arrow} {leak_told(row, origin)}", Style.BOLD_RED
        for reason in reasons(row):
            yield f"? {reason}", None

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
        word, style = self._word(cell)
        padding = " " * (width - len(word))
        return (self._paint(style, word) if style else word) + padding

    def _word(self, cell: ModeCell) -> tuple[str, Style | None]:
        word = self._same if cell.state is State.SAME else cell.state.value
        return (f"{word}!", Style.BOLD_RED) if cell.wrong else (word, _STYLES.get(cell.state))

    def _cell_widths(self, gap: int) -> Sequence[int]:
        rows = list(self._map.walk())
        all_cells = [cell for row in rows for cells in (*row.by_release, row.measured or ()) for cell in cells]
        longest = max((len(cell.state.value) + cell.wrong for cell in all_cells), default=0)
        return [max(longest, len(head)) + gap for head in _HEADS]

    @property
    def _same(self) -> str:
        return "." if self._style.ascii_only else "·"

    def _under(self, gutter: str, depth: int, listed: int = 2) -> str:
        """What is before a text below a call; `listed` characters after the gutter where the modes are listed."""
        spaces = listed if self._listed else 4 if self._stacked else 4 + self._indent(depth, gutter)
        return f"{self._before}{gutter}{' ' * spaces}"


def leak_told(row: Row, origin: Row) -> str:
    """What leaks to a row, in words."""
    at = f", line {origin.place.short}" if origin.place else ""
    flags = " or ".join(f"training={flag}" for flag in row.leaked_flags(origin.number))
    return printable(f"{flags} leaks from {origin.call or origin.layer}{at}")


def grouped(cells: ModeCells) -> list[tuple[ModeCell, str]]:
    """Each thing that a call does, with the modes in which it does so: `fit(), True`."""
    modes: dict[ModeCell, list[str]] = {}
    for head, cell in zip(_HEADS, cells, strict=True):
        modes.setdefault(replace(cell, leaked_from=None, reason=None), []).append(head.replace(" ", _GLUE))
    return [(cell, "always" if len(heads) == len(_HEADS) else ", ".join(heads)) for cell, heads in modes.items()]


def says_why(row: Row, cell: ModeCell) -> bool:
    """Whether the reason of a cell is shown at its row; otherwise a row inside it shows it."""
    return cell.state is State.RAISES or not row.rows


def reasons(row: Row) -> list[str]:
    """Why a row is unknown, or raises, where no row inside it says so."""
    found = (one.reason for cells in row.by_release for one in cells if one.reason and says_why(row, one))
    return [printable(one) for one in dict.fromkeys(found)]


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
    return [(_joined(releases), cells) for cells, releases in found.items()] or [("", ())]


def _joined(releases: Sequence[str]) -> str:
    """Ranges of releases as one: `"Keras 2, 3.1 to 3.5"`."""
    first, *others = releases
    return ", ".join([first, *(one.removeprefix("Keras ") for one in others)])
