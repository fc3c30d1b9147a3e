"""A parameter is added to a `call` only where that is what Keras runs, and what it asks for its signature.

Measured with Keras 3.15: with the parameter dropout is off in `model(x, training=True)`, or the call raises.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability
from flake8_training_phase.sources.text import SourceText

BLOCK = """
class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)
"""

WRAP = """
import keras
import tensorflow as tf


def cast(cls):
    inner = cls.call

    def call(self, x):
        return inner(self, tf.cast(x, tf.float32))

    STORE
    return cls
"""

BY_A_BASE = """
import keras


class Base(keras.layers.Layer):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        inner = cls.call

        def call(self, x):
            return inner(self, x)

        cls.call = call
""" + BLOCK.replace("keras.layers.Layer", "Base")

BY_A_METACLASS = """
import keras


class Meta(type(keras.layers.Layer)):
    def __new__(cls, name, bases, namespace):
        inner = namespace["call"]
        namespace["call"] = lambda self, x: inner(self, x)
        return super().__new__(cls, name, bases, namespace)
""" + BLOCK.replace("keras.layers.Layer", "keras.layers.Layer, metaclass=Meta")

WRAPPED_LATER = f"""
import keras


def logged(function):
    def wrapper(self, x):
        return function(self, x)
    return wrapper

{BLOCK}
"""


def decorated(store: str) -> str:
    """A class whose decorator does that with a `call` of its own."""
    return WRAP.replace("STORE", store) + BLOCK.replace("class Block", "@cast\nclass Block")


def in_constructor(statement: str) -> str:
    """A class whose constructor ends with that."""
    return "import keras\nimport tensorflow as tf\n" + BLOCK.replace(
        "Dropout(0.5)\n", f"Dropout(0.5)\n        {statement}\n"
    )


REPLACED = {
    "class decorator": decorated("cls.call = call"),
    "class decorator, setattr": decorated('setattr(cls, "call", call)'),
    "__init_subclass__": BY_A_BASE,
    "metaclass": BY_A_METACLASS,
    "own constructor": in_constructor("inner = self.call; self.call = lambda x: inner(x)"),
    "function that is called": WRAP.replace("STORE", "cls.call = call") + BLOCK + "\n\ncast(Block)\n",
    "loop": WRAPPED_LATER + "for one in [Block]:\n    one.call = logged(one.call)\n",
    "statement": WRAPPED_LATER + "Block.call = logged(Block.call)\n",
}

KEPT = {
    "compiled outside": WRAP.replace("STORE", "pass")
    + BLOCK
    + "\n\nblock = Block()\nblock.call = tf.function(block.call)\n",
    "key of a dict": "import keras\n" + BLOCK + '\n\ncounts = {}\ncounts["call"] = 0\n',
    "decorator that stores something else": decorated("cls.cast = call"),
    "compiled as it is": in_constructor("self.call = tf.function(self.call)"),
    "statement about another class": WRAPPED_LATER
    + "class Other(keras.layers.Layer):\n    pass\n\nOther.call = logged(Block.call)\n",
}


@pytest.mark.parametrize("text", REPLACED.values(), ids=REPLACED)
def test_no_parameter_where_something_else_is_put_in_the_place_of_call(text: str) -> None:
    found = engine.check(SourceText(text), Settings(), "block.py")
    assert [one.fix for one in found] == [None] * len(found)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_a_parameter_where_call_stays(text: str) -> None:
    fixes = [one.fix for one in engine.check(SourceText(text), Settings(select=("KTP102",)), "block.py")]
    assert [one and one.applicability for one in fixes] == [Applicability.SAFE]


@pytest.mark.parametrize("text", REPLACED.values(), ids=REPLACED)
def test_a_parameter_that_may_not_be_filled_is_not_passed_on(text: str) -> None:
    taking = text.replace(
        "    def call(self, x):\n        return self.drop",
        "    def call(self, x, training=None):\n        return self.drop",
    )
    assert engine.fix(SourceText(taking), Settings(), "block.py").text == taking


def test_a_function_that_is_the_call_of_a_class_takes_the_parameter() -> None:
    body = BLOCK.replace("    def call(self, x):\n        return self.drop(x)\n", "")
    forward = "\n\ndef forward(self, x):\n    return self.drop(x)\n\n\nBlock.call = forward\n"
    fixed = engine.fix(SourceText("import keras\n" + body + forward), Settings(), "block.py").text
    assert "def forward(self, x, training=None):\n    return self.drop(x, training=training)" in fixed


IN_PLACE_OF_CALL = {
    "function in the body of the class": ("    call = forward\n", ""),
    "lambda in the body of the class": ("    call = lambda self, x: self.drop(x)\n", ""),
    "lambda, assigned": ("", "Net.call = lambda self, x: self.drop(x)\n"),
    "lambda, by setattr": ("", 'setattr(Net, "call", lambda self, x: self.drop(x))\n'),
}


@pytest.mark.parametrize(("inside", "behind"), IN_PLACE_OF_CALL.values(), ids=IN_PLACE_OF_CALL)
def test_a_function_or_lambda_is_the_call_of_a_class(inside: str, behind: str) -> None:
    body = BLOCK.replace("    def call(self, x):\n        return self.drop(x)\n", inside)
    model = body.replace("class Block(keras.layers.Layer)", "class Net(keras.Model)")
    text = f"import keras\n\n\ndef forward(self, x):\n    return self.drop(x)\n\n{model}\n\n{behind}"
    (found,) = engine.check(SourceText(text), Settings(), "net.py")
    assert (found.code, found.fix is None) == ("KTP101", "lambda" in text)
    taking = text.replace("self, x):", "self, x, training=None):").replace("self, x:", "self, x, training=None:")
    taking = taking.replace("self.drop(x)", "self.drop(x, training=training)")
    assert engine.check(SourceText(taking), Settings(), "net.py") == []


def test_a_class_that_type_makes() -> None:
    body = BLOCK.replace("    def call(self, x):\n        return self.drop(x)\n", "").replace("Layer)", "Model)")
    behind = 'def forward(self, x):\n    return self.drop(x)\n\n\nNet = type("Net", (Block,), {"call": forward})\n'
    (found,) = engine.check(SourceText(f"import keras\n\n{body}\n\n{behind}"), Settings(), "net.py")
    assert found.code == "KTP101"
    assert "`Net.call`" in found.message
    behind = behind.replace("self, x):", "self, x, training=None):").replace("(x)", "(x, training=training)")
    assert engine.check(SourceText(f"import keras\n\n{body}\n\n{behind}"), Settings(), "net.py") == []


def test_no_parameter_for_one_of_two_definitions() -> None:
    body = BLOCK.replace("    def call(self, x):\n        return self.drop(x)\n", "")
    branches = "    if FAST:\n        def call(self, x):\n            return self.drop(x)\n"
    branches += "    else:\n        def call(self, x):\n            return self.drop(x) * 2\n"
    text = f"import keras\n\n{body}\n{branches}".replace("keras.layers.Layer", "keras.Model")
    (found,) = engine.check(SourceText(text), Settings(), "net.py")
    assert (found.code, found.fix) == ("KTP101", None)


@pytest.mark.parametrize("used", ["locals()", "vars()"])
def test_a_call_that_asks_for_all_its_names_gets_no_other(used: str) -> None:
    # With the parameter `given` would hold one more where the flag is passed.
    text = BLOCK.replace(
        "        return", f"        given = [one for one in {used}.values() if one is not None]\n        return"
    )
    (found,) = engine.check(SourceText("import keras\n" + text), Settings(), "block.py")
    assert found.fix is None


def test_a_helper_that_asks_for_all_its_names_gets_no_other() -> None:
    text = BLOCK.replace("def call(self, x)", "def _mix(self, x)").replace("return", "print(locals())\n        return")
    text += "\n    def call(self, x, training=None):\n        return self._mix(x)\n"
    assert engine.fix(SourceText("import keras\n" + text), Settings(), "block.py").text == "import keras\n" + text


@pytest.mark.parametrize(
    "statement",
    [
        "Block.call = logged(Block.call)",
        'setattr(block.Block, "call", logged(Block.call))',
        "def patch():\n    B.call = logged(B.call)",
    ],
)
@pytest.mark.parametrize("other", ["Block", "Other"])
def test_a_class_whose_call_another_file_replaces(tmp_path: Path, statement: str, other: str) -> None:
    path = tmp_path / "block.py"
    path.write_text("import keras\n" + BLOCK + "\n\nclass Other(keras.layers.Layer):\n    pass\n", encoding="utf-8")
    imports = f"import block\nfrom block import {other} as Block, {other} as B\n"
    statement = statement.replace("block.Block", f"block.{other}")
    (tmp_path / "main.py").write_text(f"{imports}\nfrom logs import logged\n\n{statement}\n", encoding="utf-8")
    (found,) = engine.check(SourceText(path.read_text(encoding="utf-8")), Settings(), str(path), Project())
    assert (found.fix is None) is (other == "Block")
