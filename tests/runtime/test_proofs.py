"""Every example of a rule does in Keras what its proof says, and so does the fixed code."""

from __future__ import annotations

import pytest

from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Example, Proof
from tests.runtime.conftest import Measure

EXAMPLES = {f"{rule.code}-{i}": example for rule in all_rules() for i, example in enumerate(rule.bad)}


def cell(proof: Proof, keras: int) -> str | None:
    """What a proof says of the bad code under Keras 2 or 3."""
    return proof.keras2 if keras == 2 else proof.keras3


def fixed_generations(example: Example) -> tuple[int, ...]:
    """The generations that the fixed code is for: both, unless it names one of them."""
    if example.fixed is None:
        return ()
    return tuple(
        keras for keras in (2, 3) if cell(example.proof, keras) is not None or "tf_keras" not in example.fixed
    )


@pytest.mark.usefixtures("known_keras")
@pytest.mark.parametrize(
    ("example", "keras"),
    [
        pytest.param(example, keras, id=f"{name}-keras{keras}")
        for name, example in EXAMPLES.items()
        for keras in (2, 3)
        if cell(example.proof, keras) is not None
    ],
)
def test_bad_code(example: Example, keras: int, measured: Measure) -> None:
    found = measured(example.bad, example.proof, keras)
    assert found.words == cell(example.proof, keras), "\n".join(found.notes)


@pytest.mark.parametrize(
    ("example", "keras"),
    [
        pytest.param(example, keras, id=f"{name}-keras{keras}")
        for name, example in EXAMPLES.items()
        for keras in fixed_generations(example)
    ],
)
def test_fixed_code(example: Example, keras: int, measured: Measure) -> None:
    assert example.fixed is not None
    found = measured(example.fixed, example.proof, keras)
    assert found.words == example.proof.fixed, "\n".join(found.notes)
