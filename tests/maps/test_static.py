"""What maps say of code."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.maps.model import RowKind, State
from flake8_training_phase.maps.static import NoSuchModel, maps_of
from flake8_training_phase.output.maps.text import leak_told
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.documents import read_document
from flake8_training_phase.sources.notebooks import Notebook
from flake8_training_phase.sources.text import SourceText
from tests.maps.models import FINE_TUNED, NESTED, drawn, the_map
from tests.rule_examples import every_text

RIGHT = "train train infer infer infer"


def test_a_leaked_flag_has_its_origin() -> None:
    shown = the_map(FINE_TUNED)
    assert shown.releases == ("Keras 2", "Keras 3")
    assert drawn(shown.rows, 0) == [
        "self.backbone Sequential: infer infer infer infer infer",
        "  Dense: same",
        "  BatchNormalization: infer infer infer infer infer",
        f"self.dropout Dropout: {RIGHT}",
    ]
    assert drawn(shown.rows, 1)[-1] == "self.dropout Dropout: infer! infer! infer infer infer"
    backbone, dropout = shown.rows
    assert dropout.leaks == (backbone.number,)
    assert dropout.leaked_flags(backbone.number) == (False,)


def test_a_flag_that_takes_the_place_of_one_that_is_dropped_has_its_origin() -> None:
    text = """
        import keras

        class Plain(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.dropout = keras.layers.Dropout(0.5)

            def call(self, x):
                return self.dropout(x)

        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.backbone = keras.layers.BatchNormalization()
                self.plain = Plain()

            def call(self, x, training=None):
                x = self.backbone(x, training=False)
                return self.plain(x, training=training)
        """
    backbone, plain = the_map(text, "Model", keras="3.3").rows
    assert plain.leaks == (backbone.number,)
    _, plain = the_map(text, "Model", keras="3.15").rows
    assert plain.leaks == ()


def test_a_call_may_leak_one_flag_in_some_releases_and_the_other_in_others() -> None:
    text = """
        import keras
        import keras_hub

        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.base = keras_hub.models.DeepLabV3Backbone.from_preset("deeplab_v3_plus_resnet50_pascalvoc")
                self.norm = keras.layers.BatchNormalization()

            def call(self, x):
                return self.norm(self.base(x))
        """
    base, norm = the_map(text, "Model", keras="3.4+").rows
    assert norm.leaked_flags(base.number) == (False, True)
    assert leak_told(norm, base) == "training=False or training=True leaks from self.base, line 12"


def test_layers_and_helpers_are_nested_as_they_call() -> None:
    shown = the_map(NESTED)
    unknown = "unknown unknown unknown unknown unknown"
    assert drawn(shown.rows) == [
        f"self.block Block: {RIGHT}",
        f"  self.norm BatchNormalization: {RIGHT}",
        f"  self.dropout Dropout: {RIGHT}",
        f"self.finish: {unknown}",
        f"  self.head: {unknown}",
    ]
    block, finish = shown.rows
    assert [one.name for row in (block, finish) for one in row.functions] == ["Block.call", "Encoder.finish"]
    assert (block.place and block.place.line, finish.kind) == (22, RowKind.HELPER)


def test_unknown_has_a_reason() -> None:
    [*_, head] = the_map(NESTED).walk()
    assert {cell.reason for cells in head.by_release for cell in cells} == {
        "what `self.head` is cannot be read from the code"
    }


@pytest.mark.parametrize(
    ("signature", "call", "keras", "cells"),
    [
        ("x, training=None", "self.drop(x, training=training)", "all", RIGHT),
        ("x", "self.drop(x)", "2", RIGHT),
        ("x", "self.drop(x)", "3.1-3.9", "infer! infer! infer infer infer"),
        ("x", "self.drop(x)", "3.10+", "infer! train infer infer infer"),
        ("x, training=None", "self.drop(x, training=None)", "3.10+", "infer! infer! infer infer infer"),
        ("x, training=None", "self.drop(x, training=not training)", "all", "infer! infer! train! train! train!"),
        ("x, training=None", "self.drop(x, training=True)", "all", "train train train train train"),
        ("x, training=None", "self.drop(x, training)", "3", "raises! raises! raises! infer raises!"),
        ("x, training", "self.drop(x, training=training)", "3", "train train infer raises! infer"),
        ("x, training=None", "self.drop(x) if training else x", "all", "train train skipped skipped skipped"),
        ("x, training=None, mask=None", "self.drop(x, training=mask)", "all", " ".join(["unknown"] * 5)),
    ],
)
def test_the_mode_of_a_dropout(signature: str, call: str, keras: str, cells: str) -> None:
    text = f"""
        import keras

        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.drop = keras.layers.Dropout(0.5)

            def call(self, {signature}):
                return {call}
        """
    shown = the_map(text, keras=keras)
    [dropout] = [row for row in shown.rows if row.layer == "Dropout"]
    assert [drawn((dropout,), release) for release in range(len(shown.releases))] == [[f"self.drop Dropout: {cells}"]]


def test_a_plain_call_of_augmentation_is_not_marked() -> None:
    shown = the_map(FINE_TUNED.replace("Dropout(0.5)", "RandomFlip()").replace("training=False", "training=training"))
    assert not shown.rows[1].is_wrong


def test_a_training_step_says_how_fit_runs_the_model() -> None:
    step = """
    def train_step(self, data):
        return self(data{flag})
"""
    without = the_map(FINE_TUNED.replace("training=False", "training=training") + step.format(flag=""))
    assert drawn(without.rows[1:]) == ["self.dropout Dropout: infer! train infer infer infer"]
    assert without.notes == ("`fit()` runs `train_step` (line 14), which calls the model with no flag",)
    other = the_map(FINE_TUNED + step.replace("self(data", "self.net(data").format(flag=""))
    assert other.rows[1].by_release[-1][0].state is State.UNKNOWN
    assert other.notes == ("`fit()` runs `train_step` (line 14), which the map does not follow",)


def test_a_training_step_of_another_file_is_named_after_its_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    base = "import keras\n\n\nclass Trained(keras.Model):\n    def train_step(self, data):\n        return self(data)\n"
    (tmp_path / "trained.py").write_text(base)
    model = FINE_TUNED.replace("import keras", "import keras\nfrom trained import Trained").replace(
        "keras.Model", "Trained"
    )
    (tmp_path / "model.py").write_text(model)
    [shown] = maps_of(read_document(tmp_path / "model.py"), Settings())
    assert shown.notes == ("`fit()` runs `Trained.train_step`, which calls the model with no flag",)


def test_a_class_can_be_named() -> None:
    shown = the_map(NESTED, "Block")
    assert (shown.name, shown.is_model) == ("Block", False)
    assert shown.notes == ("a layer is shown inside a model that passes it the right flag",)
    with pytest.raises(NoSuchModel, match="no layer or model is named `Blok`; did you mean `Block`"):
        the_map(NESTED, "Blok")


def test_a_layer_of_another_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(NESTED)
    (tmp_path / "model.py").write_text(
        dedent("""
        import keras
        from blocks import Block

        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.block = Block()

            def call(self, x, training=None):
                return self.block(x, training=training)
        """)
    )
    [shown] = maps_of(read_document(tmp_path / "model.py"), Settings())
    inside = shown.rows[0].rows[0]
    assert inside.place is not None
    assert (Path(inside.place.file).name, inside.place.line) == ("blocks.py", 11)
    assert shown.rows[0].functions[0].lines[1][1] == "        x = self.norm(x, training=training)"


def test_the_parent_of_a_layer_of_another_file_is_made_with_what_this_one_gives(tmp_path: Path) -> None:
    (tmp_path / "attention.py").write_text(
        dedent("""
        import keras

        class Attention(keras.layers.MultiHeadAttention):
            def call(self, query, value, training=None):
                return super().call(query, value, training=training)
        """)
    )
    (tmp_path / "model.py").write_text(
        dedent("""
        import keras
        from attention import Attention

        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.attention = Attention(2, 8, dropout=0.5)

            def call(self, x, training=None):
                return self.attention(x, x, training=training)
        """)
    )
    [shown] = maps_of(read_document(tmp_path / "model.py"), Settings())
    [parent] = shown.rows[0].rows
    assert {cells[0].state for cells in parent.by_release} == {State.TRAIN}


def test_lines_of_a_notebook_are_those_of_its_cells() -> None:
    imports, _, rest = FINE_TUNED.partition("\n\n\n")
    [shown] = maps_of(Notebook.of_cells("model.ipynb", [imports, f"%time\n{rest}"]), Settings())
    assert [row.place and row.place.short for row in shown.rows] == ["2:9", "2:10"]
    assert shown.function.lines[1][1] == "        x = self.backbone(x, training=False)"


def test_a_class_that_holds_itself_ends() -> None:
    text = """
        import keras

        class Tree(keras.Model):
            def __init__(self, depth):
                super().__init__()
                self.drop = keras.layers.Dropout(0.5)
                self.child = Tree(depth - 1)

            def call(self, x, training=None):
                return self.child(self.drop(x, training=training), training=training)
        """
    assert drawn(the_map(text).rows)[0] == f"self.drop Dropout: {RIGHT}"


def test_layers_that_call_each_other_twice_end_soon() -> None:
    """What is nested more deeply than a map shows is told as a whole."""
    classes = "".join(
        f"class L{depth}(keras.layers.Layer):\n"
        f"    def __init__(self):\n        super().__init__()\n"
        f"        self.a, self.b = {made(depth)}, {made(depth)}\n\n"
        f"    def call(self, x, training=None):\n"
        f"        return self.b(self.a(x, training=training), training=training)\n\n\n"
        for depth in range(11)
    )
    shown = the_map(f"import keras\n\n\n{classes}", "L10", keras="3.15")
    assert sum(1 for _ in shown.walk()) < 1100
    assert {drawn((row,))[0].partition(": ")[2] for row in shown.walk()} == {RIGHT}


def made(depth: int) -> str:
    return f"L{depth - 1}()" if depth else "keras.layers.Dropout(0.5)"


@pytest.mark.parametrize("text", every_text())
def test_every_example_of_the_rules_has_maps(text: str) -> None:
    for shown in maps_of(Document("example.py", SourceText(text)), Settings(keras_versions=targets("all"))):
        numbers = [row.number for row in shown.walk()]
        assert numbers == list(range(1, len(numbers) + 1))
        for row in shown.walk():
            assert all(source < row.number for source in row.leaks)
