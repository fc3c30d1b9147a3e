"""Factories that ask what they are given: only what they make of it counts."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

MODEL = """
import keras
from keras import layers


def make(kind):
{body}


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.part = make({given})

    def call(self, x):
        return self.part(x)
"""

FACTORIES = {
    "isinstance": """
        if isinstance(kind, str):
            return layers.LSTM(4, dropout=0.5)
        if isinstance(kind, (int, float)):
            return layers.Dropout(kind)
        if isinstance(kind, (list, tuple)):
            return keras.Sequential([*kind, layers.GaussianNoise(0.1)])
        if isinstance(kind, layers.Layer) or callable(kind):
            return kind
        return layers.BatchNormalization()
    """,
    "isinstance, in expressions": """
        noisy = keras.Sequential([layers.Dropout(0.5)])
        if kind is None:
            return noisy
        return layers.Dropout(kind) if isinstance(kind, (int, float)) else kind if callable(kind) else noisy
    """,
    "hasattr, and what raises": """
        if hasattr(kind, "lower"):
            return layers.LSTM(4, dropout=0.5)
        if hasattr(kind, "__len__"):
            return keras.Sequential([layers.GaussianNoise(0.1)])
        try:
            return layers.Dropout(float(kind))
        except TypeError:
            return layers.GaussianNoise(0.1) if kind is None else kind
    """,
    "type": """
        if type(kind) is str or type(kind) == list or kind is None:
            return layers.LSTM(4, dropout=0.5)
        return layers.Dropout(kind) if type(kind) in (int, float) else kind
    """,
    "match": """
        match kind:
            case str():
                return layers.LSTM(4, dropout=0.5)
            case int() | float():
                return layers.Dropout(kind)
            case [_, *rest]:
                return keras.Sequential([layers.Dropout(0.5)])
            case layers.Layer() as layer:
                return layer
            case _:
                return layers.BatchNormalization()
    """,
}

RECORDS = """
    match kind:
        case ("drop", rate):
            return layers.Dropout(rate)
        case {"norm": "batch"}:
            return layers.BatchNormalization()
        case {"norm": str(name)} if name.startswith("layer"):
            return layers.LayerNormalization()
        case ("dense", width) | ["dense", width, _]:
            return layers.Dense(width)
        case _:
            raise ValueError(kind)
"""


def codes(body: str, given: str) -> list[str]:
    text = MODEL.format(body=textwrap.indent(textwrap.dedent(body), "    "), given=given)
    return [one.code for one in engine.check(SourceText(text), Settings(), "net.py")]


@pytest.mark.parametrize("body", FACTORIES.values(), ids=FACTORIES)
@pytest.mark.parametrize("given", ["layers.Dense(3)", "0.0"])
def test_what_a_factory_does_not_make_of_this_is_not_reported(body: str, given: str) -> None:
    assert codes(body, given) == []


@pytest.mark.parametrize("body", FACTORIES.values(), ids=FACTORIES)
@pytest.mark.parametrize("given", ["'lstm'", "0.5", "None", "[layers.Dense(3)]"])
def test_what_it_makes_is(body: str, given: str) -> None:
    assert codes(body, given) == ["KTP101"]


@pytest.mark.parametrize("given", ["('drop', 0.0)", "{'norm': 'layer'}", "('dense', 8)"])
def test_patterns_of_items_that_make_nothing_with_a_mode(given: str) -> None:
    assert codes(RECORDS, given) == []


@pytest.mark.parametrize("given", ["('drop', 0.5)", "{'norm': 'batch'}"])
def test_patterns_of_items_that_do(given: str) -> None:
    assert codes(RECORDS, given) == ["KTP101"]


def test_what_a_comprehension_leaves_out() -> None:
    body = """
        parts = [layers.Dropout(0.5), layers.Dense(3)]
        return keras.Sequential([one for one in parts if not isinstance(one, layers.Dropout)])
    """
    assert codes(body, "1") == []
    assert codes(body.replace("not ", ""), "1") == ["KTP101"]


def test_an_annotation_names_a_class_that_may_be_derived_from() -> None:
    text = """
import keras
from keras import layers


class Net(keras.Model):
    def __init__(self, inner: layers.Layer):
        super().__init__()
        self.part = layers.Dropout(0.5) if isinstance(inner, layers.Dropout) else layers.Dense(2)

    def call(self, x, training=None):
        return self.part(x)
"""
    assert [one.code for one in engine.check(SourceText(text), Settings(), "net.py")] == ["KTP202"]
    text = text.replace("isinstance(inner, layers.Dropout)", "isinstance(inner, str)")
    assert engine.check(SourceText(text), Settings(), "net.py") == []


def test_lists_in_a_list() -> None:
    body = """
        found = []
        for one in kind:
            if isinstance(one, (list, tuple)):
                found.extend(one)
            else:
                found.append(one)
        return keras.Sequential(found)
    """
    assert codes(body, "[layers.Dense(2), [layers.Dropout(0.5)]]") == ["KTP101"]
    assert codes(body, "[layers.Dense(2), [layers.Dense(3)]]") == []


def test_a_class_with_ancestors_that_are_not_seen_may_be_anything() -> None:
    body = "    from other import Base\n    class Own(Base):\n        pass\n    own = Own()\n"
    body += "    return layers.Dropout(0.5) if isinstance(own, layers.Layer) else layers.Dense(2)"
    assert codes(body, "1") == ["KTP101"]


def test_a_number_that_objects_are_not_told_apart_by_is_one() -> None:
    text = """
import keras


class Block(keras.layers.Layer):
    def __init__(self, size, rate):
        super().__init__()
        self.size = int(size)
        self.drop = keras.layers.Dropout(float(rate))

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = Block(7, 0.3), Block(9, 0.6)

    def call(self, x):
        return self.second(self.first(x))
"""
    assert [one.code for one in engine.check(SourceText(text), Settings(), "net.py")] == ["KTP101"]
    assert engine.check(SourceText(text.replace("0.3", "0").replace("0.6", "0.0")), Settings(), "net.py") == []
