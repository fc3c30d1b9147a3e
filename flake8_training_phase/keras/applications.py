"""The models of `keras.applications`: which of them behave differently in training, and what of that can be frozen.

Read from the models of Keras 3.15.1 and tf_keras 2.21, made with `weights=None` with and without their tops;
`tests/runtime/test_applications.py` makes them anew and compares.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flake8_training_phase.keras.catalogue import Argument, DependsOn, KerasLayer, layers

_PLAIN = ("VGG", "ConvNeXt")
"""Those without a BatchNormalization: they do the same in both modes."""
_DROPPING = ("EfficientNet", "ResNetRS2", "ResNetRS3", "ResNetRS4")
"""Those with dropout between their blocks, which `trainable = False` does not stop."""
_DROPPING_IN_TOP = re.compile(r"MobileNet(V3\w+)?|ResNetRS\d+")
_FAMILIES = re.compile(
    r"VGG(16|19)|ConvNeXt(Tiny|Small|Base|Large|XLarge)|DenseNet(121|169|201)|EfficientNet(B[0-7]|V2(B[0-3]|S|M|L))"
    r"|Inception(ResNetV2|V3)|MobileNet(V2|V3Small|V3Large)?|NASNet(Large|Mobile)|RegNet[XY]\d{3}|ResNet(50|101|152)(V2)?"
    r"|ResNetRS(50|101|152|200|270|350|420)|Xception"
)


@lru_cache(maxsize=256)
def application(name: str) -> KerasLayer | None:
    """What a function of `keras.applications` gives; None for any other name."""
    if not _FAMILIES.fullmatch(name):
        return None
    plain = name.startswith(_PLAIN)
    top = Argument("include_top", {2: None, 3: None}, acts_when_absent=True)
    return KerasLayer(
        name,
        base="Functional",
        signatures=layers()["Functional"].signatures,
        depends_on=DependsOn.NOTHING if plain else DependsOn.ALWAYS,
        arguments=(top,) if _DROPPING_IN_TOP.fullmatch(name) else (),
        has_weights=True,
        stops_when_frozen=not plain and not name.startswith(_DROPPING),
    )
