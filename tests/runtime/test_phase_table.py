"""The tables of `docs/what-happens-to-training.md` are what Keras does, and what the rules say of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Severity
from flake8_training_phase.sources.text import SourceText
from tests.runtime import phase_table
from tests.runtime.conftest import Measured, installed
from tests.runtime.measure import Case
from tests.runtime.patterns import Pattern
from tests.runtime.phase_table import PACKAGES, PATTERNS

REFRESH = "run `python -m tests.runtime.phase_table`"


@pytest.fixture(scope="session")
def known_versions() -> None:
    """Skips when other versions are installed than those that the tables name."""
    for keras, wanted in phase_table.committed_versions().items():
        found = installed(PACKAGES[keras])
        if found != wanted:
            pytest.skip(f"the tables were made with {PACKAGES[keras]} {wanted}, installed is {found or 'none'}")


def cases() -> Iterator[object]:
    """Every cell of the tables."""
    for pattern in PATTERNS:
        for keras in pattern.keras:
            yield pytest.param(pattern, pattern.case(keras), id=f"{pattern.row}-keras{keras}")


@pytest.mark.usefixtures("known_versions")
@pytest.mark.parametrize(("pattern", "case"), cases())
def test_cell_is_what_is_measured(pattern: Pattern, case: Case, measured: Measured) -> None:
    found = measured(case)
    committed = phase_table.committed_cells()[pattern.row, case.keras]
    assert committed == pattern.cells(found.words), "\n".join([REFRESH, *found.notes])


def test_tables_hold_the_patterns() -> None:
    again = phase_table.block(phase_table.committed_cells(), phase_table.committed_versions())
    assert phase_table.committed_block() == again, REFRESH


def test_rows_have_names_of_their_own() -> None:
    assert len({pattern.row for pattern in PATTERNS}) == len(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.row)
def test_rule_reports_the_pattern(pattern: Pattern) -> None:
    settings = Settings(select=(pattern.code,) if pattern.code else ())
    findings = engine.check(SourceText(pattern.source), settings, "example.py")
    if pattern.code:
        assert pattern.code in {finding.code for finding in findings}
    else:
        assert [str(finding) for finding in findings if finding.severity is Severity.BUG] == []
