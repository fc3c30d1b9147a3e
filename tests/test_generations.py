"""How each Keras resolves the flag, row by row as it was measured; the rules' pages use the same names for rows."""

from __future__ import annotations

import pytest

from flake8_training_phase.keras.generations import (
    GENERATIONS,
    KERAS_2,
    KERAS_3,
    KERAS_3_EARLY,
    Flag,
    Passed,
    Phase,
    Resolution,
    generations_of,
)

ABSENT, UNKNOWN = Passed.ABSENT, Passed.UNKNOWN
NAMES, LACKS = True, False
"""Whether the `call` of the layer names the parameter."""

COLUMNS = ("row", "flag", "context", "default", "accepts", "keras2", "early", "keras3")
TABLE: list[tuple[str, Flag, Phase, Phase, bool, Phase, Phase, Phase]] = [
    # What is passed, in which context, with which default   → Keras 2, Keras 3.1 to 3.9, Keras 3.10 and later
    #
    # An explicit value wins over everything.
    ("5N.outT", True, None, None, NAMES, True, True, True),
    ("7e", True, False, None, NAMES, True, True, True),
    ("7c", False, True, None, NAMES, False, False, False),
    ("5T.outF", False, None, True, NAMES, False, False, False),
    ("7f", True, False, True, NAMES, True, True, True),
    # A layer that lacks the parameter hands it to its sublayers, except on Keras 3.1 to 3.9.
    ("1e", True, True, None, LACKS, True, True, True),
    ("7d2", False, True, None, LACKS, False, True, False),
    ("7d2", False, None, None, LACKS, False, None, False),
    ("7e", True, False, None, LACKS, True, False, True),
    ("E43", True, False, None, LACKS, True, False, True),
    # Nothing passed: the context decides.
    ("2a", ABSENT, True, None, NAMES, True, True, True),
    ("2a", ABSENT, False, None, NAMES, False, False, False),
    ("2c", ABSENT, True, False, NAMES, True, True, True),
    ("5T.in_sig", ABSENT, False, True, NAMES, False, False, False),
    ("1d", ABSENT, True, None, LACKS, True, True, True),
    ("1d", ABSENT, False, None, LACKS, False, False, False),
    # Nothing passed and nothing in context: the default decides, which only counts if the parameter is named.
    ("2a", ABSENT, None, None, NAMES, None, None, None),
    ("2c", ABSENT, None, False, NAMES, False, False, False),
    ("2d", ABSENT, None, True, NAMES, True, True, True),
    ("5T.in_none", ABSENT, None, True, NAMES, True, True, True),
    ("1a", ABSENT, None, None, LACKS, None, None, None),
    # An explicit None: inherits up to Keras 3.9, erases from 3.10 on.
    ("22c", None, True, None, NAMES, True, True, None),
    ("22c", None, False, None, NAMES, False, False, None),
    ("E10a", None, True, False, NAMES, True, True, None),
    ("22c", None, None, None, NAMES, None, None, None),
    # … and falls back to the default on Keras 2 alone.
    ("5T.fwd", None, None, True, NAMES, True, None, None),
    ("5F.fwd", None, None, False, NAMES, False, None, None),
    # An explicit None to a layer that lacks the parameter resets the context, except on Keras 3.1 to 3.9.
    ("E10b", None, True, None, LACKS, None, True, None),
    ("E44", None, False, None, LACKS, None, False, None),
    # What is not known stays so.
    ("-", UNKNOWN, True, None, NAMES, UNKNOWN, UNKNOWN, UNKNOWN),
    ("-", ABSENT, UNKNOWN, True, NAMES, UNKNOWN, UNKNOWN, UNKNOWN),
    ("-", ABSENT, None, UNKNOWN, NAMES, UNKNOWN, UNKNOWN, UNKNOWN),
    ("-", UNKNOWN, True, None, LACKS, UNKNOWN, True, UNKNOWN),
]


@pytest.mark.parametrize(COLUMNS, TABLE)
def test_what_a_layer_runs_with(
    row: str,
    flag: Flag,
    context: Phase,
    default: Phase,
    accepts: bool,
    keras2: Phase,
    early: Phase,
    keras3: Phase,
) -> None:
    # Whatever a layer comes to, its sublayers find the same in the context.
    assert KERAS_2.resolve(flag, context, default, accepts) == Resolution(keras2, keras2)
    assert KERAS_3_EARLY.resolve(flag, context, default, accepts) == Resolution(early, early)
    assert KERAS_3.resolve(flag, context, default, accepts) == Resolution(keras3, keras3)


@pytest.mark.parametrize(
    ("fact", "keras2", "early", "keras3"),
    [
        # `fit` tells a model without the parameter nothing (1a).
        ("fit_needs_parameter", False, True, True),
        # What one sublayer is given stays for the next (7c2, 22b).
        ("shared_context", False, True, True),
        # An explicit None clears the context (22c).
        ("none_erases", False, False, True),
        # A flag for a layer without the parameter reaches its sublayers (7d2).
        ("flag_survives_without_parameter", True, False, True),
    ],
)
def test_facts(fact: str, keras2: bool, early: bool, keras3: bool) -> None:
    assert [getattr(generation, fact) for generation in GENERATIONS] == [keras2, early, keras3]


@pytest.mark.parametrize(
    ("majors", "expected"),
    [
        (frozenset({2}), (KERAS_2,)),
        (frozenset({3}), (KERAS_3_EARLY, KERAS_3)),
        (frozenset({2, 3}), (KERAS_2, KERAS_3_EARLY, KERAS_3)),
        (frozenset(), ()),
    ],
)
def test_generations_of(majors: frozenset[int], expected: tuple[object, ...]) -> None:
    assert generations_of(majors) == expected


class OneSlot:
    """A walk through the sublayers of one `call`, as a generation would run them."""

    def __init__(self, generation: object, context: Phase) -> None:
        self.generation = generation
        self.context = context

    def call(self, flag: Flag, default: Phase = None, accepts: bool = True) -> Phase:
        found = self.generation.resolve(flag, self.context, default, accepts)  # type: ignore[attr-defined]
        if self.generation.shared_context:  # type: ignore[attr-defined]
            self.context = found.context
        return found.phase


@pytest.mark.parametrize(
    ("row", "wanted", "first", "second"),
    [
        # `base(x, training=False)`, then `drop(x)`, in fit
        ("7c2", True, {"flag": False}, (True, False, False)),
        # `drop(x, training=True)`, then `norm(x)`, in predict
        ("7a2", False, {"flag": True}, (False, True, True)),
        # a layer with the default True and nothing in context, then `drop(x)`, in `model(x)`
        ("22e", None, {"flag": ABSENT, "default": True}, (None, True, True)),
        # `drop(x, training=None)`, then `norm(x)`, in fit
        ("22d", True, {"flag": None}, (True, True, None)),
        # `sub(x, training=False)` to a layer that lacks the parameter, then `drop(x)`, in fit
        ("22a", True, {"flag": False, "accepts": False}, (True, True, False)),
    ],
)
def test_what_the_next_sibling_finds(
    row: str, wanted: Phase, first: dict[str, object], second: tuple[Phase, ...]
) -> None:
    found = []
    for generation in GENERATIONS:
        walk = OneSlot(generation, wanted)
        walk.call(**first)  # type: ignore[arg-type]
        found.append(walk.call(ABSENT))
    assert tuple(found) == second
