"""Describe every public layer of Keras 2 (`tf_keras`) and Keras 3 (`keras`) from the installed packages.

Run `python -m tests.runtime.layer_catalogue` from the root of the repository to write
`flake8_training_phase/keras/layers.json`, with `--check` to compare that file with what the packages say. What older
releases say otherwise stands in its `earlier`: `--history PYTHON …` writes that, from interpreters with one release of
Keras 3 each (`tests/runtime/version_matrix.py` makes them).

Names, parents, parameters, defaults and positions are read from the classes. Whether a layer depends on
`training` is measured: two equally seeded copies run on the same input, one with True and one with False, and
their outputs and weights are compared. Only how to construct a layer and what to feed it is kept here.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

LAYERS_JSON = Path(__file__).parents[2] / "flake8_training_phase" / "keras" / "layers.json"
NAMESPACES = {
    "2": ("layers", "layers.experimental", "layers.experimental.preprocessing", "models", "experimental"),
    "3": ("layers", "models"),
}
TRIALS = 8

# Zero in all of these that a layer takes means that it does nothing random.
STRENGTHS = ("rate", "stddev", "dropout", "recurrent_dropout")
# Classes without a `call` of their own: nothing to measure.
ABSTRACT = {"AbstractRNNCell", "InputLayer", "Layer", "PreprocessingLayer", "Wrapper"}
# Classes that run foreign code (a JAX, Flax, Torch or SavedModel function, any feature column).
OPAQUE = {"DenseFeatures", "FlaxLayer", "JaxLayer", "SequenceFeatures", "TFSMLayer", "TorchModuleWrapper"}

_RANDOM = np.random.default_rng(0)
VECTOR = _RANDOM.normal(size=(4, 6)).astype("float32")
SEQUENCE = _RANDOM.normal(size=(4, 6, 4)).astype("float32")
IMAGE = _RANDOM.integers(0, 256, size=(4, 16, 16, 3)).astype("float32")
VOLUME = _RANDOM.normal(size=(2, 4, 4, 4, 3)).astype("float32")
FILM = _RANDOM.normal(size=(2, 3, 4, 4, 4, 3)).astype("float32")
SOUND = _RANDOM.normal(size=(2, 4096)).astype("float32")
STATE = np.ones((4, 2), "float32")
LABELS = np.eye(4, dtype="float32")
BOXES = {"boxes": np.tile(np.array([1.0, 2.0, 9.0, 8.0], "float32"), (4, 3, 1)), "labels": np.ones((4, 3))}
WORDS = _RANDOM.integers(0, 8, size=(4, 6))

# Values for required constructor parameters, by the name of the parameter.
REQUIRED: dict[str, object] = {
    "activation": "relu", "axes": 1, "dims": (2, 1), "factor": 0.5, "filters": 2, "head_dim": 2, "height": 12,
    "height_factor": 0.3, "input_dim": 256, "kernel_size": 2, "key_dim": 2,
    "max_number": 5, "n": 2, "num_bins": 3, "num_heads": 2, "num_key_value_heads": 1, "num_query_heads": 2,
    "output_dim": 2, "output_size": 2, "pool_size": 2, "rate": 0.5, "scale": 2.0, "stddev": 1.0,
    "target_shape": (-1,), "units": 2, "vocabulary_size": 4, "width": 12, "width_factor": 0.3,
}  # fmt: skip

# Constructor arguments beyond those, for layers whose defaults do nothing or are not enough.
ARGUMENTS: dict[str, Callable[[Any], dict[str, object]]] = {
    "Attention": lambda _: {"use_scale": True},
    "CategoryEncoding": lambda _: {"num_tokens": 8},
    "DynamicEmbedding": lambda _: {"initial_vocabulary": tensorflow().constant(["a", "b"])},
    "DynamicLookup": lambda _: {"initial_vocabulary": tensorflow().constant(["a", "b"])},
    "EinsumDense": lambda _: {"equation": "...c,cd->...d", "output_shape": (2,)},
    "GroupNormalization": lambda _: {"groups": 1},
    "MaxNumBoundingBoxes": lambda _: {"bounding_box_format": "xyxy"},
    "RandomColorJitter": lambda _: {"brightness_factor": 0.5, "hue_factor": 0.5},
    "RandomPosterization": lambda _: {"factor": 2},
    "RandomShear": lambda _: {"x_factor": 0.3, "y_factor": 0.3},
    "Solarization": lambda _: {"addition_factor": 0.5, "threshold_factor": 0.5},
    "SpectralNormalization": lambda keras: {"layer": keras.layers.Dense(2)},
    "STFTSpectrogram": lambda _: {"window": None},
}

# What a layer is called with, by a pattern for its whole name; the first that matches counts.
INPUTS: list[tuple[str, tuple[object, ...]]] = [
    ("LSTMCell", (SEQUENCE[:, 0], [STATE, STATE])),
    ("GRUCell|SimpleRNNCell", (SEQUENCE[:, 0], [STATE])),
    ("StackedRNNCells", (SEQUENCE[:, 0], [[STATE, STATE]])),
    ("ConvLSTM1D", (IMAGE,)),
    ("ConvLSTM2D", (VOLUME,)),
    ("ConvLSTM3D", (FILM,)),
    (r".*1D(Transpose)?", (SEQUENCE,)),
    (r".*3D(Transpose)?", (VOLUME,)),
    ("LSTM|GRU|SimpleRNN|RNN|Bidirectional|TimeDistributed|Permute|Masking", (SEQUENCE,)),
    ("MultiHeadAttention|GroupQueryAttention", (SEQUENCE, SEQUENCE)),
    ("Attention|AdditiveAttention", ([SEQUENCE, SEQUENCE],)),
    ("Add|Average|Concatenate|Maximum|Minimum|Multiply|Subtract", ([SEQUENCE, SEQUENCE],)),
    ("Dot", ([VECTOR, VECTOR],)),
    ("RepeatVector|RandomFourierFeatures|LinearModel|WideDeepModel", (VECTOR,)),
    ("CategoryEncoding|Hashing", (WORDS,)),
    ("HashedCrossing", ([WORDS[:, :1], WORDS[:, 1:2]],)),
    ("Dynamic.*", (np.array([["a"], ["b"]]),)),
    ("MelSpectrogram", (SOUND,)),
    ("STFTSpectrogram", (SOUND[..., None],)),
    ("CutMix|MixUp", ({"images": IMAGE, "labels": LABELS},)),
    ("MaxNumBoundingBoxes", ({"images": IMAGE, "bounding_boxes": BOXES},)),
    (".*", (IMAGE,)),
]

# Layers that run what their arguments hold, and those arguments: each is tried with a `rate` above zero, the
# others with zero. A functional model runs what lies between its inputs and outputs: the same for both.
Rate = Callable[[str], float]
WRAPPERS: dict[str, tuple[tuple[str, ...], Callable[[Any, Rate], Any]]] = {
    "Bidirectional": (
        ("layer", "backward_layer"),
        lambda keras, rate: keras.layers.Bidirectional(
            keras.layers.LSTM(2, dropout=rate("layer")),
            backward_layer=keras.layers.LSTM(2, dropout=rate("backward_layer"), go_backwards=True),
        ),
    ),
    "Functional": (
        ("inputs", "outputs"),
        lambda keras, rate: functional_model(keras, rate("inputs") or rate("outputs")),
    ),
    "Lambda": (
        ("function",),
        lambda keras, rate: keras.layers.Lambda(lambda x, training=None: x * (1 - rate("function") * bool(training))),
    ),
    "Model": (
        ("inputs", "outputs"),
        lambda keras, rate: functional_model(keras, rate("inputs") or rate("outputs")),
    ),
    "Pipeline": (
        ("layers",),
        lambda keras, rate: keras.layers.Pipeline([keras.layers.Dropout(rate("layers"))]),
    ),
    "RNN": (
        ("cell",),
        lambda keras, rate: keras.layers.RNN(keras.layers.LSTMCell(2, dropout=rate("cell"))),
    ),
    "Sequential": (
        ("layers",),
        lambda keras, rate: keras.Sequential([keras.layers.Dropout(rate("layers"))]),
    ),
    "StackedRNNCells": (
        ("cells",),
        lambda keras, rate: keras.layers.StackedRNNCells([keras.layers.LSTMCell(2, dropout=rate("cells"))]),
    ),
    "TimeDistributed": (
        ("layer",),
        lambda keras, rate: keras.layers.TimeDistributed(keras.layers.Dropout(rate("layer"))),
    ),
    "WideDeepModel": (
        ("linear_model", "dnn_model"),
        lambda keras, rate: keras.experimental.WideDeepModel(
            *(
                keras.Sequential([keras.layers.Dropout(rate(argument)), keras.layers.Dense(1)])
                for argument in ("linear_model", "dnn_model")
            )
        ),
    ),
}


def functional_model(keras: Any, rate: float = 0.0) -> Any:
    """A functional model of one Dropout, for inputs like IMAGE."""
    inputs = keras.Input(IMAGE.shape[1:])
    return keras.Model(inputs, keras.layers.Dropout(rate)(inputs))


def packages() -> dict[str, ModuleType]:
    """Keras 2 and Keras 3."""
    return {generation: package(generation) for generation in ("2", "3")}


@cache
def package(generation: str) -> ModuleType:
    """One of them. Imported late: what the environment says at that moment decides."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    # tf_keras asks `tf.keras` for some of its classes (SpectralNormalization does): let that be tf_keras too.
    os.environ.update(KERAS_BACKEND="tensorflow", TF_USE_LEGACY_KERAS="1")
    found = importlib.import_module({"2": "tf_keras", "3": "keras"}[generation])
    tensorflow().get_logger().setLevel("ERROR")
    return found


def tensorflow() -> Any:
    """The module: not imported at the top, where the environment is not set yet."""
    return importlib.import_module("tensorflow")


@cache
def public_layers(generation: str) -> dict[str, type]:
    """Every public subclass of Layer by its public name, aliases included; and Functional, though private."""
    keras: Any = package(generation)
    found: dict[str, type] = {"Functional": type(functional_model(keras))}
    for namespace in NAMESPACES[generation]:
        module = importlib.import_module(f"{keras.__name__}.{namespace}")
        for name, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, keras.layers.Layer):
                assert found.setdefault(name, value) is value, f"two classes are called {name}"
    return found


def public_parent(generation: str, name: str) -> str | None:
    """The public name of the nearest public parent."""
    layers = public_layers(generation)
    names = {layer: public for public, layer in layers.items() if public != layer.__name__}
    names |= {layer: public for public, layer in layers.items() if public == layer.__name__}
    return next((names[parent] for parent in layers[name].__mro__[1:] if parent in names), None)


def parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    """The named parameters of a method, after self."""
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p for p in list(inspect.signature(function).parameters.values())[1:] if p.kind not in variadic]


def constructor_arguments(layer: type) -> dict[str, tuple[int | None, object]]:
    """Position and default (None: required) of what the constructor takes, itself or for a parent."""
    found: dict[str, tuple[int | None, object]] = {}
    for depth, owner in enumerate(c for c in layer.__mro__ if "__init__" in vars(c)):
        method = vars(owner)["__init__"]
        for index, parameter in enumerate(parameters(method)):
            positional = depth == 0 and parameter.kind is not inspect.Parameter.KEYWORD_ONLY
            default = None if parameter.default is parameter.empty else parameter.default
            found.setdefault(parameter.name, (index if positional else None, default))
        if all(p.kind is not p.VAR_KEYWORD for p in inspect.signature(method).parameters.values()):
            break
    return found


def call_signature(layer: Any) -> dict[str, object]:
    """The parameters of `call`, and the default of `training` if that is one of them."""
    found = {p.name: p.default for p in parameters(layer.call)}
    described: dict[str, object] = {"parameters": list(found)}
    if "training" in found:
        assert found["training"] in (True, False, None), f"{layer}: no default for training"
        described["training"] = found["training"]
    return described


def construct(generation: str, name: str, **given: object) -> Any:
    """An instance with suitable values for what it requires."""
    layer = public_layers(generation)[name]
    given |= ARGUMENTS.get(name, lambda _: {})(package(generation))
    for parameter in parameters(layer.__init__):  # type: ignore[misc]
        if parameter.default is parameter.empty and parameter.name not in given:
            given[parameter.name] = REQUIRED[parameter.name]
    return layer(**given)


def inputs_for(name: str) -> Any:
    """Tensors to call the layer with."""
    inputs = next(inputs for pattern, inputs in INPUTS if re.fullmatch(pattern, name))
    return tensorflow().nest.map_structure(tensorflow().convert_to_tensor, inputs)


def run(generation: str, name: str, make: Callable[[], Any], seed: int, **flag: bool) -> list[Any]:
    """The outputs of a new layer, followed by its weights (seed generators are not among them)."""
    keras: Any = package(generation)
    keras.utils.set_random_seed(seed)
    layer = make()
    outputs = layer(*inputs_for(name), **flag)
    return [np.asarray(value) for value in [*tensorflow().nest.flatten(outputs), *layer.weights]]


def differs(generation: str, name: str, make: Callable[[], Any]) -> bool:
    """Whether training=True is anything else than training=False."""

    def same(one: list[Any], other: list[Any]) -> bool:
        pairs = list(zip(one, other, strict=True))
        return all(a.shape == b.shape and np.allclose(a, b, 1e-4, 1e-4) for a, b in pairs)

    for seed in range(TRIALS):
        inference = run(generation, name, make, seed, training=False)
        assert same(inference, run(generation, name, make, seed, training=False)), f"{name}: not repeatable"
        if not same(inference, run(generation, name, make, seed, training=True)):
            return True
    return False


def measured_dependence(generation: str, name: str) -> tuple[str, list[str]]:
    """What the behaviour of the layer depends on, and which constructor arguments decide."""
    layer = public_layers(generation)[name]
    if name in OPAQUE:
        return "unknown", []
    if name in WRAPPERS:
        kind, (tested, wrap) = "wrapped", WRAPPERS[name]

        def make(active: str | None) -> Any:
            return wrap(package(generation), lambda argument: 0.5 * (argument == active))

    elif "training" in call_signature(layer):
        kind, tested = "arguments", tuple(a for a in STRENGTHS if a in constructor_arguments(layer))

        def make(active: str | None) -> Any:
            return construct(generation, name, **{a: 0.5 * (a == active) for a in tested})

    else:
        return "nothing", []
    if differs(generation, name, partial(make, None)):
        return "always", []
    deciding = [argument for argument in tested if differs(generation, name, partial(make, argument))]
    return (kind, deciding) if deciding else ("nothing", [])


def has_weights(generation: str, name: str) -> bool:
    """Whether the layer owns weights or statistics; a wrapper, around something with as few as possible."""
    if name in ABSTRACT | OPAQUE:
        return False
    if hasattr(public_layers(generation)[name], "adapt"):
        return True
    keras: Any = package(generation)
    layer = WRAPPERS[name][1](keras, lambda _: 0.0) if name in WRAPPERS else construct(generation, name)
    layer(*inputs_for(name))
    return bool(layer.weights)


def argument_facts(name: str, argument: str, kind: str, where: list[str]) -> dict[str, object]:
    """Position (by generation, if they differ) and default of a constructor argument."""
    found = {}
    for generation in where:
        layer = public_layers(generation)["Functional" if name == "Model" else name]
        found[generation] = constructor_arguments(layer)[argument]
    positions = {generation: position for generation, (position, _) in found.items()}
    (default,) = {default for _, default in found.values()}
    same = len(set(positions.values())) == 1
    facts: dict[str, object] = {"position": positions[where[0]] if same else positions}
    return facts if kind == "wrapped" else facts | {"default": default}


def describe(name: str) -> dict[str, object]:
    """The entry of one layer. Generations that contradict each other are an error."""
    where = [generation for generation in packages() if name in public_layers(generation)]
    flagged = [g for g in where if name in WRAPPERS or "training" in call_signature(public_layers(g)[name])]
    measured = [measured_dependence(generation, name) for generation in flagged or where]
    weights = {has_weights(generation, name) for generation in where}
    assert all(result == measured[0] for result in measured), f"{name} depends on {measured}"
    assert len(weights) == 1, f"{name}: with weights in one generation only"
    kind, deciding = measured[0]
    depends: dict[str, object] = {"on": kind}
    if deciding:
        depends["arguments"] = {a: argument_facts(name, a, kind, where) for a in deciding}
    return {
        "base": public_parent(where[-1], name),
        "depends": depends,
        "weights": weights.pop(),
        **{f"keras{g}": call_signature(public_layers(g)[name]) if g in where else None for g in packages()},
    }


def attributes(generation: str) -> set[str]:
    """What a compiled model of Keras has itself: methods, properties, what the constructor and `compile` set."""
    keras: Any = package(generation)
    functional = functional_model(keras)
    subclassed = type("Subclassed", (keras.Model,), {"call": lambda self, x: x})()
    found: set[str] = set()
    for model in (functional, subclassed, keras.Sequential()):
        model.compile("sgd", "mse", metrics=["mae"])
        found |= {name for name in dir(model) if not name.startswith("__")}
    return found


def catalogue() -> dict[str, object]:
    """All there is to say, as it is written to the file."""
    names = sorted({name for generation in packages() for name in public_layers(generation)})
    versions = {package.__name__: package.__version__ for package in packages().values()}
    own = sorted(set[str]().union(*map(attributes, packages())))
    return {"versions": versions, "layers": {name: describe(name) for name in names}, "attributes": own}


def signatures(generation: str) -> dict[str, object]:
    """The release of one installed Keras, and the signatures of its layers."""
    layers = {name: call_signature(layer) for name, layer in public_layers(generation).items()}
    return {"version": package(generation).__version__, "layers": layers}


def earlier(pythons: Sequence[str]) -> dict[str, dict[str, object]]:
    """The signatures of older releases of Keras 3, by layer and by the minor release that changed them."""
    command = ("-m", "tests.runtime.layer_catalogue", "--signatures", "3")
    told = [subprocess.run([python, *command], check=True, capture_output=True, text=True) for python in pythons]
    releases = [json.loads(one.stdout) for one in told]
    releases.sort(key=lambda release: [int(number) for number in release["version"].split(".")])
    found: dict[str, dict[str, object]] = {}
    for older, newer in pairwise(releases):
        changed = ".".join(newer["version"].split(".")[:2])
        for name in sorted(older["layers"].keys() & newer["layers"].keys()):
            if _flag_facts(older["layers"][name]) != _flag_facts(newer["layers"][name]):
                found.setdefault(name, {})[changed] = older["layers"][name]
    return found


def _flag_facts(signature: dict[str, Any]) -> tuple[int | None, object]:
    """What matters for the flag: where `training` stands, and its default."""
    parameters = signature["parameters"]
    return parameters.index("training") if "training" in parameters else None, signature.get("training")


def main() -> int:
    """Write the file, or compare it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="compare; exit with 1 if the file differs")
    what.add_argument("--history", nargs="+", metavar="PYTHON", help="interpreters with older releases of Keras 3")
    what.add_argument("--signatures", choices=["2", "3"], help="print those of this interpreter's Keras")
    options = parser.parse_args()
    if options.signatures:
        print(json.dumps(signatures(options.signatures)))
        return 0
    present = LAYERS_JSON.read_text(encoding="utf-8") if LAYERS_JSON.exists() else "{}"
    known = json.loads(present)
    if options.history:
        facts = known | {"earlier": earlier(options.history)}
    else:
        facts = catalogue() | {"earlier": known.get("earlier", {})}
    text = json.dumps(facts, indent=1, sort_keys=True) + "\n"
    if not options.check:
        LAYERS_JSON.write_text(text, encoding="utf-8")
        return 0
    lines = present.splitlines(keepends=True), text.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(*lines, LAYERS_JSON.name, "installed packages"))
    return int(present != text)


if __name__ == "__main__":
    sys.exit(main())
