"""What three ways to write Monte Carlo dropout do in Keras 2 and 3, as `docs/what-happens-to-training.md` has it."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase.output.maps.drawing import Picture

PAGE = Path(__file__).parents[2] / "docs" / "what-happens-to-training.md"
MODES = ("fit()", "True", "False", "no flag", "predict()")
WIDTH, MARGIN, LEFT, CELL, ROW = 660, 18, 312, 67, 30

WAYS = (
    ("E17", "A layer of your own", "super().call(x, training=True)"),
    ("7g", "In a functional model", "Dropout(0.5)(x, training=True)"),
    ("7a2", "BatchNormalization after", "self.dropout(x, training=True)"),
)
"""The row of the page, and what it is."""


def monte_carlo() -> str:
    """The picture."""
    picture = Picture("Three ways to write Monte Carlo dropout, and what they do on Keras 2 and Keras 3")
    y = 28
    for number, mode in enumerate(MODES):
        picture.text(_column(number) + CELL / 2 - 2, y, mode, "code soft", "middle")
    for row, title, code in WAYS:
        y += ROW + 12
        picture.text(MARGIN, y, title, "strong")
        picture.text(MARGIN, y + 20, code, "code")
        for keras, cells in zip(("2", "3"), measured(row), strict=True):
            _cells(picture, y, keras, cells)
            y += ROW
        y -= ROW
    return picture.rendered(WIDTH, y + 30)


def measured(row: str) -> list[list[str]]:
    """The cells of a row of the page, for Keras 2 and Keras 3; what is wrong is bold."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    found = [cells for name, _, _, *cells in (one for one in rows if len(one) > 3) if name == row]
    assert len(found) == 2, f"the page has no row {row} for two versions of Keras"
    return found


def _cells(picture: Picture, y: float, keras: str, cells: list[str]) -> None:
    picture.text(_column(0) - 12, y + 4, f"Keras {keras}", "soft", "end")
    for number, cell in enumerate(cells):
        word, wrong = cell.strip("*"), cell.startswith("**")
        style, ink = (f"{word} wrong", "wrong-text") if wrong else (word, f"{word}-text")
        picture.label(_column(number), y - 13, CELL - 5, 24, f"✗ {word}" if wrong else word, style, ink)


def _column(number: int) -> float:
    return LEFT + number * CELL
