"""KTP210 threads the flag through helpers, at every call that the module shows."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability, Finding
from flake8_training_phase.sources.text import SourceText


def model(methods: str, before: str = "") -> str:
    """A model with two layers and some methods."""
    init = "def __init__(self):\n    super().__init__()\n    self.drop = keras.layers.Dropout(0.5)\n"
    init += "    self.norm = keras.layers.BatchNormalization()\n"
    body = indent(f"{init}\n{dedent(methods).strip()}\n", "    ")
    return f"import keras\n\n\n{dedent(before).strip()}\n\n\nclass Model(keras.Model):\n{body}"


def findings(text: str, code: str = "KTP210") -> list[Finding]:
    return engine.check(SourceText(text), Settings(select=(code,)), "model.py")


def fixed(text: str, unsafe: bool = False) -> str:
    return engine.fix(SourceText(text), Settings(), "model.py", unsafe=unsafe).text


NESTED = (
    """
    def _inner(self, x):
        return self.drop(x)

    def _outer(self, x):
        return self._inner(self.norm(x))

    def call(self, x, training=None):
        x = self._outer(x)
        return self._outer(self._inner(x))
    """,
    """
    def _inner(self, x, training=None):
        return self.drop(x, training=training)

    def _outer(self, x, training=None):
        return self._inner(self.norm(x, training=training), training=training)

    def call(self, x, training=None):
        x = self._outer(x, training=training)
        return self._outer(self._inner(x, training=training), training=training)
    """,
)
NESTED_FUNCTION = (
    """
    def _inner(self, x):
        return self.drop(x)

    def call(self, x, training=None):
        def tail(y):
            return self._inner(self.norm(y))

        return tail(x)
    """,
    """
    def _inner(self, x, training=None):
        return self.drop(x, training=training)

    def call(self, x, training=None):
        def tail(y):
            return self._inner(self.norm(y, training=training), training=training)

        return tail(x)
    """,
)
LAMBDA = (
    """
    def _inner(self, x):
        return self.drop(x)

    def call(self, x, training=None):
        tail = lambda y: self._inner(y)
        return tail(x)
    """,
    """
    def _inner(self, x, training=None):
        return self.drop(x, training=training)

    def call(self, x, training=None):
        tail = lambda y: self._inner(y, training=training)
        return tail(x)
    """,
)


@pytest.mark.parametrize(("before", "after"), [NESTED, NESTED_FUNCTION, LAMBDA], ids=["methods", "function", "lambda"])
def test_every_call_passes_the_flag_on(before: str, after: str) -> None:
    text = fixed(model(before))
    assert text == model(after)
    assert engine.check(SourceText(text), Settings(), "model.py") == []


def test_a_helper_that_no_layer_needs_stays_as_it_is() -> None:
    text = model(
        """
        def _scale(self, x):
            return x * 2

        def call(self, x, training=None):
            return self.drop(self._scale(x), training=training)
        """
    )
    assert findings(text) == []


UNSAFE = {
    "a public method": model(
        """
        def features(self, x):
            return self.drop(x)

        def call(self, x, training=None):
            return self.features(x)
        """
    ),
    "a public function": model(
        """
        def call(self, x, training=None):
            return run(self.drop, x)
        """,
        """
        def run(layer, x):
            return layer(x)
        """,
    ),
    "a method that another one uses without the flag": model(
        """
        def _features(self, x):
            return self.drop(x)

        def embed(self, x):
            return self._features(x)

        def call(self, x, training=None):
            return self._features(x)
        """
    ),
}


@pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE.keys())
def test_what_may_be_used_elsewhere_is_unsafe(text: str) -> None:
    (finding,) = findings(text)
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert fixed(text) == text
    assert findings(fixed(text, unsafe=True)) == []


def test_a_use_without_the_flag_is_left_alone() -> None:
    text = fixed(UNSAFE["a method that another one uses without the flag"], unsafe=True)
    assert "def _features(self, x, training=None):" in text
    assert "        return self._features(x)\n\n    def call" in text
    assert "        return self._features(x, training=training)\n" in text


UNFIXABLE = {
    "handed on as a value": model(
        """
        def _step(self, x):
            return self.drop(x)

        def call(self, x, training=None):
            first = self._step(x)
            return [first, *map(self._step, x)]
        """
    ),
    "overridden": model(
        """
        def _head(self, x):
            return self.drop(x)

        def call(self, x, training=None):
            return self._head(x)
        """
    )
    + "\n\nclass Child(Model):\n    def _head(self, x):\n        return super()._head(x) * 2\n",
    "what may be a plain function": model(
        """
        def _head(self, x):
            act = self.drop if self.regularized else self.activation
            return act(x)

        def call(self, x, training=None):
            return self._head(x)
        """
    ),
    "decorated": model(
        """
        @keras.saving.register_keras_serializable()
        def _head(self, x):
            return self.drop(x)

        def call(self, x, training=None):
            return self._head(x)
        """
    ),
}


@pytest.mark.parametrize("text", UNFIXABLE.values(), ids=UNFIXABLE.keys())
def test_what_cannot_be_threaded_is_only_reported(text: str) -> None:
    for finding in findings(text):
        assert finding.fix is None
    assert fixed(text, unsafe=True) == text


@pytest.mark.parametrize(("default", "keras"), [("None", "Keras 3"), ("False", "Keras 2 and 3")])
def test_a_helper_that_call_cannot_tell(default: str, keras: str) -> None:
    helper = f"""
    def _head(self, x, training={default}):
        return self.drop(x, training=training)

    def call(self, x):
        return self._head(x)
    """
    (one,) = findings(model(helper), "KTP101")
    assert "`self._head`, so `self.drop` (Dropout, line 14) runs in inference mode in " + keras in one.message
    result = fixed(model(helper))
    assert "def call(self, x, training=None):\n        return self._head(x, training=training)" in result


MAYBE_FUNCTION = model(
    """
    def call(self, x):
        act = self.drop if self.regularized else self.activation
        return act(x)
    """
)


def test_the_signature_of_a_layer_is_not_changed_for_nothing() -> None:
    layer = MAYBE_FUNCTION.replace("(keras.Model)", "(keras.layers.Layer)")
    assert [finding.fix for finding in findings(layer, "KTP102")] == [None]


def test_the_signature_of_a_model_is_something_to_fit() -> None:
    assert fixed(MAYBE_FUNCTION) == MAYBE_FUNCTION.replace("(self, x):", "(self, x, training=None):")


@pytest.mark.parametrize(
    ("stand_in", "given"),
    [
        ("lambda x, *args, **kwargs: x", ", training=training"),
        ("lambda x: x", ""),
        ("lambda x, **kwargs: self.norm(x, **kwargs)", ""),
    ],
)
def test_a_function_that_may_stand_in_for_a_layer_has_to_take_the_flag(stand_in: str, given: str) -> None:
    text = model(
        f"""
        def build(self, shape):
            self.depth = self.drop if self.rate else {stand_in}

        def call(self, x, training=None):
            return self.depth(x)
        """
    )
    assert fixed(text) == text.replace("self.depth(x)", f"self.depth(x{given})")


UNUSED = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def attend(self, x):
        return self.drop(x)

    def _attend_to_all(self, x):
        return self.attend(x)

    def call(self, x):
        return self.METHOD(x)


class Encoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x):
        return self.block(x)
"""


@pytest.mark.parametrize("method", ["attend", "_attend_to_all"])
def test_no_safe_fix_adds_a_parameter_that_nothing_uses(method: str) -> None:
    # Whether `attend` may take the flag is for somebody to decide who knows who else calls it.
    text = UNUSED.replace("METHOD", method)
    assert fixed(text) == text
    (block, encoder) = findings(text, "KTP102")
    for found in (block, encoder):
        assert found.fix is not None
        assert found.fix.applicability is Applicability.UNSAFE
        assert found.fix.message == "Add `training=None` to `call`; nothing there passes it on yet"
    everything = fixed(text, unsafe=True)
    assert "def call(self, x):" not in everything
    assert "self.drop(x, training=training)" in everything
    assert "self.block(x, training=training)" in everything


def test_private_helpers_use_the_parameter() -> None:
    text = UNUSED.replace("METHOD", "_attend_to_all").replace("attend(", "_attend(")
    everything = fixed(text)
    assert "def call(self, x):" not in everything
    assert "self._attend(x, training=training)" in everything
    assert "self.block(x, training=training)" in everything


def test_what_is_read_from_kwargs_is_used() -> None:
    read = "flag = kwargs.get('training')\n        return self.attend(x) if flag else x"
    text = UNUSED.replace("call(self, x):\n        return self.METHOD(x)", f"call(self, x, **kwargs):\n        {read}")
    assert "flag = training\n" in fixed(text)


def test_a_model_is_repaired_by_the_parameter_alone() -> None:
    text = UNUSED.replace("class Block(keras.layers.Layer)", "class Block(keras.Model)").replace("METHOD", "attend")
    (block,) = findings(text, "KTP101")
    assert block.fix is not None
    assert block.fix.applicability is Applicability.SAFE
    assert block.fix.message == "Add `training=None` to `call`, where Keras looks for it"
    assert "return self.block(x, training=training)" in fixed(text)


BASE = model("""
    def _body(self, x):
        return self.drop(x)

    def call(self, x, training=None):
        return self._body(x)
    """)
OVERRIDES = [
    ("def _body(self, x):\n        return x", "unsafe"),
    ("def _body(self, x, training=None):\n        return x", "safe"),
    ("def _body(self, x, **kwargs):\n        return x", "safe"),
    ("def _tail(self, x):\n        return x", "safe"),
]


@pytest.mark.parametrize(("method", "expected"), OVERRIDES, ids=[method for method, _ in OVERRIDES])
def test_a_subclass_in_another_file_has_to_take_the_flag_too(tmp_path: Path, method: str, expected: str) -> None:
    (tmp_path / "base.py").write_text(BASE, encoding="utf-8")
    other = f"from base import Model\n\n\nclass Other(Model):\n    {method}\n"
    (tmp_path / "other.py").write_text(other, encoding="utf-8")
    found = engine.check(SourceText(BASE), Settings(select=("KTP210",)), str(tmp_path / "base.py"))
    fixes = [one.fix for one in found if one.fix is not None]
    assert [fix.applicability for fix in fixes] == [expected]
    assert ("that of other.py has to take it too" in fixes[0].message) is (expected == "unsafe")


def test_a_subclass_of_a_subclass_has_to_take_the_flag_too(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text(BASE, encoding="utf-8")
    between = "from base import Model\n\n\nclass Between(Model):\n    pass\n"
    (tmp_path / "between.py").write_text(between, encoding="utf-8")
    other = f"from between import Between\n\n\nclass Other(Between):\n    {OVERRIDES[0][0]}\n"
    (tmp_path / "other.py").write_text(other, encoding="utf-8")
    found = engine.check(SourceText(BASE), Settings(select=("KTP210",)), str(tmp_path / "base.py"))
    assert [one.fix and one.fix.applicability for one in found] == ["unsafe"]


def test_no_parameter_is_added_that_nothing_can_pass_on() -> None:
    code = """import keras
import tensorflow as tf


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    @tf.function
    def run(self, x):
        return self.drop(x)

    def call(self, x):
        return self.run(x)
"""
    assert [one.code for one in findings(code, "KTP102")] == ["KTP102"]
    assert fixed(code, unsafe=True) == code


ASKED_FOR_BY_NAME = """
import keras


class Block(keras.layers.Layer):
    def __init__(self, mode):
        super().__init__()
        self.mode = mode
        self.drop = keras.layers.Dropout(0.5)

    def _run_a(self, x):
        return self.drop(x)

    def call(self, x, training=None):
        return getattr(self, NAME)(x) + self._run_a(x)
"""


@pytest.mark.parametrize("name", ['f"_run_{self.mode}"', '"_run_" + self.mode', '"_run_a"', 'f"_{self.mode}_a"'])
def test_a_helper_that_getattr_may_ask_for_gets_no_parameter(name: str) -> None:
    # Measured with Keras 3.15: the call without the flag takes the dropout out of training mode.
    text = ASKED_FOR_BY_NAME.replace("NAME", name)
    assert engine.fix(SourceText(text), Settings(select=("KTP210",)), "x.py").text == text


def test_a_helper_of_another_name_gets_the_parameter() -> None:
    text = ASKED_FOR_BY_NAME.replace("NAME", 'f"_walk_{self.mode}"')
    assert "_run_a(x, training=training)" in engine.fix(SourceText(text), Settings(select=("KTP210",)), "x.py").text
