"""The rules, one per file; `forwarding/ktp202_training_not_forwarded.py` is KTP202, named `training-not-forwarded`.

A rule's file is its page, its check and its fix; the code it is about is in `tests/rules/ktp202`. To add a rule is to
add both: the file is found by its name, and pages, the README's table and `--explain` are made from it. What several
rules of one family ask, and nothing else does, is in the family's folder too.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from flake8_training_phase.codes import rule_modules
from flake8_training_phase.rules.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of their codes."""
    modules = (import_module(f"{__name__}.{name}") for name in rule_modules().values())
    return tuple(module.RULE for module in modules)


def rule(code: str) -> Rule:
    """The rule with this code. Raises KeyError when there is none."""
    return next((one for one in all_rules() if one.code == code), None) or _missing(code)


def _missing(code: str) -> Rule:
    raise KeyError(code)
