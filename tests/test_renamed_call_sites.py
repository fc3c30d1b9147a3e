"""What passes a renamed flag by its old name follows, wherever it is in the module (KTP103)."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.sources.text import SourceText

HEAD = """\
import functools

import keras
import numpy as np
import tensorflow as tf


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, is_training=False):
        return self.drop(x, training=is_training)


class Untouched:
    def __call__(self, x, is_training=False):
        return x


def apply(net, x, is_training=False):
    return net(x)


def make():
    return Net()


net = Net()
x = np.ones((2, 3), "float32")
"""
RENAMED = HEAD.replace("call(self, x, is_training=False):\n        return self.drop(x, training=is", "HERE").replace(
    "HERE", "call(self, x, training=False):\n        return self.drop(x, training="
)
RENAMED = RENAMED.replace("training=_training", "training=training")
FOLLOW = {
    "at the top": "y = net(x, FLAG=True)",
    "made in place": "y = Net()(x, FLAG=True)",
    "from a factory": "y = make()(x, FLAG=True)",
    "from a factory, by name": "other = make()\ny = other(x, FLAG=True)",
    "in a function": "def run(x):\n    return net(x, FLAG=True)\n\n\ny = run(x)",
    "in a function that nobody calls": "def run(x):\n    return net(x, FLAG=True)",
    "a parameter of a function": "def run(net, x):\n    return net(x, FLAG=True)\n\n\ny = run(Net(), x)",
    "an annotated parameter": "def run(model: Net, x):\n    return model(x, FLAG=True)\n\n\ny = run(Net(), x)",
    "in a plain class": (
        "class Loop:\n    def __init__(self):\n        self.net = Net()\n\n"
        "    def run(self, x):\n        return self.net(x, FLAG=True)\n\n\ny = Loop().run(x)"
    ),
    "given to a plain class": (
        "class Loop:\n    def __init__(self, net):\n        self.net = net\n\n"
        "    def run(self, x):\n        return self.net(x, FLAG=True)\n\n\ny = Loop(Net()).run(x)"
    ),
    "an attribute of an object": (
        "class Loop:\n    def __init__(self):\n        self.net = Net()\n\n\nloop = Loop()\ny = loop.net(x, FLAG=True)"
    ),
    "in a lambda": "run = lambda x: net(x, FLAG=True)\ny = run(x)",
    "in a lambda that nobody calls": "def made():\n    mine = Net()\n    return lambda x: mine(x, FLAG=True)",
    "in a comprehension": "y = [net(one, FLAG=True) for one in (x, x)]",
    "in a generator": "y = sum(net(one, FLAG=True) for one in (x, x))",
    "in a decorator": "@(lambda f: functools.partial(net, FLAG=True))\ndef run(x):\n    pass\n\n\ny = run(x)",
    "under a decorator": "@tf.function\ndef run(x):\n    return net(x, FLAG=True)\n\n\ny = run(x)",
    "partial": "run = functools.partial(net, FLAG=True)\ny = run(x)",
    "a dict in place": 'y = net(x, **{"FLAG": True})',
    "a dict call": "y = net(x, **dict(FLAG=True))",
    "a dict by name": 'how = {"FLAG": True}\ny = net(x, **how)',
    "through a strategy": (
        'strategy = tf.distribute.get_strategy()\ny = strategy.run(net, args=(x,), kwargs={"FLAG": True})'
    ),
    "in a list": "nets = [Net(), Net()]\ny = [one(x, FLAG=True) for one in nets]",
    "a dict of models": 'nets = {"a": Net()}\ny = nets["a"](x, FLAG=True)',
    "call itself": "y = net.call(x, FLAG=True)",
    "call of the class": "y = Net.call(net, x, FLAG=True)",
    "inside another call": (
        "class Host(keras.Model):\n    def __init__(self):\n        super().__init__()\n        self.net = Net()\n\n"
        "    def call(self, x, training=None):\n        return self.net(x, FLAG=training)\n\n\n"
        "y = Host()(x, training=True)"
    ),
    "in a subclass": (
        "class Child(Net):\n    def call(self, x, training=None):\n"
        "        return super().call(x, FLAG=training)\n\n\ny = Child()(x, training=True)"
    ),
    "of a subclass": "class Child(Net):\n    pass\n\n\ny = Child()(x, FLAG=True)",
    "of a compiled function": "run = tf.function(net)\ny = run(x, FLAG=True)",
    "beside what has the name too": "y = apply(net, Untouched()(x, is_training=True), is_training=False)",
}


def fixed(text: str) -> engine.Fixed:
    return engine.fix(SourceText(text), Settings(select=("KTP103",)), "net.py", unsafe=True)


def finding(text: str) -> Finding:
    [found] = engine.check(SourceText(text), Settings(select=("KTP103",)), "net.py")
    return found


@pytest.mark.parametrize("place", FOLLOW)
def test_call_follows(place: str) -> None:
    text = f"{HEAD}{FOLLOW[place]}\n".replace("FLAG", "is_training")
    assert fixed(text).text == f"{RENAMED}{FOLLOW[place]}\n".replace("FLAG", "training")


def test_subclass_with_a_call_of_its_own() -> None:
    child = (
        "class Child(Net):\n    def __init__(self):\n        super().__init__()\n"
        "        self.last = keras.layers.Dropout(0.5)\n\n"
        "    def call(self, x, FLAG=False):\n        x = super().call(x, FLAG=FLAG)\n"
        "        return self.last(x, training=FLAG)\n\n\ny = Child()(x, FLAG=True)\n"
    )
    text = HEAD + child.replace("FLAG", "is_training")
    assert [one.code for one in engine.check(SourceText(text), Settings(), "net.py")] == ["KTP103", "KTP103"]
    assert fixed(text).text == RENAMED + child.replace("FLAG", "training")


UNSEEN = {
    "def run(x, **options):\n    return net(x, **options)\n": "`net(…)` in line 33",
    "def run(model, x):\n    return model(x, is_training=True)\n": "`model(…)` in line 33",
    "class Loop:\n    def run(self, x):\n        self.model(x, is_training=True)\n": "`self.model(…)` in line 34",
}


@pytest.mark.parametrize("uses", UNSEEN)
def test_what_may_be_a_call_of_it_is_named(uses: str) -> None:
    plan = finding(HEAD + uses).fix
    assert plan is not None
    assert UNSEEN[uses] in plan.message
    assert fixed(HEAD + uses).text == RENAMED + uses


KEPT = {
    "another class keeps the name": (
        "nets = [net, Untouched()]\n\n\ndef run(x):\n    return [one(x, is_training=True) for one in nets]\n"
    ),
    "both names in one call": "y = net(x, training=True, is_training=True)\n",
    "a subclass takes it itself": (
        "class Child(Net):\n    def __call__(self, x, is_training=False):\n"
        "        return super().__call__(x, is_training=is_training)\n"
    ),
}


@pytest.mark.parametrize("why", KEPT)
def test_no_fix_where_a_call_would_break(why: str) -> None:
    assert finding(HEAD + KEPT[why]).fix is None


BLOCK = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, is_training=False):
        return self.drop(x, training=is_training)
"""
HOST = """\
import keras
from blocks import Block


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, CALLED)
"""
OLD_NAME_ELSEWHERE = {
    "in a model": HOST.replace("CALLED", "is_training=training"),
    "in a function": (
        "from blocks import Block\n\nblock = Block()\n\n\ndef run(x):\n    return block(x, is_training=True)\n"
    ),
    "in a dict": 'from blocks import Block\n\nx = [[1.0]]\ny = Block()(x, **{"is_training": True})\n',
    "in a function that gets it": (
        "from blocks import Block\n\n\ndef run(block, x):\n    return block(x, is_training=True)\n\n\nmake = Block\n"
    ),
    "in a subclass": (
        "from blocks import Block\n\n\nclass Doubled(Block):\n    def call(self, x, is_training=False):\n"
        "        return 2 * super().call(x, is_training=is_training)\n"
    ),
    "in a subclass that runs nothing of the parent": (
        "from blocks import Block\n\n\nclass Other(Block):\n    def call(self, x, is_training=False):\n"
        "        return self.drop(self.drop(x, training=is_training), training=is_training)\n"
    ),
}
NO_OLD_NAME_ELSEWHERE = {
    "no flag": HOST.replace(", CALLED", ""),
    "the name of another callee": HOST.replace(", CALLED", "").replace(
        "from blocks", "import tensorflow_addons as tfa\nfrom blocks"
    )
    + "\n\ny = tfa.image.cutout([[1.0]], is_training=True)\n",
    "not imported": HOST.replace("CALLED", "is_training=training").replace("from blocks", "from others"),
}


def _checked_beside(tmp_path: Path, other: str) -> Finding:
    (tmp_path / "blocks.py").write_text(BLOCK, encoding="utf-8")
    (tmp_path / "other.py").write_text(other, encoding="utf-8")
    source = SourceText(BLOCK)
    (one,) = engine.check(source, Settings(select=("KTP103",)), str(tmp_path / "blocks.py"))
    return one


@pytest.mark.parametrize("other", OLD_NAME_ELSEWHERE.values(), ids=OLD_NAME_ELSEWHERE.keys())
def test_no_fix_where_another_file_has_the_old_name(tmp_path: Path, other: str) -> None:
    found = _checked_beside(tmp_path, other)
    assert found.fix is None
    assert found.message.endswith(". Rename it to `training`, in `other.py` as well")
    assert len(found.message) <= 160
    # Where it is passed, it arrives; a subclass does not say that it is.
    assert found.severity is (Severity.BUG if "(Block):" in other else Severity.FRAGILE)


def test_a_flag_that_parts_are_given_under_its_name_is_meant() -> None:
    """A convention of the project: the layers of one file hand it to each other."""
    block = BLOCK.replace("is_training=False", "train_mode=True").replace("=is_training", "=train_mode")
    around = block.replace("class Block", "class Around").replace("keras.layers.Dropout(0.5)", "Block()")
    around = around.replace("training=train_mode", "train_mode=train_mode").replace("import keras\n", "")
    source = SourceText(block + around)
    assert engine.check(source, Settings(select=("KTP103",)), "blocks.py") == []


@pytest.mark.parametrize("other", NO_OLD_NAME_ELSEWHERE.values(), ids=NO_OLD_NAME_ELSEWHERE.keys())
def test_other_files_without_the_old_name(tmp_path: Path, other: str) -> None:
    found = _checked_beside(tmp_path, other)
    assert found.fix is not None
    assert found.message.endswith(". Rename it to `training`")


def test_a_subclass_does_not_part_from_its_parent(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(BLOCK, encoding="utf-8")
    both = HOST.replace("CALLED", "is_training=training") + (
        "\n\nclass Doubled(Block):\n    def call(self, x, is_training=False):\n"
        "        return 2 * super().call(x, is_training=is_training)\n"
    )
    (one,) = engine.check(SourceText(both), Settings(select=("KTP103",)), str(tmp_path / "model.py"))
    assert one.message.startswith("`Doubled.call` takes `is_training`")
    assert one.message.endswith("Rename it to `training`, in `blocks.py` as well")
    assert one.fix is None


def test_the_old_name_behind_a_package(tmp_path: Path) -> None:
    package = tmp_path / "parts"
    package.mkdir()
    (package / "__init__.py").write_text("from .blocks import Block\n", encoding="utf-8")
    (package / "blocks.py").write_text(BLOCK, encoding="utf-8")
    host = HOST.replace("CALLED", "is_training=training").replace("from blocks", "from parts")
    (tmp_path / "model.py").write_text(host, encoding="utf-8")
    (one,) = engine.check(SourceText(BLOCK), Settings(select=("KTP103",)), str(package / "blocks.py"))
    assert one.fix is None
    assert "in `model.py` as well" in one.message
