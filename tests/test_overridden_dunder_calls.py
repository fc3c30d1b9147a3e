"""Layers with a `__call__` of their own: what it does with the flag, and with keywords that it does not name."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Severity
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import keras


class Packed(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def __call__(self, x, OVERRIDE

    def call(self, x, training=None):
        return self.drop(x, training=training)
"""
HOST = """

class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Packed()

    def call(self, x, training=None):
        return self.block(x, training=training)
"""
FORGETFUL = HOST.replace("x, training=training", "x")

HANDS_ON = (
    "**kwargs):\n        return super().__call__(x, **kwargs)",
    "**kwargs):\n        return super(Packed, self).__call__(x, **kwargs)",
    "mask=None, **kwargs):\n        kwargs['mask'] = mask\n        return super().__call__(x, **kwargs)",
    "**kwargs):\n        kwargs.pop('name', None)\n        return super().__call__([x], **kwargs)",
    "training=None):\n        return super().__call__(x, training=training)",
    "*args, **kwargs):\n        return super().__call__(x, *args, **kwargs)",
)
PACKS = (
    "**kwargs):\n        return super().__call__((x, kwargs))",
    "**kwargs):\n        return super().__call__({'x': x, **kwargs})",
    "**kwargs):\n        return super().__call__(dict(x=x, **kwargs))",
    "**kwargs):\n        return super().__call__([x, *kwargs.values()])",
    "**kwargs):\n        kwargs['x'] = x\n        return super().__call__(kwargs)",
    "y=None):\n        return super().__call__(x)",
)


def check(text: str) -> list[tuple[str, Severity]]:
    return [(one.code, one.severity) for one in engine.check(SourceText(text), Settings(), "example.py")]


@pytest.mark.parametrize("override", HANDS_ON)
def test_flag_is_passed_where_keywords_go_on(override: str) -> None:
    text = HEAD.replace("OVERRIDE", override) + FORGETFUL
    assert engine.fix(SourceText(text), Settings(), "example.py").text == HEAD.replace("OVERRIDE", override) + HOST


@pytest.mark.parametrize("override", PACKS)
def test_no_flag_is_passed_where_keywords_become_inputs(override: str) -> None:
    text = HEAD.replace("OVERRIDE", override) + FORGETFUL
    assert engine.fix(SourceText(text), Settings(), "example.py", unsafe=True).text == text


def test_parent_that_packs_them() -> None:
    parent = HEAD.replace("OVERRIDE", PACKS[0])
    child = """

class Child(Packed):
    def __call__(self, x, **kwargs):
        return super().__call__(x, **kwargs)
"""
    text = parent + child + FORGETFUL.replace("Packed()", "Child()")
    assert engine.fix(SourceText(text), Settings(), "example.py", unsafe=True).text == text


KEEPS = HEAD.replace("OVERRIDE", "training=None):\n        return super().__call__(x)")
OUTER = {
    "nobody calls it": ("", Severity.FRAGILE),
    "at the top of the module": ("\n\nblock = Packed()\ny = block(3, training=True)\n", Severity.BUG),
    "in a function": ("\n\ndef run(x):\n    return Packed()(x, training=True)\n", Severity.BUG),
    "in a host as well": (HOST + "\n\ndef run(x):\n    return Packed()(x, training=True)\n", Severity.BUG),
}


@pytest.mark.parametrize("where", OUTER)
def test_override_that_keeps_the_flag(where: str) -> None:
    rest, severity = OUTER[where]
    assert check(KEEPS + rest) == [("KTP304", severity)]


def test_override_that_keeps_the_flag_inside_a_host_is_right() -> None:
    assert check(KEEPS + HOST) == []


def test_model_that_keeps_the_flag() -> None:
    assert check(KEEPS.replace("keras.layers.Layer", "keras.Model")) == [("KTP304", Severity.BUG)]
