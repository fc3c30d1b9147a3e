"""Catalogues of packages: what is read from sources, what a file of it means to those who name it in their settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flake8_training_phase import cli
from flake8_training_phase.catalogues.package import Package, catalogue_of
from flake8_training_phase.keras.packages import CatalogueError, parsed

SOURCES = {
    "__init__.py": "from my_lib.blocks import Block, Norm, Plain, Residual\nfrom my_lib.nets import Backbone\n",
    "blocks.py": """\
import keras


class Block(keras.layers.Layer):
    def __init__(self, units, rate=0.1):
        super().__init__()
        self.drop = keras.layers.Dropout(rate)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Norm(keras.layers.Layer):
    def __init__(self, use_norm=True, dropout=0.0):
        super().__init__()
        self.norm = keras.layers.BatchNormalization() if use_norm else None
        self.drop = keras.layers.Dropout(dropout)

    def call(self, x, training=None):
        if self.norm is not None:
            x = self.norm(x, training=training)
        return self.drop(x, training=training)


class Plain(keras.layers.Layer):
    def call(self, x):
        return x * 2


class Residual(keras.layers.Layer):
    def __init__(self, norm="batch"):
        super().__init__()
        self.norm = keras.layers.BatchNormalization() if norm == "batch" else keras.layers.LayerNormalization()

    def call(self, x, training=True):
        return x + self.norm(x, training=training)
""",
    "nets.py": """\
import keras
from my_lib.blocks import Block


def conv_net(depth=3, use_norm=True):
    x = inputs = keras.Input((None, None, 3))
    for _ in range(depth):
        x = keras.layers.Conv2D(8, 3)(x)
        if use_norm:
            x = keras.layers.BatchNormalization()(x)
    return keras.Model(inputs, x)


def dropping(rate=0.1):
    inputs = keras.Input((4,))
    return keras.Model(inputs, Block(8, rate)(inputs))


def plain():
    return keras.Sequential([keras.layers.Dense(4)])


def loaded(path):
    return keras.models.load_model(path)


def _inner():
    return dropping()


class Backbone(keras.Model):
    def __init__(self, dropout=0.0):
        inputs = keras.Input((4,))
        x = keras.layers.BatchNormalization()(inputs)
        super().__init__(inputs, keras.layers.Dropout(dropout)(x))
""",
    "tests/test_blocks.py": "import keras\n\n\nclass Tried(keras.Model):\n    pass\n",
    "broken.py": "import keras\n\nclass Broken(keras.Model\n",
}

USER = """\
import keras
import my_lib


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = my_lib.Backbone()

    def call(self, x):
        return self.body(x)
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The folder of a package."""
    for name, text in SOURCES.items():
        path = tmp_path / "lib" / "my_lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "lib" / "my_lib"


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of the catalogue of a package, by the names of classes."""
    found = json.loads(catalogue_of(Package(folder, "1.2")))
    return {one["name"]: one for one in found["layers"]}


def test_every_class_is_there_but_those_of_tests_and_of_broken_files(library: Path) -> None:
    classes = {"Block", "Norm", "Plain", "Residual", "Backbone"}
    assert entries(library).keys() == classes | {"conv_net", "dropping", "plain"}


def test_a_rate_decides(library: Path) -> None:
    assert entries(library)["Block"] == {
        "name": "Block",
        "at": ["my_lib", "my_lib.blocks"],
        "base": "Layer",
        "call": ["x", "training"],
        "depends": "arguments",
        "arguments": {"rate": [1, True]},
    }


def test_a_switch_decides_and_so_does_a_rate(library: Path) -> None:
    found = entries(library)["Norm"]
    assert (found["depends"], found["arguments"]) == ("arguments", {"use_norm": [0, True], "dropout": [1, False]})
    assert found["freezes"]


def test_what_does_nothing_depends_on_nothing(library: Path) -> None:
    assert entries(library)["Plain"]["depends"] == "nothing"


LEAVING = """
import keras


class Leaving(keras.layers.Layer):
    def __init__(self, flips=True):
        super().__init__()
        self.first = {first}
        self.flip = keras.layers.RandomFlip()

    def call(self, x{parameter}):
        {body}
"""


@pytest.mark.parametrize(
    ("first", "body", "leaves"),
    [
        ("keras.layers.Resizing(8, 8)", "return self.first(x)", {"3.6": True, "3.16": None}),
        ("keras.layers.Dropout(0.5)", "return self.first(x)", {"3.1": False, "3.16": None}),
        ("keras.layers.BatchNormalization()", "return self.first(x)", None),
        ("keras.layers.Dense(8)", "return self.first(x, training=True)", {"3.4": True}),
        # What it leaves depends on how it is made: it may leave nothing.
        ("keras.layers.Dense(8)", "return self.flip(x) if self.flips else self.first(x)", None),
    ],
)
def test_what_a_layer_leaves_in_an_empty_call_context(
    first: str, body: str, leaves: dict[str, bool | None] | None, tmp_path: Path
) -> None:
    folder = tmp_path / "leaving"
    folder.mkdir()
    (folder / "__init__.py").write_text(LEAVING.format(first=first, body=body, parameter=""))
    assert entries(folder)["Leaving"].get("leaves") == leaves


def test_what_takes_its_own_default_leaves_that(tmp_path: Path) -> None:
    folder = tmp_path / "leaving"
    folder.mkdir()
    told = "return self.first(x, training=training)"
    (folder / "__init__.py").write_text(
        LEAVING.format(first="keras.layers.Dropout(0.5)", body=told, parameter=", training=True")
    )
    assert entries(folder)["Leaving"]["training"] is True
    assert "leaves" not in entries(folder)["Leaving"]


def test_what_hangs_on_a_text_is_unknown(library: Path) -> None:
    found = entries(library)["Residual"]
    assert (found["depends"], found["training"]) == ("unknown", True)


def test_freezing_stops_normalization_and_leaves_dropout(library: Path) -> None:
    found = entries(library)["Backbone"]
    assert (found["base"], found["depends"], found["freezes"]) == ("Functional", "always", True)
    assert found["arguments"] == {"dropout": [0, False]}


def test_a_function_that_gives_a_model_is_told_of_as_a_class(library: Path) -> None:
    found = entries(library)
    assert found["conv_net"] == {
        "name": "conv_net",
        "at": ["my_lib.nets"],
        "base": "Functional",
        "depends": "arguments",
        "arguments": {"use_norm": [1, True]},
        "freezes": True,
        "weights": True,
    }
    assert (found["dropping"]["depends"], found["dropping"]["arguments"]) == ("arguments", {"rate": [0, True]})
    assert found["plain"]["depends"] == "nothing"


def test_a_function_may_have_parameters_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(
        "import keras\n\n\n"
        "def net(self, strengths, given=None):\n"
        "    inputs = keras.Input((8,))\n"
        "    return keras.Model(inputs, keras.layers.Dropout(0.5)(inputs))\n"
    )
    assert entries(tmp_path)["net"]["depends"] == "always"


def test_dropout_that_may_be_there_is_none_of_which_freezing_leaves_anything(library: Path) -> None:
    (library / "nets.py").write_text(
        "import keras\n\n\ndef net(rates):\n    x = inputs = keras.Input((4,))\n"
        "    x = keras.layers.BatchNormalization()(x)\n    if rates:\n        x = keras.layers.Dropout(rates[0])(x)\n"
        "    return keras.Model(inputs, x)\n"
    )
    found = entries(library)["net"]
    assert (found["depends"], found.get("freezes")) == ("always", True)


def test_what_hangs_on_an_argument_that_has_to_be_given_is_unknown(library: Path) -> None:
    (library / "nets.py").write_text(
        "import keras\n\n\ndef net(norm):\n    x = inputs = keras.Input((4,))\n    if norm:\n"
        "        x = keras.layers.BatchNormalization()(x)\n    x = keras.layers.Dense(2)(x)\n"
        "    return keras.Model(inputs, x)\n\n\n"
        "class Net(keras.layers.Layer):\n    def __init__(self, norm):\n        super().__init__()\n"
        "        self.norm = keras.layers.BatchNormalization() if norm else None\n\n"
        "    def call(self, x, training=None):\n        if self.norm is not None:\n"
        "            x = self.norm(x, training=training)\n        return x\n"
    )
    found = entries(library)
    assert "net" not in found
    assert found["Net"]["depends"] == "unknown"


HELD = """
import keras


class Called(keras.layers.Layer):
    def __init__(self, block, units, rate=0.0):
        super().__init__()
        self.block = block
        self.dense = keras.layers.Dense(units)
        self.drop = keras.layers.Dropout(rate)

    def call(self, x, training=None):
        return self.drop(self._run(self.dense(x)), training=training)

    def _run(self, x):
        return self.block(x)


class Several(Called):
    def __init__(self, blocks, units, rate=0.0):
        super().__init__(None, units, rate)
        self.blocks = blocks

    def _run(self, x):
        for one in self.blocks:
            x = one(x)
        return x


class Perhaps(Called):
    def __init__(self, units, rate=0.0, norm=None):
        super().__init__(norm, units, rate)

    def _run(self, x):
        return x if self.block is None else self.block(x)


class OfClass(Called):
    def __init__(self, units, norm_layer, rate=0.0):
        super().__init__(norm_layer(), units, rate)


class Encoder(keras.Model):
    def __init__(self, encoder, size, use_norm=False):
        inputs = keras.Input((size, size, 3))
        x = keras.Model(inputs=encoder.inputs, outputs=encoder.stages["P3"])(inputs)
        if use_norm:
            x = keras.layers.BatchNormalization()(x)
        super().__init__(inputs, x)


class Head(keras.Model):
    def __init__(self, encoder, size):
        inputs = keras.Input((size, size, 3))
        super().__init__(inputs, keras.layers.BatchNormalization()(encoder(inputs)))


class Task(keras.Model):
    def __init__(self, backbone, size):
        super().__init__(backbone.input, keras.layers.Dense(size)(backbone(backbone.input)))


class Masked(keras.Model):
    def __init__(self, backbone, size):
        inputs = {**backbone.input, "positions": keras.Input((None,))}
        x = backbone(backbone.input)
        super().__init__(inputs, keras.layers.Dot(1)([x["sequence"], inputs["positions"]]))


class Pooled(keras.Model):
    def __init__(self, backbone, pooling="avg"):
        if pooling == "avg":
            pooler = keras.layers.GlobalAveragePooling2D()
        elif pooling == "max":
            pooler = keras.layers.GlobalMaxPooling2D()
        else:
            raise ValueError(pooling)
        super().__init__(backbone.input, pooler(backbone(backbone.input)))


class Pooling(keras.Model):
    def __init__(self, pooling="avg"):
        inputs = keras.Input((4, 4, 3))
        if pooling == "avg":
            pooler = keras.layers.GlobalAveragePooling2D()
        elif pooling == "max":
            pooler = keras.layers.GlobalMaxPooling2D()
        else:
            raise ValueError(pooling)
        super().__init__(inputs, pooler(keras.layers.BatchNormalization()(inputs)))


class Chosen(keras.Model):
    def __init__(self, norm="batch"):
        inputs = keras.Input((4,))
        if norm == "batch":
            layer = keras.layers.BatchNormalization()
        elif norm == "layer":
            layer = keras.layers.LayerNormalization()
        else:
            raise ValueError(norm)
        super().__init__(inputs, layer(inputs))


class Merged(keras.Model):
    def __init__(self, weights="imagenet", merged=False):
        if weights is not None and merged:
            raise ValueError(weights)
        x = inputs = keras.Input((4,))
        x = keras.layers.Dense(2)(x)
        if not merged:
            x = keras.layers.BatchNormalization()(x)
        super().__init__(inputs, x)


class Loaded(keras.Model):
    def __init__(self, backbone, path):
        backbone = keras.models.load_model(path, {"backbone": backbone})
        super().__init__(backbone.input, keras.layers.Dense(2)(backbone(backbone.input)))


class Inner(keras.Model):
    def __init__(self, encoder):
        super().__init__(encoder.inputs, keras.layers.Dense(2)(encoder.stages["P3"]))


class Staged(keras.Model):
    def __init__(self, depth, stage=None):
        if stage not in ("plain", "dense"):
            raise ValueError(stage)
        inputs = keras.Input((4,))
        super().__init__(inputs, keras.layers.BatchNormalization()(keras.layers.Dense(depth)(inputs)))


class Segmenter(keras.Model):
    def __init__(self, backbone, classes):
        if not isinstance(backbone, keras.Model):
            raise ValueError(backbone)
        x = keras.layers.BatchNormalization()(backbone(backbone.input))
        x = keras.layers.Dropout(0.1)(x)
        super().__init__(backbone.input, keras.layers.Dense(classes)(x))


class Around(keras.layers.Layer):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, x):
        return self.layer(x)


class Preprocessor(keras.layers.Layer):
    def __init__(self, tokenizer, image_converter=None, loss=None):
        super().__init__()
        self.tokenizer, self.image_converter, self.loss = tokenizer, image_converter, loss

    def call(self, x):
        x = self.tokenizer(x)
        if self.image_converter:
            x = self.image_converter(x)
        return self.loss(x, x)


class Numbers(keras.layers.MultiHeadAttention):
    def __init__(self, heads, size, dropout=0.0, scale=None):
        super().__init__(heads, size, dropout=dropout)
        self.scale = scale

    def call(self, query, value, training=None):
        out, _ = self._compute_attention(query, value, value, training=training)
        return out if self.scale is None else out * self.scale


class Cached(keras.layers.MultiHeadAttention):
    def call(self, query, value):
        return self._output_dense(self._dropout_layer(query))
"""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Called", {"block": [0, True, "layer"], "rate": [2, False]}),
        ("Several", {"blocks": [0, True, False], "rate": [2, False]}),
        ("Perhaps", {"norm": [2, False, "layer"], "rate": [1, False]}),
        ("OfClass", {"norm_layer": [1, True, False], "rate": [2, False]}),
        ("Encoder", {"encoder": [0, True, False], "use_norm": [2, False]}),
        ("Head", {"encoder": [0, True, False]}),
        ("Task", {"backbone": [0, True, "layer"]}),
        ("Masked", {"backbone": [0, True, "layer"]}),
        ("Pooled", {"backbone": [0, True, "layer"]}),
        ("Around", {"layer": [0, True, "layer"]}),
        ("Numbers", {"dropout": [2, False]}),
        ("Cached", {"dropout": [3, False]}),
    ],
)
def test_an_argument_that_may_be_a_layer_may_decide_and_a_number_does_not(
    name: str, arguments: dict[str, object], library: Path
) -> None:
    (library / "nets.py").write_text(HELD)
    assert entries(library)[name]["arguments"] == arguments


@pytest.mark.parametrize("name", ["Loaded", "Inner"])
def test_a_graph_that_starts_at_something_unknown_may_hold_anything(name: str, library: Path) -> None:
    (library / "nets.py").write_text(HELD)
    assert entries(library)[name]["depends"] == "unknown"


@pytest.mark.parametrize(("name", "depends"), [("Chosen", "unknown"), ("Pooling", "always"), ("Merged", "unknown")])
def test_what_a_constructor_refuses_says_nothing_of_what_it_takes(name: str, depends: str, library: Path) -> None:
    (library / "nets.py").write_text(HELD)
    assert entries(library)[name]["depends"] == depends


def test_a_default_that_the_constructor_refuses_is_to_be_given(library: Path) -> None:
    (library / "nets.py").write_text(HELD)
    found = entries(library)["Staged"]
    assert (found["depends"], found["freezes"]) == ("always", True)


def test_dropout_stays_where_normalization_is_frozen_whatever_the_constructor_refuses(library: Path) -> None:
    (library / "nets.py").write_text(HELD)
    found = entries(library)["Segmenter"]
    assert (found["depends"], found.get("freezes")) == ("always", None)


def test_no_layers_are_what_tokenizes_converts_or_compares(library: Path) -> None:
    (library / "nets.py").write_text(HELD)
    assert entries(library)["Preprocessor"]["depends"] == "nothing"


CONFIGURED = """
import keras


class Config:
    def __init__(self, dropout=0.1, attention_dropout=0.0):
        self.dropout = dropout
        self.attention_dropout = attention_dropout


class StableDropout(keras.layers.Layer):
    def __init__(self, drop_prob):
        super().__init__()
        self.drop_prob = drop_prob

    def call(self, x, training=None):
        return keras.random.dropout(x, self.drop_prob) if training else x


class Attention(keras.layers.Layer):
    def __init__(self, config):
        super().__init__()
        self.drop = keras.layers.Dropout(config.attention_dropout)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Output(keras.layers.Layer):
    def __init__(self, config):
        super().__init__()
        self.drop = StableDropout(config.dropout)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Net(keras.Model):
    config_class = Config

    def __init__(self, config):
        super().__init__()
        self.attention, self.output_layer = Attention(config), Output(config)

    def call(self, x, training=None):
        return self.output_layer(self.attention(x, training=training), training=training)
"""


def test_a_configuration_is_that_of_the_models_beside(library: Path) -> None:
    (library / "nets.py").write_text(CONFIGURED)
    found = entries(library)
    depends = {name: found[name]["depends"] for name in ("Net", "Output", "Attention")}
    assert depends == {"Net": "always", "Output": "always", "Attention": "unknown"}


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        ("LayerNormalization", {"depends": "arguments", "arguments": {"drop_path_rate": [0, False]}}),
        (
            "BatchNormalization",
            {"depends": "always", "freezes": True, "arguments": {"drop_path_rate": [0, False]}},
        ),
    ],
)
def test_rates_that_are_worked_out_from_others_may_be_zero(
    norm: str, expected: dict[str, object], library: Path
) -> None:
    (library / "nets.py").write_text(
        "import keras\nimport numpy as np\n\n\nclass Net(keras.layers.Layer):\n"
        "    def __init__(self, drop_path_rate=0.0):\n        super().__init__()\n"
        f"        self.norm = keras.layers.{norm}()\n"
        "        rates = np.linspace(0.0, drop_path_rate, 4)\n"
        "        self.drops = [keras.layers.Dropout(rate) for rate in rates]\n\n"
        "    def call(self, x, training=None):\n        x = self.norm(x, training=training)\n"
        "        for drop in self.drops:\n            x = drop(x, training=training)\n        return x\n"
    )
    found = entries(library)["Net"]
    assert {key: found[key] for key in ("depends", "freezes", "arguments") if key in found} == expected


def test_a_catalogue_is_written_and_named_in_the_settings(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    Path("net.py").write_text(USER)
    Path("pyproject.toml").write_text('[tool.training-phase]\ncatalogues = ["my_lib.json"]\n')
    (library.parent / "pyproject.toml").write_text('[project]\nname = "my-lib"\nversion = "1.2"\n')
    assert cli.check(["--write-catalogue", str(library), "-o", "my_lib.json"]) == 0
    assert capsys.readouterr().out == "my_lib.json: 8 layers and models of my_lib\n"
    assert cli.check(["--no-cache", "-j1", "net.py"]) == 1
    assert "runs `self.body` (Backbone from my_lib 1.2, line 11) in inference mode" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "cannot be read: it is no catalogue that --write-catalogue wrote"),
        ('{"format": 99}', "cannot be read: it has the format 99, and 1 is needed: write it anew"),
    ],
)
def test_a_file_that_is_none_is_named(
    text: str | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(USER)
    if text is not None:
        Path("my_lib.json").write_text(text)
    assert cli.check(["--catalogues", "my_lib.json", "net.py"]) == 2
    told = capsys.readouterr().err
    assert "catalogues: " in told
    assert why in told


def test_a_package_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.check(["--write-catalogue", "my_lib"]) == 2
    assert "there is no folder `my_lib` here, nor in src" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["lib", "lib/src"])
def test_a_folder_around_a_package_is_none(
    place: str, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lib" / "pyproject.toml").write_text('[project]\nname = "my-lib"\n')
    (tmp_path / place).mkdir(exist_ok=True)
    library.rename(tmp_path / place / "my_lib")
    assert cli.check(["--write-catalogue", "lib"]) == 2
    assert f"lib is no package: give the folder that code imports, as {place}/my_lib" in capsys.readouterr().err


def test_an_entry_of_an_unknown_base_is_refused() -> None:
    with pytest.raises(CatalogueError):
        parsed(
            '{"format": 1, "package": "a", "release": "", "layers": [{"name": "A", "base": "Nothing", "at": ["a"]}]}'
        )
