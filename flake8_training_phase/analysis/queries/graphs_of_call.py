"""Classes whose `call` makes the graph of a functional model: `keras.Model(x, self.call(x))` in a method of theirs, or
in `call` itself, which then gives the functional model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.queries.hosts import constructions_in, importers
from flake8_training_phase.analysis.syntax.definitions import called_name
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of

_ONLY_SHOWS = frozenset({"summary", "plot_model", "model_to_dot", "to_json", "get_config"})


def makes_graph(cls: UserClass) -> bool:
    """Whether a method of a class, its own or an inherited one, makes a functional model of its `call`."""
    return any(True for _ in _graph_methods(cls))


def only_graph_is_used(cls: UserClass) -> bool:
    """Whether every object of a class that its module makes, or one that imports it, is asked for its graph alone.

    The functional model is what is fitted then: layers find its flag, whether or not `call` takes one. A graph that is
    only shown, `Net().build_graph().summary()`, says nothing of what is fitted.
    """
    methods = dict(_graph_methods(cls))
    if not methods:
        return False
    found = []
    for module in (cls.module, *importers(cls.module, cls.name)):
        made = list(constructions_in(module, cls))
        parents = parents_of(module.tree) if made else {}
        found += [_gives_only_graph(node, methods, parents) for node in made]
    return bool(found) and all(found)


def gives_graph(cls: UserClass) -> bool:
    """Whether `call` makes an `Input` and gives a model of what it does with that: `return Model(image, x)`. It is no
    forward pass then; the functional model runs its layers, with its own flag.
    """
    if cls.call is None:
        return False
    nodes = [*nodes_in(cls.call.node)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    if not any(called_name(one) == "Input" for one in calls):
        return False
    models = {one for one in calls if called_name(one) in ("Model", "Functional")}
    bound = {
        target for node in nodes if isinstance(node, ast.Assign) and node.value in models for target in node.targets
    }
    names = {one.id for one in bound if isinstance(one, ast.Name)}
    given = [node.value for node in nodes if isinstance(node, ast.Return)]
    return bool(given) and all(one in models or (isinstance(one, ast.Name) and one.id in names) for one in given)


def _graph_methods(cls: UserClass) -> Iterator[tuple[str, bool]]:
    """The names of those methods, and whether each is a property."""
    for owner in cls.mro:
        methods = owner.methods if isinstance(owner, UserClass) else {}
        for name, method in methods.items():
            calls = [node for node in nodes_in(method) if isinstance(node, ast.Call)]
            makes = any(called_name(one) in ("Model", "Functional") for one in calls)
            if name != "call" and makes and any(ast.unparse(one.func) in ("self", "self.call") for one in calls):
                yield name, cls.is_property(method)


def _gives_only_graph(made: ast.Call, methods: dict[str, bool], parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether an object, as it is made or under the name that it is bound to, is asked for nothing but its graph."""
    bound = parents[made]
    uses: list[ast.AST] = [made]
    if isinstance(bound, ast.Assign):
        names = {one.id for one in bound.targets if isinstance(one, ast.Name)}
        uses = [
            one for one in parents if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id in names
        ]
    asked = [parents[one] for one in uses]
    is_all = all(isinstance(one, ast.Attribute) and one.attr in (*methods, *_ONLY_SHOWS) for one in asked)
    read = [one for one in asked if isinstance(one, ast.Attribute) and one.attr in methods]
    graphs = [one if methods[one.attr] else parents[one] for one in read]
    return is_all and any(
        (one in read or isinstance(one, ast.Call)) and not _is_only_shown(one, parents) for one in graphs
    )


def _is_only_shown(graph: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    user = parents.get(graph)
    shows = isinstance(user, ast.Attribute) and user.attr in _ONLY_SHOWS
    return shows or (isinstance(user, ast.Call) and called_name(user) in _ONLY_SHOWS)
