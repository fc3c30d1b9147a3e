"""Mutants of real code: calls that have lost their flag, and classes that have lost their parameter."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase.analysis.domain.arguments import defaults, parameter
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall, walk
from flake8_training_phase.analysis.domain.values import Constant, Instance, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.layer_calls import consumes_training, reaches_phase
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.sources.documents import open_document
from flake8_training_phase.sources.text import SourceText

SETTINGS = Settings()
TAKES_NONE = "takes no flag"
LAYER_IGNORES = "Keras layer that ignores it"
CLASS_IGNORES = "class that ignores it"
HELPER_IGNORES = "helper that ignores it"
DELETED_IN_KERAS_2 = "parameter deleted from a model of Keras 2"
RENAMED_IN_KERAS_2 = "parameter renamed where Keras 2 falls back to the context"
SILENT = (TAKES_NONE, LAYER_IGNORES, CLASS_IGNORES, HELPER_IGNORES, DELETED_IN_KERAS_2, RENAMED_IN_KERAS_2)
"""The kinds of mutants for which a finding would be a false alarm."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text in which one call has lost its flag."""

    path: Path
    source: SourceText
    place: ast.AST
    """Where a finding is expected to begin."""
    kind: str
    text: str
    cause: str
    """What may keep the checker from speaking of it: the call, or what the callee does with the flag."""
    codes: tuple[str, ...] = ()
    """The codes that count, wherever they are in the class; empty for any finding at the place."""
    idle: frozenset[str] = frozenset()
    """The calls, as `without_flag` spells them, that pass the flag to what ignores it, or may: once it is gone, nobody
    can know that it was there.
    """


def mutants(folder: Path, project: Project, chance: random.Random, share: float) -> Iterator[Mutant]:
    """A share of the mutants of a package."""
    for path, _ in discover([folder], Configuration({}, isolated=True), lambda path, error: None):
        source = open_document(str(path), path.read_bytes()).source
        if "training=training" not in source.text:
            continue
        try:
            tree = ast.parse(source.text)
        except SyntaxError:
            continue
        module = CheckedModule(tree, source, str(path), SETTINGS, project)
        events = [event for layer_class in module.layer_classes for event in layer_class.events]
        known = {event.node: event for event in events if isinstance(event, (LayerCall, Inlined))}
        for call, keyword in flagged_calls(tree):
            if call in known and chance.random() < share:
                text = without(source, keyword)
                if text is not None:
                    event = known[call]
                    yield Mutant(path, source, call, kind_of(event, module), text, cause_of(event))
        idle = frozenset(without_flag(call) for call, _ in flagged_calls(tree) if not _is_missed(known.get(call)))
        for layer_class in module.layer_classes:
            if chance.random() < share and forwards(layer_class):
                yield from class_mutants(path, source, layer_class, idle)


def _is_missed(event: LayerCall | Inlined | None) -> bool:
    """Whether a call surely loses something with the flag."""
    return isinstance(event, Inlined) or (event is not None and consumes_training(event))


def without_flag(call: ast.Call) -> str:
    """A call as it is without `training=…`."""
    kept = [keyword for keyword in call.keywords if keyword.arg != "training"]
    return ast.dump(ast.Call(call.func, call.args, sorted(kept, key=lambda one: one.arg or "")))


def forwards(layer_class: LayerClass) -> bool:
    """Whether the flag of a class's own `call` reaches a layer that depends on it, and goes nowhere else."""
    call = layer_class.call
    if call is None or layer_class.cls.call is None or layer_class.cls.call.owner is not layer_class.cls:
        return False
    forwarded = [keyword.value for _, keyword in flagged_calls(call)]
    uses = [node for node in ast.walk(call) if isinstance(node, ast.Name) and node.id == "training"]
    reached = any(reaches_phase(event) and event.flag.parameter for event in layer_class.layer_calls)
    return reached and len(uses) == len(forwarded) and parameter(call, "training") is not None


def class_mutants(path: Path, source: SourceText, layer_class: LayerClass, idle: frozenset[str]) -> Iterator[Mutant]:
    """The class without the parameter and all that it forwards, and with another name for it."""
    call = layer_class.call
    assert call is not None
    argument = parameter(call, "training")
    assert argument is not None
    default = dict(defaults(call)).get("training")
    spans = [_span(source, argument, default or argument), *(_span(source, one, one) for _, one in flagged_calls(call))]
    text = source.text
    for start, end in sorted(spans, reverse=True):
        text = _without_span(text, start, end)
    names = [argument, *(keyword.value for _, keyword in flagged_calls(call))]
    renamed = source.text
    for start in sorted((source.offset(source.start(one)) for one in names), reverse=True):
        renamed = f"{renamed[:start]}is_{renamed[start:]}"
    # Rows 1a, 4:is_training=None and 4f: Keras 2 is right.
    only_keras_2 = layer_class.keras == (2,)
    falls_back = only_keras_2 and isinstance(default, ast.Constant) and default.value is None
    for kind, mutated, codes in (
        (
            DELETED_IN_KERAS_2 if only_keras_2 and layer_class.cls.is_model else "parameter deleted",
            text,
            ("KTP101", "KTP102", "KTP209", "KTP210"),
        ),
        (
            RENAMED_IN_KERAS_2 if falls_back else "parameter renamed",
            renamed,
            ("KTP103",),
        ),
    ):
        try:
            ast.parse(mutated)
        except SyntaxError:
            continue
        yield Mutant(path, source, call, kind, mutated, "the class", codes, idle)


def _span(source: SourceText, first: ast.AST, last: ast.AST) -> tuple[int, int]:
    return source.offset(source.start(first)), source.offset(source.end(last))


def flagged_calls(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.keyword]]:
    """The calls that pass `training=training`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "training" and isinstance(keyword.value, ast.Name) and keyword.value.id == "training":
                    yield node, keyword


def kind_of(event: LayerCall | Inlined, module: CheckedModule) -> str:
    """What the receiver of a call is."""
    if isinstance(event, Inlined):
        return "helper" if _uses_flag(event) else HELPER_IGNORES
    found = [one for one in members(event.receiver) if not isinstance(one, Constant)]
    layers = [one for one in found if isinstance(one, Instance)]
    if not layers:
        return "unknown"
    take_it = all(isinstance(one.type, UserClass) and one.type.accepts_training for one in layers)
    if take_it and not consumes_training(event) and all(dependence(one) is Dependence.NO for one in layers):
        return CLASS_IGNORES  # Whatever else it may be, which is not known.
    kinds = {_kind_of_layer(one, module) for one in layers}
    order = ("class of the same file", "class of another file", "Keras layer", "Keras layer that may", *SILENT)
    return next(kind for kind in order if kind in kinds)


def _uses_flag(helper: Inlined) -> bool:
    """Whether what runs in a helper that is given the flag has it from there and depends on it."""
    calls = (one for one in walk(helper.events) if isinstance(one, LayerCall))
    return any(call.flag.parameter is not None and consumes_training(call) for call in calls)


def cause_of(event: LayerCall | Inlined) -> str:
    """Why the checker might be silent about a call without its flag."""
    assert isinstance(event.node, ast.Call)
    if any(keyword.arg is None for keyword in event.node.keywords):
        return "the call hands on **kwargs, which may hold the flag"
    if isinstance(event, Inlined):
        return "a helper"
    known = max((dependence(one) for one in members(event.receiver)), key=lambda one: one.value)
    return {
        Dependence.NO: "nothing in the callee depends on the flag that it takes",
        Dependence.MAYBE: "not known whether anything in the callee depends on the flag",
        Dependence.YES: "something in the callee depends on the flag",
    }[known]


def _kind_of_layer(layer: Instance, module: CheckedModule) -> str:
    if isinstance(layer.type, KerasLayer):
        known = dependence(layer)
        if known is Dependence.YES:
            return "Keras layer"
        return "Keras layer that may" if known is Dependence.MAYBE else LAYER_IGNORES
    if not (layer.type.accepts_training or layer.type.phase_in_kwargs):
        return TAKES_NONE
    return "class of the same file" if layer.type.scope.root is module.scope else "class of another file"


def without(source: SourceText, keyword: ast.keyword) -> str | None:
    """The text without one keyword argument and a comma beside it; None when that does not parse."""
    text = _without_span(source.text, *_span(source, keyword, keyword))
    try:
        ast.parse(text)
    except SyntaxError:
        return None
    return text


def _without_span(text: str, start: int, end: int) -> str:
    before, after = text[:start].rstrip(), text[end:]
    if before.endswith(","):
        return before[:-1] + after
    return before + after.lstrip().removeprefix(",")
