"""A fix is safe only when the phase flow says so: what ran in the right mode before it does so after it."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability, Finding
from flake8_training_phase.fixes import verification
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FORGETFUL

AUGMENTATION = """
import keras


class Prepare(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.flip = keras.layers.RandomFlip()
        self.crop = keras.Sequential([keras.layers.RandomCrop(8, 8)])
        self.drop = keras.layers.Dropout(0.5)
        self.conv = keras.layers.Conv2D(3, 3)

    def call(self, x):
        return BODY


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.prepare = Prepare()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(self.prepare(x, training=training), training=training)
"""


def prepare(body: str, hosted: bool = True) -> SourceText:
    """A layer whose `call` returns that, with or without a model that runs it."""
    text = AUGMENTATION.replace("BODY", body)
    return SourceText(text if hosted else text[: text.index("class Classifier")])


DROPPED_AND_FLIPPED = prepare("self.drop(self.flip(x))").text.replace(
    "def call(self, x):", "def call(self, x, training=None):"
)
"""A layer of augmentation and dropout that has the flag: passing it to both would switch the augmentation off."""


def findings(source: SourceText) -> list[Finding]:
    return engine.check(source, Settings(), "x.py")


@pytest.mark.parametrize("body", ["self.flip(x)", "self.crop(x)", "self.crop(self.flip(x))"])
def test_a_layer_of_augmentation_gets_the_default_of_augmentation(body: str) -> None:
    fixed = engine.fix(prepare(body), Settings(), "x.py").text
    assert "def call(self, x, training=True):" in fixed
    assert fixed.count("training=training") == 2 + body.count("self.")


@pytest.mark.parametrize("body", ["self.flip(x)", "self.crop(x)", "self.crop(self.flip(x))"])
def test_a_layer_of_augmentation_that_no_model_runs_is_right(body: str) -> None:
    assert findings(prepare(body, hosted=False)) == []


def test_augmentation_beside_dropout_is_not_switched_off_outside_of_a_model() -> None:
    fixed = engine.fix(prepare("self.drop(self.flip(x))"), Settings(), "x.py")
    assert "return self.drop(self.flip(x), training=training)" in fixed.text
    assert "def call(self, x, training=None):" in fixed.text


def test_what_a_fix_would_break_is_said_in_its_text() -> None:
    found = findings(SourceText(DROPPED_AND_FLIPPED))
    (flip,) = (one for one in found if "`self.flip`" in one.message and one.code == "KTP202")
    assert flip.fix is not None
    assert flip.fix.applicability is Applicability.UNSAFE
    assert flip.fix.message == (
        "Pass `training=training`: takes `self.flip` out of training mode where it is called outside of a model"
    )


def test_a_later_fix_that_is_unsafe_mends_nothing() -> None:
    """Telling Dropout leaves the augmentation behind it on; telling that too would switch it off: neither is safe."""
    (found,) = findings(prepare("self.flip(self.drop(x))", hosted=False))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE
    assert found.fix.message.endswith("puts `self.flip` into training mode where it is called outside of a model")


def test_among_many_fixes_only_those_that_break_something_are_unsafe(monkeypatch: pytest.MonkeyPatch) -> None:
    models = "".join(FORGETFUL.replace("class Model", f"class Model{number}") for number in range(40))
    asked = mock.Mock(side_effect=verification.harm)
    monkeypatch.setattr(verification, "harm", asked)
    found = findings(SourceText(f"{DROPPED_AND_FLIPPED}\n\n{models}"))
    unsafe = [one.message for one in found if one.fix and one.fix.applicability is Applicability.UNSAFE]
    assert len(found) > 40
    assert [message.split("`")[1] for message in unsafe] == ["self.flip"]
    assert asked.call_count < 20


def test_at_a_limit_fixes_are_unsafe_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "MAX_RESULTS", 0)
    found = [one for one in findings(SourceText(DROPPED_AND_FLIPPED)) if one.fix is not None]
    assert found
    for one in found:
        assert one.fix is not None
        assert one.fix.applicability is Applicability.UNSAFE
        assert one.fix.message.endswith(verification.NOT_FOUND_OUT)


def test_a_network_with_augmentation_is_no_layer_of_augmentation() -> None:
    source = prepare("self.conv(self.flip(x))").text.replace(
        "class Prepare(keras.layers.Layer)", "class Prepare(keras.Model)"
    )
    fixed = engine.fix(SourceText(source), Settings(), "x.py").text
    assert "def call(self, x, training=None):" in fixed
    assert "self.flip(x, training=training)" in fixed


BASE_AND_CHILD = """
import keras


class Base(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)


class Child(Base):
    def call(self, x):
        return Base.call(self, x)QUIET
"""


def test_fixes_that_are_right_together_are_safe() -> None:
    # The base class alone would take the dropout out of `Child(…)(x, training=True)`: the next round passes the flag.
    found = findings(SourceText(BASE_AND_CHILD.replace("QUIET", "")))
    assert [one.fix.applicability for one in found if one.fix] == [Applicability.SAFE, Applicability.SAFE]


def test_a_fix_whose_other_half_is_silenced_is_unsafe() -> None:
    text = BASE_AND_CHILD.replace("QUIET", "  # noqa: KTP").replace(
        "def call(self, x):\n        return B", "def call(self, x):  # noqa: KTP\n        return B"
    )
    (base,) = findings(SourceText(text))
    assert base.fix is not None
    assert base.fix.applicability is Applicability.UNSAFE
    assert "takes `self.drop` out of training mode" in base.fix.message


EITHER = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        return self.drop(x, training=kwargs.get("training"))


class Net(keras.Model):
    def __init__(self, small):
        super().__init__()
        self.block = keras.layers.Dropout(0.5) if small else Block()

    def call(self, x, training=None):
        return self.block(x, training=True)
"""


def test_a_call_of_one_of_two_layers_breaks_when_neither_is_right() -> None:
    # Keras 3 keeps the True from the dropout of the block, until the block names its parameter.
    (block,) = (one for one in findings(SourceText(EITHER)) if one.code == "KTP106")
    assert block.fix is not None
    assert block.fix.applicability is Applicability.UNSAFE
    assert block.fix.message.endswith("puts `self.block` into training mode in training=False")


AUGMENTATION_OFF = """
import keras


class Augment(keras.Model):
    def __init__(self):
        super().__init__()
        self.flip = keras.layers.RandomFlip()

    def call(self, x, training=None):
        return self.flip(x, training=training is True)
"""


def test_augmentation_that_is_off_without_a_flag_stays_off() -> None:
    (test,) = (one for one in findings(SourceText(AUGMENTATION_OFF)) if one.code == "KTP207")
    assert test.fix is not None
    assert test.fix.applicability is Applicability.UNSAFE
    assert test.fix.message.endswith("puts `self.flip` into training mode in a call without a flag")


OFF_BY_A_LEAK = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.flip = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.RandomFlip()])

    def call(self, x, training=None):
        x = self.drop(x, training=bool(training))
        return self.flip(x)
"""


def test_augmentation_of_a_block_that_is_off_without_a_flag_stays_off() -> None:
    # Keras 3 keeps the False of the dropout for the graph; an explicit None would be the flip's own default (5T.fwd).
    (flip,) = (one for one in findings(SourceText(OFF_BY_A_LEAK)) if "`self.flip`" in one.message)
    assert flip.fix is not None
    assert flip.fix.applicability is Applicability.UNSAFE
    assert flip.fix.message.endswith("puts `self.flip` into training mode where it is called outside of a model")


HANDED_TO_MAP = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.flips = [keras.layers.RandomFlip()]

    def call(self, x, training=None):
        return next(iter(map(self.flips[0], [x])))
"""


def test_augmentation_that_a_fix_calls_in_a_lambda_is_the_same_call() -> None:
    # Keras 3.15.1: `Block()(x)` flips before the fix, and with the None that it hands on it does not.
    [found] = findings(SourceText(HANDED_TO_MAP))
    assert found.fix is not None
    assert found.fix.edits[0].content.startswith("lambda *given: ")
    assert found.fix.applicability is Applicability.UNSAFE
    assert "takes `self.flips[0]` out of training mode where it is called outside" in found.fix.message


BY_POSITION = """
import keras


class Base(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def body(self, x, training=None):
        return self.drop(x, GIVEN)

    def call(self, x, training=None):
        return self.drop(x, GIVEN)
"""
HANDED_ON = {
    "a helper": ("KTP210", "self.body(x)"),
    "the base class": ("KTP209", "super().call(x)"),
}


@pytest.mark.parametrize("given", ["training", "training=training"])
@pytest.mark.parametrize(("code", "call"), HANDED_ON.values(), ids=HANDED_ON)
def test_a_flag_that_another_file_hands_on_by_position(tmp_path: Path, code: str, call: str, given: str) -> None:
    (tmp_path / "base.py").write_text(BY_POSITION.replace("GIVEN", given), encoding="utf-8")
    text = (
        f"from base import Base\n\n\nclass Net(Base):\n    def call(self, x, training=None):\n        return {call}\n"
    )
    found = engine.check(SourceText(text), Settings(select=(code,)), str(tmp_path / "net.py"))
    fixes = [(one.fix.applicability, one.fix.message.partition(": ")[2]) for one in found if one.fix is not None]
    raises = (Applicability.UNSAFE, "makes `self.drop` raise, which gets the flag by position")
    assert fixes == [raises if given == "training" else (Applicability.SAFE, "")]


GIVEN = """
import keras


class Block(keras.layers.Layer):
    def __init__(self, layer=None):
        super().__init__()
        self.layer = keras.layers.RandomContrast(0.1) if layer is None else layer

    def call(self, x, training=None):
        return self.layer(x)


BLOCK = Block(GIVEN)
"""


@pytest.mark.parametrize("given", ["keras.layers.Dropout(0.5)", ""])
def test_others_may_make_objects_that_this_module_does_not_make(given: str) -> None:
    """What augments in them by its own default goes on to do so."""
    fixes = [one.fix for one in findings(SourceText(GIVEN.replace("GIVEN", given))) if one.fix is not None]
    assert [fix.applicability for fix in fixes] == [Applicability.UNSAFE]


INHERITED = BASE_AND_CHILD.partition("\n\n\nclass Child")[0] + "\n"

CHILDREN = {
    "calls without the flag": "    def call(self, x, training=None):\n        return super().call(x)\n",
    "writes nothing anew": "    def describe(self):\n        return self.drop.name\n",
}


@pytest.mark.parametrize(("child", "is_safe"), zip(CHILDREN.values(), (False, True), strict=True), ids=CHILDREN)
def test_a_subclass_in_another_file_is_asked_too(tmp_path: Path, child: str, is_safe: bool) -> None:
    base = tmp_path / "base.py"
    base.write_text(INHERITED)
    (tmp_path / "child.py").write_text(f"from base import Base\n\n\nclass Child(Base):\n{child}")
    (found,) = engine.check(SourceText(INHERITED), Settings(), str(base))
    assert found.fix is not None
    assert (found.fix.applicability is Applicability.SAFE) is is_safe
    assert is_safe or found.fix.message.endswith(
        "takes `self.drop` out of training mode in fit() of `Child` in child.py"
    )


@pytest.mark.parametrize("between", ["class Between(Base):\n    pass\n", ""])
def test_a_subclass_of_a_subclass_in_another_file_is_asked_too(tmp_path: Path, between: str) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (package / "base.py").write_text(INHERITED)
    (package / "__init__.py").write_text(f"from package.base import Base\n\n\n{between}")
    parent = "Between" if between else "Base"
    child = CHILDREN["calls without the flag"].replace("super().call(", f"package.{parent}.call(self, ")
    (tmp_path / "child.py").write_text(f"import package\n\n\nclass Child(package.{parent}):\n{child}")
    (found,) = engine.check(SourceText(INHERITED), Settings(), str(package / "base.py"))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE


BLOCK = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def _encode(self, x):
        return self.drop(x)

    def call(self, x):
        return self._encode(x)
"""


@pytest.mark.parametrize(
    ("call", "is_safe"),
    [
        ("self.block.call(x)", False),
        ("Block.call(self.block, x)", False),
        ("self.block._encode(x)", False),
        ("self.block(x)", True),
    ],
)
def test_a_method_that_another_file_runs_by_itself(tmp_path: Path, call: str, is_safe: bool) -> None:
    made = "    def __init__(self):\n        super().__init__()\n        self.block = Block()\n"
    method = f"    def call(self, x, training=None):\n        return {call}\n"
    (tmp_path / "block.py").write_text(BLOCK)
    text = f"import keras\nfrom block import Block\n\n\nclass Model(keras.Model):\n{made}\n{method}"
    (tmp_path / "model.py").write_text(text)
    fixed = engine.fix(SourceText(BLOCK), Settings(), str(tmp_path / "block.py")).text
    assert ("self.drop(x, training=training)" in fixed) is is_safe


REPLACED = """
import keras
import tensorflow as tf


class Base(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x)
"""

CONSTRUCTED_ON_ITS_OWN = """
    def __init__(self):
        keras.Model.__init__(self)
"""


def subclass(body: str) -> str:
    """A class that inherits `call`, with that in its body."""
    return f"\n\nclass Sub(Base):{body}"


def constructed(drop: str) -> str:
    """A constructor that puts something else in the place of the layer of the base class."""
    return f"\n    def __init__(self):\n        super().__init__()\n        self.drop = {drop}\n"


@pytest.mark.parametrize(
    "body",
    [
        constructed("tf.identity"),
        constructed("lambda x: x"),
        constructed("tf.identity if tf.executing_eagerly() else keras.layers.Dropout(0.1)"),
        CONSTRUCTED_ON_ITS_OWN + "\n    def drop(self, x):\n        return x\n",
        CONSTRUCTED_ON_ITS_OWN + "\n    drop = staticmethod(tf.nn.relu)\n",
        CONSTRUCTED_ON_ITS_OWN + "\n    drop = staticmethod(lambda x: x)\n",
    ],
    ids=["function", "lambda", "either", "method", "class-attribute", "lambda-in-class"],
)
def test_a_subclass_may_put_a_function_in_the_place_of_the_layer(body: str) -> None:
    (found,) = findings(SourceText(REPLACED + subclass(body)))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE
    assert found.fix.message == (
        "Pass `training=training`: makes `self.drop` raise in `Sub`, where it may be a function without `training`"
    )


@pytest.mark.parametrize(
    "body",
    [
        constructed("keras.layers.GaussianNoise(0.1)"),
        constructed("lambda x, training=None: x"),
        constructed("lambda x, **kwargs: x"),
        # What the constructor of the base class assigns to the object comes before what is in the body of the class.
        "\n    def drop(self, x):\n        return x\n",
        "\n    drop = staticmethod(tf.nn.relu)\n",
        constructed("tf.identity") + "\n    def call(self, x, training=None):\n        return self.drop(x)\n",
    ],
    ids=["layer", "takes-flag", "takes-anything", "method-behind", "class-attribute-behind", "own-call"],
)
def test_a_subclass_that_can_be_given_the_flag_leaves_the_fix_safe(body: str) -> None:
    (found,) = findings(SourceText(REPLACED + subclass(body)))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE


@pytest.mark.parametrize("signature", ["(self, x)", "(self, x, **kwargs)"])
def test_a_subclass_may_replace_the_layer_of_a_base_class_without_the_parameter(signature: str) -> None:
    base = REPLACED.replace("(self, x, training=None)", signature)
    found = findings(SourceText(base + subclass(constructed("tf.identity"))))
    fixes = [one.fix for one in found if one.fix is not None]
    assert fixes
    assert all(one.applicability is Applicability.UNSAFE and "raise in `Sub`" in one.message for one in fixes)


def test_a_subclass_in_another_file_may_put_a_function_in_the_place_of_the_layer(tmp_path: Path) -> None:
    base = tmp_path / "base.py"
    base.write_text(REPLACED, encoding="utf-8")
    imports = "import tensorflow as tf\nfrom base import Base\n"
    (tmp_path / "sub.py").write_text(imports + subclass(constructed("tf.identity")), encoding="utf-8")
    (found,) = engine.check(SourceText(REPLACED), Settings(), str(base))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE
    assert "makes `self.drop` raise in `Sub` in sub.py, where" in found.fix.message


PARAMETERS = """
import keras
from keras import layers


class Block(layers.Layer):
    def __init__(self, PARAMETER):
        super().__init__()
        self.inner = VALUE

    def call(self, x, training=None):
        return self.inner(x)
"""


def with_parameter(written: str, value: str) -> str:
    """A layer that runs what its constructor is given for a parameter."""
    return PARAMETERS.replace("PARAMETER", written).replace("VALUE", value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("drop=layers.Dropout(0.5)", "drop"),
        ("norm_layer=layers.BatchNormalization", "norm_layer()"),
        ("*, norm_layer=layers.BatchNormalization", "norm_layer(axis=-1)"),
    ],
)
def test_a_caller_may_give_what_is_no_layer_for_a_parameter_with_a_default(written: str, value: str) -> None:
    (found,) = findings(SourceText(with_parameter(written, value)))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE
    assert found.fix.message == "Pass `training=training`; `self.inner` may also be something that does not take it"


@pytest.mark.parametrize(
    ("written", "value", "made"),
    [
        ("drop: layers.Layer = layers.Dropout(0.5)", "drop", ""),
        ("norm_layer: type[layers.Layer] = layers.BatchNormalization", "norm_layer()", ""),
        ("drop=layers.Dropout(0.5)", "drop", "\n\nmodel = keras.Sequential([Block()])\n"),
        (
            "norm_layer=layers.BatchNormalization",
            "norm_layer()",
            "\n\nmodel = keras.Sequential([Block(), Block(layers.LayerNormalization)])\n",
        ),
    ],
    ids=["annotated", "annotated-class", "made-without", "made-with-layers"],
)
def test_a_parameter_that_is_given_layers_leaves_the_fix_safe(written: str, value: str, made: str) -> None:
    (found,) = findings(SourceText(with_parameter(written, value) + made))
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE
