"""How each Keras resolves the flag, row by row as it was measured; the rules' pages use the same names for rows."""

from __future__ import annotations

import pytest

from flake8_training_phase.keras.catalogue import DependsOn, layer, layers
from flake8_training_phase.keras.generations import (
    GENERATIONS,
    KERAS_2,
    KERAS_3_1,
    KERAS_3_4,
    KERAS_3_6,
    KERAS_3_10,
    KERAS_3_16,
    Flag,
    Generation,
    Passed,
    Phase,
    Release,
    Resolution,
    generation_of,
    generations_of,
)
from flake8_training_phase.keras.targets import ALL_RELEASES

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
    for generation in (KERAS_3_1, KERAS_3_4, KERAS_3_6):
        assert generation.resolve(flag, context, default, accepts) == Resolution(early, early)
    assert KERAS_3_10.resolve(flag, context, default, accepts) == Resolution(keras3, keras3)
    # The release after 3.15 comes to the same; what it leaves behind is another question.
    assert KERAS_3_16.resolve(flag, context, default, accepts).phase == keras3


@pytest.mark.parametrize(
    ("fact", "keras2", "early", "keras3", "next_release"),
    [
        # `fit` tells a model without the parameter nothing (1a).
        ("fit_needs_parameter", False, True, True, True),
        # What one sublayer is given stays for the next (7c2, 22b).
        ("shared_context", False, True, True, True),
        # An explicit None clears the context (22c).
        ("explicit_none_clears_context", False, False, True, True),
        # A flag for a layer without the parameter reaches its sublayers (7d2).
        ("flag_survives_without_parameter", True, False, True, True),
        # A default fills an empty context (22e).
        ("default_enters_context", True, True, True, False),
        # A Sequential gives its flag to every layer it runs (E11c).
        ("graph_forwards_flag", True, True, True, False),
    ],
)
def test_facts(fact: str, keras2: bool, early: bool, keras3: bool, next_release: bool) -> None:
    found = {generation.first: getattr(generation, fact) for generation in GENERATIONS}
    wanted = {(2, 4): keras2, (3, 1): early, (3, 4): early, (3, 6): early, (3, 10): keras3, (3, 16): next_release}
    assert found == wanted


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ((2, 4), KERAS_2),
        ((2, 22), KERAS_2),
        ((3, 1), KERAS_3_1),
        ((3, 3), KERAS_3_1),
        ((3, 4), KERAS_3_4),
        ((3, 5), KERAS_3_4),
        ((3, 6), KERAS_3_6),
        ((3, 9), KERAS_3_6),
        ((3, 10), KERAS_3_10),
        ((3, 15), KERAS_3_10),
        ((3, 16), KERAS_3_16),
        ((3, 40), KERAS_3_16),
    ],
)
def test_generation_of_a_release(release: Release, expected: Generation) -> None:
    assert generation_of(release) is expected


@pytest.mark.parametrize(
    ("majors", "expected"),
    [
        (frozenset({2}), (KERAS_2,)),
        (frozenset({3}), (KERAS_3_1, KERAS_3_4, KERAS_3_6, KERAS_3_10)),
        (frozenset({2, 3}), (KERAS_2, KERAS_3_1, KERAS_3_4, KERAS_3_6, KERAS_3_10)),
        (frozenset(), ()),
    ],
)
def test_generations_of(majors: frozenset[int], expected: tuple[Generation, ...]) -> None:
    assert generations_of(ALL_RELEASES, majors) == expected


def test_layers_change_their_signature_where_a_generation_begins() -> None:
    beginnings = {generation.first for generation in GENERATIONS}
    for one in layers().values():
        # What TorchModuleWrapper runs is not known anyway.
        if one.depends_on is not DependsOn.UNKNOWN:
            assert {changed for changed, _ in one.earlier} <= beginnings, one.name


@pytest.mark.parametrize("name", ["Resizing", "CenterCrop"])
def test_resizing_takes_the_flag_from_3_6_on(name: str) -> None:
    found = layer(name)
    assert found is not None
    assert not found.signature_in((3, 5)).accepts_training
    assert not found.signature_in((2, 15)).accepts_training
    assert found.signature_in((3, 6)).default is True
    assert found.signature_in((3, 15)).default is True


class OneSlot:
    """A walk through the sublayers of one `call`, as a generation would run them."""

    def __init__(self, generation: Generation, context: Phase) -> None:
        self.generation = generation
        self.context = context

    def call(self, flag: Flag, default: Phase = None, accepts: bool = True) -> Phase:
        found = self.generation.resolve(flag, self.context, default, accepts)
        if self.generation.shared_context:
            self.context = found.context
        return found.phase


@pytest.mark.parametrize(
    ("row", "wanted", "first", "second"),
    [
        # What the second layer finds on Keras 2, 3.1 to 3.9, 3.10 to 3.15, and after that
        #
        # `base(x, training=False)`, then `drop(x)`, in fit
        ("7c2", True, {"flag": False}, (True, False, False, False)),
        # `drop(x, training=True)`, then `norm(x)`, in predict
        ("7a2", False, {"flag": True}, (False, True, True, True)),
        # a layer with the default True and nothing in context, then `drop(x)`, in `model(x)`
        ("22e", None, {"flag": ABSENT, "default": True}, (None, True, True, None)),
        # `drop(x, training=None)`, then `norm(x)`, in fit
        ("22d", True, {"flag": None}, (True, True, None, None)),
        # `sub(x, training=False)` to a layer that lacks the parameter, then `drop(x)`, in fit
        ("22a", True, {"flag": False, "accepts": False}, (True, True, False, False)),
    ],
)
def test_what_the_next_sibling_finds(
    row: str, wanted: Phase, first: dict[str, object], second: tuple[Phase, ...]
) -> None:
    found = []
    for generation in (KERAS_2, KERAS_3_6, KERAS_3_10, KERAS_3_16):
        walk = OneSlot(generation, wanted)
        walk.call(**first)  # type: ignore[arg-type]
        found.append(walk.call(ABSENT))
    assert tuple(found) == second
