"""Which layers are only ever made inside others: who runs them is known, and `fit` is not called on them."""

from __future__ import annotations

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.objects import Made
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.analysis.models.functions import held_instances
from flake8_training_phase.keras.catalogue import KerasLayer


def is_only_made_in_hosts(cls: UserClass) -> bool:
    """Whether every object of a class that its module makes is made for another layer, which runs it in its `call`.

    One that nobody makes, or that is made for a model with nothing but training steps of its own, may be outermost.
    """
    program = cls.program
    return program.ask(("only in hosts", cls), lambda: _is_only_made_in_hosts(cls), meanwhile=False)


def _is_only_made_in_hosts(cls: UserClass) -> bool:
    made = cls.program.constructions(cls.module)
    own = [one for one in made if isinstance(one.instance.type, UserClass) and cls in one.instance.type.ancestors]
    hosted = {inner for one in made if _runs_what_it_holds(one.instance.type) for inner in _held_by(one.instance)}
    return bool(own) and all(_is_made_for_host(one, cls) or one.instance in hosted for one in own)


def _is_made_for_host(made: Made, cls: UserClass) -> bool:
    return made.host is not None and made.host is not cls and _runs_what_it_holds(made.host)


def _held_by(instance: Instance) -> set[Instance]:
    return set(held_instances((*instance.arguments.values(), *instance.contents)))


def _runs_what_it_holds(host: KerasLayer | UserClass) -> bool:
    return isinstance(host, KerasLayer) or host.call is not None or host.keras_base_name == "Sequential"
