"""What a pattern is that users meet: code to measure, for the tables of `docs/what-happens-to-training.md`."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

from tests.generate_docs import mode_cells
from tests.rule_examples import Proof
from tests.runtime.measure import Case
from tests.runtime.test_facts import FACTS, RIGHT

ALWAYS_ON, ALWAYS_OFF = "train train train train train", "infer infer infer infer infer"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to write a model, and which of its layers to watch."""

    row: str
    """The name of the measured fact, which the pages of the rules use too."""
    title: str
    """What the code looks like, in Markdown."""
    source: str
    layer: str = "dropout"
    """The path of the watched layer below what is built."""
    code: str | None = None
    """The rule that reports it."""
    right: str = RIGHT
    """What is meant: other than `train train infer infer infer` for a layer that is frozen, or forced on."""
    build: str = "M()"
    shape: tuple[int, ...] = (8,)
    """The shape of one sample."""
    keras: tuple[int, ...] = (2, 3)
    """The generations of Keras that can run it."""

    def case(self, keras: int) -> Case:
        """What to measure."""
        return Case(self.source, Proof(self.build, self.layer, shape=self.shape), keras, self.right)

    def cells(self, words: str) -> list[str]:
        """Measured words as they are in the table: what is not meant is bold."""
        return mode_cells(words, self.right)


def fact(name: str) -> str:
    """The source text of a fact of `test_facts.py`."""
    return next(one.source for one in FACTS if one.name == name)


def model(layers: str, methods: str, before: str = "") -> str:
    """The source text of a model `M`: what its `__init__` makes, its methods, and what is before it."""
    head = f"\nimport keras\n\n\n{before.strip()}\n\n\n" if before else "\nimport keras\n\n\n"
    init = f"def __init__(self):\n    super().__init__()\n{indent(layers.strip(), '    ')}"
    return f"{head}class M(keras.Model):\n{indent(init, '    ')}\n\n{indent(methods.strip(), '    ')}\n"
