"""What rules ask of one layer call, or of one helper that is called: does it take the flag, does it matter there?"""

from __future__ import annotations

import ast

from flake8_training_phase.analysis.domain.arguments import parameter, parameter_names, uses_kwargs
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import (
    DirectKerasCall,
    FlagArgument,
    Inlined,
    LayerCall,
    PhaseTest,
    walk,
)
from flake8_training_phase.analysis.domain.receivers import receiver
from flake8_training_phase.analysis.domain.values import Constant, FunctionValue, Instance, Value, members
from flake8_training_phase.analysis.phase.decorators import hides_signature
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer
from flake8_training_phase.keras.misnamed import AMBIGUOUS


def shows_flag(event: LayerCall | Inlined | DirectKerasCall | PhaseTest, name: str) -> bool:
    """Whether a parameter is given to something as its flag, or decides a branch as one."""
    if isinstance(event, PhaseTest):
        return event.parameter == name and name not in AMBIGUOUS
    return event.flag.parameter == name


def names_flag(event: LayerCall | DirectKerasCall) -> bool:
    """Whether `training` is part of what a call passes for the flag."""
    passed = event.flag.node
    return passed is not None and any(isinstance(one, ast.Name) and one.id == "training" for one in nodes_in(passed))


def reaches_phase(call: LayerCall) -> bool:
    """Whether the receiver of a call surely behaves differently in training."""
    return dependence(call.receiver) is Dependence.YES


def is_helper(call: Inlined) -> bool:
    """Whether a call that is run in place is one of a helper that can receive the flag: a function of the checked code
    which is not itself the `call` of a layer, by a name: that of a lambda is the attribute that keeps it.
    """
    return (
        not call.is_super_call
        and getattr(call.function, "name", None) not in ("call", "__call__", "build")
        and hasattr(call.node, "lineno")
        and isinstance(call.node.func, (ast.Name, ast.Attribute, ast.Subscript))
    )


def passed_for(helper: Inlined, name: str) -> FlagArgument:
    """What a call of a helper passes for a parameter of it."""
    parameters = parameter_names(helper.function)[len(receiver(helper.function, helper.callee.bound_to)) :]
    return helper.arguments.flag(parameters, name)


def calls_using_helper_default(helper: Inlined) -> list[LayerCall]:
    """The layers that depend on the mode and get it from a helper's parameter `training`, which this call of the
    helper leaves to its default.
    """
    if not uses_default(helper):
        return []
    calls = [one for one in walk(helper.events) if isinstance(one, LayerCall) and takes_from_helper(one)]
    return [call for call in calls if reaches_phase(call)]


def uses_default(helper: Inlined) -> bool:
    """Whether a helper takes `training`, and this call of it leaves that to the default."""
    return is_helper(helper) and helper.flag.absent and parameter(helper.function, "training") is not None


def takes_from_helper(call: LayerCall) -> bool:
    """Whether a layer is given a flag that is no literal, yet does not come from the outermost `call`."""
    return not (call.flag.absent or call.flag.parameter or isinstance(call.flag.node, (ast.Constant, type(None))))


def consumes_training(call: LayerCall) -> bool:
    """Whether what is called takes the flag and does something with it."""
    found = [one for one in members(call.receiver) if isinstance(one, Instance)]
    return any(_consumes_training(one) for one in found)


def leaks_true(call: LayerCall) -> bool:
    """Whether a layer of Keras that does the same in both modes leaves its default of True to those after it, as
    `Resizing` does from Keras 3.6 on.
    """
    types = [one.type for one in members(call.receiver) if isinstance(one, Instance)]
    plain = [one for one in types if isinstance(one, KerasLayer) and one.depends_on is DependsOn.NOTHING]
    return any(defaults_to_true(one) for one in plain)


def defaults_to_true(type_: KerasLayer | UserClass) -> bool:
    """Whether a `call` has the default `training=True`, in some release."""
    if isinstance(type_, UserClass):
        return type_.training_default is True
    return any(one.default is True for one in type_.signatures.values())


def _consumes_training(layer: Instance) -> bool:
    if isinstance(layer.type, KerasLayer):
        return dependence(layer) is Dependence.YES
    cls = layer.type
    if cls.call is None:
        return dependence(layer) is Dependence.YES
    if (cls.phase_parameter != "training" and not cls.phase_in_kwargs) or hides_signature(cls):
        return False
    if dependence(layer) is Dependence.YES:
        return True
    # Whoever names the parameter and uses it says that it matters, unless it only goes to layers that ignore it.
    ignored = {
        event.flag.node
        for event in walk(cls.program.summary(layer).events)
        if isinstance(event, LayerCall) and dependence(event.receiver) is Dependence.NO
    }
    return any(
        isinstance(node, ast.Name) and node.id == "training" and node not in ignored for node in nodes_in(cls.call.node)
    )


def takes_keyword(receiver: Value) -> bool:
    """Whether `training=` can be passed to whatever the receiver may be."""
    return all(_takes_keyword(one) for one in members(receiver))


def _takes_keyword(one: Value) -> bool:
    if isinstance(one, FunctionValue):
        # A function in the place of a layer: it takes any keyword and does nothing with it.
        return one.node.args.kwarg is not None and not uses_kwargs(one.node)
    if isinstance(one, Instance):
        return isinstance(one.type, KerasLayer) or (one.type.is_layer and accepts_training_keyword(one.type))
    return isinstance(one, Constant)


def accepts_training_keyword(cls: UserClass) -> bool:
    """Whether calling the layer with `training=` works: its `__call__` is Keras's, takes the flag, or hands any keyword
    on to one that does. Among the inputs Keras 3 takes nothing but tensors.
    """
    method = cls.find_method("__call__")
    while isinstance(method, Method) and parameter(method.node, "training") is None:
        if not uses_kwargs(method.node):
            return method.node.args.kwarg is not None
        if not _hands_kwargs_on(method.node, method.node.args.kwarg):
            return False
        method = cls.find_method("__call__", after=method.owner)
    return True


def _hands_kwargs_on(override: ast.FunctionDef | ast.AsyncFunctionDef, kwargs: ast.arg | None) -> bool:
    """Whether an override of `__call__` gives its `**kwargs` to that of its parent, and to nothing else; other keywords
    may be read from them and written to them.
    """
    name = kwargs.arg if kwargs is not None else None
    allowed: set[ast.AST] = set()
    handed_on = False
    for node in nodes_in(override):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__call__":
            given = [one.value for one in node.keywords if one.arg is None]
            handed_on = handed_on or any(isinstance(one, ast.Name) and one.id == name for one in given)
            allowed.update(given)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            allowed.update([node.func.value] if node.args and _names_another(node.args[0]) else [])
        elif isinstance(node, ast.Subscript) and _names_another(node.slice):
            allowed.add(node.value)
    uses = (one for one in nodes_in(override) if isinstance(one, ast.Name) and one.id == name)
    return handed_on and all(one in allowed for one in uses)


def _names_another(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant) and key.value != "training"


def layer_title(value: Value) -> str:
    """What a receiver is, for messages: `Dropout`, or `Dropout or Identity`, with what needs the flag first."""
    found = [one for one in members(value) if isinstance(one, Instance)]
    found.sort(key=lambda one: dependence(one) is not Dependence.YES)
    return " or ".join(dict.fromkeys(one.type.title for one in found)) or "layer"
