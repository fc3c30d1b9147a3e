"""Calls of what is a layer here and a plain function there: `residual(self.body, residual(tf.nn.relu, x))`."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import LayerCall, walk
from flake8_training_phase.analysis.domain.values import UNKNOWN, Instance, Value, members
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import accepts_training_keyword, takes_keyword
from flake8_training_phase.analysis.syntax.names import root_of


def takes_flag(layer_class: LayerClass, call: LayerCall) -> bool:
    """Whether `training=` can be passed to whatever is called there."""
    return takes_keyword(call.receiver) and not may_be_plain(layer_class, call)


def may_be_plain(layer_class: LayerClass, call: LayerCall) -> bool:
    """Whether what is called there may be something that takes no `training`: in the same class, or where another class
    of the module hands it to the same helper. What a subclass keeps in the place of a layer does not count.
    """
    plain = layer_class.module.once(_plain_calls)
    return not _takes_keyword(call.receiver) or any(call.node in plain[one.cls] for one in _callers(layer_class, call))


def may_be_unknown(layer_class: LayerClass, call: LayerCall) -> bool:
    """Whether what is called there, on the same ways, may be something of which nothing is known."""
    is_unknown = (call.node in one.cls.trace.unknown_calls for one in _callers(layer_class, call))
    return UNKNOWN in members(call.receiver) or any(is_unknown)


def _callers(layer_class: LayerClass, call: LayerCall) -> Sequence[LayerClass]:
    """The classes that may run a call: one of an attribute of the object itself is asked about for its class alone."""
    root = root_of(call.node.func)
    is_own = isinstance(root, ast.Name) and root.id == layer_class.own_name
    return [layer_class] if is_own else layer_class.module.layer_classes


def advice_to_pass(layer_class: LayerClass, call: LayerCall, argument: str) -> str:
    """What to write at a call that does not pass the flag, for messages: an argument such as `training=training`."""
    if not may_be_plain(layer_class, call):
        return f"Pass `{argument}`"
    types = [one.type for one in members(call.receiver) if isinstance(one, Instance)]
    own = [one for one in types if isinstance(one, UserClass) and not accepts_training_keyword(one)]
    if own:
        return f"Let `{own[0].title}.__call__` take `training` and pass it on"
    return "Pass `training` only if it is a layer; a function raises"


def _plain_calls(module: CheckedModule) -> Mapping[UserClass, frozenset[ast.Call]]:
    """What each class calls in its `call` that takes no `training`."""
    return {one.cls: frozenset(_plain_calls_of(one.cls)) for one in module.layer_classes}


def _plain_calls_of(cls: UserClass) -> set[ast.Call]:
    # What stands for a call that is not written down has no place.
    found = {one for one in cls.trace.plain_calls if hasattr(one, "lineno")}
    calls = (event for event in walk(cls.trace.events) if isinstance(event, LayerCall))
    return found | {event.node for event in calls if not _takes_keyword(event.receiver)}


def _takes_keyword(receiver: Value) -> bool:
    """Whether `training=` can be passed to what is known of a receiver."""
    return all(takes_keyword(one) for one in members(receiver) if one is not UNKNOWN)
