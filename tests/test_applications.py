"""What is known of `keras.applications` by name."""

from __future__ import annotations

import pytest

from flake8_training_phase.keras.applications import application
from flake8_training_phase.keras.catalogue import DependsOn


@pytest.mark.parametrize(
    "name", ["ResNet50", "RegNetX002", "ResNetRS420", "EfficientNetV2L", "NASNetMobile", "Xception"]
)
def test_most_have_batch_normalization(name: str) -> None:
    found = application(name)
    assert found is not None
    assert found.depends_on is DependsOn.ALWAYS


@pytest.mark.parametrize("name", ["ResNet", "ResNet34", "EfficientNetB9", "preprocess_input", "Dropout"])
def test_what_is_none_is_unknown(name: str) -> None:
    assert application(name) is None
