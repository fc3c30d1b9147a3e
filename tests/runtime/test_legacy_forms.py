"""The forms of the legacy API run in Keras: on tf_keras before the fix, on both generations after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.legacy_forms import FORMS
from tests.rule_examples import Proof
from tests.runtime.conftest import Measured
from tests.runtime.measure import Case

PROOF = Proof(build="Model()", layer="dropout")


def cases() -> Iterator[object]:
    """Every form, before and after the fix."""
    for name, form in FORMS.items():
        yield pytest.param(Case(form.bad_text, PROOF, 2, form.keras2), id=f"{name}-before")
        yield pytest.param(Case(form.fixed_text, PROOF, 2, form.keras), id=f"{name}-after-2")
        yield pytest.param(Case(form.fixed_text, PROOF, 3, form.keras), id=f"{name}-after-3")


@pytest.mark.parametrize("case", cases())
def test_form(case: Case, measured: Measured) -> None:
    result = measured(case)
    assert result.words == case.words, "\n".join(result.notes)
