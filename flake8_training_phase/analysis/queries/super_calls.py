"""What `super().call(…)` runs: which `call` that is, the order of the bases decides, in each subclass anew."""

from __future__ import annotations

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.overrides import subclasses_elsewhere
from flake8_training_phase.keras.catalogue import BARE_NAMES, KerasLayer


def refused_here(module: CheckedModule, owner: UserClass) -> UserClass | None:
    """The first class of a module in which `super().call` in one of its classes, that class or a base of it, reaches a
    `call` that does not take `training`, under some Keras that is asked for; None where all take it.
    """
    return next((one for one in _heirs(module, owner) if _refuses(module, one, owner)), None)


def refused_elsewhere(module: CheckedModule, owner: UserClass) -> bool:
    """Whether that is so in some class in the files that import the module."""
    found = subclasses_elsewhere(module, set(_heirs(module, owner)))
    return any(_refuses(module, one.cls, owner) for one in found)


def _heirs(module: CheckedModule, owner: UserClass) -> list[UserClass]:
    """A class and what inherits from it in its module."""
    return [one for one in module.module.classes() if owner in one.mro]


def _refuses(module: CheckedModule, cls: UserClass, owner: UserClass) -> bool:
    parent = _next_call(cls, owner)
    if parent is None:
        return False
    if isinstance(parent, Method):
        return parameter(parent.node, "training") is None
    return not all(parent.signature_in(one.first).accepts_training for one in module.generations(cls))


def _next_call(cls: UserClass, owner: UserClass) -> Method | KerasLayer | None:
    """What `super().call` in an ancestor is in a class; None for that of a bare `Layer`, which takes any argument."""
    for one in cls.mro[cls.mro.index(owner) + 1 :]:
        if isinstance(one, UserClass):
            if "call" in one.methods:
                return Method(one.methods["call"], one)
        elif one.name not in BARE_NAMES:
            return one
    return None
