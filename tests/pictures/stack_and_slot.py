"""What a layer finds that is called without a flag: Keras 2 keeps a stack, Keras 3 one slot."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_training_phase.output.maps.drawing import Picture

WIDTH, MARGIN = 640, 18
STACK, SLOT, FLAG = 330, 487, 52
OUTCOME = 134
ROW = 46


@dataclass(frozen=True)
class Step:
    """What happens in a model that is fitted, and what the two hold then."""

    code: str
    explanation: str
    stack: tuple[bool, ...]
    slot: bool


STEPS = (
    Step("model.fit(…)", "calls the model with training=True", (True,), True),
    Step("self.backbone(x, training=False)", "a frozen backbone runs", (True, False), False),
    Step("", "the backbone returns", (True,), False),
    Step("self.dropout(x)", "finds what is on top, or in the slot", (True, True), False),
)


def stack_and_slot() -> str:
    """The picture."""
    picture = Picture("A call context of Keras 2 is a stack, that of Keras 3 is one slot that nobody restores")
    y = 30
    picture.text(STACK, y, "Keras 2: a stack", "strong")
    picture.text(SLOT, y, "Keras 3: one slot", "strong")
    for step in STEPS:
        y += ROW
        _step(picture, y, step)
    y += ROW + 4
    picture.line(f"M {MARGIN} {y - 30} H {WIDTH - MARGIN}")
    picture.text(MARGIN, y, "The dropout in fit()", "strong")
    picture.label(STACK, y - 17, OUTCOME, 25, "drops", "train", "train-text")
    picture.label(SLOT, y - 17, OUTCOME, 25, "✗ does not drop", "infer wrong", "wrong-text")
    return picture.rendered(WIDTH, y + 28)


def _step(picture: Picture, y: float, step: Step) -> None:
    if step.code:
        picture.text(MARGIN, y - 8, step.code, "code")
    picture.text(MARGIN, y + (9 if step.code else 1), step.explanation, "soft")
    for place, flag in enumerate(step.stack):
        _flag(picture, STACK + place * (FLAG + 6), y, flag)
    _flag(picture, SLOT, y, step.slot)


def _flag(picture: Picture, x: float, y: float, flag: bool) -> None:
    name = "train" if flag else "infer"
    picture.label(x, y - 15, FLAG, 25, str(flag), name, f"code {name}-text")
