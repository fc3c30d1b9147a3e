"""Maps of functional and Sequential models that are made in a function or at the top of a module."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.maps.model import State
from flake8_training_phase.maps.static import NoSuchModel, maps_of
from flake8_training_phase.output.maps.html import as_html
from flake8_training_phase.output.maps.text import TextStyle, text
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.documents import read_document
from flake8_training_phase.sources.text import SourceText
from tests.maps.models import FINE_TUNED, drawn, the_map
from tests.runtime.graph_patterns import BAKED, SPREADING
from tests.runtime.patterns import Pattern
from tests.runtime.phase_table import committed_cells

RIGHT = "train train infer infer infer"
RELEASES = {2: "2.21", 3: "3.15"}

CLASSIFIER = """\
import keras
from keras import layers


def make_classifier(classes):
    backbone = keras.applications.MobileNetV2(include_top=False)
    inputs = keras.Input((32, 32, 3))
    x = backbone(inputs, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(classes)(x))
"""

TEXT = """\
make_classifier  model.py:5

line  call                    given           fit()   True    False   no flag  predict()
   8  backbone MobileNetV2    training=False
        Keras 2                               infer   infer   infer   infer    infer
        Keras 3                               train!  train!  infer   infer    infer
   9  GlobalAveragePooling2D                  ·       ·       ·       ·        ·
  10  Dropout                                 train   train   infer   infer    infer
  11  Dense                                   ·       ·       ·       ·        ·

Keras 2: 0 of 2 mode-dependent calls run in the wrong mode
Keras 3: 1 of 2 mode-dependent calls runs in the wrong mode
note: Keras 3 replaces a constant `training=` in a functional model with the model's own (KTP218)
"""


def names(code: str) -> list[str]:
    document = Document("model.py", SourceText(dedent(code)))
    return [one.name for one in maps_of(document, Settings(keras_versions=targets("all")))]


def test_a_functional_model() -> None:
    shown = the_map(CLASSIFIER)
    assert text(shown, TextStyle(100)) == TEXT
    assert "<b>backbone</b>(inputs, training=False)" in as_html([shown])


@pytest.mark.parametrize(
    "made",
    [
        "net = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])",
        "net = keras.Sequential()\nnet.add(layers.Dense(8))\nnet.add(layers.Dropout(0.5))",
        "x = keras.Input((8,))\nnet = keras.Model(x, layers.Dropout(0.5)(layers.Dense(8)(x)))",
    ],
)
def test_a_model_at_the_top_of_a_module(made: str) -> None:
    shown = the_map(f"import keras\nfrom keras import layers\n\n{made}\n", "net")
    assert drawn(shown.rows) == ["Dense: same", f"Dropout: {RIGHT}"]
    assert shown.function.lines[-1][1] == made.splitlines()[-1] or "Sequential" in made


def test_what_other_models_run_is_shown_in_them() -> None:
    assert names("""
        import keras
        from keras import layers

        def autoencoder():
            x = keras.Input((8,))
            encoder = keras.Model(x, layers.Dropout(0.5)(x))
            return keras.Model(x, layers.Dense(8)(encoder(x)))

        class Trainer:
            def make_head(self):
                return keras.Sequential([layers.Dense(1)])
    """) == ["autoencoder", "Trainer.make_head"]


def test_what_a_class_runs_is_shown_in_it() -> None:
    assert names(FINE_TUNED) == ["FineTuned"]
    with_builder = FINE_TUNED.replace("keras.Sequential(", "backbone(").replace(
        "\n\n\nclass", "\n\n\ndef backbone(layers):\n    return keras.Sequential(layers)\n\n\nclass"
    )
    assert names(with_builder) == ["FineTuned"]


def test_a_part_can_be_named() -> None:
    code = CLASSIFIER.replace(
        "    return keras.Model(inputs, layers.Dense(classes)(x))",
        "    trunk = keras.Model(inputs, x)\n    return keras.Model(inputs, layers.Dense(classes)(trunk(inputs)))",
    )
    assert names(code) == ["make_classifier"]
    assert drawn(the_map(code, "make_classifier.trunk").rows)[-1] == f"Dropout: {RIGHT}"
    with pytest.raises(NoSuchModel, match="no layer or model is named `make`; did you mean `make_classifier"):
        the_map(code, "make")


def test_layers_run_in_the_order_of_keras() -> None:
    """The way of a residual connection that is nearer to the output runs later."""
    shown = the_map("""
        import keras
        from keras import layers

        x = keras.Input((8,))
        short = layers.Dense(8, name="short")(x)
        long = layers.Dropout(0.5)(layers.Dense(8)(x))
        net = keras.Model(x, layers.Add()([short, long]))
        """)
    assert [row.layer for row in shown.rows] == ["Dense", "Dense", "Dropout", "Add"]
    assert [row.place and row.place.line for row in shown.rows] == [7, 6, 7, 8]


@pytest.mark.parametrize("keras", [2, 3])
@pytest.mark.parametrize("pattern", [*BAKED, *SPREADING], ids=lambda one: one.row)
def test_cells_are_what_was_measured(pattern: Pattern, keras: int) -> None:
    """The map of the last layer, or of what is inside it, against the tables of what happens to `training`."""
    source, name = pattern.source, pattern.build.removesuffix("()")
    if pattern.build.startswith("keras.Sequential"):
        source, name = f"{source}\nmodel = {pattern.build}\n", "model"
    shown = the_map(source, name, keras=RELEASES[keras])
    measured = [cell.strip("*") for cell in committed_cells()[pattern.row, keras]]
    last = list(shown.walk())[-1] if name == "M" else shown.rows[-1]
    cells = last.by_release[0]
    assert [cell.state.value for cell in cells] == measured
    meant = pattern.right.split()
    if pattern.code is not None:
        assert [cell.wrong for cell in cells] == [one != right for one, right in zip(measured, meant, strict=True)]


HELD = """
    import keras
    from keras import layers


    def backbone():
        inputs = keras.Input((8,))
        x = layers.BatchNormalization()(inputs, training=False)
        return keras.Model(inputs, layers.Dropout(0.5)(x))


    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.backbone = backbone()
            self.head = layers.Dense(2)

        def call(self, x, training=None):
            return self.head(self.backbone(x, training=training))
"""


@pytest.mark.parametrize(
    ("keras", "normalization"),
    [("2", "infer infer infer infer infer"), ("3.1+", "train! train! infer infer infer")],
)
def test_a_constant_flag_in_a_graph_that_a_class_holds(keras: str, normalization: str) -> None:
    """What is in a graph is shown inside the class that holds it, with the reason where Keras replaces the flag."""
    shown = the_map(HELD, keras=keras)
    backbone = drawn(shown.rows)[1:3]
    assert backbone == [f"  BatchNormalization: {normalization}", f"  Dropout: {RIGHT}"]
    assert [row.place.line for row in shown.rows[0].rows if row.place] == [8, 9]
    replaced = "replaces a constant `training=` in a functional model with the model's own"
    assert any(replaced in note for note in shown.notes) is (keras != "2")


PARTS = """
# A part of a graph, in a file of its own.
import keras


def dropped(x):
    return keras.layers.Dropout(0.5)(x, training=True)


def backbone():
    inputs = keras.Input((8,))
    return keras.Model(inputs, dropped(inputs))
"""

NET = """\
import keras
from parts import backbone, dropped


def make():
    inputs = keras.Input((8,))
    return keras.Model(inputs, keras.layers.Dense(1)(dropped(inputs)))


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = backbone()

    def call(self, x, training=None):
        return self.backbone(x, training=training)
"""

ACROSS_FILES = """\
line  call                      given              fit()   True    False   no flag  predict()
  16  self.backbone Functional  training=training  train   train   infer!  train    infer!
      in parts.py:
   7    Dropout                 training=True      train   train   infer!  train    infer!
"""


def test_a_graph_that_another_file_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines are those of the file that makes the calls, which is named."""
    monkeypatch.chdir(tmp_path)
    for name, code in (("parts.py", PARTS), ("net.py", NET)):
        Path(name).write_text(code)
    settings = Settings(keras_versions=targets("3.15"))
    net, made = maps_of(read_document(Path("net.py")), settings)
    places = [row.place and (Path(row.place.file).name, row.place.line) for row in made.rows]
    assert places == [("parts.py", 7), ("net.py", 7)]
    assert ACROSS_FILES in text(net, TextStyle(100)).replace(f"{tmp_path}/", "")
    assert '<span class="layer">in parts.py</span>' in as_html([net])


def test_a_constant_flag_in_a_graph_leaks_from_it() -> None:
    """Measured on Keras 3.15.1: in a plain call the True of the graph reaches the normalization after it."""
    code = HELD.replace("layers.BatchNormalization()(inputs, training=False)", "layers.Dense(8)(inputs)")
    code = code.replace("layers.Dropout(0.5)(x)", "layers.Dropout(0.5)(x, training=True)")
    code = code.replace("layers.Dense(2)", "layers.BatchNormalization()")
    assert [row.split(": ")[1] for row in drawn(the_map(code, keras="3.15").rows)] == [
        "train train infer! train infer!",
        "same",
        "train train infer! train infer!",
        "train train infer train! infer",
    ]
    assert drawn(the_map(code, keras="2").rows)[-1].endswith(RIGHT)
    assert the_map(code, keras="3.15").rows[1].leaks == (1,)


def test_a_constant_flag_in_a_graph_leaks_from_a_layer_that_holds_it() -> None:
    """Measured on Keras 3.15.1: in a plain call the True of the graph reaches the last dropout, two classes away."""
    code = """
        import keras


        def make_base():
            inputs = keras.Input((8,))
            return keras.Model(inputs, keras.layers.BatchNormalization()(inputs, training=True))


        class Inner(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.base = make_base()

            def call(self, x, training=None):
                return self.base(x)


        class Outer(keras.Model):
            def __init__(self):
                super().__init__()
                self.inner = Inner()
                self.drop = keras.layers.Dropout(0.5)

            def call(self, x, training=None):
                return self.drop(self.inner(x))
        """
    outer = the_map(code, "Outer", keras="3.15")
    assert drawn(outer.rows)[-1].endswith("train train infer train! infer")
    assert outer.rows[-1].leaks == (1,)


def test_a_graph_with_a_constant_flag_in_another_graph() -> None:
    code = """
        import keras
        from keras import layers


        def make():
            x = keras.Input((8,))
            inner = keras.Model(x, layers.Dropout(0.5)(x, training=True))
            y = keras.Input((8,))
            return keras.Model(y, inner(y))
    """
    assert drawn(the_map(code, "make", keras="2").rows)[-1] == "  Dropout: train train train train train"
    assert drawn(the_map(code, "make", keras="3.15").rows)[-1] == "  Dropout: train train infer! train infer!"


def test_a_graph_with_an_unknown_layer() -> None:
    [layer] = the_map("""
        import keras

        def make(layer):
            x = keras.Input((8,))
            return keras.Model(x, layer(x))
        """).rows
    assert {cell.state for cells in layer.by_release for cell in cells} == {State.UNKNOWN}
    assert {cell.reason for cells in layer.by_release for cell in cells} == {
        "what `layer` is cannot be read from the code"
    }
