"""A leaked flag, as `training-phase-map` draws it."""

from __future__ import annotations

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.maps.static import maps_of
from flake8_training_phase.output.maps.svg import as_svg
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.text import SourceText

MODEL = """\
import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.applications.ResNet50(include_top=False)
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)
        self.head = keras.layers.Dense(10)

    def call(self, images, training=None):
        x = self.backbone(images, training=False)
        x = self.norm(x)
        x = self.dropout(x)
        return self.head(x)
"""


def leaked_flag() -> str:
    """The picture."""
    [shown] = maps_of(Document("classifier.py", SourceText(MODEL)), Settings())
    return as_svg(shown)
