"""A model that is only ever made inside layers of other files is judged there: nobody calls `fit` on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

BLOCK = """
import keras

class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)
"""

HOST = """
import keras
from blocks import Block as Inner

class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.blocks = [Inner() for _ in range(2)]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return x
"""

GRAPHS = (
    "net = keras.Model(x, Block()(x))",
    "y = Block()(x)\nnet = keras.Model(inputs=x, outputs=keras.layers.Dense(1)(y))",
    "block = Block()\nblock.trainable = True\ny = keras.ops.abs(block.call(x))\nnet = keras.Model(x, y)",
    "net = keras.Sequential([x, Block()])",
    "block = Block()\nnet = keras.Sequential()\nnet.add(block)",
)
"""What makes other models of a model, in which its layers find their flag."""
NO_GRAPHS = (
    "block = Block()\nnet = keras.Model(x, block(x))\nblock.fit(data)",
    "block = Block()\nnet = keras.Model(x, block(x))\nblock(data)",
    "block = Block()\nnet = keras.Model(x, block(x))\n\ndef train(data):\n    block.fit(data)",
    "net = keras.Model(x, keras.layers.Dense(1)(x))\nblock = Block()\nblock(data)",
)

FITTED = "from blocks import Block\n\nmodel = Block()\nmodel.compile()\nmodel.fit(data)\n"
HELD = "import blocks\n\nclass Trainer:\n    def __init__(self):\n        self.model = blocks.Block()\n"


def severities(path: Path) -> list[tuple[str, str]]:
    """The findings about models without the parameter in a file, with their severities."""
    source = SourceText(path.read_text(encoding="utf-8"))
    found = engine.check(source, Settings(select=("KTP101",)), str(path), Project())
    return [(one.code, one.severity.value) for one in found]


def test_one_that_nobody_makes_may_be_fitted(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)
    assert severities(tmp_path / "blocks.py") == [("KTP101", "bug")]


def test_one_that_a_layer_of_another_file_holds(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)
    (tmp_path / "host.py").write_text(HOST)
    assert severities(tmp_path / "blocks.py") == [("KTP101", "fragile")]


@pytest.mark.parametrize("user", [FITTED, HELD])
def test_one_that_another_file_makes_for_itself_as_well(tmp_path: Path, user: str) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)
    (tmp_path / "host.py").write_text(HOST)
    (tmp_path / "train.py").write_text(user)
    assert severities(tmp_path / "blocks.py") == [("KTP101", "bug")]


@pytest.mark.parametrize("graph", GRAPHS)
def test_one_that_functional_models_of_another_file_are_made_of(tmp_path: Path, graph: str) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK)
    (tmp_path / "train.py").write_text(f"import keras\nfrom blocks import Block\n\nx = keras.Input((8,))\n{graph}\n")
    assert severities(tmp_path / "blocks.py") == [("KTP101", "fragile")]


@pytest.mark.parametrize("graph", GRAPHS)
def test_one_that_functional_models_of_its_file_are_made_of(tmp_path: Path, graph: str) -> None:
    (tmp_path / "blocks.py").write_text(f"{BLOCK}\n\nx = keras.Input((8,))\n{graph}\n")
    assert severities(tmp_path / "blocks.py") == [("KTP101", "fragile")]


@pytest.mark.parametrize("graph", NO_GRAPHS)
def test_one_that_is_run_for_itself_as_well(tmp_path: Path, graph: str) -> None:
    (tmp_path / "blocks.py").write_text(f"{BLOCK}\n\nx = keras.Input((8,))\n{graph}\n")
    assert severities(tmp_path / "blocks.py") == [("KTP101", "bug")]


def test_one_that_a_package_hands_on(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (package / "__init__.py").write_text("from .blocks import Block\n")
    (package / "blocks.py").write_text(BLOCK)
    (tmp_path / "host.py").write_text(HOST.replace("from blocks", "from package"))
    assert severities(package / "blocks.py") == [("KTP101", "fragile")]


def test_one_that_is_made_in_a_folder_beside(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    for name in ("blocks", "hosts"):
        (tmp_path / name).mkdir()
    (tmp_path / "blocks" / "blocks.py").write_text(BLOCK)
    (tmp_path / "hosts" / "host.py").write_text(HOST.replace("from blocks", "from blocks.blocks"))
    assert severities(tmp_path / "blocks" / "blocks.py") == [("KTP101", "fragile")]
