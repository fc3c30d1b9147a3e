"""Functions that are put in the place of the `call` of a class once it is defined, and need not take the flag."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.modules import Module
from flake8_training_phase.analysis.domain.values import ClassValue, FunctionValue, Value, members
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in

_Store = tuple[ast.expr, ast.expr]
"""What the `call` of is assigned, and what it is given."""

_TEXTS_OF_STORES = (".call =", ".call=", '"call"', "'call'")
"""A file without any of these gives no class another `call`."""


def may_be_replaced(cls: UserClass) -> bool:
    """Whether the `call` of a class is seen to be wrapped or replaced, other than by a decorator of its own: by a
    decorator or a metaclass of the class, `__init_subclass__` of a parent, `self.call = …`, or a loop over classes.

    What is there then may not take the flag, and Keras asks that for its signature.
    """
    return cls.program.ask(("may be replaced", cls), lambda: _may_be_replaced(cls), meanwhile=False)


def _may_be_replaced(cls: UserClass) -> bool:
    if cls.call is None:
        return False
    owner = cls.call.owner
    parents = [one for one in owner.mro if isinstance(one, UserClass)]
    return (
        any(_stores_call(hook) for one in parents[1:] for hook in _hooks(one))
        or any(_stores_call(made) for one in parents for made in _makers(one))
        or any(isinstance(one, UserClass) and _wraps_its_own(one) for one in cls.mro)
        or _is_given_another(owner)
        or _is_given_another_elsewhere(owner)
    )


def _hooks(cls: UserClass) -> Iterator[ast.AST]:
    if "__init_subclass__" in cls.methods:
        yield cls.methods["__init_subclass__"]


def _makers(cls: UserClass) -> Iterator[ast.AST]:
    """The decorators and the metaclass of a class that are seen."""
    made_by = [one.func if isinstance(one, ast.Call) else one for one in cls.node.decorator_list]
    made_by += [one.value for one in cls.node.keywords if one.arg == "metaclass"]
    for node in made_by:
        yield from (found for one in members(cls.scope.evaluate(node)) if (found := _definition(one)) is not None)


def _definition(value: Value) -> ast.AST | None:
    if isinstance(value, FunctionValue):
        return value.node
    return value.type.node if isinstance(value, ClassValue) and isinstance(value.type, UserClass) else None


def _wraps_its_own(cls: UserClass) -> bool:
    """Whether its methods do `self.call = …`; a `tf.function` of its own `call` is nothing else."""
    return any(isinstance(store, ast.Name) and not _is_compiled(store, value) for store, value in _stores(cls.node))


def _is_compiled(store: ast.Name, value: ast.expr) -> bool:
    """`self.call = tf.function(self.call)`, for no signature."""
    if not isinstance(value, ast.Call) or not value.args or any(one.arg == "input_signature" for one in value.keywords):
        return False
    return last_name(value.func) == "function" and ast.unparse(value.args[0]) == f"{store.id}.call"


def _is_given_another(cls: UserClass) -> bool:
    """Whether statements outside of classes give it a function that is not known to be its `call`, or some class that
    they have in a variable.
    """
    nothing: tuple[_Store, ...] = ()
    found = cls.program.ask(("stores of call", cls.module), lambda: _outside_of_classes(cls.module), meanwhile=nothing)
    classes = {one.name for one in cls.module.classes()} if found else set[str]()
    for store, value in found:
        if isinstance(store, ast.Name) and not _is_compiled(store, value):
            if store.id not in classes or (store.id == cls.name and not isinstance(value, ast.Name)):
                return True
    return False


def _is_given_another_elsewhere(cls: UserClass) -> bool:
    """Whether a module that imports it gives the class another `call`: `Block.call = logged(Block.call)`."""
    return any(
        isinstance(found, ClassValue) and found.type is cls
        for module in cls.module.project.importers(cls.module, _TEXTS_OF_STORES, for_fixes=True)
        for store, _ in _outside_of_classes(module)
        for found in members(module.scope.evaluate(store))
    )


def _outside_of_classes(module: Module) -> tuple[_Store, ...]:
    if "call" not in module.text:
        return ()
    outside = (one for one in module.tree.body if not isinstance(one, ast.ClassDef))
    return tuple(store for one in outside for store in _stores(one, in_namespaces=False))


def _stores_call(node: ast.AST) -> bool:
    return next(_stores(node), None) is not None


def _stores(root: ast.AST, in_namespaces: bool = True) -> Iterator[_Store]:
    """The assignments below a node: `cls.call = …`, `setattr(cls, "call", …)`, `namespace["call"] = …`."""
    for node in nodes_in(root):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, (ast.Attribute, ast.Subscript)) and _is_place_of_call(target, in_namespaces):
                    yield target.value, node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "setattr" and len(node.args) == 3:
            cls, name, value = node.args
            if _is_named_call(name):
                yield cls, value


def _is_place_of_call(target: ast.Attribute | ast.Subscript, in_namespaces: bool) -> bool:
    if isinstance(target, ast.Attribute):
        return target.attr == "call"
    return in_namespaces and _is_named_call(target.slice)


def _is_named_call(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "call"
