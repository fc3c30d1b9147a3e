"""What is a layer at one call of a helper and a plain function at another is not given the flag (KTP202, KTP210)."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText
from tests.test_helper_fixes import findings, fixed, model

APPLY = "def _apply(part, x):\n    return part(x)"
GIVEN_A_FUNCTION = {
    "function": model(
        """
        def call(self, x, training=None):
            return _apply(self.drop, _apply(keras.ops.relu, x))
        """,
        APPLY,
    ),
    "public function": model(
        """
        def call(self, x, training=None):
            return apply(self.drop, apply(keras.ops.relu, x))
        """,
        APPLY.replace("_apply", "apply"),
    ),
    "method": model(
        """
        def __apply(self, part, x):
            return part(x)

        def call(self, x, training=None):
            return self.__apply(self.drop, self.__apply(keras.activations.gelu, x))
        """
    ),
    "nested function": model(
        """
        def call(self, x, training=None):
            def apply(part, value):
                return part(value)

            return apply(self.drop, apply(keras.ops.relu, x))
        """
    ),
    "lambda": model(
        """
        def call(self, x, training=None):
            apply = lambda part, value: part(value)
            return apply(self.drop, apply(lambda value: value * 2, x))
        """
    ),
    "by another helper": model(
        """
        def _twice(self, part, x):
            return _apply(part, _apply(part, x))

        def call(self, x, training=None):
            return self._twice(self.drop, self._twice(keras.ops.relu, x))
        """,
        APPLY,
    ),
    "under another name": model(
        """
        def call(self, x, training=None):
            return _apply([self.drop], _apply([keras.ops.relu], x))
        """,
        "def _apply(parts, x):\n    for part in parts:\n        x = part(x)\n    return x",
    ),
    "with other keywords": model(
        """
        def call(self, x, training=None):
            return _apply(self.drop, _apply(keras.ops.relu, x))
        """,
        "def _apply(part, x, **options):\n    return part(x, **options)",
    ),
    "of each part": model(
        """
        def _each(self, part, x):
            return keras.ops.map(part, x)

        def call(self, x, training=None):
            return self._each(self.drop, self._each(keras.ops.relu, x))
        """
    ),
    "method of another class": model(
        """
        def call(self, x, training=None):
            return _apply(self.drop, x)
        """,
        f"""
        class Scaled(keras.layers.Layer):
            def call(self, x):
                return _apply(keras.ops.relu, x)


        {APPLY.replace(chr(10), chr(10) + 8 * " ")}
        """,
    ),
    "outside of any layer": model(
        """
        def call(self, x, training=None):
            return _apply(self.drop, x)
        """,
        f"""
        {APPLY.replace(chr(10), chr(10) + 8 * " ")}


        def prepare(x):
            return _apply(keras.ops.relu, x)
        """,
    ),
    "object that is no layer": model(
        """
        def call(self, x, training=None):
            return _apply(self.drop, _apply(Scale(), x))
        """,
        f"""
        class Scale:
            def __call__(self, x):
                return x * 2


        {APPLY.replace(chr(10), chr(10) + 8 * " ")}
        """,
    ),
}


@pytest.mark.parametrize("text", GIVEN_A_FUNCTION.values(), ids=GIVEN_A_FUNCTION.keys())
def test_what_a_function_may_get_is_only_reported(text: str) -> None:
    found = [*findings(text), *findings(text, "KTP202")]
    assert [one.fix for one in found] == [None]
    assert fixed(text, unsafe=True) == text


@pytest.mark.parametrize("other", ["self.norm", "keras.layers.Activation('relu')", "Scale()"])
def test_a_helper_of_layers_alone_gets_the_flag(other: str) -> None:
    before = """
        class Scale(keras.layers.Layer):
            def call(self, x):
                return x * 2


        def _apply(part, x):
            return part(x)
        """
    text = model(f"def call(self, x, training=None):\n    return _apply(self.drop, _apply({other}, x))", before)
    result = fixed(text)
    assert "def _apply(part, x, training=None):\n    return part(x, training=training)\n" in result
    assert f"_apply(self.drop, _apply({other}, x, training=training), training=training)" in result


@pytest.mark.parametrize("other", ["make_stem()", "self.stem"])
def test_what_is_not_known_may_not_take_the_flag(other: str) -> None:
    call = f"def call(self, x, training=None):\n    return _apply(self.drop, _apply({other}, x))"
    text = model(call, "from zoo import make_stem\n\n\n" + APPLY)
    (one,) = findings(text)
    assert one.fix is not None
    assert one.fix.message.endswith("; `part` may also be something that does not take it")
    assert fixed(text) == text


def test_the_model_itself_takes_the_flag_all_the_same() -> None:
    text = GIVEN_A_FUNCTION["function"].replace("(self, x, training=None)", "(self, x)")
    assert fixed(text, unsafe=True) == GIVEN_A_FUNCTION["function"]


@pytest.mark.parametrize(
    ("before", "advice"),
    [
        ("", "Add the parameter and pass it on"),
        ("x = _apply(keras.ops.relu, x)", "Add the parameter and pass it on to layers only"),
    ],
)
def test_the_message_says_where_the_flag_may_go(before: str, advice: str) -> None:
    text = model(f"def call(self, x, training=None):\n    {before}\n    return _apply(self.drop, x)", APPLY)
    (one,) = engine.check(SourceText(text), Settings(select=("KTP210",)), "model.py")
    assert one.message.endswith(f". {advice}")
    assert len(one.message) <= 160
