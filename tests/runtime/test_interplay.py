"""What many fixes together make of a file is right when it runs, on both generations of Keras."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rule_examples import Proof
from tests.runtime.conftest import Measured
from tests.runtime.measure import Case
from tests.test_interplay import SORTED_OUT, UNTANGLED

RIGHT = "train train infer infer infer"
FROZEN = "infer infer infer infer infer"
LAYERS = {
    ("Net()", "backbone.layers[1]"): (UNTANGLED, FROZEN),
    ("Net()", "block.norm"): (UNTANGLED, RIGHT),
    ("Net()", "block.drops[1]"): (UNTANGLED, RIGHT),
    ("Net()", "scaled"): (UNTANGLED, RIGHT),
    ("Net()", "memory"): (UNTANGLED, RIGHT),
    ("Net()", "last"): (UNTANGLED, RIGHT),
    ("Everything()", "default.drop"): (SORTED_OUT, RIGHT),
    ("Everything()", "misnamed.drop"): (SORTED_OUT, RIGHT),
    ("Everything()", "kwargs.drop"): (SORTED_OUT, RIGHT),
    ("Everything()", "required.norm"): (SORTED_OUT, RIGHT),
    ("Everything()", "erased"): (SORTED_OUT, RIGHT),
    ("Everything()", "direct"): (SORTED_OUT, RIGHT),
    ("Everything()", "last"): (SORTED_OUT, RIGHT),
}


def cases() -> Iterator[object]:
    """Every layer on both generations."""
    for (build, layer), (text, words) in LAYERS.items():
        for keras in (2, 3):
            yield pytest.param(Case(text, Proof(build, layer), keras, words), id=f"{layer}-keras{keras}")


@pytest.mark.parametrize("case", cases())
def test_every_layer_runs_in_the_right_phase(case: Case, measured: Measured) -> None:
    found = measured(case)
    assert found.words == case.words, "\n".join(found.notes)
