"""The tool says of the cases what their comments ask for, and its fixes make of them what their heads ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_training_phase.runs.assignment import Fixes
from tests.expectations import expectations, unmet, unmet_by_fix
from tests.inputs import CASES, MEASURED, Input, case_inputs, not_yet, reported

NOT_YET = not_yet()
CASE_INPUTS = {one.name.removeprefix("cases/"): one for one in case_inputs()}


def shortcomings(case: Input, folder: Path) -> Iterator[str]:
    """What the tool does not do of what a case asks for."""
    copy = case.copied(folder)
    wanted = expectations(copy)
    yield from unmet(wanted, reported(copy, case.settings), folder)
    if wanted.main is not None and "fix" in wanted.header:
        results = reported(copy, case.settings, Fixes.ALL if wanted.unsafe else Fixes.SAFE)
        [after] = [result.after for result in results if result.path == wanted.main]
        assert after is not None
        yield from unmet_by_fix(wanted, wanted.main.read_text(encoding="utf-8"), after.to_bytes().decode("utf-8"))


@pytest.mark.parametrize("name", CASE_INPUTS)
def test_case(name: str, tmp_path: Path) -> None:
    found = list(shortcomings(CASE_INPUTS[name], tmp_path))
    if name not in NOT_YET:
        assert found == []
    elif not found:
        pytest.fail(f"{name} is right now: delete its line in {CASES.name}/not_yet.txt", pytrace=False)


def test_what_is_listed_exists_and_says_why() -> None:
    assert {name.removesuffix(MEASURED) for name in NOT_YET} <= CASE_INPUTS.keys()
    assert all(NOT_YET.values())
