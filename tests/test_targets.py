"""Which Keras releases a setting means, and what follows from it."""

from __future__ import annotations

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.engine import check
from flake8_training_phase.keras.generations import (
    GENERATIONS,
    KERAS_2,
    KERAS_3_1,
    KERAS_3_6,
    KERAS_3_10,
    Generation,
    Release,
)
from flake8_training_phase.keras.targets import ALL_RELEASES, FORMS, NEWEST, keras_title, targets
from flake8_training_phase.sources.text import SourceText


def releases(major: int, first: int, last: int) -> set[Release]:
    return {(major, minor) for minor in range(first, last + 1)}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2", releases(2, 4, 21)),
        ("3", releases(3, 1, 15)),
        ("all", releases(2, 4, 21) | releases(3, 1, 15)),
        ("3.8", {(3, 8)}),
        ("2.15", {(2, 15)}),
        ("3.15.1", {(3, 15)}),
        ("3.6-3.9", releases(3, 6, 9)),
        ("3.6 - 3.9", releases(3, 6, 9)),
        ("3.6+", releases(3, 6, 15)),
        ("2.15+", releases(2, 15, 21)),
        ("2, 3.8", releases(2, 4, 21) | {(3, 8)}),
        ("2.15,3.6-3.8", {(2, 15)} | releases(3, 6, 8)),
        # What is not released, or not known to us, has to be asked for.
        ("3.16", {(3, 16)}),
        ("3.16+", {(3, 16)}),
        ("3,3.16", releases(3, 1, 16)),
        ("3.14-3.16", releases(3, 14, 16)),
        # As TOML may have it
        (3, releases(3, 1, 15)),
        (["2", "3.8"], releases(2, 4, 21) | {(3, 8)}),
    ],
)
def test_targets(given: object, expected: set[Release]) -> None:
    assert targets(given) == expected


@pytest.mark.parametrize(
    "given", ["", "4", "keras3", "3.", "3.x", "4.1", "2,", "all+", "3+", ">=3.6", "3.6-", "3.1,nothing", []]
)
def test_what_means_nothing_is_told_the_forms(given: object) -> None:
    with pytest.raises(ValueError, match="must be") as found:
        targets(given)
    assert FORMS in str(found.value)
    assert str(given) in str(found.value)


@pytest.mark.parametrize("given", [3.1, 2.15, True, [3.8]])
def test_a_number_with_a_point_is_refused(given: object) -> None:
    # TOML reads `keras-versions = 3.10` as 3.1.
    with pytest.raises(ValueError, match="must be text"):
        targets(given)


@pytest.mark.parametrize("given", ["3.9-3.6", "2.15-3.8"])
def test_a_range_goes_up_within_a_major_version(given: str) -> None:
    with pytest.raises(ValueError, match="no range of one major version"):
        targets(given)


@pytest.mark.parametrize("given", ["2.3", "3.0", "2.0-2.15"])
def test_releases_before_those_that_are_known(given: str) -> None:
    with pytest.raises(ValueError, match=r"releases from 2\.4 or 3\.1 on"):
        targets(given)


@pytest.mark.parametrize("given", ["3.51", "3.17", "2.22", "3.6-3.51", "3.20+", "3,3.17"])
def test_releases_that_are_not_known(given: str) -> None:
    with pytest.raises(ValueError, match=r"not known.*the newest are 2\.21 and 3\.15"):
        targets(given)


@pytest.mark.parametrize(
    ("generations", "asked", "expected"),
    [
        (GENERATIONS, "all", "Keras 2 and 3"),
        ((KERAS_2,), "all", "Keras 2"),
        (GENERATIONS, "3", "Keras 3"),
        ((KERAS_3_10,), "all", "Keras 3.10 to 3.15"),
        ((KERAS_3_6, KERAS_3_10), "all", "Keras 3.6 to 3.15"),
        ((KERAS_2, KERAS_3_10), "all", "Keras 2 and 3.10 to 3.15"),
        ((KERAS_3_1, KERAS_3_10), "3", "Keras 3.1 to 3.3 and 3.10 to 3.15"),
        (GENERATIONS, "3.8", "Keras 3.8"),
        (GENERATIONS, "3.8,3.12-3.16", "Keras 3.8 and 3.12 to 3.16"),
        ((KERAS_3_10,), "3.8+", "Keras 3.10 to 3.15"),
    ],
)
def test_keras_title(generations: tuple[Generation, ...], asked: str, expected: str) -> None:
    assert keras_title(generations, targets(asked)) == expected


RESIZING_FIRST = """
import keras


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.resize = keras.layers.Resizing(8, 8)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(self.resize(x))
"""
EXPLICIT_NONE = """
import keras


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=None)
"""
NO_PARAMETER = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.dropout(x, training=False)
        return self.block(x, training=training)
"""
FROZEN_IN_SEQUENTIAL = """
import keras


class Frozen(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=False)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([Frozen(), keras.layers.Dropout(0.5)])

    def call(self, x, training=None):
        return self.body(x, training=training)
"""


def codes(text: str, keras: str) -> set[str]:
    return {one.code for one in check(SourceText(text), Settings(keras_versions=targets(keras)), "example.py")}


@pytest.mark.parametrize(
    ("text", "code", "first", "last"),
    [
        # `Resizing` has no flag before 3.6, and its default stays with it after 3.15.
        pytest.param(RESIZING_FIRST, "KTP201", 6, 15, id="Resizing poisons"),
        pytest.param(EXPLICIT_NONE, "KTP204", 10, 16, id="None erases"),
    ],
)
def test_from_which_release_to_which(text: str, code: str, first: int, last: int) -> None:
    found = [minor for minor in range(1, 17) if code in codes(text, f"3.{minor}")]
    assert found == list(range(first, last + 1))
    assert code not in codes(text, "2")
    assert code in codes(text, "all")


@pytest.mark.parametrize("text", [RESIZING_FIRST, EXPLICIT_NONE, NO_PARAMETER, FROZEN_IN_SEQUENTIAL])
@pytest.mark.parametrize(("keras", "major"), [("2", 2), ("3", 3), ("3.4-3.11", 3)])
def test_a_range_is_all_its_releases(text: str, keras: str, major: int) -> None:
    one_by_one = [codes(text, f"{major}.{minor}") for _, minor in targets(keras)]
    assert codes(text, keras) == set().union(*one_by_one)


def test_all_is_what_was_measured() -> None:
    assert max(release for release in ALL_RELEASES if release[0] == 3) == NEWEST[3]
    assert max(release for release in ALL_RELEASES if release[0] == 2) == NEWEST[2]


def test_the_message_says_which_releases() -> None:
    found = check(SourceText(RESIZING_FIRST), Settings(select=("KTP201",)), "example.py")
    assert [one.keras for one in found] == [(3,), (3,)]
    assert all("in Keras 3.6 to 3.15" in one.message for one in found)
