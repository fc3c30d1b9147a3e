"""Packages that are run, and what their environments need."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.runtime.environments import Release

_TENSORFLOW = ("tensorflow-cpu", "tf-keras")


@dataclass(frozen=True, slots=True)
class Distribution:
    """A release of a package, as it is installed and imported."""

    name: str
    version: str
    """Empty for the newest."""
    module: str
    keras: int = 3
    needs: tuple[str, ...] = _TENSORFLOW

    @property
    def release(self) -> Release:
        """What its environment holds."""
        pinned = f"{self.name}=={self.version}" if self.version else self.name
        return Release(self.keras, self.version, (pinned, *self.needs), self.name)


_KNOWN: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "deepctr": ("deepctr", 2, _TENSORFLOW),
    "keras-cv-attention-models": ("keras_cv_attention_models", 2, _TENSORFLOW),
    "keras-neural-processes": ("knp", 3, _TENSORFLOW),
    "keras-tcn": ("tcn", 3, _TENSORFLOW),
    "spektral": ("spektral", 2, _TENSORFLOW),
    "tf-models-official": ("official", 2, ("tf-keras",)),
    "tfts": ("tfts", 2, _TENSORFLOW),
    "transformers": ("transformers", 2, (*_TENSORFLOW, "numpy<2")),
}
"""By distribution: the module, the generation of Keras, and what is installed beside it. Others are of Keras 3."""


def distribution(requirement: str) -> Distribution:
    """What `NAME==VERSION` or `NAME` means. Raises ValueError."""
    found = re.fullmatch(r"([A-Za-z0-9][\w.-]*?)(?:==([\w.]+))?", requirement)
    if found is None:
        raise ValueError(f"must be NAME==VERSION or NAME, not {requirement!r}")
    name, version = found[1], found[2] or ""
    module, keras, needs = _KNOWN.get(name.lower(), (name.lower().replace("-", "_"), 3, _TENSORFLOW))
    return Distribution(name, version, module, keras, needs)
