"""Maps as one page of HTML that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import PurePath
from textwrap import dedent

from flake8_training_phase import __version__
from flake8_training_phase.maps.model import MODES, FunctionSource, Map, ModeCell, ModeCells, Row, SourceLine, State
from flake8_training_phase.output.maps.drawing import variables
from flake8_training_phase.output.maps.text import counted, leak_told, says_why

_HINT = (
    "<kbd>↑</kbd> <kbd>↓</kbd> go from call to call, <kbd>→</kbd> <kbd>←</kbd> open and close what a call runs, "
    "<kbd>1</kbd> to <kbd>9</kbd> choose the release, <kbd>w</kbd> goes to the next wrong call."
)
_LEGEND = (
    ("train", "training mode"),
    ("infer", "inference mode"),
    ("infer wrong", "the wrong mode"),
    ("skipped", "skipped: does not run"),
    ("unknown", "unknown: cannot be read from the code"),
    ("same", "· the same in both modes"),
)

_LEGEND_OF_TRACES = ("infer differs", "measured: not what the code says")

_NOT_ASKED = '<span title="only measured"></span>'


def as_html(maps: Sequence[Map]) -> str:
    """The page, with a line end."""
    title = escape(", ".join(one.name for one in maps))
    body = "\n".join(line for number, one in enumerate(maps) for line in _Page(one, f"m{number}").lines())
    legend_words = [*_LEGEND, *([_LEGEND_OF_TRACES] if any(one.measured_on for one in maps) else [])]
    legend = "".join(f'<span class="{name}">{words}</span>' for name, words in legend_words)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}: training mode and inference mode</title>\n<style>\n{_colours()}{_file('page.css')}</style>\n"
        f"</head>\n<body>\n<header><h1>Which mode does each layer run in?</h1>"
        f'<button class="theme" type="button">Light or dark</button></header>\n{body}\n'
        f'<p class="legend">{legend}</p>\n<p class="hint">{_HINT} Made by flake8-training-phase {__version__}.</p>\n'
        f"<script>\n{_file('page.js')}</script>\n</body>\n</html>\n"
    )


def _colours() -> str:
    light, dark = (f"{variables(number)} --page: {page};" for number, page in ((0, "#ffffff"), (1, "#0d1117")))
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ color-scheme: dark; {dark} }} }}\n'
        f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}\n'
    )


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


class _Page:
    """One map as a part of the page. `key` begins the ids of its elements."""

    def __init__(self, shown: Map, key: str) -> None:
        self._map = shown
        self._key = key
        self._rows = {row.number: row for row in shown.walk()}
        self._modes = shown.measured_modes

    def lines(self) -> Iterator[str]:
        """The part, line by line."""
        shown = self._map
        place = shown.function.place
        yield f"<h2>{escape(shown.name)}</h2>"
        if place.file:
            yield f'<div class="file"><code>{escape(str(place))}</code></div>'
        yield self._switch()
        traced = " traced" if shown.measured_on else ""
        yield f'<div class="map {self._key}{traced}"><svg class="arrows" aria-hidden="true"></svg>'
        yield f'<div class="line heads"><span></span><span>{escape(shown.function.name)}</span>{self._heads()}</div>'
        yield from self._function(shown.function, shown.rows)
        yield "</div>"
        yield from (f'<p class="note">{_code_in(note[0].upper() + note[1:])}.</p>' for note in shown.notes)

    def _heads(self) -> str:
        heads = "".join(f"<span>{mode.replace('=', '=<wbr>')}</span>" for mode in self._modes)
        cells = f'<span class="cells">{heads}</span>' if self._map.releases else ""
        return f'{cells}<span class="measured">{heads}</span>' if self._map.measured_on else cells

    def _switch(self) -> str:
        """The choice of a release, which is done by the style alone: it works without the script."""
        key, releases = self._key, self._map.releases
        chosen = len(releases) - 1
        inputs = "".join(
            f'<label><input type="radio" name="{key}" id="{key}r{number}"{" checked" if number == chosen else ""}>'
            f"<span>{escape(release)}</span></label>"
            for number, release in enumerate(releases)
        )
        rules = "".join(
            f"body:not(:has(#{key}r{number}:checked)) .{key}.r{number}, "
            f"body:not(:has(#{key}r{number}:checked)) .{key} .r{number} {{ display: none; }}\n"
            for number in range(len(releases))
        )
        verdicts = "".join(self._verdict(number) for number in range(len(releases)))
        switch = f'<fieldset class="releases"><legend>Releases</legend>{inputs}</fieldset>\n' if releases else ""
        return f"<style>{rules}</style>\n{switch}{verdicts}{self._compared()}"

    def _compared(self) -> str:
        """How what was measured compares with what the code says."""
        if self._map.measured_on is None:
            return ""
        measured = f"Measured on {escape(self._map.measured_on)}"
        if not self._map.releases:
            return f'<p class="note">{measured}.</p>'
        rows = [row for row in self._rows.values() if row.measured is not None and not row.rows]
        differing = sum(row.differs for row in rows)
        differ = "differs" if differing == 1 else "differ"
        told = f"{differing} of {len(rows)} calls {differ}" if differing else f"all {len(rows)} calls agree"
        return f'<p class="note">{measured}, beside what the code says: {told}.</p>'

    def _verdict(self, number: int) -> str:
        leaves = [row.by_release[number] for row in self._rows.values() if not row.rows and row.depends_on_mode]
        wrong = sum(any(cell.wrong for cell in cells) for cells in leaves)
        unknown = sum(any(cell.state is State.UNKNOWN for cell in cells) for cells in leaves)
        text = counted(wrong, unknown, len(leaves))
        return f'<div class="{self._key} r{number} verdict{" bad" if wrong else ""}">{text}</div>'

    def _function(self, function: FunctionSource, rows: Sequence[Row]) -> Iterator[str]:
        """The source of a function, with the calls beside the lines that make them."""
        by_place: dict[SourceLine, list[Row]] = {}
        for row in rows:
            if row.place is not None:
                by_place.setdefault(row.place, []).append(row)
        for place, text in _dedented(function):
            here = by_place.pop(place, [])
            if len(here) == 1:
                yield from self._call(here[0], place.short, _with_call(text, here[0]))
                continue
            number = f'<span class="place">{place.short}</span>'
            yield f'<div class="line">{number}<span class="source">{escape(text)}</span></div>'
            for row in here:
                yield from self._call(row, "", f"    {_name(row)}")
        shown = {row.number for place, _ in function.lines for row in rows if row.place == place}
        for row in rows:
            if row.number not in shown:
                yield from self._call(row, row.place.short if row.place else "", _named(row, function.place))

    def _call(self, row: Row, place: str, source: str) -> Iterator[str]:
        classes = "line call" + (" has-wrong" if row.is_wrong else "")
        yield (
            f'<div class="{classes}" id="{self._key}-{row.number}" tabindex="0"><span class="place">{place}</span>'
            f'<span class="source">{source}</span>{self._all_cells(row)}</div>'
        )
        yield from self._remarks(row)
        if row.rows:
            needs_a_look = any(one.is_notable for one in row.walk() if one is not row)
            yield f'<details class="inside"{" open" if needs_a_look else ""}><summary>{self._summary(row)}</summary>'
            if row.functions:
                for function in row.functions:
                    yield from self._function(function, [one for one in row.rows if _is_in(one, function, row)])
            else:
                for one in row.rows:
                    yield from self._call(one, one.place.short if one.place else "", _named(one, row.place))
            yield "</details>"

    def _summary(self, row: Row) -> str:
        inside = sum(1 for _ in row.walk()) - 1
        runs = ", ".join(f"<code>{escape(one.name)}</code>" for one in row.functions) or escape(row.layer)
        return f"{runs}: {inside} call{'s' if inside != 1 else ''}"

    def _all_cells(self, row: Row) -> str:
        cells = "".join(self._cells(row, number) for number in range(len(self._map.releases)))
        if row.measured is None:
            return cells
        differing = row.differing_modes
        seen = "".join(
            _cell(cell, mode, place in differing)
            for place, (cell, mode) in enumerate(zip(row.measured, self._modes, strict=True))
        )
        return f'{cells}<span class="measured">{seen}</span>'

    def _cells(self, row: Row, number: int) -> str:
        cells = row.by_release[number]
        leak = next((cell.leaked_from for cell in cells if cell.leaked_from is not None), None)
        leaks = f' data-leak="{self._key}-{leak}"' if leak is not None else ""
        inner = "".join(_cell(cell, mode) for cell, mode in zip(cells, MODES, strict=True))
        inner += _NOT_ASKED * (len(self._modes) - len(MODES))
        return f'<span class="cells r{number}"{leaks}>{inner}</span>'

    def _remarks(self, row: Row) -> Iterator[str]:
        for number, cells in enumerate(row.by_release):
            for cell in _distinct(cells):
                if cell.leaked_from is not None:
                    origin = self._rows[cell.leaked_from]
                    yield (
                        f'<span class="remark leak r{number}"><a href="#{self._key}-{cell.leaked_from}">'
                        f"← {escape(leak_told(row, origin))}</a></span>"
                    )
                elif cell.reason and says_why(row, cell):
                    yield f'<span class="remark r{number}">? {_code_in(cell.reason)}</span>'


def _dedented(function: FunctionSource) -> Iterator[tuple[SourceLine, str]]:
    """The lines of a function as if it began at the left margin."""
    if function.lines:
        texts = dedent("\n".join(text for _, text in function.lines)).split("\n")
        yield from zip((place for place, _ in function.lines), texts, strict=True)


def _distinct(cells: ModeCells) -> list[ModeCell]:
    return list({(cell.leaked_from, cell.reason): cell for cell in cells if cell.leaked_from or cell.reason}.values())


def _is_in(one: Row, function: FunctionSource, around: Row) -> bool:
    """Whether a call is shown with a function; what is in none of them is shown with the first."""
    if one.place is None or not any(_holds(each, one.place) for each in around.functions):
        return function is around.functions[0]
    return _holds(function, one.place)


def _holds(function: FunctionSource, place: SourceLine) -> bool:
    return any(place == line for line, _ in function.lines)


def _cell(cell: ModeCell, mode: str, marked: bool = False) -> str:
    word = "·" if cell.state is State.SAME else cell.state.value
    names = " ".join([cell.state.value, *(["wrong"] if cell.wrong else []), *(["differs"] if marked else [])])
    told = f"{mode}: {cell.state.value}{', the wrong mode' if cell.wrong else ''}"
    return f'<span class="{names}" title="{escape(cell.reason or told)}">{word}</span>'


def _with_call(text: str, row: Row) -> str:
    """A line of source with its call in bold, and what is called after it."""
    name = row.call.removeprefix("if ") or row.layer
    before, found, after = text.partition(name)
    code = f"{escape(before)}<b>{escape(found)}</b>{escape(after)}" if found else escape(text)
    return code if not row.layer or found == row.layer else f'{code}  <span class="layer">{escape(row.layer)}</span>'


def _name(row: Row) -> str:
    call = f"<b>{escape(row.call)}</b> " if row.call else ""
    return f'{call}<span class="layer">{escape(" ".join(one for one in (row.layer, row.passed) if one))}</span>'


def _named(row: Row, around: SourceLine | None) -> str:
    """The name of a call that is not shown in its line, with its file where that is not the one around it."""
    if row.place is None or around is None or row.place.file == around.file:
        return _name(row)
    return f'{_name(row)}  <span class="layer">in {escape(PurePath(row.place.file).name)}</span>'


def _code_in(text: str) -> str:
    """A sentence with code in backticks."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
