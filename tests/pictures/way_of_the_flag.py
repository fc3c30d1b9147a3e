"""The way of the flag through a model in `fit()` and `predict()`: to every layer, or only as far as it is named."""

from __future__ import annotations

from flake8_training_phase.output.maps.drawing import Picture

WIDTH, MARGIN, INDENT = 622, 18, 16
FIT, PREDICT, LABEL = 375, 512, 130
"""Where the two flags go down, and how wide the boxes there are."""
LANES = ((FIT, "train", "fit()", "True"), (PREDICT, "infer", "predict()", "False"))
LEAVES = (
    ("self.norm", "BatchNormalization", "batch statistics", "moving averages"),
    ("self.dropout", "Dropout", "drops", "does nothing"),
)


def way_of_the_flag() -> str:
    """The picture."""
    picture = Picture(
        "The flag's way from fit() and predict() through a model that passes it on, and one that does not"
    )
    end = _passed_on(picture, 28)
    end = _lost(picture, end + 44)
    return picture.rendered(WIDTH, end + 20)


def _passed_on(picture: Picture, y: float) -> float:
    picture.text(MARGIN, y, "Each call names the flag and passes it on", "strong")
    _senders(picture, y)
    top = y + 44
    picture.box(MARGIN, top, WIDTH - 2 * MARGIN, 192, "frame")
    picture.text(MARGIN + INDENT, top + 22, "Model.call(self, x, training=None)", "code strong")
    picture.text(MARGIN + INDENT, top + 44, "self.block(x, training=training)", "code")
    inner = top + 58
    picture.box(MARGIN + INDENT, inner, WIDTH - 2 * (MARGIN + INDENT), 120, "frame")
    picture.text(MARGIN + 2 * INDENT, inner + 22, "Block.call(self, x, training=None)", "code strong")
    for number, (name, layer, *effects) in enumerate(LEAVES):
        row = inner + 46 + number * 44
        picture.text(MARGIN + 2 * INDENT, row, f"{name}(x, training=training)", "code")
        picture.text(MARGIN + 2 * INDENT, row + 16, layer, "soft")
        for (x, style, _, _), effect in zip(LANES, effects, strict=True):
            _flow(picture, x, (y + 34) if number == 0 else row - 27, row - 11, style)
            picture.label(x - LABEL / 2, row - 11, LABEL, 25, effect, style, f"{style}-text")
    return top + 192


def _lost(picture: Picture, y: float) -> float:
    picture.text(MARGIN, y, "Keras 3: a model that does not name it", "strong")
    _senders(picture, y)
    top = y + 58
    for x, _, _, _ in LANES:
        picture.line(f"M {x} {y + 34} V {top - 6}", "wrong-line")
        picture.text(x, top + 3, "✗", "wrong-text", "middle")
    picture.text(MARGIN, top - 12, "✗ not passed: call has no such parameter", "wrong-text")
    picture.box(MARGIN, top + 8, WIDTH - 2 * MARGIN, 74, "frame")
    picture.text(MARGIN + INDENT, top + 30, "Model.call(self, x)", "code strong")
    picture.text(MARGIN + INDENT, top + 54, "self.dropout(x)", "code")
    picture.text(MARGIN + INDENT, top + 70, "Dropout", "soft")
    picture.label(FIT - LABEL / 2, top + 44, LABEL, 25, "✗ does nothing", "infer wrong", "wrong-text")
    picture.label(PREDICT - LABEL / 2, top + 44, LABEL, 25, "does nothing", "infer", "infer-text")
    return top + 82


def _senders(picture: Picture, y: float) -> None:
    for x, style, sender, flag in LANES:
        picture.text(x, y, sender, "code strong", "middle")
        picture.label(x - LABEL / 2, y + 9, LABEL, 25, f"training={flag}", style, f"code {style}-text")


def _flow(picture: Picture, x: float, start: float, end: float, style: str) -> None:
    picture.line(f"M {x} {start} V {end - 6}", f"{style}-line")
    picture.head(x, end, "down", f"{style}-head")
