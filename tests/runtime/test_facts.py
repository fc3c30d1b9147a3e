"""How Keras treats `training`: the facts that the rules rest on, each in the smallest code that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.rule_examples import Proof
from tests.runtime.conftest import Measured
from tests.runtime.measure import Case

RIGHT = "train train infer infer infer"


@dataclass(frozen=True, slots=True)
class Fact:
    """A model `M` in a source text, and the cells of some of its layers under Keras 2 and 3.

    A cell has a word each for fit, `training=True`, `training=False`, no flag and predict, as in `Proof`.
    """

    name: str
    source: str
    keras2: dict[str, str]
    keras3: dict[str, str]


FACTS = [
    Fact(
        "model without training is fitted without a flag",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x):
        return self.norm(self.dropout(x))
""",
        {"dropout": RIGHT, "norm": RIGHT},
        {"dropout": "infer train infer infer infer", "norm": "infer train infer infer infer"},
    ),
    Fact(
        "the context forwards what the signature takes",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(self.dropout(x))
""",
        {"dropout": RIGHT, "norm": RIGHT},
        {"dropout": RIGHT, "norm": RIGHT},
    ),
    Fact(
        "a right layer inside wrong ones gets no flag either",
        """
import keras


class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class Outer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = Inner()

    def call(self, x):
        return self.inner(x)


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.outer = Outer()

    def call(self, x):
        return self.outer(x)
""",
        {"outer.inner.dropout": RIGHT},
        {"outer.inner.dropout": "infer train infer infer infer"},
    ),
    Fact(
        "a flag of another name is never filled",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, is_training=False):
        return self.dropout(x, training=is_training)
""",
        {"dropout": "infer infer infer infer infer"},
        {"dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "a default of True rules the call without a flag",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=True):
        return self.norm(x, training=training)
""",
        {"norm": "train train infer train infer"},
        {"norm": "train train infer train infer"},
    ),
    Fact(
        "a guard around dropout and around normalization",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        if training:
            x = self.dropout(x, training=training)
            x = self.norm(x, training=training)
        return x
""",
        {"dropout": "train train skipped skipped skipped", "norm": "train train skipped skipped skipped"},
        {"dropout": "train train skipped skipped skipped", "norm": "train train skipped skipped skipped"},
    ),
    Fact(
        "a constant for one layer reaches the next",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(self.norm(x, training=False))
""",
        {"norm": "infer infer infer infer infer", "dropout": RIGHT},
        {"norm": "infer infer infer infer infer", "dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "a frozen backbone switches its head off",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(self.backbone(x, training=False))
""",
        {"backbone": "infer infer infer infer infer", "dropout": RIGHT},
        {"backbone": "infer infer infer infer infer", "dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "functional dropout drops always",
        """
import keras
import tensorflow as tf


class M(keras.Model):
    def call(self, x, training=None):
        return tf.nn.dropout(x, 0.5)
""",
        {"": "train train train train train"},
        {"": "train train train train train"},
    ),
    Fact(
        "a helper without a flag has the context of call",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.block(x)

    def block(self, x):
        return self.dropout(x)
""",
        {"dropout": RIGHT},
        {"dropout": RIGHT},
    ),
    Fact(
        "a helper without a flag in a model without training",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.block(x)

    def block(self, x):
        return self.dropout(x)
""",
        {"dropout": RIGHT},
        {"dropout": "infer train infer infer infer"},
    ),
    Fact(
        "the default None of a helper is a flag under Keras 3",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.block(x)

    def block(self, x, training=None):
        return self.dropout(x, training=training)
""",
        {"dropout": RIGHT},
        {"dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "the default False of a helper is a flag",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.block(x)

    def block(self, x, training=False):
        return self.dropout(x, training=training)
""",
        {"dropout": "infer infer infer infer infer"},
        {"dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "layers in a list of a model without training",
        """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [Block(), Block()]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return x
""",
        {"blocks[1].dropout": RIGHT},
        {"blocks[1].dropout": "infer train infer infer infer"},
    ),
    Fact(
        "a Sequential in a model without training",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([keras.layers.Dropout(0.5), keras.layers.BatchNormalization()])

    def call(self, x):
        return self.body(x)
""",
        {"body": RIGHT},
        {"body": "infer train infer infer infer"},
    ),
    Fact(
        "super().call without the flag, the parent's default is None",
        """
import keras


class Parent(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class M(Parent):
    def call(self, x, training=None):
        return super().call(x)
""",
        {"dropout": RIGHT},
        {"dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "super().call without the flag, the parent's default is False",
        """
import keras


class Parent(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=False):
        return self.dropout(x, training=training)


class M(Parent):
    def call(self, x, training=None):
        return super().call(x)
""",
        {"dropout": "infer infer infer infer infer"},
        {"dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "super().call without the flag in layers derived from built-in ones",
        """
import keras


class Norm(keras.layers.BatchNormalization):
    def call(self, inputs):
        return super().call(inputs)


class Drop(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs)


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = Norm()
        self.dropout = Drop(0.5)

    def call(self, x, training=None):
        return self.dropout(self.norm(x))
""",
        {"norm": "infer infer infer infer infer", "dropout": "infer infer infer infer infer"},
        {"norm": "infer infer infer infer infer", "dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "training is required",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training):
        return self.dropout(x, training=training)
""",
        {"dropout": RIGHT},
        {"dropout": "train train infer raises infer"},
    ),
    Fact(
        "a constant for a layer that ignores it reaches the next",
        """
import keras


class Plain(keras.layers.Layer):
    def call(self, x, training=None):
        return x


class Head(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.plain = Plain()
        self.head = Head()

    def call(self, x, training=None):
        return self.head(self.plain(x, training=False))
""",
        {"head.dropout": RIGHT},
        {"head.dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "a default of True reaches the next layer",
        """
import keras


class Noisy(keras.layers.Layer):
    def call(self, x, training=True):
        return x


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.noisy = Noisy()
        self.dropout = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(self.dropout(self.noisy(x)))
""",
        {"dropout": RIGHT, "norm": RIGHT},
        {"dropout": "train train infer train infer", "norm": "train train infer train infer"},
    ),
    Fact(
        "a layer made inside call",
        """
import keras


class M(keras.Model):
    def call(self, x, training=None):
        return keras.layers.Dropout(0.5)(x, training=training)
""",
        {"": RIGHT},
        {"": "raises/train train infer infer raises"},
    ),
    Fact(
        "a constant inside a layer reaches what follows that layer",
        """
import keras


class Frozen(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=False)


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.frozen = Frozen()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(self.frozen(x))
""",
        {"frozen.norm": "infer infer infer infer infer", "dropout": RIGHT},
        {"frozen.norm": "infer infer infer infer infer", "dropout": "infer infer infer infer infer"},
    ),
    Fact(
        "the learning phase is read as 0 in fit",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=keras.backend.learning_phase())
""",
        {"dropout": "infer infer infer infer infer"},
        {"dropout": "raises raises raises raises raises"},
    ),
    Fact(
        "the learning phase where there is no flag",
        """
import keras


class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training is None:
            training = keras.backend.learning_phase()
        return self.dropout(x, training=training)
""",
        {"dropout": RIGHT},
        {"dropout": "train train infer raises infer"},
    ),
]


def cases() -> Iterator[object]:
    """Every layer of every fact, for both generations."""
    for fact in FACTS:
        for keras, cells in ((2, fact.keras2), (3, fact.keras3)):
            for layer, words in cells.items():
                name = f"{fact.name}: {layer or 'model'}-keras{keras}".replace(" ", "-")
                yield pytest.param(Case(fact.source, Proof("M()", layer), keras, words), id=name)


@pytest.mark.usefixtures("known_keras")
@pytest.mark.parametrize("case", cases())
def test_fact(case: Case, measured: Measured) -> None:
    found = measured(case)
    assert found.words == case.words, "\n".join(found.notes)
