"""Where `training=True` is given to a `call` that does not take it: KTP303 on small files."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding
from flake8_training_phase.keras.generations import Release
from flake8_training_phase.keras.targets import ALL_RELEASES, targets
from flake8_training_phase.sources.text import SourceText

BLOCK = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)
"""
NET = """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x):
        return self.block(x)
"""


def found(code: str, filename: str = "example.py", keras: frozenset[Release] = ALL_RELEASES) -> list[Finding]:
    source = SourceText(textwrap.dedent(code))
    return engine.check(source, Settings(select=("KTP303", "KTP900"), keras_versions=keras), filename)


@pytest.mark.parametrize("call", ["Block()(x, training=True)", "block(x, training=True)", "net(x, training=True)"])
def test_a_flag_that_nobody_takes_is_reported(call: str) -> None:
    (one,) = found(f"{BLOCK}\n{NET}\nblock = Block()\nnet = Net()\n\n\ndef run(x):\n    return {call}\n")
    assert "runs in inference mode in Keras 3.1 to 3.9" in one.message
    assert one.keras == (3,)


def test_the_fix_is_made_in_the_class() -> None:
    text = BLOCK + "\n\ndef run(x):\n    return Block()(x, training=True)\n"
    result = engine.fix(SourceText(text), Settings(select=("KTP303",)), "example.py")
    assert "def call(self, x, training=None):\n        return self.drop(x, training=training)" in result.text
    assert result.remaining == ()


def test_a_class_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK, encoding="utf-8")
    text = "import keras\nfrom blocks import Block\n\n\ndef call(x):\n    return Block()(x, training=True)\n"
    (one,) = found(text, str(tmp_path / "train.py"))
    assert "`Block.call` has no `training` parameter" in one.message
    assert one.fix is None


SILENT = {
    "it takes the flag": BLOCK.replace("call(self, x)", "call(self, x, training=None)"),
    "it hands on any flag": BLOCK.replace("call(self, x)", "call(self, x, **kwargs)").replace(
        "self.drop(x)", "self.drop(x, **kwargs)"
    ),
    "it is always told": BLOCK.replace("self.drop(x)", "self.drop(x, training=True)"),
    "nothing depends on it": BLOCK.replace("Dropout(0.5)", "Dense(8)"),
}


@pytest.mark.parametrize("code", SILENT.values(), ids=SILENT)
def test_a_flag_that_is_not_missed(code: str) -> None:
    assert found(code + "\n\ndef run(x):\n    return Block()(x, training=True)\n") == []


def test_inference_is_not_missed() -> None:
    assert found(BLOCK + "\n\ndef run(x):\n    return Block()(x, training=False)\n") == []


def test_a_call_inside_call_is_told_by_the_context() -> None:
    net = NET.replace("self.block(x)", "self.block(x, training=True)")
    assert found(BLOCK + "\n" + net) == []


def test_a_functional_model_is_not_run_yet() -> None:
    text = BLOCK + "\n\ninputs = keras.Input((8,))\nmodel = keras.Model(inputs, Block()(inputs, training=True))\n"
    assert found(text) == []


def test_keras_2_does_not_drop_it() -> None:
    text = BLOCK + "\n\ndef call(x):\n    return Block()(x, training=True)\n"
    assert found(text, keras=targets("2")) == []
    assert found(text.replace("import keras", "import tf_keras as keras")) == []
