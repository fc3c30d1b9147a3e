"""The models of `keras.applications` hold what the checker says they do: one of each family is made and looked at."""

from __future__ import annotations

from typing import Any

import pytest

from flake8_training_phase.analysis.domain.values import Constant, Instance
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.keras.applications import application
from flake8_training_phase.keras.names import ALL

keras = pytest.importorskip("keras")

FAMILIES = ("ConvNeXtTiny", "EfficientNetB0", "MobileNet", "MobileNetV2", "MobileNetV3Small", "ResNet50V2", "VGG16")


def leaves(model: Any) -> list[Any]:
    """The layers in a model, those of models inside it included."""
    return [one for one in model._flatten_layers() if not hasattr(one, "layers")]


@pytest.mark.parametrize("include_top", [True, False])
@pytest.mark.parametrize("name", FAMILIES)
def test_what_depends_on_the_phase_and_what_freezing_leaves(name: str, include_top: bool) -> None:
    held = leaves(getattr(keras.applications, name)(weights=None, include_top=include_top))
    normalizes = any(isinstance(one, keras.layers.BatchNormalization) for one in held)
    drops = any(isinstance(one, keras.layers.Dropout) and one.rate for one in held)
    known = application(name)
    assert known is not None
    top = {"include_top": Constant(include_top)}
    told = dependence(Instance(known, ALL, top))
    frozen = dependence(Instance(known, ALL, {**top, "trainable": Constant(False)}))
    assert (told is Dependence.YES) is (normalizes or drops)
    assert (frozen is Dependence.YES) is drops
