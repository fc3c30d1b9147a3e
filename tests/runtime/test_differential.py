"""What the analysis says of made-up programs is what Keras does; and what the fixes make of them is right.

`python -m tests.runtime.differential --programs 5000` does the same with more of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.runtime.conftest import installed
from tests.runtime.differential import Laboratory
from tests.runtime.programs.drawn import programs, random_program
from tests.runtime.programs.examples import REGRESSIONS, example
from tests.runtime.programs.fixing import fixed
from tests.runtime.programs.program import Program

PROGRAMS = 120
EXACT_PROGRAMS = 8
FIXED_PROGRAMS = 40


@pytest.fixture(scope="module")
def laboratory() -> Iterator[Laboratory]:
    """Both Kerases, ready to run programs."""
    missing = [package for package in ("tensorflow", "tf_keras", "keras") if installed(package) is None]
    if missing:
        pytest.skip(f"comparing with Keras needs {', '.join(missing)}")
    made = Laboratory()
    yield made
    made.stop()


def differences(laboratory: Laboratory, program: Program, exact: bool = False) -> list[str]:
    """What Keras does that the analysis does not say."""
    return [str(one) for comparison in laboratory.compare(program, exact) for one in comparison.differences]


@pytest.mark.parametrize("name", REGRESSIONS)
def test_what_was_wrong_once(laboratory: Laboratory, name: str) -> None:
    assert differences(laboratory, example(REGRESSIONS[name])) == []


def test_random_programs(laboratory: Laboratory) -> None:
    for number in range(PROGRAMS):
        program = random_program(f"test:{number}")
        assert differences(laboratory, program) == [], f"program test:{number}\n{program}"


def test_small_programs(laboratory: Laboratory) -> None:
    """Hypothesis begins with small programs, and makes a failing one as small as it can."""

    @seed(0)
    @settings(
        max_examples=PROGRAMS // 2,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def search(program: Program) -> None:
        assert differences(laboratory, program) == [], str(program)

    search()


def test_with_real_fit_and_predict(laboratory: Laboratory) -> None:
    drawn = (random_program(f"exact:{number}") for number in itertools.count())
    # Where `call` makes a layer that draws, a compiled `fit()` raises in Keras 3: that is KTP212, not a mode.
    runs = (program for program in drawn if "Dropout(0.5)(x" not in str(program))
    for program in itertools.islice(runs, EXACT_PROGRAMS):
        assert differences(laboratory, program, exact=True) == [], str(program)


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_change_only_what_is_wrong(laboratory: Laboratory, unsafe: bool) -> None:
    for number in range(FIXED_PROGRAMS // 2):
        program = random_program(f"fixes:{number}")
        assert laboratory.compare_fixed(program, unsafe, all_right=False) == [], f"program fixes:{number}\n{program}"


def test_mistakes_are_repaired(laboratory: Laboratory) -> None:
    for number in range(FIXED_PROGRAMS):
        program = random_program(f"mistakes:{number}", only_fixable=True)
        assert laboratory.compare_fixed(program, True, all_right=True) == [], f"program mistakes:{number}\n{program}"


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_the_law_of_fixes(laboratory: Laboratory, unsafe: bool) -> None:
    """What ran in the right mode does so after safe fixes, and what fixes have given the flag is right."""
    for number in range(FIXED_PROGRAMS):
        program = random_program(f"law:{number}", only_fixable=number % 3 == 0)
        told = laboratory.law_of_fixes(program, fixed(program, unsafe), unsafe)
        broken = [] if unsafe else told["broken"]
        assert [*broken, *told["unrepaired"], *told["reported"]] == [], f"program law:{number}\n{program}"
