"""What a call of a function of the checked code begins with, and whether its result may be kept."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable

from flake8_training_phase.analysis.domain.arguments import (
    Arguments,
    FunctionNode,
    defaults,
    hidden_items,
    opaque_kwargs,
    parameter,
    parameter_names,
)
from flake8_training_phase.analysis.domain.classes import Method
from flake8_training_phase.analysis.domain.events import Branch, Exit, FlagArgument, Inlined, Loop, PassedBy, walk
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.receivers import is_static, receiver
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    Value,
    members,
)
from flake8_training_phase.analysis.models.functions import call_parameters
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.names import keras_path


def bound(
    function: FunctionValue, arguments: Arguments, evaluate: Callable[[ast.expr, Frame], Value]
) -> dict[str, Value]:
    """What the parameters of a function are when it is called."""
    node = function.node
    environment: dict[str, Value] = {}
    environment |= receiver(node, function.bound_to)
    parameters = parameter_names(node)[len(environment) :]
    environment |= dict(zip(parameters, arguments.positional, strict=False))
    known = {*parameters, *(argument.arg for argument in node.args.kwonlyargs)}
    environment |= {name: value for name, value in arguments.keywords.items() if name in known}
    outside = Frame(None, function.scope, function.closure, enclosing=function.enclosing)
    for name, default in defaults(node):
        if name not in environment:
            environment[name] = UNKNOWN if arguments.may_hide(name) else evaluate(default, outside)
    for name in known:
        environment.setdefault(name, UNKNOWN)
    if node.args.vararg is not None:
        rest = arguments.positional[len(parameters) :]
        has_more = arguments.starred and not arguments.stars_known
        held = Container((*rest, UNKNOWN) if has_more else tuple(rest))
        environment[node.args.vararg.arg] = held if rest or not has_more else UNKNOWN
    if node.args.kwarg is not None:
        rest_by_name = {name: value for name, value in arguments.keywords.items() if name not in known}
        environment[node.args.kwarg.arg] = (
            opaque_kwargs(
                node,
                arguments.absent_keys - set(rest_by_name),
                arguments.rest_of_call and not rest_by_name,
                rest_by_name,
            )
            if arguments.hidden
            else hidden_items(rest_by_name)
        )
    return environment


_RUN_WITH = frozenset({"run", "experimental_run_v2"})
"""The methods of a strategy that take the arguments of a function after it."""


def arguments_told(call: Arguments) -> tuple[Value, ...] | None:
    """What an unknown callee is asked to call a function with: `strategy.run(step, args=(net, batch))`."""
    named = {one.arg: one.value for one in call.node.keywords}
    written, value = named.get("args"), call.keywords.get("args")
    if written is None and len(call.positional) == 2 and last_name(call.node.func) in _RUN_WITH:
        written, value = call.node.args[-1], call.positional[1]
    is_plain = isinstance(written, (ast.Tuple, ast.List)) and not any(isinstance(e, ast.Starred) for e in written.elts)
    return value.values if is_plain and isinstance(value, Container) and "kwargs" not in named else None


def does_something(call: Inlined) -> bool:
    """Whether a function does anything but return."""
    return any(not isinstance(one, (Exit, Inlined, Branch, Loop)) for one in walk(call.events))


_SIMPLE = (type(UNKNOWN), Constant, Instance, External, ClassValue)
"""Values that are quickly distinguished."""


def question_of(function: FunctionValue, frame: Frame) -> Hashable | None:
    """What a function that does nothing else gives the same answer to; None where asking takes too long."""
    given = frame.environment
    if not all(isinstance(value, _SIMPLE) for value in given.values()):
        return None
    where = (function.node, function.bound_to, function.closure, id(function.enclosing))
    return (*where, frame.live, frame.inspects_signatures, tuple(given.items()))


def flag_of_function(node: FunctionNode, arguments: Arguments, parameters: list[str]) -> FlagArgument:
    """The flag that a function is given; it may be among what its `*args` take."""
    flag = arguments.flag(parameters)
    taken = node.args.vararg is not None and len(arguments.positional) > len(parameters)
    return FlagArgument(PassedBy.UNKNOWN) if flag.absent and taken else flag


def layer_flag(layer: Value, arguments: Arguments) -> FlagArgument:
    """The flag a layer is given: as `training`, as the parameter it has instead, or by position."""
    flag = arguments.flag(())
    if flag.passed_by is PassedBy.KEYWORD:
        return flag
    for one in members(layer):
        if isinstance(one, Instance) and not isinstance(one.type, KerasLayer):
            own = one.type.phase_parameter
            if own is not None and own in arguments.keywords:
                return arguments.flag((), own)
    places = arguments.phase_positions()
    if places and places[0] > 0:
        return arguments.flag(["training" if place == places[0] else "" for place in range(places[0] + 1)])
    for one in members(layer):
        own = None
        if isinstance(one, Instance) and not isinstance(one.type, KerasLayer):
            own = one.type.phase_parameter
        literal = arguments.flag(call_parameters(one), own or "training")
        if literal.passed_by is PassedBy.POSITION:
            known = literal.constant or literal.by_lane == (None, None, None)
            return literal if known else FlagArgument(PassedBy.UNKNOWN)
    return flag


def is_of_class(callee: FunctionValue) -> bool:
    """Whether a method is taken from its class, as in `Base.call(self, x)`."""
    if callee.owner is None or callee.bound_to is not None or is_static(callee.node):
        return False
    return callee.node in callee.owner.methods.values()


_TAKE_ANYTHING = ("builtins.", "functools.")
"""Where functions are from that take any keyword: `dict`, `partial`."""
_PLAIN_IN_KERAS = ("activations.", "ops.")
"""Where Keras has functions that are no layers and know no phase."""


def is_plain(callee: Value) -> bool:
    """Whether what is called is a function, or an object with a `__call__` of its own, that takes no `training`.

    What is imported from elsewhere and neither made nor called is a function: `self.drop = tf.identity`.
    """
    if isinstance(callee, Instance):
        if isinstance(callee.type, KerasLayer) or is_run_by_keras(callee):
            return False
        method = callee.type.find_method("__call__")
        return isinstance(method, Method) and _lacks_flag(method.node)
    if isinstance(callee, FunctionValue):
        return _lacks_flag(callee.node)
    if not isinstance(callee, External) or callee.path.startswith(_TAKE_ANYTHING):
        return False
    in_keras = keras_path(callee.path)
    return in_keras is None or in_keras[0].startswith(_PLAIN_IN_KERAS)


def _lacks_flag(node: FunctionNode) -> bool:
    is_seen = is_static(node) or not getattr(node, "decorator_list", ())
    return is_seen and node.args.kwarg is None and parameter(node, "training") is None


def is_super(node: ast.expr) -> bool:
    """Whether an expression is `super()`, with or without arguments."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def is_run_by_keras(value: Value) -> bool:
    """Whether a call of an object goes through Keras, which resolves the flag: it is a layer whose forward pass is not
    in a `__call__` of its own.
    """
    if not isinstance(value, Instance):
        return False
    return isinstance(value.type, KerasLayer) or (value.type.is_layer and not value.type.is_forward_in_dunder_call)
