"""The snapshots of a rule's examples show whatever it says otherwise, at each place where it says something."""

from __future__ import annotations

import pytest

from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule
from tests import mutate_rules


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_mutant_is_caught(rule: Rule) -> None:
    found = mutate_rules.outcome(rule)
    places = mutate_rules.problem_lines(rule)
    assert places
    assert found.survived == []
    assert found.caught["other message"] == found.caught["at the class"] == len(places)
