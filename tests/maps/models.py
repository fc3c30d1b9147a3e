"""Models that the tests of maps look at."""

from __future__ import annotations

from textwrap import dedent

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.maps.model import Map, Row
from flake8_training_phase.maps.static import maps_of
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.text import SourceText

FINE_TUNED = """\
import keras


class FineTuned(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x)
"""

NESTED = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.1)

    def call(self, x, training=None):
        x = self.norm(x, training=training)
        return self.dropout(x)


class Encoder(keras.Model):
    def __init__(self, head):
        super().__init__()
        self.block = Block()
        self.head = head

    def call(self, x, training=None):
        x = self.block(x, training=training)
        return self.finish(x)

    def finish(self, x):
        return self.head(x)
"""


def the_map(text: str, name: str | None = None, keras: str = "all") -> Map:
    """The one map of a text."""
    [shown] = maps_of(Document("model.py", SourceText(dedent(text))), Settings(keras_versions=targets(keras)), name)
    return shown


def drawn(rows: tuple[Row, ...], release: int = -1, indent: str = "") -> list[str]:
    """Rows as lines: what is called, and the cells under one release (the newest)."""
    lines = []
    for row in rows:
        words = [f"{cell.state.value}{'!' if cell.wrong else ''}" for cell in row.by_release[release]]
        cells = "same" if set(words) == {"same"} else " ".join(words)
        name = " ".join(one for one in (row.call, row.layer) if one)
        lines += [f"{indent}{name}: {cells}", *drawn(row.rows, release, f"{indent}  ")]
    return lines


def long_model(blocks: int) -> str:
    """A model with four calls in each block, of which one is wrong in Keras 3."""
    calls = "".join(
        f"        x = self.conv{number}(x)\n        x = self.norm{number}(x, training=training)\n"
        f"        x = self.act{number}(x)\n        x = self.drop{number}(x, training=training)\n"
        for number in range(blocks)
    )
    made = "".join(
        f"        self.conv{number} = keras.layers.Conv2D(8, 3)\n"
        f"        self.norm{number} = keras.layers.BatchNormalization()\n"
        f"        self.act{number} = keras.layers.ReLU()\n        self.drop{number} = keras.layers.Dropout(0.1)\n"
        for number in range(blocks)
    )
    return (
        f"import keras\n\n\nclass Long(keras.Model):\n    def __init__(self):\n        super().__init__()\n{made}"
        f"        self.frozen = keras.layers.BatchNormalization()\n        self.last = keras.layers.Dropout(0.5)\n\n"
        f"    def call(self, x, training=None):\n{calls}        x = self.frozen(x, training=False)\n"
        f"        return self.last(x)\n"
    )
