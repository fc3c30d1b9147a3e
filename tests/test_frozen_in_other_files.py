"""A backbone that another file freezes may be in inference mode whatever it is told: nothing is reported of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import Result
from tests.test_knowledge import written

Fix = Callable[..., Result]

NET = """\
import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.base = keras.applications.{name}(include_top=False, pooling="avg")

    def call(self, x):
        return self.base(x)
"""
RESNET = NET.format(name="ResNet50")
USER = "net = Net()\nnet.base.trainable = False\nnet.compile('adam', 'mse')\nnet.fit(x, y)\n"
TRAIN = f"from net import Net\n\n{USER}"

FROZEN = {
    "beside it": {"net.py": RESNET, "train.py": TRAIN},
    "above it": {
        "pyproject.toml": "",
        "models/__init__.py": "",
        "models/net.py": RESNET,
        "train.py": f"from models.net import Net\n{USER}",
    },
    "from a package that hands it on": {
        "pyproject.toml": "",
        "models/__init__.py": "from .net import Net\n",
        "models/net.py": RESNET,
        "train.py": f"from models import Net\n{USER}",
    },
    "in a folder of scripts": {
        "pyproject.toml": "",
        "src/models/__init__.py": "",
        "src/models/net.py": RESNET,
        "scripts/train.py": f"from models.net import Net\n{USER}",
    },
    "layer by layer": {
        "net.py": RESNET,
        "train.py": "import net\n\nfor layer in net.Net().base.layers[:-10]:\n    layer.trainable = False\n",
    },
    "as a setting says": {
        "net.py": RESNET,
        "train.py": "import net\n\n\ndef run(freeze):\n    setattr(net.Net().base, 'trainable', not freeze)\n",
    },
    "where the backbone is made elsewhere": {
        "backbones.py": "import keras\n\n\ndef make():\n    return keras.applications.ResNet50(include_top=False)\n",
        "net.py": "from backbones import make\n"
        + RESNET.replace('keras.applications.ResNet50(include_top=False, pooling="avg")', "make()").replace(
            "make()\n", "make()\n        self.base.trainable = False\n"
        ),
    },
}

NOT_FROZEN = {
    "nobody freezes": {"net.py": RESNET, "train.py": "from net import Net\n\nNet().fit(x, y)\n"},
    "it is trained": {"net.py": RESNET, "train.py": TRAIN.replace("= False", "= True")},
    "it is asked": {"net.py": RESNET, "train.py": TRAIN.replace(" = False", " == False")},
    "who freezes does not import it": {"net.py": RESNET, "other.py": "base = load()\nbase.trainable = False\n"},
    "what is frozen drops all the same": {"net.py": NET.format(name="EfficientNetB0"), "train.py": TRAIN},
}


@pytest.mark.parametrize("name", FROZEN)
def test_nothing_is_said_of_what_another_file_freezes(name: str, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, FROZEN[name])
    assert "KTP" not in fix("--check", "--no-cache", ".").out


@pytest.mark.parametrize("name", NOT_FROZEN)
def test_what_nobody_freezes_is_found(name: str, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, NOT_FROZEN[name])
    assert "net.py:9:5: KTP101" in fix("--check", "--no-cache", ".").out


@pytest.mark.parametrize("path", ["train.py", "scripts/train.py"])
def test_what_is_kept_knows_of_it(path: str, tmp_path: Path, fix: Fix) -> None:
    written(tmp_path, {"pyproject.toml": "", "net.py": RESNET})
    assert "KTP101" in fix("--check", ".").out
    written(tmp_path, {path: TRAIN})
    assert "KTP101" not in fix("--check", ".").out
    (tmp_path / path).write_text("from net import Net\n")
    assert "KTP101" in fix("--check", ".").out
