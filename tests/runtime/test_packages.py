"""The comparison of packages, over a sample: layers and models of the installed Keras."""

from __future__ import annotations

import importlib
import signal
from pathlib import Path
from typing import Any

import pytest

from flake8_training_phase.runtime.recording import Phase, Reason, Site, TracedCall
from tests.runtime.conftest import installed, need_keras
from tests.runtime.packages import hosts
from tests.runtime.packages.comparing import Verdict, false_findings, judged
from tests.runtime.packages.expressions import INPUT, Expression, Making, making_of
from tests.runtime.packages.known_packages import distribution
from tests.runtime.packages.recording import Entry, Workplace
from tests.runtime.packages.said import Analysis, Said, class_named
from tests.runtime.packages.signatures import constructions
from tests.runtime.packages.views import CATALOGUE, view_of
from tests.runtime.packages.written_tests import written_configurations

LAYERS = ("Dense", "Dropout", "BatchNormalization", "GaussianNoise", "SpatialDropout2D", "LSTM", "MultiHeadAttention")
MODELS = {
    "Sequential": "keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])",
    "Model": "(lambda x: keras.Model(x, keras.layers.Dropout(0.5)(keras.layers.BatchNormalization()(x))))"
    "(keras.Input((8,)))",
}


def recorded(place: Workplace, name: str, text: str) -> Entry:
    from tests.runtime.packages.at_work import made, traced  # They need numpy.

    written = [[{"text": text, "imports": ["import keras"]}, None]] if text else []
    module = "keras" if text else "keras.layers"
    found = made(module, name, written, {})
    assert "making" in found, found
    making = making_of(found["making"])
    file = place.write_hosts({"module": module, "name": name}, making, found["keras"])
    batch: dict[str, Any] = {"batch": hosts.batch(making), "imports": list(hosts.batch_imports(making))}
    traces = {host: traced(str(file), host, graphs=True, **batch) for host in hosts.HOSTS}
    return {"module": module, "name": name, "file": file.name, "hosts": traces}


@pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="the time limits need SIGPROF")
def test_layers_and_models_of_keras_do_what_is_said(tmp_path: Path) -> None:
    need_keras()
    place = Workplace(tmp_path, "", 3)
    place.sources.mkdir()
    place.alone.mkdir()
    named = {**dict.fromkeys(LAYERS, ""), **MODELS}
    entries = [recorded(place, name, text) for name, text in named.items()]
    assert not any(one["problems"] for entry in entries for one in entry["hosts"].values())
    view = view_of(entries, place.alone, str(installed("keras")), CATALOGUE)
    assert view.differences == {}
    assert view.false_findings == []
    # In a host without the flag every layer runs in inference mode in `fit`, Dense apart, which does not care.
    depending = len(named) - 1
    assert view.counts[Verdict.REPORTED] >= depending
    assert view.counts[Verdict.SILENT] >= 14 * depending


@pytest.mark.parametrize(
    ("host", "phase", "is_reported", "verdict"),
    [
        (hosts.WITH_FLAG, Phase.TRAINING, False, Verdict.SILENT),
        (hosts.WITH_FLAG, Phase.INFERENCE, False, Verdict.MISS),
        (hosts.WITHOUT_FLAG, Phase.INFERENCE, True, Verdict.REPORTED),
        (hosts.WITHOUT_FLAG, Phase.INFERENCE, False, Verdict.MISS),
        (hosts.WITHOUT_FLAG, Phase.TRAINING, False, Verdict.FALSE_ALARM),
    ],
)
def test_what_is_made_of_a_call(
    tmp_path: Path, host: str, phase: Phase, is_reported: bool, verdict: Verdict
) -> None:  # fmt: skip
    (tmp_path / "pyproject.toml").touch()
    making = Making(Expression("keras.layers.Dropout(0.5)"), (("", INPUT),), (Expression("x"),))
    file = tmp_path / "hosts.py"
    file.write_text(hosts.module(making, "keras"))
    lines = file.read_text().splitlines()
    line = lines.index(f"class {host}(keras.Model):") + 7
    assert lines[line - 1].strip().startswith("return self.layer(")
    site = Site(str(file), line)
    call = TracedCall("Dropout", "dropout", "layer", "fit", phase, False, site, (None, site))
    analysis = Analysis("3.15")
    findings = analysis.findings_in([file]) if is_reported else []
    [found] = judged(host, [call], analysis.hosts_in(file), findings)
    assert found.verdict is verdict


@pytest.mark.parametrize(("modes", "is_false"), [(("fit", "training=True"), True), (("training=True",), False)])
def test_a_layer_that_does_not_run_in_fit_is_wrong_there(
    tmp_path: Path, modes: tuple[str, ...], is_false: bool
) -> None:
    (tmp_path / "pyproject.toml").touch()
    file = tmp_path / "model.py"
    file.write_text(
        "import keras\n\n\n"
        "class Guarded(keras.layers.Layer):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.drop = keras.layers.Dropout(0.5)\n\n"
        "    def call(self, x, training=False):\n"
        "        return self.drop(x, training=training) if training else x\n\n\n"
        "class Model(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.layer = Guarded()\n\n"
        "    def call(self, x):\n"
        "        return self.layer(x)\n"
    )
    findings = Analysis("3.15").findings_in([file])
    assert [(one.code, one.severity) for one in findings] == [("KTP101", "bug")]
    through = (Site(str(file), 19), Site(str(file), 10))
    calls = [TracedCall("Dropout", "", "", one, Phase.TRAINING, False, through[-1], through) for one in modes]
    assert bool(false_findings(findings, calls, {str(file)})) is is_false


LEAKING = """\
import keras


class Resized(keras.Model):
    def __init__(self):
        image = keras.Input((4, 4, 3))
        resized = keras.layers.Resizing(8, 8)(image)
        super().__init__(image, keras.layers.BatchNormalization()(resized))


class Leaking(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.resize = keras.layers.Resizing(8, 8)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(self.resize(x))
"""


@pytest.mark.parametrize(
    ("layer", "origin", "verdict"),
    [
        ("BatchNormalization", None, Verdict.REPORTED),
        ("Dropout", None, Verdict.MISS),
        ("Dropout", 18, Verdict.REPORTED),
        ("Dropout", 7, Verdict.MISS),
    ],
)
def test_a_leak_is_reported_where_a_graph_is_made_or_where_the_flag_is_left_behind(
    tmp_path: Path, layer: str, origin: int | None, verdict: Verdict
) -> None:
    (tmp_path / "pyproject.toml").touch()
    file = tmp_path / "leaking.py"
    file.write_text(LEAKING)
    findings = Analysis("3.15").findings_in([file])
    assert {(one.code, one.first) for one in findings} == {("KTP201", 8), ("KTP201", 18)}
    reason = Reason("leaked", "KTP201", origin=None if origin is None else Site(str(file), origin))
    call = TracedCall(layer, "", "layers[2]", "no flag", Phase.TRAINING, False, None, (None,), reason)
    said = Said({hosts.ITSELF: []})
    [found] = judged(hosts.ITSELF, [call], said, findings, class_named(str(file), "Resized"))
    assert found.verdict is verdict


@pytest.mark.parametrize(("phase", "verdict"), [(Phase.TRAINING, Verdict.SILENT), (Phase.INFERENCE, Verdict.MISS)])
def test_no_map_speaks_of_dropout_by_hand(phase: Phase, verdict: Verdict) -> None:
    site = Site("block.py", 1)
    call = TracedCall("tf.nn.dropout", "", "Block", "fit", phase, False, site, (None, site), by_hand=True)
    [found] = judged(hosts.WITH_FLAG, [call], Said(), [])
    assert found.verdict is verdict


def test_configurations_are_read_from_tests(tmp_path: Path) -> None:
    (tmp_path / "block_test.py").write_text(
        "from package.block import Block\n\n\n"
        "class BlockTest(TestCase):\n"
        "    def setUp(self):\n"
        "        self.init_kwargs = {'units': 8, 'dropout': 0.5}\n\n"
        "    @parameterized.named_parameters(('wide', True))\n"
        "    def test_block(self, wide):\n"
        "        self.run_layer_test(cls=Block, init_kwargs=self.init_kwargs, input_data=ones((2, 8)))\n"
        "        inner = 4\n"
        "        Block(units=inner, wide=wide)\n"
    )
    imports = ("from package.block import Block",)
    assert written_configurations(tmp_path) == {
        "Block": [
            (Expression("Block(units=8, dropout=0.5)", imports), Expression("ones((2, 8))")),
            (Expression("Block(units=4, wide=True)", imports), None),
        ]
    }


class Sized:
    def __init__(self, *, units: int, dropout: float = 0.0) -> None:
        self.units = units


class Named(Sized):
    def __init__(self, title: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)


def test_what_a_constructor_passes_on_is_given_to_it() -> None:
    texts = [one.text for one in constructions(Named, "Named", "", {})]
    assert texts[0] == "Named()"
    assert "Named(units=8)" in texts


def test_a_configuration_is_of_what_stood_before_it(tmp_path: Path) -> None:
    (tmp_path / "block_tests.py").write_text(
        "from package import Block, Host\n\n\n"
        "class BlockTest(TestCase):\n"
        "    def test_block(self):\n"
        "        self.words = ['a', 'b']\n"
        "        self.words = dict(self.words)\n"
        "        sizes = {'units': 8, 'dropout': 0.5}\n"
        "        Host(block=Block(**{**sizes, 'units': 4}), units=sizes['units'], words=self.words)\n"
    )
    [host] = written_configurations(tmp_path)["Host"]
    assert host[0].text == "Host(block=Block(units=4, dropout=0.5), units=8, words=dict(['a', 'b']))"


def test_layers_inside_a_model_are_written_down() -> None:
    need_keras()
    keras: Any = importlib.import_module("keras")
    from tests.runtime.packages import inside

    found: dict[tuple[str, str], Making] = {}
    model = keras.Sequential([keras.layers.LayerNormalization(), keras.layers.GaussianDropout(0.3)])
    with inside.watched((keras.layers.Layer,), "keras", found):
        model(keras.ops.ones((2, 4)))
    dropout = next(one for (_, name), one in found.items() if name == "GaussianDropout")
    assert dropout.construction.text == "GaussianDropout(rate=0.5, seed=None)"
    assert dropout.inputs[0].text == "np.ones((2, 4), 'float32')"


def test_a_requirement_names_a_package() -> None:
    hub = distribution("keras-hub==0.18.1")
    assert (hub.module, hub.keras, hub.release.name) == ("keras_hub", 3, "keras-hub-0.18.1")
    assert hub.release.requirements == ("keras-hub==0.18.1", "tensorflow-cpu", "tf-keras")
    assert distribution("spektral").keras == 2
    with pytest.raises(ValueError, match="NAME==VERSION"):
        distribution("keras-hub>=1")
