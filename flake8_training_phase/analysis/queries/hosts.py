"""Which layers are only ever made inside others: who runs them is known, and `fit` is not called on them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.objects import Made
from flake8_training_phase.analysis.domain.values import ClassValue, Instance
from flake8_training_phase.analysis.machine.calls import is_super
from flake8_training_phase.analysis.models.functions import held_instances
from flake8_training_phase.analysis.queries.parts_of_graphs import is_part_of_graphs
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer

_RUNNERS = frozenset({"Bidirectional", "RNN", "Sequential", "TimeDistributed"})
"""Layers of Keras that run what they are given."""


def is_only_made_in_hosts(cls: UserClass) -> bool:
    """Whether every object of a class that its module makes is made for another layer, which runs it in its `call`, or
    for the graph of a functional model.

    Where the module makes none, those count that import it. One that is never made, or that is made for a model with
    nothing but training steps of its own, may be outermost.
    """
    program = cls.program
    return program.ask(("only in hosts", cls), lambda: _is_only_made_in_hosts(cls), meanwhile=False)


def _is_only_made_in_hosts(cls: UserClass) -> bool:
    made = cls.program.constructions(cls.module).made
    own = [one for one in made if isinstance(one.instance.type, UserClass) and cls in one.instance.type.mro]
    if not own:
        elsewhere = list(_made_elsewhere(cls))
        return bool(elsewhere) and all(elsewhere)
    hosted = {inner for one in made if _runs_what_it_holds(one.instance.type) for inner in _held_by(one.instance)}
    return all(
        _is_made_for_host(one, cls) or one.instance in hosted or is_part_of_graphs(one.node, cls.module) for one in own
    )


def _is_made_for_host(made: Made, cls: UserClass) -> bool:
    return made.host is not None and made.host is not cls and _runs_what_it_holds(made.host)


def _made_elsewhere(cls: UserClass) -> Iterator[bool]:
    """For each construction of a class in the modules that import it: whether a layer makes it, for itself to run, or
    it is made for a functional model.
    """
    for module in importers(cls.module, cls.name):
        made = list(constructions_in(module, cls))
        hosts = [one.node for one in module.classes() if one.is_layer and _runs_what_it_holds(one)] if made else ()
        hosted = {node for host in hosts for node in nodes_in(host)}
        yield from (node in hosted or is_part_of_graphs(node, module) for node in made)


def constructions_in(module: Module, cls: UserClass) -> Iterator[ast.Call]:
    """Where a module, its own or one that imports it, makes an object of a class."""
    for name in (cls.name, *module.imported_as({cls.name})):
        for node in module.calls.get(name, ()):
            value = module.scope.evaluate(node.func)
            if isinstance(value, ClassValue) and value.type is cls:
                yield node


def importers(module: Module, name: str) -> Iterator[Module]:
    """The modules that import a module and say a name of it, also through the packages that hand it on."""
    for importer in module.project.importers(module, {name}):
        yield importer
        if importer.path.name == "__init__.py" and module.path.name != "__init__.py":
            yield from importers(importer, name)


def _held_by(instance: Instance) -> set[Instance]:
    return set(held_instances((*instance.arguments.values(), *instance.contents)))


def _runs_what_it_holds(host: KerasLayer | UserClass) -> bool:
    """Whether a layer has a `call`, its own or one of Keras: `RNN` runs the cell that a subclass gives it, and a model
    the graph that its constructor makes.
    """
    if isinstance(host, KerasLayer) or host.call is not None or host.keras_base_name in _RUNNERS:
        return True
    constructor = host.find_method("__init__")
    return host.is_model and isinstance(constructor, Method) and any(map(_gives_graph, nodes_in(constructor.node)))


def _gives_graph(node: ast.AST) -> bool:
    """`super().__init__(inputs, outputs)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"):
        return False
    return is_super(node.func.value) and (len(node.args) > 1 or any(one.arg == "outputs" for one in node.keywords))
