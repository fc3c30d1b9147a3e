"""Everything that names the flag of one class in a call, and has to follow when it is renamed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, called
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    Constant,
    External,
    FunctionValue,
    Instance,
    Partial,
    Value,
    members,
)
from flake8_training_phase.analysis.entries.importers import importing
from flake8_training_phase.analysis.entries.module_run import module_run
from flake8_training_phase.analysis.machine.calls import is_super
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.syntax.walking import NodesByKind, nodes_in, parents_of
from flake8_training_phase.keras.catalogue import KerasLayer


@dataclass(slots=True)
class FlagSites:
    """The places where the flag is named for the `call` of a class."""

    keywords: list[ast.keyword] = field(default_factory=list)
    keys: list[ast.Constant] = field(default_factory=list)
    """Of dicts that are passed with `**`."""
    unseen: list[ast.Call] = field(default_factory=list)
    """Calls that name such a flag too, whose callee is unknown, and those that may hide it in `**`."""
    shared: bool = False
    """One of the calls may be of another class, which keeps the name; or gives the new name as well."""


def flag_sites(module: CheckedModule, cls: UserClass, name: str) -> FlagSites:
    """Where a module names the flag of a class: in any `call`, function, lambda, at its top."""
    sites = FlagSites()
    nodes = module.nodes
    given = {node: tuple(_named(node, name, nodes)) for node in nodes.of(ast.Call)}
    calls = {node for node, named in given.items() if named or any(one.arg is None for one in node.keywords)}
    if not calls:
        return sites
    callees = _callees(module, calls)
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        found = [one for value in callees.get(call, ()) for one in members(value) if not isinstance(one, Constant)]
        if any(_runs(one, cls) for one in found):
            keeps = any(_keeps(one, module, cls, name) for one in found)
            sites.shared = sites.shared or keeps or any(one.arg == "training" for one in call.keywords)
            sites.keywords += [one for one in given[call] if isinstance(one, ast.keyword)]
            sites.keys += [one for one in given[call] if isinstance(one, ast.Constant)]
            if not given[call]:
                sites.unseen.append(call)
        elif given[call] and (not found or UNKNOWN in found):
            sites.unseen.append(call)
    return sites


def takes_by_itself(layer_class: LayerClass, name: str) -> bool:
    """Whether the class, or one derived from it, has a `__call__` of its own that takes the flag by that name."""
    derived = [one.cls for one in layer_class.module.layer_classes if layer_class.cls in one.cls.mro]
    overrides = [one.find_method("__call__") for one in (layer_class.cls, *derived)]
    return any(isinstance(one, Method) and parameter(one.node, name) is not None for one in overrides)


def named_elsewhere(layer_class: LayerClass, name: str) -> str | None:
    """The name of another file which has a parent of a class, or a subclass of it, that takes the flag by its name, or
    may pass it so, where it imports the module; None when there is none.
    """
    for one in layer_class.cls.mro[1:]:
        if isinstance(one, UserClass) and one.module is not layer_class.cls.module and _takes(one, name):
            return one.module.path.name
    for other in _importers_with(layer_class, name):
        if _names_flag(other, layer_class.cls, name) or _overrides(other, layer_class.cls, name):
            return other.module.path.name
    return None


def passed_elsewhere(layer_class: LayerClass, name: str) -> bool:
    """Whether another file, which imports the module, may pass the flag of a class by its name, and not only as a
    subclass does with what it is given.
    """
    return any(
        _names_flag(other, layer_class.cls, name) and not _only_in_super(other, name)
        for other in _importers_with(layer_class, name)
    )


def _only_in_super(module: CheckedModule, name: str) -> bool:
    naming = list(calls_naming(module, name))
    return bool(naming) and all(map(of_super, naming))


def calls_naming(module: CheckedModule, name: str) -> Iterator[ast.Call]:
    """The calls of a module that pass something by a name."""
    return (one for one in module.nodes.of(ast.Call) if any(keyword.arg == name for keyword in one.keywords))


def of_super(call: ast.Call) -> bool:
    """Whether it is a call of `super().call`: with a flag, that only hands on what the class is given."""
    return isinstance(call.func, ast.Attribute) and is_super(call.func.value)


def _importers_with(layer_class: LayerClass, name: str) -> Iterator[CheckedModule]:
    """The modules that import that of a class, and have a name in their text."""
    return (one for one in layer_class.module.once(_importers) if name in one.module.text)


def _importers(module: CheckedModule) -> tuple[CheckedModule, ...]:
    return tuple(module.beside(one) for one in importing(module))


def _names_flag(module: CheckedModule, cls: UserClass, name: str) -> bool:
    """Whether a module may pass the flag of a class by its name: to a layer, or to something unknown."""
    sites = flag_sites(module, cls, name)
    unseen = (one for call in sites.unseen for one in _named(call, name, module.nodes))
    return bool(sites.shared or sites.keywords or sites.keys) or next(unseen, None) is not None


def _overrides(module: CheckedModule, cls: UserClass, name: str) -> bool:
    """Whether a class that is derived from one has a `call` of its own that takes the flag by its name."""
    return any(cls in one.cls.mro[1:] and _takes(one.cls, name) for one in module.layer_classes)


def _takes(cls: UserClass, name: str) -> bool:
    """Whether a class has a `call` of its own that takes the flag by a name."""
    return "call" in cls.methods and parameter(cls.methods["call"], name) is not None


def described(calls: list[ast.Call], most: int = 3) -> str:
    """Some calls, for messages."""
    shown = [f"`{called(one)}(…)` in line {one.lineno}" for one in calls[:most]]
    return ", ".join(shown) + (f" and {len(calls) - most} more" if len(calls) > most else "")


def _named(call: ast.Call, name: str, nodes: NodesByKind) -> Iterator[ast.keyword | ast.Constant]:
    """The keywords by which a call gives a name, and the keys of dicts that it unpacks or has unpacked."""
    for keyword in call.keywords:
        if keyword.arg == name:
            yield keyword
        elif keyword.arg in (None, "kwargs"):
            yield from _in_dict(keyword.value, name, nodes)


def _in_dict(node: ast.expr, name: str, nodes: NodesByKind) -> Iterator[ast.keyword | ast.Constant]:
    """A name among the keys of a dict that is written in place, or made once and only unpacked."""
    if isinstance(node, ast.Name):
        uses = [one for one in nodes.of(ast.Name) if one.id == node.id]
        made = [one.value for one in nodes.of(ast.Assign) if one.targets[0] in uses]
        unpacked = [one.value for one in nodes.of(ast.keyword) if one.arg is None and one.value in uses]
        if len(made) == 1 and unpacked == [node] and len(uses) == 2 and not isinstance(made[0], ast.Name):
            yield from _in_dict(made[0], name, nodes)
    elif isinstance(node, ast.Dict):
        yield from (key for key in node.keys if isinstance(key, ast.Constant) and key.value == name)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        yield from (keyword for keyword in node.keywords if keyword.arg == name)


def _callees(module: CheckedModule, calls: set[ast.Call]) -> dict[ast.Call, list[Value]]:
    """What is called at some calls; for `functools.partial(net, …)`, what it will call."""
    run = module_run(module, calls)
    found = {call: list(run.bound.get(call) or run.callees.get(call) or ()) for call in calls}
    for host in module.layer_classes:
        for event in host.events:
            if event.node in found and isinstance(event, LayerCall):
                found[event.node].append(event.receiver)
            elif event.node in found and isinstance(event, Inlined):
                found[event.node].append(FunctionValue(event.function, event.place.scope, owner=event.owner))
    parents = parents_of(module.tree)
    for call in calls:
        if not any(one is not UNKNOWN for one in found[call]):
            found[call].append(_at_the_top(call, module, parents))
    return found


def _at_the_top(call: ast.Call, module: CheckedModule, parents: dict[ast.AST, ast.AST]) -> Value:
    """What a call of a name at the top of the module calls, where no function around it has that name."""
    scope = module.scope
    is_partial = scope.evaluate(call.func) == External("functools.partial")
    target = call.args[0] if is_partial and call.args else call.func
    root = target
    while isinstance(root, (ast.Attribute, ast.Call)):
        root = root.value if isinstance(root, ast.Attribute) else root.func
    around: ast.AST | None = call
    while isinstance(root, ast.Name) and around is not None:
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and _binds(around, root.id):
            return UNKNOWN
        around = parents.get(around)
    return scope.evaluate(target) if isinstance(root, ast.Name) else UNKNOWN


def _binds(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> bool:
    stored = (one for one in nodes_in(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    return parameter(function, name) is not None or any(one.id == name for one in stored)


def _runs(value: Value, cls: UserClass) -> bool:
    """Whether calling a value runs the `call` of a class."""
    if isinstance(value, Partial):
        return _runs(value.function, cls)
    if isinstance(value, FunctionValue):
        return cls.call is not None and value.node is cls.call.node
    return isinstance(value, Instance) and isinstance(value.type, UserClass) and value.type.call == cls.call


def _keeps(value: Value, module: CheckedModule, cls: UserClass, name: str) -> bool:
    """Whether a value that may be called as well takes the flag by its old name, and goes on to."""
    if value is UNKNOWN or _runs(value, cls):
        return False
    if not isinstance(value, Instance) or isinstance(value.type, KerasLayer):
        return True
    others = (one for one in module.layer_classes if one.cls is value.type)
    return not any(one.misnamed_flag is not None and one.misnamed_flag.arg == name for one in others)
