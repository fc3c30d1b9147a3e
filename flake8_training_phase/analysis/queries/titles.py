"""How messages name a layer call: what is called, its class, and the layer of Keras inside that needs the flag."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, walk
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence, parent_dependence
from flake8_training_phase.analysis.queries.layer_calls import layer_title
from flake8_training_phase.keras.catalogue import KerasLayer

_DEPTH = 6


def called_title(call: LayerCall) -> str:
    """The layer that is called: "`self.dropout` (Dropout)", "`self.block` (Dropout inside)", or "`Dropout(…)`"."""
    return _titled(call)


def placed_title(call: LayerCall, module: Scope | None = None) -> str:
    """The same with the line it is called in, for a message that points elsewhere in the module; where another module
    calls it, without.
    """
    if module is not None and call.place.scope.root is not module:
        return called_title(call)
    return _titled(call, f"line {call.node.lineno}")


def _titled(call: LayerCall, *place: str) -> str:
    title = short_title(call.receiver)
    # One that is made where it is called says itself what it is.
    is_said = call.name.rpartition(".")[2] == f"{title}(…)"
    behind = ", ".join(place if is_said else (title, *place))
    return f"`{call.name}` ({behind})" if behind else f"`{call.name}`"


def short_title(value: Value) -> str:
    """The class of a mode-dependent layer, or the one inside that makes it so."""
    title, leaf = layer_title(value), leaf_name(value)
    return title if leaf is None or leaf in title.split(" or ") else f"{leaf} inside"


def leaf_name(value: Value, depth: int = _DEPTH) -> str | None:
    """The first layer, in a value or below it, that itself behaves differently in training: its class, for messages."""
    for one in members(value):
        if isinstance(one, Instance) and dependence(one) is Dependence.YES:
            found = _leaf_name(one, depth)
            if found is not None:
                return found
    return None


def _leaf_name(layer: Instance, depth: int) -> str | None:
    is_known_whole = not layer.contents if isinstance(layer.type, KerasLayer) else layer.type.origin
    if is_known_whole:
        return layer.type.title
    inside = _inside(layer) if depth else ()
    return next((name for one in inside if (name := _name_of(one, depth - 1)) is not None), None)


def _inside(layer: Instance) -> Iterator[Value | DirectKerasCall]:
    """What a layer holds or runs without a constant flag."""
    yield from layer.contents
    if isinstance(layer.type, KerasLayer):
        return
    yield from layer.type.base_contents(layer)
    if layer.type.call is not None:
        for event in walk(layer.type.program.summary(layer).events):
            if isinstance(event, LayerCall) and not event.flag.constant:
                yield event.receiver
            elif isinstance(event, DirectKerasCall) and not event.flag.constant:
                yield event


def _name_of(inside: Value | DirectKerasCall, depth: int) -> str | None:
    if isinstance(inside, DirectKerasCall):
        return inside.parent if parent_dependence(inside) is Dependence.YES else None
    return leaf_name(inside, depth)
