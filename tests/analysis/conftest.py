"""Asks the checker about small pieces of code."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

Reported = Callable[[str], set[str]]


@pytest.fixture
def reported() -> Reported:
    """The texts of the places that KTP202 reports in a module: the calls that forget a flag they have."""

    def ask(code: str) -> set[str]:
        source = SourceText(textwrap.dedent(code))
        findings = engine.check(source, Settings(select=("KTP202", "KTP900")), "example.py")
        return {source.text[source.offset(one.start) : source.offset(one.end)] for one in findings}

    return ask
