"""What the models of `keras.applications` hold that behaves differently in training.

Read from the models of Keras 3.15.1 and tf_keras 2.21, made with `weights=None`.
"""

from __future__ import annotations

_WITHOUT_NORMALIZATION = ("VGG", "ConvNeXt")


def has_batch_normalization(application: str) -> bool:
    """Whether a model of `keras.applications` has a BatchNormalization, by the name of its function."""
    return not application.startswith(_WITHOUT_NORMALIZATION)


def has_dropout(application: str, include_top: bool) -> bool:
    """Whether it has a dropout that drops."""
    if application.startswith("EfficientNet"):
        return True
    return include_top and (application == "MobileNet" or application.startswith("MobileNetV3"))
