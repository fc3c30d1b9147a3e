"""Measures patterns that users meet, for the tables of `docs/what-happens-to-training.md`.

Run `python -m tests.runtime.phase_table` from the root of the repository to write the tables, with `--check` to
compare them with what the installed `keras` and `tf_keras` do.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.generate_docs import MODES, read, table
from tests.runtime.conftest import installed
from tests.runtime.graph_patterns import BAKED, BUILT, PARENTS, SPREADING
from tests.runtime.measure import stop_workers
from tests.runtime.patterns import ALWAYS_ON, Pattern, fact, model

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "what-happens-to-training.md"
BEGIN, END = "<!-- phase table -->", "<!-- /phase table -->"
COMMENT = "<!-- Made by `python -m tests.runtime.phase_table`: do not edit by hand. -->"
PACKAGES = {2: "tf_keras", 3: "keras"}

DROPOUT = "self.dropout = keras.layers.Dropout(0.5)"
NORM = "self.norm = keras.layers.BatchNormalization()"
FORWARDING = """
def call(self, x, training=None):
    return self.dropout(x, training=training)
"""
BLOCK_WITHOUT = """
class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)
"""
BLOCK_WITH = """
class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
"""

GROUPS: Mapping[str, Sequence[Pattern]] = {
    "Everything named and passed on": (
        Pattern(
            "21.1", "`call(self, x, training=None)`, `training=training` to every layer", model(DROPOUT, FORWARDING)
        ),
    ),
    "The flag is not in the signature": (
        Pattern(
            "1a",
            "a model whose `call` has no `training`",
            fact("model without training is fitted without a flag"),
            code="KTP101",
        ),
        Pattern(
            "1f",
            "the same; its layer takes and forwards the flag",
            model("self.block = Block()", "def call(self, x):\n    return self.block(x)", BLOCK_WITH),
            layer="block.dropout",
            code="KTP101",
        ),
        Pattern(
            "3e",
            "the same; a layer without `training` around one that forwards it",
            fact("a right layer inside wrong ones gets no flag either"),
            layer="outer.inner.dropout",
            code="KTP101",
        ),
        Pattern(
            "11b",
            "the same; the layer is called by a helper method",
            fact("a helper without a flag in a model without training"),
            code="KTP101",
        ),
        Pattern(
            "12b",
            "the same; layers in a list",
            fact("layers in a list of a model without training"),
            layer="blocks[1].dropout",
            code="KTP101",
        ),
        Pattern(
            "13b",
            "the same; a `Sequential` inside",
            fact("a Sequential in a model without training"),
            layer="body",
            code="KTP101",
        ),
        Pattern(
            "1b",
            "a layer whose `call` has no `training`, in a functional model",
            f"\nimport keras\n\n{BLOCK_WITHOUT}",
            code="KTP102",
            build="Block()",
        ),
        Pattern(
            "1c",
            "the same layer in a `Sequential`",
            f"\nimport keras\n\n{BLOCK_WITHOUT}",
            layer="layers[-1].dropout",
            code="KTP102",
            build="keras.Sequential([Block()])",
        ),
        Pattern(
            "1e",
            "the same layer, called with `training=training`",
            model(
                "self.block = Block()",
                "def call(self, x, training=None):\n    return self.block(x, training=training)",
                BLOCK_WITHOUT,
            ),
            layer="block.dropout",
            code="KTP102",
        ),
        Pattern(
            "7e",
            "the same layer, called with `training=True` (always on is meant)",
            model(
                "self.block = Block()",
                "def call(self, x, training=None):\n    return self.block(x, training=True)",
                BLOCK_WITHOUT,
            ),
            layer="block.dropout",
            code="KTP102",
            right=ALWAYS_ON,
        ),
    ),
    "The flag is in the signature, in another way": (
        Pattern(
            "4:is_training=None",
            "`call(self, x, is_training=None)`, `training=is_training`",
            model(DROPOUT, "def call(self, x, is_training=None):\n    return self.dropout(x, training=is_training)"),
            code="KTP103",
        ),
        Pattern(
            "4:is_training=False",
            "`call(self, x, is_training=False)`, `training=is_training`",
            fact("a flag of another name is never filled"),
            code="KTP103",
        ),
        Pattern(
            "5T.fwd",
            "`call(self, x, training=True)`, forwarded",
            fact("a default of True rules the call without a flag"),
            layer="norm",
            code="KTP104",
        ),
        Pattern("15b", "`call(self, x, training)` of a model", fact("training is required"), code="KTP105"),
        Pattern(
            "15c",
            "`call(self, x, training)` of a layer that is called without it",
            model(
                "self.block = Block()",
                "def call(self, x, training=None):\n    return self.block(x)",
                BLOCK_WITH.replace("training=None", "training"),
            ),
            layer="block.dropout",
            code="KTP105",
        ),
        Pattern(
            "14f",
            '`call(self, x, **kwargs)`, `training=kwargs.get("training")`',
            model(DROPOUT, 'def call(self, x, **kwargs):\n    return self.dropout(x, training=kwargs.get("training"))'),
            code="KTP106",
        ),
        Pattern(
            "14g",
            "`call(self, x, **kwargs)`, `self.dropout(x, **kwargs)`",
            model(DROPOUT, "def call(self, x, **kwargs):\n    return self.dropout(x, **kwargs)"),
            code="KTP106",
        ),
        Pattern(
            "20c",
            "a decorator of `call` without `functools.wraps`",
            model(
                DROPOUT,
                f"@logged{FORWARDING}",
                """
def logged(function):
    def wrapper(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    return wrapper
""",
            ),
            code="KTP107",
        ),
    ),
    "The flag is there, and a layer is called without it": (
        Pattern(
            "2a",
            "`call(self, x, training=None)`, nothing forwarded",
            fact("the context forwards what the signature takes"),
            code="KTP202",
        ),
        Pattern(
            "3d",
            "the same; the layer inside forwards to its own",
            model("self.block = Block()", "def call(self, x, training=None):\n    return self.block(x)", BLOCK_WITH),
            layer="block.dropout",
            code="KTP202",
        ),
        Pattern(
            "13a",
            "the same; a `Sequential` inside",
            model(
                "self.body = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])",
                "def call(self, x, training=None):\n    return self.body(x)",
            ),
            layer="body",
            code="KTP202",
        ),
        Pattern(
            "7c2",
            "a dropout after `self.norm(x, training=False)`",
            fact("a constant for one layer reaches the next"),
            code="KTP201",
        ),
        Pattern(
            "7m",
            "a dropout after a frozen backbone, `self.backbone(x, training=False)`",
            fact("a frozen backbone switches its head off"),
            code="KTP201",
        ),
        Pattern(
            "E11",
            "a dropout after a layer that freezes one of its own inside",
            fact("a constant inside a layer reaches what follows that layer"),
            code="KTP201",
        ),
        Pattern(
            "7a2",
            "a batch normalization after `self.dropout(x, training=True)`",
            model(
                f"{DROPOUT}\n{NORM}",
                "def call(self, x, training=None):\n    return self.norm(self.dropout(x, training=True))",
            ),
            layer="norm",
            code="KTP201",
        ),
        Pattern(
            "22b",
            "a dropout after `self.other_dropout(x, training=True)`",
            model(
                f"self.other_dropout = keras.layers.Dropout(0.5)\n{DROPOUT}",
                "def call(self, x, training=None):\n    return self.dropout(self.other_dropout(x, training=True))",
            ),
            code="KTP201",
        ),
        Pattern(
            "22e",
            "a dropout after a layer of your own with the default `training=True`",
            fact("a default of True reaches the next layer"),
            code="KTP201",
        ),
        Pattern(
            "E3.RandomFlip",
            "a dropout after `self.flip(x)`, a `RandomFlip`",
            model(
                f"self.flip = keras.layers.RandomFlip()\n{DROPOUT}",
                "def call(self, x, training=None):\n    return self.dropout(self.flip(x))",
            ),
            code="KTP201",
            shape=(8, 8, 3),
        ),
        Pattern(
            "11a",
            "a helper method without the parameter: `self.block(x)`",
            fact("a helper without a flag has the context of call"),
            code="KTP210",
        ),
        Pattern(
            "14a",
            "`super().call(x)`, the parent takes `training=None` and forwards it",
            fact("super().call without the flag, the parent's default is None"),
            code="KTP209",
        ),
        Pattern(
            "8a",
            "`self.dropout.call(x)`",
            model(DROPOUT, "def call(self, x, training=None):\n    return self.dropout.call(x)"),
            code="KTP208",
        ),
        Pattern(
            "E30",
            "a `tf_keras` dropout in a `keras` model",
            model(
                "self.dropout = tf_keras.layers.Dropout(0.5)",
                "def call(self, x, training=None):\n    return self.dropout(x)",
                "import tf_keras",
            ).replace("import keras\n\n\nimport", "import keras\nimport"),
            code="KTP216",
            keras=(3,),
        ),
    ),
    "The flag is passed, but not the one that `call` was given": (
        Pattern(
            "22c",
            "`self.dropout(x, training=None)`",
            model(DROPOUT, "def call(self, x, training=None):\n    return self.dropout(x, training=None)"),
            code="KTP204",
        ),
        Pattern(
            "11c",
            "a helper method with the default `training=None`, called without it",
            fact("the default None of a helper is a flag under Keras 3"),
            code="KTP210",
        ),
        Pattern(
            "11d",
            "a helper method with the default `training=False`, called without it",
            fact("the default False of a helper is a flag"),
            code="KTP210",
        ),
        Pattern(
            "22v",
            "by position: `self.dropout(x, training)`",
            model(DROPOUT, "def call(self, x, training=None):\n    return self.dropout(x, training)"),
            code="KTP203",
        ),
        Pattern(
            "22o",
            "`self.dropout(x, training=not training)`",
            model(DROPOUT, "def call(self, x, training=None):\n    return self.dropout(x, training=not training)"),
            code="KTP214",
        ),
        Pattern(
            "22k",
            "`self.dropout(x, training=self.is_training)`, set in `__init__`",
            model(
                f"{DROPOUT}\nself.is_training = False",
                "def call(self, x, training=None):\n    return self.dropout(x, training=self.is_training)",
            ),
            code="KTP215",
        ),
        Pattern(
            "17",
            "`self.dropout(x, training=keras.backend.learning_phase())`",
            fact("the learning phase is read as 0 in fit"),
            code="KTP401",
        ),
        Pattern(
            "22n",
            "`if training is None: training = keras.backend.learning_phase()`",
            fact("the learning phase where there is no flag"),
            code="KTP401",
        ),
    ),
    "Layers that run only in training, or always": (
        Pattern(
            "6a",
            "a dropout under `if training:` (harmless)",
            model(
                DROPOUT,
                """
def call(self, x, training=None):
    if training:
        x = self.dropout(x, training=training)
    return x
""",
            ),
            code="KTP206",
            right="train train skipped skipped skipped",
        ),
        Pattern(
            "6c",
            "a batch normalization under `if training:`",
            fact("a guard around dropout and around normalization"),
            layer="norm",
            code="KTP205",
        ),
        Pattern("10a", "`tf.nn.dropout(x, 0.5)`", fact("functional dropout drops always"), layer="", code="KTP211"),
        Pattern("22j", "a layer that is made inside `call`", fact("a layer made inside call"), layer="", code="KTP212"),
        Pattern(
            "E17",
            "`super().call(x, training=True)` in a Dropout of your own (Monte Carlo dropout)",
            """
import keras


class MonteCarloDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)
""",
            layer="layers[-1]",
            right=ALWAYS_ON,
            build="keras.Sequential([MonteCarloDropout(0.5)])",
        ),
        Pattern(
            "18b",
            "a dropout after a normalization with `trainable = False`, the flag forwarded",
            model(
                f"{NORM}\nself.norm.trainable = False\n{DROPOUT}",
                """
def call(self, x, training=None):
    return self.dropout(self.norm(x, training=training), training=training)
""",
            ),
        ),
    ),
    "A constant flag in a functional model": BAKED,
    "A default of True in a functional model or a `Sequential`": SPREADING,
    "Built by its first call, and called again after `fit()`": BUILT,
    "A subclass that runs what it was given": PARENTS,
    "Who calls the model": (
        Pattern(
            "16a",
            "`self(x)` in `train_step`",
            "\nimport tensorflow as tf"
            + model(
                f"{NORM}\n{DROPOUT}",
                """
def call(self, x, training=None):
    return self.dropout(self.norm(x, training=training), training=training)

def train_step(self, data):
    x, y = data
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - self(x)) ** 2)
    gradients = tape.gradient(loss, self.trainable_variables)
    self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
    return {"loss": loss}
""",
            ),
            code="KTP301",
        ),
        Pattern(
            "20g",
            "`__call__(self, x, training=None)` that calls `super().__call__(x)`",
            model(
                DROPOUT,
                f"def __call__(self, x, training=None):\n    return super().__call__(x)\n{FORWARDING}",
            ),
            code="KTP304",
        ),
    ),
}
PATTERNS = [pattern for patterns in GROUPS.values() for pattern in patterns]

Cells = Mapping[tuple[str, int], Sequence[str]]
"""What is in the table, by row and generation."""
Versions = Mapping[int, str | None]


def measured_cells() -> Cells:
    """The cells as the installed packages give them."""
    for keras in PACKAGES:
        for pattern in PATTERNS:
            if keras in pattern.keras:
                pattern.case(keras).start()
    return {
        (pattern.row, keras): pattern.cells(pattern.case(keras).start().result().words)
        for pattern in PATTERNS
        for keras in pattern.keras
    }


def installed_versions() -> Versions:
    """The versions of `tf_keras` and `keras`; None for what is not installed."""
    return {keras: installed(package) for keras, package in PACKAGES.items()}


def block(cells: Cells, versions: Versions) -> str:
    """What is between the marks, which are included."""
    head = ["Row", "Pattern", "Keras", *MODES]
    titles = {keras: f"{package} {versions[keras]}" for keras, package in PACKAGES.items()}
    parts = [BEGIN, COMMENT]
    for heading, patterns in GROUPS.items():
        rows = [
            [one.row, _linked(one), titles[keras], *cells[one.row, keras]]
            for one in patterns
            for keras in PACKAGES
            if (one.row, keras) in cells
        ]
        parts += [f"### {heading}", table([head, *rows])]
    return "\n\n".join([*parts, END])


def _linked(pattern: Pattern) -> str:
    link = f" ([{pattern.code}](rules/{pattern.code}.md))" if pattern.code else ""
    return pattern.title + link


def committed_block() -> str:
    """The block in the page. Raises ValueError when its marks are missing."""
    found = re.search(f"{re.escape(BEGIN)}.*?{re.escape(END)}", read(PAGE), re.DOTALL)
    if found is None:
        raise ValueError(f"{PAGE.name} has no {BEGIN} … {END}")
    return found[0]


def committed_versions() -> Versions:
    """The versions that the rows of the tables name."""
    text = committed_block()
    found = {keras: re.search(rf"\| {package} (\S+) \|", text) for keras, package in PACKAGES.items()}
    return {keras: match[1] if match else None for keras, match in found.items()}


def committed_cells() -> Cells:
    """The cells in the page."""
    rows = [line.strip("| ").split(" | ") for line in committed_block().splitlines() if line.startswith("| ")]
    keras = {package: major for major, package in PACKAGES.items()}
    return {(row[0], keras[package]): row[3:] for row in rows if (package := row[2].partition(" ")[0]) in keras}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the tables; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.phase_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say whether the tables are out of date")
    check = parser.parse_args(arguments).check
    versions = installed_versions()
    missing = [package for package in ("tensorflow", *PACKAGES.values()) if installed(package) is None]
    if missing:
        parser.error(f"measuring Keras needs {', '.join(missing)}")
    before = committed_block()
    after = block(measured_cells(), versions)
    stop_workers()
    if before == after:
        return 0
    print(f"{PAGE.relative_to(ROOT)} {'is out of date' if check else 'written'}")
    if check:
        changed = set(before.splitlines()) ^ set(after.splitlines())
        print(*(line for line in (before + "\n" + after).splitlines() if line in changed), sep="\n")
        return 1
    PAGE.write_text(read(PAGE).replace(before, after), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
