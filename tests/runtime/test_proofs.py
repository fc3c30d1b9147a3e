"""Every example of a rule does in Keras what its proof says, and so does the right code: fixed, or written by hand.

The tracer says which phase the layers are told; where no layer is, as with noise written by hand, and for compiled
code, what they do is measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from flake8_training_phase.rules import all_rules
from tests.rule_examples import Example, Proof, bad_examples
from tests.runtime.conftest import Measured, installed
from tests.runtime.measure import Case, Measurement

EXAMPLES = {f"{rule.code}-{example.name}": example for rule in all_rules() for example in bad_examples(rule.code)}


def cell(proof: Proof, keras: int) -> str | None:
    """What a proof says of the bad code under Keras 2 or 3."""
    return proof.keras2 if keras == 2 else proof.keras3


def fixed_generations(example: Example) -> tuple[int, ...]:
    """The generations that the right code is for: both, unless it names one of them."""
    one_only = "tf_keras" in example.right
    return tuple(keras for keras in (2, 3) if not one_only or cell(example.proof, keras) is not None)


def bad_cases() -> Iterator[Any]:
    """The bad code of every example, for each generation that has a cell."""
    for name, example in EXAMPLES.items():
        for keras in (2, 3):
            words = cell(example.proof, keras)
            if words is not None:
                yield pytest.param(Case(example.bad, example.proof, keras, words), id=f"{name}-keras{keras}")


def fixed_cases() -> Iterator[Any]:
    """The right code of every example, made by its fixes or by hand."""
    for name, example in EXAMPLES.items():
        for keras in fixed_generations(example):
            case = Case(example.right, example.proof, keras, example.proof.fixed)
            yield pytest.param(case, id=f"{name}-keras{keras}")


def early_cases() -> Iterator[object]:
    """The bad code of which Keras 3.1 to 3.9 make something else than later ones."""
    for name, example in EXAMPLES.items():
        if example.proof.keras3_early is not None:
            yield pytest.param(Case(example.bad, example.proof, 3, example.proof.keras3_early), id=name)


@pytest.mark.parametrize("case", early_cases())
def test_bad_code_on_early_keras_3(case: Case, measured: Measured) -> None:
    keras = installed("keras") or "none"
    if not re.match(r"3\.[1-9]\.", keras):
        pytest.skip(f"this is for Keras 3.1 to 3.9, and {keras} is installed")
    assert measured(case).words == case.words


def of_one_keras(cases: Iterator[Any]) -> Iterator[object]:
    """The cases that the tracer can follow: it looks at the layers of the Keras that the model is made with, and the
    examples of KTP216 hold layers of the other one. What these do is measured by their behaviour alone.
    """
    for one in cases:
        source = one.values[0].source
        if not ("tf_keras" in source and "import keras" in source):
            yield one


def compiled(words: str) -> str:
    """The words of a cell as the tracer sees them, which runs `fit` as the user's model does: in a graph.
    `raises/train` tells compiled and eager `fit` apart.
    """
    fit, *others = words.split()
    return " ".join([fit.partition("/")[0], *others])


@pytest.mark.usefixtures("known_keras")
@pytest.mark.parametrize("case", of_one_keras(bad_cases()))
def test_bad_code(case: Case, traced: Measured) -> None:
    found = traced(case)
    assert_words(found, compiled(case.words))


@pytest.mark.parametrize("case", of_one_keras(fixed_cases()))
def test_fixed_code(case: Case, traced: Measured) -> None:
    found = traced(case)
    assert_words(found, compiled(case.words))


@pytest.mark.usefixtures("known_keras")
@pytest.mark.parametrize("case", [*bad_cases(), *fixed_cases()])
def test_layers_behave_as_they_were_told(case: Case, measured: Measured) -> None:
    """The phase that the tracer sees is the one that the layers behave in, in compiled code as well."""
    found = measured(case)
    assert found.words == case.words, "\n".join(found.notes)


def assert_words(found: Measurement, wanted: str) -> None:
    """The tracer has seen what a proof says, as far as a layer of Keras decides."""
    pairs = list(zip(found.words.split(), wanted.split(), strict=True))
    assert all(word == expected or "?" in (word, expected) for word, expected in pairs), "\n".join(
        [found.words, wanted, *found.notes]
    )
