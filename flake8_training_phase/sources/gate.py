"""Decides cheaply whether a file can hold a finding at all; most files in a repository cannot."""

from __future__ import annotations

import re

# Without `\b` in front: with it, the search is forty times slower.
_CALL_METHOD = re.compile(r"def[ \t\f\\\r\n]+call\b")
_FORWARD_PASS = re.compile(r"def[ \t\f\\\r\n]+__call__\b")
"""What many other classes define too: it counts only beside the name of Keras or TensorFlow."""
_LEGACY_WORDS = ("learning_phase", "in_train_phase", "in_test_phase")
_TF1_WORDS = (
    *("layers.dropout", "layers.batch_norm", "tensorflow.layers", "v1.layers", "tensorflow import layers"),
    *("v1 import layers", "tf.contrib", "tensorflow.contrib", "tf_slim"),
)
_TF1_LAYERS = ("dropout", "batch_norm")
_STEP_WORDS = ("GradientTape", "def test_step", "def predict_step", "def compute_loss", "stateless_call")
_OWN_WORDS = (*_LEGACY_WORDS, *_STEP_WORDS)
"""What is only in code for Keras or TensorFlow."""
_CALLER_WORDS = (".backward()", ".minimize(", ".compute_gradients(", "value_and_gradient(", "training=True")
"""What calls and trains models in other libraries too: it counts only beside the name of Keras or TensorFlow."""
_SUBCLASS = re.compile(r"class \w+\([^)]|(?<!\w)type\([^()]+,\s*\(")
"""A class that may have the `call` of a base class in another file, also one that `type(name, bases, …)` makes."""
_KERAS_IMPORTS = ("import keras", "from keras", "import tensorflow", "from tensorflow", "tf_keras")
_DEPENDING = ("training", "Dropout", "Normalization")
"""What is then in its body, if it matters."""
_GRAPH_WORDS = ("training=", "training =")
"""What is in a functional model, beside `Model(`."""
_GIVEN_BY_POSITION = r"\([^()=]+,\s*(?:True|False|(?:is_)?train(?:ing)?)\s*[,)]"
_BY_POSITION = re.compile(rf"\w{_GIVEN_BY_POSITION}")
"""A call such as `model(x, True)` or `model(x, training)`: the flag of a model, where the file makes one."""
_BY_POSITION_TO_NAME = re.compile(rf"(?<![\w.])(?:self\.)?[a-z_]\w*{_GIVEN_BY_POSITION}")
"""The same where the model comes from another file, so that anything may be called: `config.override(values, True)`."""
_IDLE_LAYERS = ("Dropout", "Noise", "augment")
"""What does nothing in `Dataset.map`, and what a model of such layers from another file is called."""
SPREADING_NAME = re.compile(r"\b(?:Resizing|CenterCrop|Random(?!Normal\b|State\b|Uniform\b)[A-Z]\w+)(?=\(|\Z)")
"""Layers that have the default `training=True`: initializers and generators have such names too."""
SPREADING_PARTS = re.compile(r"\b(?:SegFormer|DeepLabV3|SpatialPyramidPooling)\w*(?=\(|\.from_)")
"""Layers of packages with such a layer inside, whose catalogues say what that leaves."""
SPREADING_DEFAULT = re.compile(r"\btraining(?: *:[^=,()]*)? *= *True")
"""That default itself."""
_GRAPH_OF_CLASS = re.compile(r"super\([^()]*\)\.__init__\(\s*(?:(?:inputs|outputs)\s*=|[\w.\[\]]+\s*,)")
"""What a class gives Keras for a graph: `super().__init__(inputs, outputs)`."""
_FLAG = re.compile(
    r"(?:\b|_)training\s*[=,):]|learning_phase|GradientTape|_(?:train|test)_phase|\bcall\(|stateless_call"
    r"|[dD]ropout|Normalization|Noise\(|\bRandom[A-Z]|\bclass\b.*(?:Model|Layer)\b"
)


def may_hold_findings(text: str) -> bool:
    """Whether the text has anything that a rule could report.

    True is a guess, False is certain: without a `call` method or a class that may inherit one, a training step, a call
    or a graph that says a flag, a name of the legacy API, a layer of TensorFlow 1, or a dropout function in a `Lambda`
    layer, no rule has a subject.
    """
    if _has_any(text, _TF1_LAYERS) and _has_any(text, _TF1_WORDS):
        return True
    if _has_any(text, _OWN_WORDS) or ("Lambda(" in text and "dropout(" in text):
        return True
    if ("keras" in text or "tensorflow" in text) and _may_hold_callers(text):
        return True
    if "import torch" not in text and _may_make_graph(text):
        return True
    if "import" not in text:
        return False
    return ("call" in text and _CALL_METHOD.search(text) is not None) or _may_inherit_call(text)


def _has_any(text: str, words: tuple[str, ...]) -> bool:
    for word in words:  # noqa: SIM110 - asked many times of every file there is: a generator takes twice as long
        if word in text:
            return True
    return False


def _may_hold_callers(text: str) -> bool:
    """Whether a text that mentions Keras may make, map or call models in ways that rules look at."""
    if _has_any(text, _CALLER_WORDS):
        return True
    if "import torch" in text and "keras" not in text:
        return False  # It reads weights of TensorFlow; its models are those of torch.
    if may_hold_graph_leaks(text):
        return True
    if _may_make_graph(text):
        return True
    if ".map(" in text and _has_any(text, _IDLE_LAYERS):
        return True
    if "__call__" in text and _FORWARD_PASS.search(text) is not None:
        return True
    makes_model = "Sequential(" in text or "Model(" in text
    return (_BY_POSITION if makes_model else _BY_POSITION_TO_NAME).search(text) is not None


def _may_make_graph(text: str) -> bool:
    """Whether a text may put a flag into a functional model."""
    return _has_any(text, _GRAPH_WORDS) and "Input" in text and makes_functional(text)


def makes_functional(text: str) -> bool:
    """Whether a text may make a functional model: by its class, or as an object of a class derived from it."""
    return "Model(" in text or ("Model)" in text and _GRAPH_OF_CLASS.search(text) is not None)


def _may_inherit_call(text: str) -> bool:
    imports = _has_any(text, _KERAS_IMPORTS) and "import torch" not in text
    return imports and _has_any(text, _DEPENDING) and _SUBCLASS.search(text) is not None


def may_hold_graph_leaks(text: str) -> bool:
    """Whether the text may make a functional or Sequential model in which a default of True reaches other layers."""
    makes = "Sequential(" in text or makes_functional(text)
    if not makes or ("BatchNormalization" not in text and _CALL_METHOD.search(text) is None):
        return False
    return any(one.search(text) is not None for one in (SPREADING_NAME, SPREADING_DEFAULT, SPREADING_PARTS))


def mentions_keras(text: str) -> bool:
    """Whether the text has the name of Keras: a file that cannot be parsed is then reported."""
    return "keras" in text


def needs_a_look(text: str) -> bool:
    """Whether the file can hold a finding, or one of its being broken."""
    return may_hold_findings(text) or mentions_keras(text)


def mentions_flag(text: str) -> bool:
    """Whether a part of a file that cannot be parsed may have something to do with the flag: it mentions it, defines a
    model, or makes a layer that depends on it.
    """
    return _FLAG.search(text) is not None
