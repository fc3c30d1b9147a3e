"""The code that is written on the pages of the rules: a rule reports the example of its page, and not what the page
tells to write instead.

The examples under "Measured" are those of `tests/rules`, which `tests/test_rules_meta.py` checks and `tests/runtime`
runs.
"""

from __future__ import annotations

import re
from textwrap import indent

import pytest

from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule
from tests import generate_docs
from tests.rule_examples import bad_examples
from tests.test_rules_meta import reported

IMPORTS = """\
import functools
import keras
import tensorflow as tf
from keras.layers import Dropout
"""
LEGACY_IMPORTS = """\
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
"""

MAKES_LAYERS = """\
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)
        self.noise = keras.layers.GaussianNoise(0.1)
        self.norm = keras.layers.BatchNormalization()
        self.out = keras.layers.Dense(1)
        self.backbone = keras.Sequential([keras.layers.BatchNormalization()])
        self.is_training = False

"""
IN_A_MODEL = f"class Net(keras.Model):\n{MAKES_LAYERS}"
CLASSIFIER = f"{IN_A_MODEL}    def call(self, x, training=None):\n        return self.dropout(x, training=training)\n\n"

AROUND = {
    "KTP107": (
        "",
        f"\n{IN_A_MODEL}    @logged\n    def call(self, x, training=None):\n        return self.dropout(x)\n",
    ),
    "KTP109": (IN_A_MODEL.replace("keras.Model", "keras.layers.Layer"), ""),
    "KTP218": ("inputs = hidden = x = keras.Input((8,))\n", ""),
    "KTP301": (f"{CLASSIFIER}model = Net()\n\ndef train_step(x, y, loss_fn, optimizer):\n", ""),
    "KTP302": (CLASSIFIER, ""),
    "KTP304": (CLASSIFIER.replace("keras.Model", "keras.layers.Layer"), ""),
    "KTP306": ("noise = keras.layers.GaussianNoise(0.1)\ndataset = tf.data.Dataset.range(3)\n", ""),
    "KTP407": ("", "\nprint(int_shape(3))\n"),
    "KTP405": ("model = keras.Sequential()\n", ""),
}
"""What a page leaves out before and after its code, where that is not a model with some layers."""


def written(rule: Rule) -> list[str]:
    """The code on a page: what the rule reports, and what to write instead, in turn."""
    return re.findall(r"^```python\n(.*?)^```$", rule.page, re.MULTILINE | re.DOTALL)


def whole(rule: Rule, code: str, example: str) -> str:
    """A module of the code on a page: with what it leaves out, or with the method of the example that it replaces."""
    imports = LEGACY_IMPORTS if rule.code.startswith("KTP4") else IMPORTS
    if code.startswith("    def "):
        signature = code.partition("(")[0]
        code = re.sub(rf"^{signature}\(.*?(?=\n\n|\Z)", code.rstrip(), example, flags=re.MULTILINE | re.DOTALL)
    has_layers = "def __init__" in code
    if not has_layers:
        code = re.sub(r"^(class \w+\(keras\.(?:Model|layers\.Layer)\):\n)", rf"\1{MAKES_LAYERS}", code, flags=re.M)
    before, after = AROUND.get(rule.code, ("", ""))
    is_method = re.match(r"def \w+\(self", code)
    if is_method and not before:
        before = "class Net(keras.Model):\n" if has_layers else IN_A_MODEL
    is_inside = is_method or before.rstrip().endswith(":")
    return f"{imports}\n{before}{indent(code, '    ') if is_inside else code}{after}"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_the_code_on_a_page(rule: Rule) -> None:
    codes = written(rule)
    for example, instead in zip(codes[::2], codes[1::2], strict=True):
        assert [one.code for one in reported(rule, whole(rule, example, example))] == [rule.code], example
        assert reported(rule, whole(rule, instead, example)) == [], instead


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_no_other_code_is_on_a_page(rule: Rule) -> None:
    page = (generate_docs.PAGES / f"{rule.code}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    examples = [text.strip() for one in bad_examples(rule.code) for text in (one.bad, one.right)]
    assert blocks == [*(code.rstrip("\n") for code in written(rule)), *examples]
