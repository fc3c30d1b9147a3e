"""The other place that a finding is about."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding, Position
from flake8_training_phase.runs.cache import Cache, Kept
from flake8_training_phase.sources.text import SourceText

POISONED = """\
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


def only_finding(text: str, filename: str = "model.py") -> Finding:
    [finding] = engine.check(SourceText(text), Settings(), filename)
    return finding


def test_a_poisoned_layer_names_the_line_that_leaks() -> None:
    related = only_finding(POISONED).related
    assert related is not None
    assert related.message == "`self.backbone` leaks its flag to the layers called after it"
    assert (related.start, related.end) == (Position(11, 12), Position(11, 44))


def test_a_signature_names_the_layer_that_is_told_nothing() -> None:
    related = only_finding(POISONED.replace(", training=None", "").replace(", training=False", "")).related
    assert related is not None
    assert related.start.row == 11


def test_a_place_in_another_file_is_none_in_this_one(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("def run(layer, x):\n    return layer(x, training=False)\n")
    text = POISONED.replace("self.backbone(x, training=False)", "run(self.backbone, x)")
    found = only_finding(f"from helpers import run\n{text}", str(tmp_path / "model.py"))
    assert (found.code, found.related) == ("KTP201", None)


def test_it_is_kept_for_later_runs(tmp_path: Path) -> None:
    finding = only_finding(POISONED)
    cache = Cache(tmp_path)
    cache.load(["/m.py"])
    cache.keep([Kept("/m.py", "key", "digest", (finding,), frozenset())])
    again = Cache(tmp_path)
    again.load(["/m.py"])
    kept = again.kept("/m.py", "key", "digest")
    assert kept is not None
    assert kept.findings[0].related == finding.related
