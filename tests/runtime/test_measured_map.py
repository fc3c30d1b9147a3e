"""Maps of what a trace has recorded, beside what the code says."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flake8_training_phase.maps.model import State
from flake8_training_phase.output.maps.json import as_json
from flake8_training_phase.runtime import trace_training
from flake8_training_phase.runtime.measured_map import measured_map
from tests.maps.models import FINE_TUNED, NESTED

np = pytest.importorskip("numpy")
keras = pytest.importorskip("keras")
ONES = np.ones((2, 8), "float32")


def module(folder: Path, text: str) -> ModuleType:
    path = folder / "its_model.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("its_model", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def words(cells: Any) -> str:
    return " ".join(f"{cell.state.value}{'!' if cell.wrong else ''}" for cell in cells)


def test_what_was_measured_agrees_with_what_the_code_says(tmp_path: Path) -> None:
    shown = measured_map(trace_training(module(tmp_path, FINE_TUNED).FineTuned(), ONES))
    assert shown.measured_on == f"Keras {keras.__version__}"
    backbone, dropout = shown.rows
    assert words(dropout.measured) == words(dropout.by_release[0]) == "infer! infer! infer infer infer"
    assert words(backbone.measured) == "infer infer infer infer infer"
    assert not any(row.differs for row in shown.walk())


HELD = """\
import keras
from keras import layers


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        inputs = keras.Input((8,))
        x = layers.BatchNormalization()(inputs, training=False)
        x = layers.BatchNormalization()(x)
        self.backbone = keras.Model(inputs, layers.Dropout(0.5)(x))

    def call(self, x, training=None):
        return self.backbone(x, training=training)
"""


def test_a_graph_that_a_class_holds_is_measured_layer_by_layer(tmp_path: Path) -> None:
    shown = measured_map(trace_training(module(tmp_path, HELD).Classifier(), ONES))
    [backbone] = shown.rows
    assert [row.layer for row in backbone.rows] == ["BatchNormalization", "BatchNormalization", "Dropout"]
    assert [words(row.by_release[0]) for row in backbone.rows] == [
        "train! train! infer infer infer",
        "train train infer infer infer",
        "train train infer infer infer",
    ]
    assert [words(row.measured) for row in backbone.rows] == ["train train infer infer infer"] * 3


def test_what_the_code_does_not_say_is_measured(tmp_path: Path) -> None:
    model = module(tmp_path, NESTED).Encoder(keras.layers.Dropout(0.5))
    shown = measured_map(trace_training(model, ONES))
    [*_, head] = shown.walk()
    assert head.call == "self.head"
    assert {cell.state for cell in head.by_release[0]} == {State.UNKNOWN}
    assert words(head.measured) == "train train infer infer infer"


def test_a_difference_is_marked(tmp_path: Path) -> None:
    model = module(tmp_path, FINE_TUNED).FineTuned()
    trace = trace_training(model, ONES)
    # The file says something else than what was run.
    (tmp_path / "its_model.py").write_text(FINE_TUNED.replace("self.dropout(x)", "self.dropout(x, training=training)"))
    shown = measured_map(trace)
    assert [row.call for row in shown.walk() if row.differs] == ["self.dropout"]
    assert "1 of 2 calls differs" in trace.to_html()


def test_a_difference_inside_a_layer_is_in_sight(tmp_path: Path) -> None:
    model = module(tmp_path, NESTED).Encoder(keras.layers.Dense(8))
    assert '<details class="inside"><summary><code>Block.call' in trace_training(model, ONES).to_html()
    model.block.norm.trainable = False
    page = trace_training(model, ONES).to_html()
    assert '<details class="inside" open><summary><code>Block.call' in page
    assert '<span class="infer differs">measured: not what the code says</span>' in page


def test_a_model_without_a_class_shows_what_was_measured() -> None:
    model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
    trace = trace_training(model, ONES)
    shown = measured_map(trace)
    assert shown.releases == ()
    assert [(row.call, row.layer, words(row.measured)) for row in shown.rows] == [
        ("layers[1]", "Dropout", "train train infer infer infer")
    ]
    assert shown.notes == ("only what was measured is shown: the model has no class of its own",)
    assert "layers[1]" in trace.to_html()


def test_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = trace_training(module(tmp_path, FINE_TUNED).FineTuned(), ONES).to_html()
    assert "all 2 calls agree" in page
    assert not re.search(r'(src|href)="(?!#)|@import|url\(', page)


EVALUATED = """\
import keras


class Scored(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)

    def train_step(self, data):
        return {"loss": keras.ops.sum(self(data[0], training=True))}

    def test_step(self, data):
        return {"score": keras.ops.sum(self(data[0], training=True))}
"""


def test_evaluate_has_a_column_where_it_was_run(tmp_path: Path) -> None:
    model = module(tmp_path, EVALUATED).Scored()
    trace = trace_training(model, ONES, targets=ONES, mode=["fit", "predict", "evaluate"])
    shown = measured_map(trace)
    [dropout] = shown.rows
    assert shown.measured_modes[-1] == "evaluate()"
    assert words(dropout.measured) == "train unknown unknown unknown infer train!"
    assert not dropout.differs  # The code is not asked what `evaluate` does.
    page = trace.to_html()
    assert page.count("<span>evaluate()</span>") == 2
    assert 'title="only measured"' in page
    assert "evaluate()" not in trace_training(model, ONES, mode="predict").to_html()
    data = json.loads(as_json([shown]))
    assert data["maps"][0]["calls"][0]["measured"]["evaluate()"]["wrong"]
