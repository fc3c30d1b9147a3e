"""Each defect of `docs/found-in-the-wild.md` is reported in its small model, and its figures are what Keras does."""

from __future__ import annotations

from functools import cache

import pytest

from flake8_training_phase import api
from tests.found_in_the_wild import ENTRIES, JAX, MODELS, Entry, Figures
from tests.runtime.conftest import installed, need_keras
from tests.runtime.wild_models import figures

MEASURED_WITH = {
    "tensorflow": {"tensorflow": "2.21.0", "keras": "3.15.1", "tf_keras": "2.21.0"},
    "jax": {"keras": "3.15.1", "jax": JAX},
}
"""The releases that the page names, by backend."""

each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[entry.model for entry in ENTRIES])


def fixed(entry: Entry) -> str:
    """The small model after the fix that the page names."""
    text = api.fix_text(entry.source, unsafe=entry.fix == "unsafe").text
    for old, new in entry.by_hand.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@cache
def measured(keras: int, backend: str) -> dict[str, list[Figures]]:
    """The figures before and after the fix, by model."""
    entries = [entry for entry in ENTRIES if (entry.keras, entry.backend) == (keras, backend)]
    found = figures([text for entry in entries for text in (entry.source, fixed(entry))], keras, backend)
    return {entry.model: found[2 * place : 2 * place + 2] for place, entry in enumerate(entries)}


def test_every_model_has_an_entry() -> None:
    assert sorted(entry.model for entry in ENTRIES) == sorted(path.stem for path in MODELS.glob("*.py"))


@each_entry
def test_the_defect_is_reported(entry: Entry) -> None:
    worst: dict[str, str] = {}
    for finding in api.check_text(entry.source):
        if worst.get(finding.code) != "bug":
            worst[finding.code] = finding.severity
    assert worst == entry.codes


@each_entry
def test_the_fix_is_enough(entry: Entry) -> None:
    bugs = [finding.code for finding in api.check_text(fixed(entry)) if finding.severity == "bug"]
    assert bugs == []


@each_entry
def test_safe_fixes_leave_the_bug_where_the_page_says_unsafe(entry: Entry) -> None:
    left = [finding.code for finding in api.fix_text(entry.source).findings if finding.severity == "bug"]
    assert bool(left) == (entry.fix != "safe")


@each_entry
def test_keras_does_what_the_page_says(entry: Entry) -> None:
    wanted = MEASURED_WITH[entry.backend]
    if entry.backend == "tensorflow":
        need_keras()
    versions = {package: installed(package) for package in wanted}
    if versions != wanted:
        pytest.skip(f"the page is about {wanted}, these are {versions}")
    assert measured(entry.keras, entry.backend)[entry.model] == [entry.before, entry.after]


def test_keras_2_passes_the_flag_where_the_page_says_so() -> None:
    need_keras()
    moved = [entry for entry in ENTRIES if entry.model in ("text_transformer", "window_transformer")]
    texts = [entry.source.replace("import keras\n", "from tensorflow import keras\n") for entry in moved]
    assert figures(texts, 2) == [entry.after for entry in moved]
    assert all(f"{entry.after.dropping} of {entry.after.dropouts} drop" in entry.what for entry in moved)
