"""Defects of public code and teaching material: where they are, and what a small model with the same one does.

`docs/found-in-the-wild.md` is made from these entries, and `tests/runtime/test_found_in_the_wild.py` measures their
figures. The models are in `tests/runtime/wild`, written for this purpose; nothing of the projects is copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MODELS = Path(__file__).parent / "runtime" / "wild"

JAX = "0.10.2"
"""The release that the entries on JAX were measured with."""

Kind = Literal["safe", "unsafe", "by hand"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many of the dropouts of a model dropped, and in how many normalizations the moving statistics moved."""

    dropping: int
    dropouts: int
    moving: int
    normalizations: int

    def __str__(self) -> str:
        parts = []
        if self.dropouts:
            parts.append(f"{self.dropping} of {self.dropouts} dropouts drop")
        if self.normalizations:
            parts.append(f"the statistics of {self.moving} of {self.normalizations} BatchNormalizations move")
        return ", ".join(parts)

    @property
    def short(self) -> str:
        """The same for a table."""
        parts = [(self.dropping, self.dropouts, "drop"), (self.moving, self.normalizations, "move")]
        return ", ".join(f"{some} of {many} {what}" for some, many, what in parts if many)


@dataclass(frozen=True, slots=True)
class Entry:
    """One defect."""

    model: str
    """The name of the small model."""
    title: str
    repository: str
    """On GitHub."""
    commit: str
    """The one that was read."""
    file: str
    what: str
    """What is wrong, in a paragraph."""
    keras: int
    """The generation of Keras that the figures are measured with."""
    codes: Mapping[str, str]
    """What is reported in the small model, and the worst severity of each."""
    fix: Kind
    before: Figures
    after: Figures
    run: str = "`fit()`"
    """What is run."""
    backend: Literal["tensorflow", "jax"] = "tensorflow"
    by_hand: Mapping[str, str] = field(default_factory=dict)
    """What is changed by hand, after all fixes."""

    @property
    def source(self) -> str:
        """The small model."""
        return (MODELS / f"{self.model}.py").read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """The file as it was read."""
        return f"https://github.com/{self.repository}/blob/{self.commit}/{self.file}"


ENTRIES = (
    Entry(
        "book_diffusion",
        "Deep Learning with Python, third edition, chapter 17: the diffusion model",
        "fchollet/deep-learning-with-python-notebooks",
        "dea84a4e12cc3bb3cb61ce952a0168bca113d315",
        "chapter17_image-generation.ipynb",
        "`DiffusionModel.call(self, images)` has no `training` parameter, so `fit()` passes no flag. The "
        "denoising model, "
        "which is called in `denoise`, runs its BatchNormalizations in inference mode while it is trained.",
        3,
        {"KTP101": "bug"},
        "safe",
        Figures(0, 0, 0, 2),
        Figures(0, 0, 2, 2),
    ),
    Entry(
        "text_transformer",
        "TensorFlow Text: the tutorial on the Transformer",
        "tensorflow/text",
        "17c38bf014810b80abbb7c13ff1c2ac3cd9f710f",
        "docs/tutorials/transformer.ipynb",
        "No `call` of the notebook has a `training` parameter, from `Transformer.call(self, inputs)` down to its "
        "attention layers. Keras 2 passes the flag all the same (7 of 7 drop). The notebook installs the "
        "newest TensorFlow, which comes "
        "with Keras 3, and there `fit()` passes the flag only to a model that names it.",
        3,
        {"KTP101": "bug", "KTP102": "fragile"},
        "safe",
        Figures(0, 7, 0, 0),
        Figures(7, 7, 0, 0),
    ),
    Entry(
        "speech_transformer",
        "keras.io: automatic speech recognition with Transformer",
        "keras-team/keras-io",
        "0c4052b8db5464104c21ce6f43b47bf9a3af47b1",
        "examples/audio/transformer_asr.py",
        "`train_step` calls `self([source, dec_input])` without the flag, and neither `Transformer.call` nor "
        "`TransformerDecoder.call` has the parameter. The dropouts of encoder and decoder never drop.",
        3,
        {"KTP101": "bug", "KTP102": "fragile", "KTP301": "bug"},
        "unsafe",
        Figures(0, 5, 0, 0),
        Figures(5, 5, 0, 0),
    ),
    Entry(
        "two_views",
        "keras.io: contrastive learning with SimSiam",
        "keras-team/keras-io",
        "178d27afcdb7978e39c05c0942b547e6396876e5",
        "examples/vision/simsiam.py",
        "`train_step` calls `self.encoder(ds_one)` and `self.predictor(z1)` without the flag, so their "
        "BatchNormalizations do not use the batch. This file is for TensorFlow 2.4, so it is measured with Keras 2.",
        2,
        {"KTP301": "bug"},
        "unsafe",
        Figures(0, 0, 0, 3),
        Figures(0, 0, 3, 3),
    ),
    Entry(
        "three_images",
        "keras.io: a Siamese network with a triplet loss",
        "keras-team/keras-io",
        "39c1ef25d453788de5f3855a18d16697f4ed0130",
        "examples/vision/siamese_network.py",
        "`train_step` and `test_step` get their loss from `_compute_loss`, which calls `self.siamese_network(data)` "
        "without the flag. The new BatchNormalizations of the head stay in inference mode. The fix is by "
        "hand: the method "
        "needs a parameter, and each step passes its own mode.",
        3,
        {"KTP301": "bug"},
        "by hand",
        Figures(0, 0, 0, 2),
        Figures(0, 0, 2, 2),
        by_hand={
            "def distance(self, data)": "def distance(self, data, training)",
            "self.network(data)": "self.network(data, training=training)",
            "loss = self.distance(data)": "loss = self.distance(data, training=True)",
            '"loss": self.distance(data)': '"loss": self.distance(data, training=False)',
        },
    ),
    Entry(
        "course_lab",
        "MIT 6.S191, Introduction to Deep Learning: lab 2, part 2",
        "MITDeepLearning/introtodeeplearning",
        "e44754eac7a61d489fb07a68245bfbb290823228",
        "lab2/solutions/TF_Part2_Debiasing_Solution.ipynb",
        "`standard_train_step` calls `standard_classifier(x)` without the flag, and `debiasing_train_step` `dbvae(x)`. "
        "The four BatchNormalizations of the classifier normalize by statistics that never move.",
        3,
        {"KTP301": "bug"},
        "unsafe",
        Figures(0, 0, 0, 4),
        Figures(0, 0, 4, 4),
        run="one training step",
    ),
    Entry(
        "deep_autoencoder",
        "nvae-tf: NVAE in TensorFlow",
        "stevensdavid/nvae-tf",
        "228bcbbc8957db467ac1654abeb99df166c18023",
        "models.py",
        "`train_step` calls `self(data)` without the flag, so every BatchNormalization of the model stays in inference "
        "mode. No `call` of the project has a `training` parameter, which only Keras 3 requires. Measured "
        "with Keras 2, "
        "as the project requires TensorFlow 2.3.",
        2,
        {"KTP101": "bug", "KTP301": "bug"},
        "unsafe",
        Figures(0, 0, 0, 4),
        Figures(0, 0, 4, 4),
    ),
    Entry(
        "anomaly_gan",
        "GANomaly-TF2: GANomaly in TensorFlow 2",
        "danbochman/GANomaly-TF2",
        "9de6f5f2332bf5033486a129bfd7d0e9094762d6",
        "ganomaly/ganomaly_trainer.py",
        "The trainer calls `enc_x(img_batch)`, `dec_z(z)` and the other networks without the flag on both of "
        "its tapes. "
        "The evaluation of the same project passes `training=False`. Measured with Keras 2, as the project requires "
        "TensorFlow 2.2.",
        2,
        {"KTP301": "bug"},
        "unsafe",
        Figures(0, 0, 0, 2),
        Figures(0, 0, 2, 2),
        run="one training step",
    ),
    Entry(
        "window_transformer",
        "GCViT-TensorFlow: global context vision transformers",
        "EMalagoli92/GCViT-TensorFlow",
        "334bbcbb8d40f2e4c634dad4d9a259330921ace8",
        "gcvit_tensorflow/models/gcvit.py",
        "`call(self, inputs, *args, **kwargs)` takes everything and names no `training`. The project requires "
        "TensorFlow 2.9, and there it is right: Keras 2 passes the flag on to the dropouts (3 of 3 drop). "
        "Measured with "
        "Keras 3, as after a move to it: Keras 3 does not pass the flag to `**kwargs`.",
        3,
        {"KTP101": "bug", "KTP102": "fragile"},
        "safe",
        Figures(0, 3, 0, 0),
        Figures(3, 3, 0, 0),
    ),
    Entry(
        "pyramid_pooling",
        "keras-hub: the pooling of DeepLabV3",
        "keras-team/keras-hub",
        "71453d08f59edc90d276e999319fc51e61cbf82c",
        "keras_hub/src/models/deeplab_v3/deeplab_v3_layers.py",
        "`SpatialPyramidPooling.call` has no `training` parameter and makes a `Resizing` layer, whose default is "
        "`training=True`. In Keras 3.6 to 3.15 that leaks to `self.projection`. In a plain call of the model, which is "
        "inference, the projection uses the batch, and each call moves its statistics. So it does in the releases "
        "0.18.1 and 0.32.0 of keras-hub: both were run with Keras 3.15.1, where one of the five normalizations of the "
        "layer moves in a plain call.",
        3,
        {"KTP102": "fragile", "KTP201": "bug"},
        "safe",
        Figures(1, 1, 1, 3),
        Figures(0, 1, 0, 3),
        run="`model(x)`",
    ),
    Entry(
        "stateless_step",
        "Keras: the guide to distributed training with JAX",
        "keras-team/keras",
        "6d68e11485bd4636bd59a9a5b1822da818c811fc",
        "guides/distributed_training_with_jax.py",
        "`compute_loss`, which `jax.value_and_grad` differentiates, calls `model.stateless_call` without the flag. "
        "The three BatchNormalizations and the dropout of the model run in inference mode while it is trained. The "
        "copy in keras-io, commit `4ff39a6`, passes `training=True`.",
        3,
        {"KTP301": "bug"},
        "unsafe",
        Figures(0, 1, 0, 3),
        Figures(1, 1, 3, 3),
        run="one training step",
        backend="jax",
    ),
    Entry(
        "book_trainer",
        "Dive into Deep Learning: the TensorFlow edition",
        "d2l-ai/d2l-en",
        "09d0288f5bd63cce2c879032192c621610621e09",
        "chapter_linear-regression/oo-design.md",
        "The trainer sets `self.model.training = True`, but `Module.training_step` calls `self(*batch[:-1])` without "
        "the flag, and `Module.call` only stores a flag that it finds in `**kwargs`: `self.net(X)` receives none. "
        "Layers of Keras in it, such as those of the chapter on batch normalization, run in inference mode in "
        "training. The fix is by hand: `call` needs the parameter, and each step passes its own mode. Measured with "
        "Keras 2.",
        2,
        {"KTP101": "bug"},
        "by hand",
        Figures(0, 1, 0, 2),
        Figures(1, 1, 2, 2),
        run="one training step",
        by_hand={
            "def forward(self, inputs)": "def forward(self, inputs, training)",
            "self.net(inputs)": "self.net(inputs, training=training)",
            "call(self, inputs, *others, **options)": "call(self, inputs, training=None)",
            'if "training" in options:\n            self.mode = options["training"]\n        ': "",
            "self.forward(inputs, *others)": "self.forward(inputs, training)",
            "self(*inputs)": "self(*inputs, training=True)",
        },
    ),
    Entry(
        "tabular_autoencoder",
        "KerasFactory: an experimental autoencoder for anomalies",
        "UnicoLab/KerasFactory",
        "0c44b0e17705599e2cce3b78b6b41c0f5623a02d",
        "experimental/autoencoder.py",
        "`Autoencoder.call(self, inputs)` has no `training` parameter, so `fit()` passes no flag to its four dropouts. "
        "The project requires Keras 3.8. The model that it ships, `kerasfactory/models/autoencoder.py`, passes the "
        "flag on.",
        3,
        {"KTP101": "bug"},
        "safe",
        Figures(0, 4, 0, 0),
        Figures(4, 4, 0, 0),
    ),
    Entry(
        "variational_autoencoder",
        "KerasFactory: an experimental variational autoencoder",
        "UnicoLab/KerasFactory",
        "0c44b0e17705599e2cce3b78b6b41c0f5623a02d",
        "experimental/variational_autoencoder.py",
        "`train_step` calls `self.encoder(data)` and `self.decoder(z)` without the flag. Both are functional models, "
        "so their three dropouts run in inference mode while they are trained. `call` has the parameter and does not "
        "pass it on.",
        3,
        {"KTP202": "fragile", "KTP301": "bug"},
        "unsafe",
        Figures(0, 3, 0, 0),
        Figures(3, 3, 0, 0),
    ),
    Entry(
        "image_tower",
        "transformers: the vision tower of IDEFICS in TensorFlow",
        "huggingface/transformers",
        "1505215df303467822c2ef407e277381f9d290f1",
        "src/transformers/models/idefics/vision_tf.py",
        "`TFIdeficsVisionAttention.call` has no `training` parameter and calls `tf.nn.dropout` with the rate "
        "`config.attention_dropout`. Unless that is 0.0, which is its default, attention drops in `predict()` too, and "
        "predictions are random. The PyTorch version of the file passes `training=self.training`. Release 4.44.2 has "
        "the same line. Measured with Keras 2, which these models require.",
        2,
        {"KTP211": "bug"},
        "unsafe",
        Figures(2, 2, 0, 0),
        Figures(0, 2, 0, 0),
        run="`predict()`",
    ),
)

_INTRO = f"""\
# Found in the wild

Lost `training` flags in public code and teaching material. A lost flag fails silently: nothing raises, and no warning
is printed. Each entry describes a file at the commit that it names; later commits may differ.

The figures are not those of the projects. For each entry there is a small model with the same defect, written for this
page, in `tests/runtime/wild`. A test checks it, applies the fix, runs Keras before and after, and compares what it
measures with this page: how many Dropout layers change their input, and in how many BatchNormalization layers the
moving statistics move. In the table these are *drop* and *move*. A layer that calls `tf.nn.dropout` counts as a
dropout. Keras 3 is 3.15.1, Keras 2 is `tf_keras` 2.21.0, both with TensorFlow 2.21.0. The entry on JAX was measured
with JAX {JAX}.

A *safe* fix is applied by default, an *unsafe* one with `--unsafe-fixes`: it changes what a training step or the model
computes.
"""


def page(notice: str) -> str:
    """The page of the documentation; `notice` says that it is generated."""
    rows = ["| Where | Reported | Fix | Run | Keras | Before | After |", "| --- | --- | --- | --- | --- | --- | --- |"]
    rows += [_row(entry) for entry in ENTRIES]
    sections = [_section(entry) for entry in ENTRIES]
    return "\n\n".join([_INTRO.rstrip(), notice, "\n".join(rows), *sections]) + "\n"


def _row(entry: Entry) -> str:
    cells = [entry.title, ", ".join(entry.codes), entry.fix, entry.run, str(entry.keras), entry.before.short]
    return f"| {' | '.join([*cells, entry.after.short])} |"


def _section(entry: Entry) -> str:
    codes = ", ".join(f"[{code}](rules/{code}.md) ({severity})" for code, severity in entry.codes.items())
    on = " on JAX" if entry.backend == "jax" else ""
    return "\n\n".join(
        [
            f"## {entry.title}",
            f"[`{entry.file}`]({entry.url}) of {entry.repository}, commit `{entry.commit[:7]}`",
            entry.what,
            f"Reported: {codes}. Fix: {entry.fix}. Small model: `tests/runtime/wild/{entry.model}.py`.",
            f"Measured in {entry.run}, Keras {entry.keras}{on}: {entry.before}; after the fix {entry.after}.",
        ]
    )
