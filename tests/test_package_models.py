"""Models around those of other packages, as people write them: what is lost is found, what is right stays quiet."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Severity
from flake8_training_phase.keras import packages
from flake8_training_phase.sources.gate import SPREADING_PARTS
from flake8_training_phase.sources.text import SourceText

MODEL = """\
import keras
{imports}


class Net({base}):
    def __init__(self):
        super().__init__()
        {init}
        self.head = keras.layers.Dense(2)

    def call(self, x{parameter}):
        return self.head({call})

{after}
"""
FLAG = ", training=None"


def model(init: str, call: str = "self.base(x)", parameter: str = "", **parts: str) -> str:
    """A model that holds what `init` makes, and runs `call`."""
    text = {"imports": "", "base": "keras.Model", "after": ""} | parts
    return MODEL.format(init=init.replace("\n", "\n        "), call=call, parameter=parameter, **text)


def codes(text: str) -> set[str]:
    """The codes of all findings."""
    return {one.code for one in engine.check(SourceText(text), Settings(), "model.py")}


HUB, KIMM, TCN = "import keras_hub", "import kimm", "from tcn import TCN"
ALBERT = "keras_hub.models.AlbertBackbone(vocabulary_size=10, num_layers=2"
RESNET = "import keras_hub\n\nbackbone = keras_hub.models.ResNetBackbone.from_preset('resnet_50_imagenet')"
APPLICATIONS = "self.base = keras.applications."

LOST = {
    "ResNet, no flag": (model(APPLICATIONS + "ResNet50(include_top=False, pooling='avg')"), "KTP101"),
    "by its module": (
        model(
            "self.base = EfficientNetB0(include_top=False)",
            imports="from keras.applications.efficientnet import EfficientNetB0",
        ),
        "KTP101",
    ),
    "trained from the beginning": (
        model(APPLICATIONS + "Xception(weights=None)\nself.base.trainable = True"),
        "KTP101",
    ),
    "frozen, but with dropout": (
        model(APPLICATIONS + "EfficientNetV2B0(include_top=False)\nself.base.trainable = False"),
        "KTP101",
    ),
    "kept in a list": (
        model("self.bases = [keras.applications.MobileNetV2(), keras.applications.DenseNet121()]", "self.bases[1](x)"),
        "KTP101",
    ),
    "not forwarded": (model(APPLICATIONS + "InceptionV3()", parameter=FLAG), "KTP202"),
    "a backbone of keras_hub": (
        model("self.base = keras_hub.models.ResNetBackbone.from_preset('resnet_50_imagenet')", imports=HUB),
        "KTP101",
    ),
    "an encoder of keras_hub": (
        model(
            "self.base = TransformerEncoder(intermediate_dim=64, num_heads=2, dropout=0.1)",
            imports="from keras_hub.layers import TransformerEncoder",
        ),
        "KTP101",
    ),
    "a model of kimm": (model("self.base = kimm.models.RegNetY002(include_top=False)", imports=KIMM), "KTP101"),
    "a task around a backbone with dropout": (
        model(f"self.base = keras_hub.models.AlbertMaskedLM(backbone={ALBERT}, dropout=0.1))", imports=HUB),
        "KTP101",
    ),
    "a classifier around a backbone with normalization": (
        model("self.base = keras_hub.models.ImageClassifier(backbone, 10)", imports=RESNET),
        "KTP101",
    ),
    "a frozen classifier around a backbone with dropout": (
        model(
            f"self.base = keras_hub.models.AlbertMaskedLM({ALBERT}, dropout=0.1))\nself.base.trainable = False",
            imports=HUB,
        ),
        "KTP101",
    ),
    "TCN with dropout": (model("self.base = TCN(32, dropout_rate=0.2)", parameter=FLAG, imports=TCN), "KTP202"),
    "a backbone of keras_cv": (
        model(
            "self.base = keras_cv.models.ResNetV2Backbone.from_preset('resnet50_v2_imagenet')",
            imports="import keras_cv",
        ),
        "KTP101",
    ),
    "an encoder of keras_nlp": (
        model(
            "self.base = keras_nlp.layers.TransformerEncoder(64, 2, dropout=0.1)",
            imports="import keras_nlp",
        ),
        "KTP101",
    ),
    "BERT of transformers": (
        model(
            "self.bert = TFBertModel.from_pretrained('bert-base-uncased')",
            "self.bert(x).pooler_output",
            FLAG,
            imports="from transformers import TFBertModel",
        ),
        "KTP202",
    ),
    "a model of classification_models": (
        model(
            "self.base = ResNet18(input_shape=(224, 224, 3), include_top=False)",
            imports="from classification_models.tfkeras import Classifiers\n\n"
            "ResNet18, preprocess_input = Classifiers.get('resnet18')",
        ),
        "KTP101",
    ),
    "asked for by its name": (
        model(
            "make, _ = Classifiers.get('seresnet18')\nself.base = make((224, 224, 3), include_top=False)",
            imports="from classification_models.tfkeras import Classifiers",
        ),
        "KTP101",
    ),
    "an EfficientNet of its own package": (
        model(
            "self.base = efn.EfficientNetB0(include_top=False, weights='noisy-student', pooling='avg')",
            imports="import efficientnet.tfkeras as efn",
        ),
        "KTP101",
    ),
    "a U-Net of segmentation_models": (
        model("self.net = sm.Unet('resnet34', classes=3)", "self.net(x)", imports="import segmentation_models as sm"),
        "KTP101",
    ),
    "a ViT of vit_keras": (
        model(
            "self.base = vit.vit_b16(image_size=224, include_top=False, pretrained_top=False)",
            imports="from vit_keras import vit",
        ),
        "KTP101",
    ),
    "a graph convolution of spektral": (
        model("self.conv = GATConv(8)", "self.conv(x)", imports="from spektral.layers import GATConv"),
        "KTP101",
    ),
    "an encoder of the Model Garden": (
        model(
            "self.block = nlp_layers.TransformerEncoderBlock(8, 64, 'relu', output_dropout=0.1)",
            "self.block(x)",
            FLAG,
            imports="from official.nlp.modeling import layers as nlp_layers",
        ),
        "KTP202",
    ),
    "attention of TensorFlow Addons": (
        model(
            "self.attend = tfa.layers.MultiHeadAttention(32, 4, dropout=0.1)",
            "self.attend([x, x])",
            FLAG,
            imports="import tensorflow_addons as tfa",
        ),
        "KTP202",
    ),
    "stochastic depth of TensorFlow Addons": (
        model(
            "self.depth = tfa.layers.StochasticDepth(0.8)",
            "self.depth([x, x])",
            FLAG,
            imports="import tensorflow_addons as tfa",
        ),
        "KTP202",
    ),
}

BY_NAME = "from classification_models.tfkeras import Classifiers"
RIGHT = {
    "asked for by its name, without normalization": model(
        "self.base = Classifiers.get('vgg16')[0](input_shape=(64, 64, 3))", imports=BY_NAME
    ),
    "asked for by its name, frozen": model(
        "self.base = Classifiers.get('resnet34')[0]((64, 64, 3))\nself.base.trainable = False", imports=BY_NAME
    ),
    "asked for by a name that is not known": model(
        "self.base = Classifiers.get(name)[0]((64, 64, 3))", imports=BY_NAME
    ),
    "forwarded": model(APPLICATIONS + "ResNet50()", "self.base(x, training=training)", FLAG),
    "fine-tuning": model(APPLICATIONS + "ResNet50()", "self.base(x, training=False)", FLAG),
    "without a flag, told": model(APPLICATIONS + "ResNet50()", "self.base(x, training=False)"),
    "frozen": model(APPLICATIONS + "ResNet50()\nself.base.trainable = False"),
    "frozen where it is made": model(
        "base = keras.applications.MobileNetV2(include_top=False)\nbase.trainable = False\nself.base = base"
    ),
    "frozen layer by layer": model(
        APPLICATIONS + "DenseNet121()\nfor layer in self.base.layers:\n    layer.trainable = False"
    ),
    "frozen below": model(
        APPLICATIONS + "DenseNet121()\nfor layer in self.base.layers[:-20]:\n    layer.trainable = False"
    ),
    "frozen by the script": model(
        APPLICATIONS + "ResNet50()", after="\nnet = Net()\nnet.base.trainable = False\nnet.compile('adam', 'mse')"
    ),
    "frozen by a setting": model(APPLICATIONS + "ResNet50()\nself.base.trainable = bool(0)"),
    "VGG": model(APPLICATIONS + "VGG16(include_top=False)"),
    "ConvNeXt": model(APPLICATIONS + "ConvNeXtTiny(include_top=False)"),
    "not forwarded, nothing in it": model(APPLICATIONS + "VGG19()", parameter=FLAG),
    "an application that nobody knows": model(APPLICATIONS + "SomethingNew50()"),
    "a functional model": (
        "import keras\n\nbase = keras.applications.ResNet50(include_top=False, pooling='avg')\n"
        "out = keras.layers.Dense(2)(base.output)\nmodel = keras.Model(base.input, out)\nmodel.fit(x, y)\n"
    ),
    "a Sequential": (
        "import keras\n\nmodel = keras.Sequential([keras.applications.ResNet50(include_top=False, pooling='avg'),"
        " keras.layers.Dense(2)])\nmodel.fit(x, y)\n"
    ),
    "a preset that may have no dropout": model(
        "self.base = keras_hub.models.GemmaBackbone.from_preset('gemma_2b_en')", imports=HUB
    ),
    "any backbone": model("self.base = keras_hub.models.Backbone.from_preset('vgg_16_imagenet')", imports=HUB),
    "a frozen backbone of keras_hub": model(
        "self.base = keras_hub.models.ResNetBackbone.from_preset('resnet_50_imagenet', trainable=False)", imports=HUB
    ),
    "an encoder without dropout": model(
        "self.base = keras_hub.layers.TransformerEncoder(intermediate_dim=64, num_heads=2)", imports=HUB
    ),
    "a task around a backbone without dropout": model(
        f"self.base = keras_hub.models.AlbertMaskedLM(backbone={ALBERT}))", imports=HUB
    ),
    "a task around a backbone, told": model(
        f"self.base = keras_hub.models.AlbertMaskedLM({ALBERT}, dropout=0.1))",
        "self.base(x, training=training)",
        FLAG,
        imports=HUB,
    ),
    "a task around a backbone that may have no dropout": model(
        "backbone = keras_hub.models.AlbertBackbone.from_preset('albert_base_en_uncased')\n"
        "self.base = keras_hub.models.AlbertMaskedLM(backbone)",
        imports=HUB,
    ),
    "a frozen classifier around a backbone with normalization": model(
        "self.base = keras_hub.models.ImageClassifier(backbone, 10)\nself.base.trainable = False", imports=RESNET
    ),
    "a classifier that is made frozen": model(
        "self.base = keras_hub.models.ImageClassifier(backbone, 10, trainable=False)", imports=RESNET
    ),
    "a classifier that a script freezes": model(
        "self.base = keras_hub.models.ImageClassifier(backbone, 10)",
        imports=RESNET,
        after="\nnet = Net()\nnet.base.trainable = False\nnet.compile('adam', 'mse')",
    ),
    "a classifier around a frozen backbone": model(
        "self.base = keras_hub.models.ImageClassifier(backbone, 10)", imports=RESNET + "\nbackbone.trainable = False"
    ),
    "TCN without dropout": model("self.base = TCN(32, use_batch_norm=False)", parameter=FLAG, imports=TCN),
    "a module of TensorFlow Hub that is not trained": model(
        "self.embed = hub.KerasLayer('https://tfhub.dev/google/nnlm-en-dim50/2', input_shape=[], dtype=tf.string)",
        "self.embed(x)",
        imports="import tensorflow as tf\nimport tensorflow_hub as hub",
    ),
    "a module of TensorFlow Hub that may take no flag": model(
        "self.embed = hub.KerasLayer('https://tfhub.dev/google/nnlm-en-dim50/2', trainable=True)",
        "self.embed(x)",
        FLAG,
        imports="import tensorflow_hub as hub",
    ),
    "a module of TensorFlow Hub, told": model(
        "self.base = hub.KerasLayer('https://tfhub.dev/google/imagenet/resnet_v2_50/feature_vector/5', trainable=True)",
        "self.base(x, training=training)",
        FLAG,
        imports="import tensorflow_hub as hub",
    ),
    "BERT of transformers, told": model(
        "self.bert = TFBertModel.from_pretrained('bert-base-uncased')",
        "self.bert(x, training=training).pooler_output",
        FLAG,
        imports="from transformers import TFBertModel",
    ),
    "any model of transformers": model(
        "self.base = TFAutoModel.from_pretrained('distilbert-base-uncased')",
        "self.base(x)[0]",
        imports="from transformers import TFAutoModel",
    ),
    "variational layers of TensorFlow Probability": model(
        "self.dense = tfp.layers.DenseFlipout(8)",
        "self.dense(x)",
        FLAG,
        imports="import tensorflow_probability as tfp",
    ),
    "a distribution of TensorFlow Probability": model(
        "self.out = tfp.layers.DistributionLambda(lambda t: tfp.distributions.Normal(t, 1.0))",
        "self.out(x)",
        FLAG,
        imports="import tensorflow_probability as tfp",
    ),
    "layers of TensorFlow Recommenders": model(
        "self.cross = tfrs.layers.dcn.Cross()\nself.mlp = tfrs.layers.blocks.MLP([8, 1])",
        "self.mlp(self.cross(x))",
        FLAG,
        imports="import tensorflow_recommenders as tfrs",
    ),
    "a model that is pruned": model(
        "self.net = tfmot.sparsity.keras.prune_low_magnitude(net)",
        "self.net(x, training=training)",
        FLAG,
        imports="import tensorflow_model_optimization as tfmot\nfrom nets import net",
    ),
    "a teacher of segmentation_models": model(
        "self.teacher = sm.FPN('efficientnetb0')\nself.teacher.trainable = False",
        "self.teacher(x)",
        imports="import segmentation_models as sm",
    ),
    "a ViT of vit_keras, for its features": model(
        "self.base = vit.vit_l16(include_top=False)",
        "self.base(x, training=False)",
        FLAG,
        imports="from vit_keras import vit",
    ),
    "a graph convolution without dropout": model(
        "self.conv = spektral.layers.GCNConv(8)", "self.conv(x)", imports="import spektral"
    ),
    "an encoder of the Model Garden without dropout": model(
        "self.block = nlp_layers.TransformerEncoderBlock(8, 64, 'relu')",
        "self.block(x)",
        FLAG,
        imports="from official.nlp.modeling import layers as nlp_layers",
    ),
    "normalization of TensorFlow Addons": model(
        "self.norm = tfa.layers.GroupNormalization()\nself.out = tfa.layers.WeightNormalization(keras.layers.Dense(2))",
        "self.out(self.norm(x))",
        FLAG,
        imports="import tensorflow_addons as tfa",
    ),
    "a class of the project with such a name": model(
        "self.base = ResNet50()", imports="from my_models import ResNet50", parameter=FLAG
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_lost_flag_is_found(name: str) -> None:
    text, code = LOST[name]
    assert codes(text) == {code}


@pytest.mark.parametrize("name", RIGHT)
def test_right_model_stays_quiet(name: str) -> None:
    assert codes(RIGHT[name]) == set()


def test_the_message_says_where_the_knowledge_is_from() -> None:
    text = LOST["a backbone of keras_hub"][0]
    (found,) = engine.check(SourceText(text), Settings(), "model.py")
    assert "`self.base` (ResNetBackbone from keras_hub 0.32.0, line 12)" in found.message


@pytest.mark.parametrize(
    ("made", "inside"),
    [
        ("keras_hub.models.ImageClassifier(backbone, 10)", "BatchNormalization inside"),
        (f"keras_hub.models.AlbertMaskedLM({ALBERT}, dropout=0.1))", "dropout inside"),
        ("keras_hub.models.ImageClassifier(backbone, 10, dropout=0.1)", "dropout inside"),
    ],
)
def test_a_flag_in_a_graph_is_lost_for_what_a_task_was_given(made: str, inside: str) -> None:
    text = f"import keras\n{RESNET}\ntask = {made}\ninputs = keras.Input((32, 32, 3))\n"
    text += "model = keras.Model(inputs, task(inputs, training=False))\nmodel.compile('adam', 'mse')\nmodel.fit(x, y)\n"
    [found] = engine.check(SourceText(text), Settings(), "model.py")
    assert found.code == "KTP218"
    assert f"`task` ({inside})" in found.message


@pytest.mark.parametrize(
    ("imports", "made", "severity"),
    [
        ("from transformers import TFBertModel", 'TFBertModel.from_pretrained("bert")', Severity.FRAGILE),
        (
            "import tensorflow_addons as tfa",
            "tfa.layers.SpectralNormalization(tf.keras.layers.Dense(2))",
            Severity.FRAGILE,
        ),
        ("import keras_hub", 'keras_hub.models.ResNetBackbone.from_preset("resnet")', Severity.BUG),
    ],
)
def test_what_refuses_keras_3_only_inherits_its_mode(imports: str, made: str, severity: Severity) -> None:
    """`transformers` 4.44 and `tensorflow_addons` 0.23 run on Keras 2 alone, where `fit` passes the flag anyhow."""
    text = f"import tensorflow as tf\n{imports}\n\n\nclass Net(tf.keras.Model):\n    def __init__(self):\n"
    text += f"        super().__init__()\n        self.base = {made}\n\n    def call(self, x):\n"
    text += "        return self.base(x)\n"
    [found] = engine.check(SourceText(text), Settings(), "model.py")
    assert (found.code, found.severity) == ("KTP101", severity)


def test_a_class_of_a_package_is_a_base_class() -> None:
    text = (
        "import keras\nimport keras_hub\n\n\nclass Tagger(keras_hub.models.Task):\n    def __init__(self):\n"
        "        super().__init__()\n        self.drop = keras.layers.Dropout(0.1)\n\n    def call(self, x):\n"
        "        return self.drop(x)\n"
    )
    assert codes(text) == {"KTP101"}


SEGMENTER = "keras_hub.models.SegFormerBackbone.from_preset('segformer_b0_ade20k_512')"


@pytest.mark.parametrize(
    ("call", "found"),
    [
        # It holds a `Resizing`, which leaves its default of True behind from Keras 3.6 to 3.15.
        ("self.norm(self.base(x))", {"KTP201", "KTP202"}),
        ("self.norm(self.base(x, training=training), training=training)", set()),
    ],
)
def test_what_a_model_of_a_package_leaves_in_the_call_context(call: str, found: set[str]) -> None:
    init = f"self.base = {SEGMENTER}\nself.norm = keras.layers.BatchNormalization()"
    assert codes(model(init, call, FLAG, imports=HUB)) == found


PACKAGES = Path(packages.__file__).with_name("packages")

GRAPH = """\
import keras
import keras_hub


def build(backbone):
    image = keras.Input((64, 64, 3))
    x = {behind}
    return keras.Model(image, x)


model = build(None)
model({called})
"""
BATCH_NORMALIZATION = "keras.layers.BatchNormalization()"


@pytest.mark.parametrize(
    ("behind", "called", "found"),
    [
        # Run with keras-hub 0.32.0 on Keras 3.15.1: BatchNormalization receives True in the plain call.
        (f"{BATCH_NORMALIZATION}({SEGMENTER}(image))", "image", {"KTP201"}),
        (f"{BATCH_NORMALIZATION}(keras_hub.models.DeepLabV3Backbone(backbone, 256)(image))", "image", {"KTP201"}),
        (f"{BATCH_NORMALIZATION}({SEGMENTER}(image))", "image, training=False", set()),
        (f"{SEGMENTER}({BATCH_NORMALIZATION}(image))", "image", set()),
        # What it leaves is a False, or nothing.
        (f"{BATCH_NORMALIZATION}(keras_hub.models.SwinTransformerBackbone(2)(image))", "image", set()),
        (f"{BATCH_NORMALIZATION}(keras_hub.models.MiTBackbone([1], 1)(image))", "image", set()),
    ],
)
def test_what_a_model_of_a_package_leaves_in_a_graph(behind: str, called: str, found: set[str]) -> None:
    assert codes(GRAPH.format(behind=behind, called=called)) == found


def test_models_that_leave_true_are_looked_for_in_graphs() -> None:
    shipped = [packages.parsed(file.read_text(encoding="utf-8")) for file in PACKAGES.glob("*.json")]
    layers = {layer for catalogue in shipped for layer in catalogue.layers.values()}
    leaving = {layer.name for layer in layers if any(left is True for _, left in layer.leaves)}
    assert {"SegFormerBackbone", "DeepLabV3Plus"} <= leaving
    assert [name for name in leaving if SPREADING_PARTS.match(f"{name}(") is None] == []
