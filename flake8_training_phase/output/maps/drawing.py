"""Pictures in SVG that read in light and dark, by themselves and as images of a page."""

from __future__ import annotations

from html import escape

FONT_SIZE = 13
MONOSPACED_WIDTH = 7.3
"""How wide a character of code is at most; what a reader's font really takes is not known."""

PALETTE = {
    "paper": ("#fcfcfd", "#161b22"),
    "edge": ("#c6cdd5", "#4a525c"),
    "ink": ("#1f2328", "#e6edf3"),
    "soft": ("#59636e", "#9da7b3"),
    "train": ("#fdebc8", "#4d3510"),
    "train-ink": ("#7a4a00", "#f5c46b"),
    "infer": ("#dbe9fc", "#16324f"),
    "infer-ink": ("#174a8c", "#8fc1ff"),
    "quiet": ("#eef0f3", "#262c34"),
    "wrong": ("#c8123a", "#ff7b93"),
    "wrong-paper": ("#fde3e8", "#4b1622"),
}
"""The colours by name: in light, in dark. Training mode is amber and inference mode blue, which colour-blind people
tell apart; what is wrong also has a mark.
"""


def variables(column: int) -> str:
    """The colours of light (0) or dark (1) as variables of CSS."""
    return " ".join(f"--{name}: {shades[column]};" for name, shades in PALETTE.items())


_STYLE = f"""
svg {{ color-scheme: light dark; {variables(0)} }}
@media (prefers-color-scheme: dark) {{ svg {{ {variables(1)} }} }}
text {{ font: {FONT_SIZE}px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }}
.code {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 12px; }}
.soft {{ fill: var(--soft); }}
.strong {{ font-weight: 600; }}
.card {{ fill: var(--paper); stroke: var(--edge); }}
.frame {{ fill: none; stroke: var(--edge); }}
.train {{ fill: var(--train); stroke: var(--train-ink); }}
.infer {{ fill: var(--infer); stroke: var(--infer-ink); }}
.quiet {{ fill: var(--quiet); stroke: var(--edge); }}
.wrong {{ stroke: var(--wrong); stroke-width: 2.5; }}
.train-text {{ fill: var(--train-ink); }}
.infer-text {{ fill: var(--infer-ink); }}
.wrong-text {{ fill: var(--wrong); font-weight: 600; }}
.line {{ fill: none; stroke: var(--edge); stroke-width: 1.5; }}
.train-line {{ fill: none; stroke: var(--train-ink); stroke-width: 2; }}
.infer-line {{ fill: none; stroke: var(--infer-ink); stroke-width: 2; }}
.wrong-line {{ fill: none; stroke: var(--wrong); stroke-width: 2; stroke-dasharray: 5 3; }}
.wrong-head {{ fill: var(--wrong); }}
.train-head {{ fill: var(--train-ink); }}
.infer-head {{ fill: var(--infer-ink); }}
"""


class Picture:
    """Pieces of a picture, from the top left; `rendered` puts them on a card."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._pieces: list[str] = []

    def text(self, x: float, y: float, words: str, style: str = "", anchor: str = "start") -> None:
        """A line of text with its baseline at `y`."""
        attributes = f' class="{style}"' if style else ""
        attributes += "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._pieces.append(f'<text x="{x:g}" y="{y:g}"{attributes} xml:space="preserve">{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, style: str = "card") -> None:
        """A box with round corners."""
        self._pieces.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" class="{style}"/>')

    def label(self, x: float, y: float, width: float, height: float, words: str, style: str, text_style: str) -> None:
        """A box with a line of text in its middle."""
        self.box(x, y, width, height, style)
        self.text(x + width / 2, y + height / 2 + 4.5, words, text_style, "middle")

    def line(self, path: str, style: str = "line") -> None:
        """A line along a path in SVG's own notation."""
        self._pieces.append(f'<path d="{path}" class="{style}"/>')

    def head(self, x: float, y: float, towards: str, style: str) -> None:
        """The head of an arrow that points `left`, `right` or `down`, with its tip here."""
        sides = {"left": ((7, -4.5), (7, 4.5)), "right": ((-7, -4.5), (-7, 4.5)), "down": ((-4.5, -7), (4.5, -7))}
        corners = " ".join(f"{x + across:g},{y + along:g}" for across, along in ((0, 0), *sides[towards]))
        self._pieces.append(f'<polygon points="{corners}" class="{style}"/>')

    def rendered(self, width: float, height: float) -> str:
        """The whole picture."""
        title = escape(self._title)
        size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
        card = f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="8" class="card"/>'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{title}" {size}>',
            f"<title>{title}</title>",
            f"<style>{_STYLE}</style>",
            card,
            *self._pieces,
            "</svg>",
        ]
        return "\n".join(lines) + "\n"
