"""Names are followed into the other files of the project."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

BLOCK = """
import keras

class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)

class Base(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

def make_block():
    return Block()

def run(layer, x):
    return layer(x)
"""

MODEL = """
import keras
{imports}

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = {block}()

    def call(self, x, training=None):
        return self.inner(x)
"""


def write(root: Path, files: dict[str, str]) -> None:
    """Make the files of a project."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


def codes(path: Path, project: bool = True) -> list[str]:
    """The codes reported for a file."""
    source = SourceText(path.read_text(encoding="utf-8"))
    return [one.code for one in engine.check(source, Settings(follow_imports=project), str(path))]


@pytest.mark.parametrize(
    ("imports", "block"),
    [
        ("from pkg.blocks import Block", "Block"),
        ("from .blocks import Block", "Block"),
        ("from .blocks import Block as B", "B"),
        ("from . import blocks", "blocks.Block"),
        ("from pkg import blocks as b", "b.Block"),
        ("import pkg.blocks", "pkg.blocks.Block"),
        ("import pkg.blocks as b", "b.Block"),
        ("from pkg import Block", "Block"),
        ("from .blocks import *", "Block"),
        ("from pkg.api import Exported", "Exported"),
        ("from .blocks import make_block", "make_block"),
        ("from ..pkg.blocks import Block", "Block"),
        ("import importlib\nblocks = importlib.import_module('pkg.blocks')", "blocks.Block"),
        ("from importlib import import_module\nBlock = import_module('.blocks', package='pkg').Block", "Block"),
        ("import importlib", "importlib.import_module('.blocks', __package__).Block"),
        ("import importlib", "importlib.import_module('..blocks', 'pkg.inner').Block"),
        ("try:\n    from missing import Block\nexcept ImportError:\n    from .blocks import Block", "Block"),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .blocks import Block\nfrom pkg import Block",
            "Block",
        ),
    ],
)
@pytest.mark.parametrize("folder", ["", "src/"])
def test_sublayer_of_another_file(tmp_path: Path, folder: str, imports: str, block: str) -> None:
    write(
        tmp_path,
        {
            f"{folder}pkg/__init__.py": "from .blocks import Block",
            f"{folder}pkg/blocks.py": BLOCK,
            f"{folder}pkg/api.py": "from pkg.blocks import Block as Exported",
            f"{folder}pkg/model.py": MODEL.format(imports=imports, block=block),
        },
    )
    assert codes(tmp_path / f"{folder}pkg/model.py") == ["KTP202"]
    assert codes(tmp_path / f"{folder}pkg/model.py", project=False) == []


def test_base_class_of_another_file(tmp_path: Path) -> None:
    model = """
        from .blocks import Base

        class Net(Base):
            def call(self, x):
                return self.block(x)
        """
    write(tmp_path, {"pkg/__init__.py": "", "pkg/blocks.py": BLOCK, "pkg/model.py": model})
    assert codes(tmp_path / "pkg/model.py") == ["KTP101"]


def test_compat_module_that_exports_keras(tmp_path: Path) -> None:
    compat = """
        import os
        if os.environ.get("KERAS_3"):
            import keras
        else:
            import tf_keras as keras
        layers = keras.layers
        """
    model = """
        from .compat import layers

        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.drop = layers.Dropout(0.5)

            def call(self, x, training=None):
                return self.drop(x)
        """
    write(tmp_path, {"pkg/__init__.py": "", "pkg/compat.py": compat, "pkg/model.py": model})
    assert codes(tmp_path / "pkg/model.py") == ["KTP202"]


def test_namespace_package_and_tests_beside_src(tmp_path: Path) -> None:
    model = MODEL.format(imports="from ns.pkg.blocks import Block", block="Block")
    write(
        tmp_path,
        {
            "src/ns/pkg/__init__.py": "",
            "src/ns/pkg/blocks.py": BLOCK,
            "src/ns/pkg/model.py": model,
            "tests/test_model.py": model,
        },
    )
    assert codes(tmp_path / "src/ns/pkg/model.py") == ["KTP202"]
    assert codes(tmp_path / "tests/test_model.py") == ["KTP202"]


def test_script_beside_its_modules(tmp_path: Path) -> None:
    write(tmp_path, {"blocks.py": BLOCK, "train.py": MODEL.format(imports="from blocks import Block", block="Block")})
    assert codes(tmp_path / "train.py") == ["KTP202"]


def test_import_cycle_ends(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pkg/__init__.py": "",
            "pkg/blocks.py": "from .model import *\nfrom .model import Net\n" + BLOCK,
            "pkg/model.py": MODEL.format(imports="from .blocks import *\nfrom .blocks import Block", block="Block"),
        },
    )
    assert codes(tmp_path / "pkg/model.py") == ["KTP202"]


@pytest.mark.parametrize("package", ["", "net/__init__.py"])
@pytest.mark.parametrize("imports", ["from net.blocks import *", "from net.blocks import Block"])
def test_module_with_the_name_of_its_folder(tmp_path: Path, package: str, imports: str) -> None:
    files = {"net/blocks.py": BLOCK, "net/net.py": MODEL.format(imports=imports, block="Block")}
    write(tmp_path, {**files, **({package: ""} if package else {})})
    assert codes(tmp_path / "net/net.py") == ["KTP202"]


@pytest.mark.parametrize("broken", ["def broken(:\n", "\0", "# -*- coding: nonsense -*-\n"])
def test_broken_module_is_unknown(tmp_path: Path, broken: str) -> None:
    write(
        tmp_path,
        {
            "pkg/__init__.py": "",
            "pkg/blocks.py": broken,
            "pkg/model.py": MODEL.format(imports="from .blocks import Block", block="Block"),
        },
    )
    assert codes(tmp_path / "pkg/model.py") == []


def test_frozen_layer_in_another_file_poisons(tmp_path: Path) -> None:
    frozen = """
        import keras

        class Frozen(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.norm = keras.layers.BatchNormalization()

            def call(self, x, training=None):
                return self.norm(x, training=False)
        """
    model = """
        import keras
        from .frozen import Frozen

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.frozen = Frozen()
                self.drop = keras.layers.Dropout(0.5)

            def call(self, x, training=None):
                x = self.frozen(x, training=training)
                return self.drop(x)
        """
    write(tmp_path, {"pkg/__init__.py": "", "pkg/frozen.py": frozen, "pkg/model.py": model})
    assert codes(tmp_path / "pkg/model.py") == ["KTP201"]


GATE = """
import keras

class Gate(keras.layers.Layer):
    def __init__(self, norm):
        super().__init__()
        self.norm = norm()

    def call(self, x):
        return self.norm(x)
"""
USER = """
import keras
from gate import Gate

class Net(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.gate = Gate(keras.layers.{norm})

    def call(self, x):
        return self.gate(x)
"""


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_file_comes_to_the_same_whatever_was_checked_before(order: str, tmp_path: Path) -> None:
    texts = {"a": USER.format(norm="BatchNormalization"), "b": USER.format(norm="LayerNormalization")}
    (tmp_path / "gate.py").write_text(GATE)
    project = Project()
    found = {}
    for name in order:
        path = tmp_path / f"{name}.py"
        path.write_text(texts[name])
        findings = engine.check(SourceText(texts[name]), Settings(), str(path), project)
        found[name] = [one.code for one in findings]
    assert found == {"a": ["KTP102"], "b": []}


@pytest.mark.parametrize(
    "added",
    [
        'sys.path.append("lib")',
        'sys.path.insert(0, "./lib/")',
        'sys.path.append("../lib")',
        'sys.path += ["lib"]',
        'sys.path.extend(["nowhere", "lib"])',
        'sys.path.append(os.path.join(os.path.dirname(__file__), "..", "lib"))',
        'sys.path.append(os.path.abspath(os.path.join(os.getcwd(), os.pardir, "lib")))',
        'sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/lib")',
        'ROOT = Path(__file__).resolve().parent.parent\nsys.path.append(str(ROOT / "lib"))',
        'sys.path.append(str(Path(__file__).parents[1].joinpath("lib")))',
        'site.addsitedir("lib")',
    ],
)
def test_folders_that_a_module_adds_to_the_search_path(tmp_path: Path, added: str) -> None:
    model = MODEL.format(imports=f"import os, site, sys\nfrom pathlib import Path\n{added}\nimport blocks", block="{}")
    files = {"pyproject.toml": "", "lib/blocks.py": BLOCK, "scripts/model.py": model.format("blocks.Block")}
    write(tmp_path, files)
    assert codes(tmp_path / "scripts" / "model.py") == ["KTP202"]


@pytest.mark.parametrize("added", ["/lib", "../../lib", "sys.argv[1]", "~/lib"])
def test_folders_outside_of_the_project_are_not_read(tmp_path: Path, added: str) -> None:
    outside = f'"{tmp_path}/lib"' if added == "/lib" else added if "sys" in added else f'"{added}"'
    imports = f"import sys\nsys.path.append({outside})\nimport blocks"
    model = MODEL.format(imports=imports, block="blocks.Block")
    write(tmp_path, {"here/pyproject.toml": "", "lib/blocks.py": BLOCK, "here/scripts/model.py": model})
    assert codes(tmp_path / "here" / "scripts" / "model.py") == []
