"""`**kwargs` beside a parameter `training`: the flag is never in them, unless somebody puts it there."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

PARENT = """\
import keras


class Parent(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None, mask=None):
        return self.drop(x, training=training)


class Child(Parent):
"""


def child(body: str) -> str:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{PARENT}    def call(self, x, training=None, **kwargs):\n{lines}"


def codes(text: str) -> list[str]:
    return [one.code for one in engine.check(SourceText(text), Settings(), "model.py")]


def fixed(text: str, unsafe: bool = False) -> str:
    return engine.fix(SourceText(text), Settings(), "model.py", unsafe=unsafe).text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return super().call(x, **kwargs)", "KTP209"),
        ("return super().call(x, mask=kwargs.pop('mask'), **kwargs)", "KTP209"),
        ("return self.drop(x, **kwargs)", "KTP202"),
    ],
)
def test_kwargs_do_not_pass_what_has_a_parameter_of_its_own(body: str, code: str) -> None:
    assert codes(child(body)) == [code]
    assert fixed(child(body)) == child(body.replace("**kwargs", "training=training, **kwargs"))


@pytest.mark.parametrize(
    "body",
    [
        "return super().call(x, training=training, **kwargs)",
        "kwargs['training'] = training\nreturn super().call(x, **kwargs)",
        "kwargs.update(training=training)\nreturn super().call(x, **kwargs)",
        "kwargs.setdefault('training', training)\nreturn super().call(x, **kwargs)",
        "kwargs |= {'training': training}\nreturn super().call(x, **kwargs)",
        "kwargs = dict(kwargs, training=training)\nreturn super().call(x, **kwargs)",
        "kwargs = {'training': training, **kwargs}\nreturn super().call(x, **kwargs)",
        "options = kwargs.copy()\noptions['training'] = training\nreturn super().call(x, **options)",
        "complete(kwargs, training)\nreturn super().call(x, **kwargs)",
        "for name, value in options(training):\n    kwargs[name] = value\nreturn super().call(x, **kwargs)",
    ],
)
def test_what_puts_the_flag_into_kwargs(body: str) -> None:
    assert codes(child(body)) == []


UNNAMED = f"""{PARENT}\
    def call(self, x, **kwargs):
        return self.drop(super().call(x, **kwargs))
"""


def test_a_parameter_that_takes_the_flag_out_of_kwargs_is_passed_where_they_went() -> None:
    """Keras 2 hands the flag to the parent in `**kwargs`, until the signature names it."""
    line = "return self.drop(super().call(x, training=training, **kwargs), training=training)"
    assert fixed(UNNAMED, unsafe=True) == child(line)


HELPER = f"""{PARENT}\
    def _attend(self, x, **kwargs):
        return self.drop(x)

    def call(self, x, training=None, **kwargs):
        return self._attend(x, **kwargs)
"""


def test_a_helper_is_given_the_flag_beside_kwargs() -> None:
    assert codes(HELPER) == ["KTP210"]
    expected = HELPER.replace("_attend(self, x,", "_attend(self, x, training=None,")
    expected = expected.replace("self._attend(x,", "self._attend(x, training=training,")
    assert fixed(expected) == fixed(HELPER) == expected.replace("self.drop(x)\n", "self.drop(x, training=training)\n")


VARIADIC = """\
import keras


class Cell(keras.layers.LSTMCell):
    def call(self, *args, **kwargs):
        return super().call(*args, **kwargs)


class Twin(Cell):
    def call(self, inputs, states, training=None):
        return super().call(inputs, states, training)
"""


def test_a_flag_that_goes_through_args_is_not_passed_twice() -> None:
    assert fixed(VARIADIC, unsafe=True) == VARIADIC


def test_a_dict_whose_keys_got_lost_may_hold_the_flag() -> None:
    spread = "chosen = [dict(mask=None)]\nrest = chosen.copy()\nx = self.drop(x, **rest)"
    assert codes(child(f"{spread}\nreturn self.drop(x, training=training)")) == []


def guided(last: str) -> str:
    """A layer whose `call` takes the flag out of its `**kwargs`, and returns what is said."""
    text = PARENT.replace("x, training=None, mask=None", "x, **kwargs").replace(
        "return self.drop(x, training=training)", f'x = self.drop(x, training=kwargs.get("training"))\n        {last}'
    )
    return text[: text.index("class Child")]


@pytest.mark.parametrize("inner", ["self.inner", "self.inner[0]"])
def test_a_flag_that_something_unknown_is_given_by_position_makes_the_fix_unsafe(inner: str) -> None:
    # Keras 3 takes the None that it is there, and refuses a flag.
    text = guided(f'return {inner}(x, kwargs.get("training"))')
    assert codes(text) == ["KTP106"]
    assert fixed(text) == text
    assert f"{inner}(x, training)" in fixed(text, unsafe=True)


@pytest.mark.parametrize(
    "last",
    [
        'return self.drop(x, kwargs.get("training"))',
        'for one in [self.drop]:\n            x = one(x, kwargs.get("training"))\n        return x',
    ],
)
def test_a_flag_that_a_layer_is_given_by_position_is_given_by_name_first(last: str) -> None:
    by_position = engine.check(SourceText(guided(last)), Settings(), "model.py")
    assert [one.fix.applicability.value for one in by_position if one.code == "KTP106" and one.fix] == ["unsafe"]
    assert fixed(guided(last)).count("(x, training=training)") == 2


@pytest.mark.parametrize("function", ["bool", "keras.ops.cast"])
def test_a_function_takes_the_flag_by_position(function: str) -> None:
    text = guided(f'return x * {function}(kwargs.get("training"))')
    assert f"x * {function}(training)" in fixed(text)


PASSED_ON = """\
import keras


class Base(keras.Model):
    def __init__(self, *args, dtype=None, **kwargs):
        {body}


class Net(Base):
    def __init__(self, size, **kwargs):
        inputs = keras.Input((8, 8, 3))
        shared = keras.layers.Resizing(4, 4)
        parts = []
        for _ in range(2):
            parts.append(shared(keras.layers.Dense(size)(inputs)))
        norm = keras.Sequential([keras.layers.BatchNormalization()])
        super().__init__(inputs=inputs, outputs=norm(keras.layers.Concatenate()(parts)), **kwargs)
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("super().__init__(*args, **kwargs)", ["KTP201"]),
        ("print(kwargs['outputs'])\n        super().__init__(*args, **kwargs)", ["KTP201"]),
        ("outputs = kwargs.pop('outputs')\n        super().__init__(*args, **kwargs)", []),
        ("del kwargs['outputs']\n        super().__init__(*args, **kwargs)", []),
        ("kwargs = {k: v for k, v in kwargs.items() if k != 'outputs'}\n        super().__init__(**kwargs)", []),
        ("kwargs.update(outputs=make())\n        super().__init__(*args, **kwargs)", []),
    ],
)
def test_what_is_known_of_them_is_passed_on_beside_what_is_not(body: str, expected: list[str]) -> None:
    assert codes(PASSED_ON.format(body=body)) == expected


@pytest.mark.parametrize(("given", "expected"), [("training=training, ", []), ("", ["KTP210"])])
def test_a_flag_among_what_is_known_of_them_is_passed_on(given: str, expected: list[str]) -> None:
    text = f"""\
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def _run(self, x, **options):
        return self.drop(x, **options)

    def call(self, x, training=None, **kwargs):
        return self._run(x, {given}**kwargs)
"""
    assert codes(text) == expected
