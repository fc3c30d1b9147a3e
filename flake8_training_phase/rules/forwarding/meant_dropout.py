"""Dropout at inference that is meant, as names and texts say."""

from __future__ import annotations

import ast
import re

from flake8_training_phase.analysis.queries.checked_module import LayerClass

_ALWAYS_ON = re.compile(
    r"MC(?![a-z])|(?<![a-z])mc_|monte.?carlo|always|perm|bayes|variational|uncertain|test.time|stochastic(?!.?depth)|augment"
)
"""Names of classes and models that drop in inference mode on purpose."""
_GENERATIVE = re.compile(r"Discriminator|Critic|(?<!With)Generator|GAN(?![a-z])|VAE(?![a-z])|Diffusion|Denois")
"""Models that are trained to make something: their randomness is meant, or they run in training only. What is
`WithGenerator` has one, of random numbers.
"""
_HIDES_INPUT = re.compile(r"Mask|Cut|Mix|Noise|Sampl|Corrupt|Jitter|Perturb|Eras")
"""Layers that take a part of their input away on purpose, by their name."""


def drops_on_purpose(layer_class: LayerClass) -> bool:
    """Whether a class says, by its name or docstring, that it drops in inference mode on purpose."""
    if _GENERATIVE.search(layer_class.name) is not None:
        return True
    text = f"{layer_class.name} {ast.get_docstring(layer_class.cls.node) or ''}"
    return says_that_it_drops(text) or says_that_it_drops(text.lower())


def says_that_it_drops(text: str) -> bool:
    """Whether a text says that something drops in every mode."""
    return _ALWAYS_ON.search(text) is not None


def hides_input(layer_class: LayerClass) -> bool:
    """Whether the name of a class says that it takes a part of its input away on purpose."""
    return _HIDES_INPUT.search(layer_class.name) is not None
