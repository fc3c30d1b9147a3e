"""Objects that are only run on symbolic tensors, or inside a Sequential: the models that are made of these hold their
layers, which find the flag of the model there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.machine.graphs import makes_graph
from flake8_training_phase.analysis.syntax.definitions import Definitions, FunctionScope, argument, called_name
from flake8_training_phase.analysis.syntax.walking import nodes_in

_RUN_IT = frozenset({"call", "compile", "fit", "fit_generator", "train_on_batch", "predict", "evaluate"})
"""Methods that run a model, or make it ready for that; the others set something, or ask for something."""
_HOLD_IT = frozenset({"Sequential", "TimeDistributed", "Bidirectional"})


def is_part_of_graphs(made: ast.Call, module: Module) -> bool:
    """Whether an object, as it is made or under the name that it gets there, is used for nothing but to make other
    models: `Model(x, Net()(x))`, `Model(x, net.call(x))`, `Sequential([Net(), Dense(1)])`.
    """
    definitions = module.program.ask(("definitions", module), lambda: Definitions(module.tree), meanwhile=None)
    found = () if definitions is None else definitions.calls_by_name.get(called_name(made), ())
    unit = next((unit for unit, call in found if call is made), None)
    if definitions is None or unit is None:
        return False
    outputs = [argument(call, 1, "outputs") for call in unit.calls() if makes_graph(call)]
    flow = definitions.flow(unit)
    needed = flow.needed_by(one for one in outputs if one is not None)
    runs = list(_users(made, unit))
    return bool(runs) and all(
        isinstance(one, ast.Call) and (_holds(one) or flow.is_needed(one, needed)) for one in runs
    )


def _users(made: ast.Call, unit: FunctionScope) -> Iterator[ast.AST | None]:
    """What runs an object in the function that makes it, or takes it: the call of it, for one."""
    parents = {child: node for node in (unit.node, *unit.nodes) for child in ast.iter_child_nodes(node)}
    bound = parents[made]
    uses: list[ast.AST] = [made]
    if isinstance(bound, ast.Assign):
        names = {getattr(one, "id", None) for one in bound.targets}
        if None in names:
            yield None  # An attribute may be used anywhere.
        uses = [one for one in nodes_in(unit.node) if isinstance(one, ast.Name) and one.id in names and _is_read(one)]
    for use in uses:
        user = parents.get(use)
        while isinstance(user, (ast.List, ast.Tuple)):
            user = parents.get(user)
        if not isinstance(user, ast.Attribute):
            yield user
        elif user.attr in _RUN_IT:
            yield parents.get(user) if user.attr == "call" else None


def _holds(call: ast.Call) -> bool:
    """Whether a call puts what it is given into a model that runs it: `net.add(Block())`."""
    return called_name(call) in _HOLD_IT or (called_name(call) == "add" and isinstance(call.func, ast.Attribute))


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)
