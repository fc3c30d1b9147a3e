"""What `-v` says of what is unknown: the place, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

MODEL = """\
import keras
from company.layers import Block


class Net(keras.Model):
    def __init__(self, head):
        super().__init__()
        {assigned}
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        {called}
        return self.dropout(x, training=training)
"""


def told(text: str, folder: Path = Path()) -> list[tuple[int, str]]:
    """The row and the message of each thing that is unknown."""
    found = engine.unknown(SourceText(text), Settings(), str(folder / "model.py"), Project())
    return [(one.start.row, one.message) for one in found]


@pytest.mark.parametrize(
    ("assigned", "called", "message"),
    [
        pytest.param(
            "self.block = Block(3)",
            "x = self.block(x)",
            "`self.block` in `Net.call` is unknown: it is assigned in line 8, and `Block` is imported in line 2 from"
            " `company.layers`, for which no file and no catalogue was found",
            id="outside",
        ),
        pytest.param(
            "self.head = head",
            "x = self.head(x, training=training)",
            "`self.head` in `Net.call` is unknown: it is assigned in line 8, and what is passed for the parameter"
            " `head` of `__init__` is not known",
            id="handed in",
        ),
        pytest.param(
            "self.blocks = [Block(size) for size in (1, 2)]",
            "for block in self.blocks: x = block(x)",
            "`block` in `Net.call` is unknown: it is assigned in line 8, and `Block` is imported in line 2 from"
            " `company.layers`, for which no file and no catalogue was found",
            id="element",
        ),
        pytest.param(
            "made = Block(3); self.block = made",
            "x = self.block(x)",
            "`self.block` in `Net.call` is unknown: it is assigned in line 8, and `made` is assigned in line 8, and"
            " `Block` is imported in line 2 from `company.layers`, for which no file and no catalogue was found",
            id="local name",
        ),
        pytest.param(
            "self.block = keras.models.load_model('net.keras')",
            "x = self.block(x)",
            "`self.block` in `Net.call` is unknown: it is assigned in line 8, and `keras.models.load_model` is imported"
            " in line 1 from `keras`, of which only layers are known",
            id="Keras",
        ),
        pytest.param(
            "pass",
            "x = self.block(x)",
            "`self.block` in `Net.call` is unknown: no method that can be read assigns it",
            id="nowhere",
        ),
    ],
)
def test_the_receiver_of_a_call(assigned: str, called: str, message: str) -> None:
    assert told(MODEL.format(assigned=assigned, called=called)) == [(12, message)]


@pytest.mark.parametrize(
    ("assigned", "passed", "reason"),
    [
        pytest.param(
            "pass",
            "Block.trains",
            "`Block.trains` is imported in line 2 from `company.layers`, for which no file and no catalogue was found",
            id="outside",
        ),
        pytest.param(
            "self.mode = head",
            "self.mode",
            "`self.mode` is assigned in line 8, and what is passed for the parameter `head` of `__init__` is not known",
            id="attribute",
        ),
        pytest.param(
            "self.mode = head",
            "training and not self.mode",
            "`self.mode` is assigned in line 8, and what is passed for the parameter `head` of `__init__` is not known",
            id="part of a condition",
        ),
        pytest.param(
            "pass",
            "self.mode",
            "no method that can be read assigns `self.mode`",
            id="nowhere",
        ),
        pytest.param(
            "self.mode = self.mode",
            "self.mode",
            "`self.mode` is assigned in line 8, and what `self.mode` is cannot be read from the code",
            id="from itself",
        ),
    ],
)
def test_the_flag_of_a_call(assigned: str, passed: str, reason: str) -> None:
    called = f"x = self.dropout(x, training={passed})"
    message = f"the flag of `self.dropout` in `Net.call` is unknown: {reason}"
    assert told(MODEL.format(assigned=assigned, called=called)) == [(12, message)]


def test_a_flag_that_was_changed_before() -> None:
    called = "training = training and self.mode\n        x = self.dropout(x, training=training)"
    [(row, message), _] = told(MODEL.format(assigned="self.mode = head", called=called))
    assert (row, message) == (
        13,
        "the flag of `self.dropout` in `Net.call` is unknown: `training` is assigned in line 12, and `self.mode` is"
        " assigned in line 8, and what is passed for the parameter `head` of `__init__` is not known",
    )


@pytest.mark.parametrize("passed", ["Block.trains", "on=Block.trains"], ids=["by position", "by keyword"])
def test_a_flag_that_a_helper_is_given(passed: str) -> None:
    helper = "x = self.run(x, {})\n\n    def run(self, x, on=False):\n        {}\n        return x\n"
    called = helper.format(passed, "x = self.dropout(x, training=on)")
    text = MODEL.format(assigned="pass", called=called).rpartition("        return self.dropout")[0]
    assert told(text) == [
        (
            15,
            "the flag of `self.dropout` in `Net.run` is unknown: `on` is passed in line 12, and `Block.trains` is"
            " imported in line 2 from `company.layers`, for which no file and no catalogue was found",
        )
    ]


def test_a_flag_that_may_be_among_other_arguments() -> None:
    assert told(MODEL.format(assigned="pass", called="x = self.dropout(*x)")) == [
        (
            12,
            "the flag of `self.dropout` in `Net.call` is unknown: it may be among the `*` and `**` arguments of"
            " `self.dropout(*x)`",
        )
    ]


@pytest.mark.parametrize("passed", ["training", "True", "not training", "None"])
def test_a_flag_that_is_known(passed: str) -> None:
    assert told(MODEL.format(assigned="pass", called=f"x = self.dropout(x, training={passed})")) == []


@pytest.mark.parametrize(
    ("assigned", "called"),
    [
        pytest.param("self.dense = keras.layers.Dense(2)", "x = self.dense(x)", id="known layer"),
        pytest.param("self.block = Block(3)", "pass", id="not called"),
        pytest.param("pass", "self.add_loss(x)", id="a method of Keras"),
        pytest.param("pass", "x = self.helper(x)\n\n    def helper(self, x):\n        return x", id="a method"),
    ],
)
def test_what_is_known_is_not_told(assigned: str, called: str) -> None:
    assert told(MODEL.format(assigned=assigned, called=called)) == []


def test_a_class_whose_base_is_unknown() -> None:
    text = "from company.layers import Block\n\n\nclass Odd(Block):\n    def call(self, x):\n        return x\n"
    assert told(text) == [
        (
            4,
            "whether `Odd` is a layer is unknown: `Block` is imported in line 1 from `company.layers`, for which no"
            " file and no catalogue was found",
        )
    ]


def test_the_model_of_a_training_step() -> None:
    text = (
        "import tensorflow as tf\n\n\ndef step(model, optimizer, x, y):\n    with tf.GradientTape() as tape:\n"
        "        loss = tf.keras.losses.mse(y, model(x))\n"
        "    grads = tape.gradient(loss, model.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(grads, model.trainable_variables))\n"
    )
    assert told(text) == [(6, "the model that this step trains is unknown: only KTP305 reports it")]


def test_imports_that_are_not_followed() -> None:
    text = MODEL.format(assigned="self.block = Block(3)", called="x = self.block(x)")
    [found] = engine.unknown(
        SourceText(text), Settings(follow_imports=False), "model.py", Project(follows_imports=False)
    )
    assert found.message.endswith("is imported in line 2 from `company.layers`, and `follow-imports` is off")


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ("class Block(:\n", "but company/layers.py cannot be read or parsed"),
        ("import importlib\nBlock = importlib.load()\n", "but what it is cannot be read from company/layers.py"),
    ],
    ids=["broken", "made at run time"],
)
def test_a_file_that_was_found(layers: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "layers.py").write_text(layers)
    [(_, message)] = told(MODEL.format(assigned="self.block = Block(3)", called="x = self.block(x)"), tmp_path)
    assert message.endswith(f"`Block` is imported in line 2 from `company.layers`, {reason}")
