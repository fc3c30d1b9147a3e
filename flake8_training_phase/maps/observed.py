"""The one place in which maps ask the analysis: what a class calls, in order, and what each call runs in.

The phase flow is run once for each way of running the model and each generation of Keras, and watched: what a layer
receives, and with what the layers inside it are entered.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from flake8_training_phase.analysis.domain.arguments import defaults
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.events import (
    Branch,
    DirectKerasCall,
    Event,
    FlagArgument,
    Inlined,
    LayerCall,
    Loop,
    PassedBy,
    PhaseTest,
    called,
    walk,
)
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.domain.values import UNKNOWN, Instance, members
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence, parent_dependence
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.phase.results import ResolvedPhase
from flake8_training_phase.analysis.phase.watching import GraphOf, Watched, WatchedFlow
from flake8_training_phase.analysis.queries.layer_calls import layer_title
from flake8_training_phase.analysis.queries.unknowns import why_unknown
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Generation, Passed, Phase
from flake8_training_phase.maps.model import RowKind

MAX_DEPTH = 8
"""How deep layers inside layers are shown."""

Path = tuple[object, ...]
"""The way to a call from the outermost `call`: calls and the layers they run."""


@dataclass(slots=True)
class Observed:
    """What happens in one way of running a class, under one generation."""

    ran: set[Path] = field(default_factory=set)
    received: dict[Path, set[ResolvedPhase]] = field(default_factory=lambda: defaultdict(set))
    phases: dict[Path, set[Phase]] = field(default_factory=lambda: defaultdict(set))
    """What layers are entered with."""


@dataclass(slots=True)
class Step:
    """A call as the code makes it, with the calls it makes itself."""

    kind: RowKind
    path: Path
    call: str
    layer: str
    passed: str
    constant: bool | None
    """The flag, where it is a literal."""
    absent: bool
    """Surely no flag is passed."""
    node: ast.expr | None
    """None for what no code calls."""
    scope: Scope | None
    dependence: Dependence
    unknown: str = ""
    """Why it is unknown whether it depends on the mode."""
    on_by_default: bool = False
    """It runs in training mode when nothing says which."""
    positional: FlagArgument | None = None
    """The flag, where it is passed by position."""
    in_graph: bool = False
    """It is a call in the graph of a functional or Sequential model."""
    needs_flag: bool = False
    """What is called has a parameter `training` without a default, and gets nothing for it."""
    runs: list[tuple[str, ast.AST, Scope]] = field(default_factory=list)
    """The functions of the checked code that it runs: name, node, and the scope around them."""
    steps: list[Step] = field(default_factory=list)
    classes: list[UserClass] = field(default_factory=list)


def observe(cls: UserClass, generation: Generation, mode: RunMode, graph_of: GraphOf) -> Observed:
    """What happens when a class is run in one way: a model itself, a layer inside a model that passes it the flag."""
    flow = WatchedFlow(generation, graph_of)
    phase, context = flow.entry(cls, mode)
    return _observed(flow, phase, flow.watch(cls, phase, context))


def observe_graph(calls: Sequence[LayerCall], generation: Generation, mode: RunMode, graph_of: GraphOf) -> Observed:
    """What happens when a functional or Sequential model that makes these calls is run in one way."""
    flow = WatchedFlow(generation, graph_of)
    phase = generation.resolve(mode.flag, None, None, accepts=True).phase
    return _observed(flow, phase, flow.watch_graph(calls, phase))


def _observed(flow: WatchedFlow, phase: Phase, seen: Watched) -> Observed:
    found = Observed()
    found.phases[()].add(phase)
    _follow(flow, seen, (), found)
    return found


def _follow(flow: WatchedFlow, seen: Watched, path: Path, found: Observed) -> None:
    """Write down what one `call` did, and what the layers did that it ran."""
    found.ran.update((*path, call) for call in seen.ran)
    for subject, received in seen.received.items():
        here = (*path, subject)
        found.received[here] |= received
    for one in seen.entered:
        inner = (*path, one.call, *one.layers)
        found.phases[inner].add(one.phase)
        cls = one.layers[-1].type
        if isinstance(cls, UserClass) and _is_followed(cls, inner):
            _follow(flow, flow.watch(cls, one.phase, one.context), inner, found)
        elif calls := flow.graph_of(one.layers[-1]):
            _follow(flow, flow.watch_graph(calls, one.phase), inner, found)


def _is_followed(cls: UserClass, path: Path) -> bool:
    """Whether the `call` of a layer of a class is shown too, at the end of a path that leads to it."""
    if cls.call is None or not cls.trace.complete:
        return False
    around = [one.type for one in path[:-1] if isinstance(one, Instance)]
    return len(around) < MAX_DEPTH and cls not in around


def steps_of(cls: UserClass, graph_of: GraphOf) -> list[Step]:
    """What the `call` of a class calls, in order."""
    return _with_graphs(_of_call(cls, ()), graph_of)


def steps_of_graph(calls: Iterable[LayerCall], graph_of: GraphOf, *, is_sequential: bool) -> list[Step]:
    """What a functional model calls, in order, or what is in a Sequential."""
    return _with_graphs(_of_graph(calls, (), is_sequential=is_sequential), graph_of)


def _with_graphs(steps: list[Step], graph_of: GraphOf) -> list[Step]:
    """The steps with those of the functional models among them whose graphs say what they run."""
    for step in list(all_steps(steps)):
        if step.steps or len(step.path) > 3 * MAX_DEPTH:
            continue
        last = step.path[-1]
        held = members(last.receiver) if isinstance(last, LayerCall) else [last]
        for layer in held:
            if isinstance(layer, Instance):
                path = (*step.path, layer) if isinstance(last, LayerCall) else step.path
                step.steps += _with_graphs(_of_graph(graph_of(layer), path, is_sequential=False), graph_of)
    return steps


def _of_graph(calls: Iterable[LayerCall], path: Path, *, is_sequential: bool) -> list[Step]:
    steps = []
    for call in calls:
        step = _layer_call(call, path)
        step.in_graph = True
        if is_sequential or isinstance(call.node.func, ast.Call):
            step.call = ""  # It is made where it is called, and has no name: `Dropout(0.5)(x)`.
        if call.receiver is UNKNOWN:
            step.passed = _written_flag(call.node)
            step.unknown = f"what `{call.name}` is cannot be read from the code"
        if any(isinstance(one, Instance) and not _keeps_flag(one) for one in members(call.receiver)):
            step.constant = None
        steps.append(step)
    return steps


def _keeps_flag(layer: Instance) -> bool:
    """Whether a flag that is given to a layer in a graph says anything: it is dropped where `call` does not take it."""
    return isinstance(layer.type, KerasLayer) or layer.type.call is None or layer.type.accepts_training


def _of_call(cls: UserClass, path: Path) -> list[Step]:
    steps = _steps(cls.trace.events, path, cls)
    if cls.call is None:
        return steps
    return _with_unseen(steps, cls.call.node, cls.call.owner.scope, path, cls)


def _steps(events: Iterable[Event], path: Path, cls: UserClass) -> list[Step]:
    """What events of a class show. `path` leads to where they are."""
    found: list[Step] = []
    for event in events:
        if isinstance(event, Branch):
            found += (one for way in event.ways for one in _steps(way, path, cls))
        elif isinstance(event, Loop):
            found += _steps(event.body, path, cls)
        elif isinstance(event, Inlined):
            found += _helper(event, path, cls)
        elif isinstance(event, LayerCall):
            found.append(_layer_call(event, path))
        elif isinstance(event, DirectKerasCall):
            found.append(_keras_call(event, path))
        elif isinstance(event, PhaseTest):
            text = ast.unparse(event.node)
            found.append(
                Step(
                    RowKind.TEST, (*path, event), f"if {text}", "", "", None, False, event.node, event.place.scope,
                    Dependence.YES,
                )
            )  # fmt: skip
    return found


def _helper(event: Inlined, path: Path, cls: UserClass) -> list[Step]:
    inside = _steps(event.events, path, cls)
    if not hasattr(event.node, "lineno") or isinstance(event.function, ast.Lambda):
        return inside
    scope = _scope_inside(event, inside)
    if event.owner is not None:
        inside = _with_unseen(inside, event.function, scope, (*path, event), cls)
    if not inside:
        return []
    name = event.function.name if event.owner is None else f"{event.owner.name}.{event.function.name}"
    step = Step(
        RowKind.HELPER, (*path, event), called(event.node), "", _passed(event.flag), None, event.flag.absent,
        event.node, event.place.scope, Dependence.NO, runs=[(name, event.function, scope)], steps=inside,
    )  # fmt: skip
    return [step]


def _scope_inside(event: Inlined, inside: list[Step]) -> Scope:
    """The scope of the function that a helper is, taken from its own calls."""
    own = next((one.scope for one in inside if one.scope is not None), None)
    return event.owner.scope if event.owner is not None else own or event.place.scope


def _layer_call(call: LayerCall, path: Path) -> Step:
    here = (*path, call)
    layers = [one for one in members(call.receiver) if isinstance(one, Instance)]
    step = Step(
        RowKind.LAYER, here, call.name, layer_title(call.receiver) if layers else "", _passed(call.flag),
        _constant(call.flag), call.flag.absent, call.node, call.place.scope, dependence(call.receiver),
        unknown=why_unknown(call.receiver), on_by_default=any(_on_by_default(one) for one in layers),
        positional=call.flag if call.flag.passed_by is PassedBy.POSITION else None,
        needs_flag=call.flag.absent and any(requires_flag(one.type) for one in layers),
    )  # fmt: skip
    for layer in {_looks(one): one for one in layers}.values():
        _add_inside(step, layer, (*here, layer))
    return step


def _looks(layer: Instance) -> tuple[object, ...]:
    """What two layers have in common that are shown as one: several ways that make the same."""
    return (id(layer.type), *(layer_title(one) for one in layer.contents))


def _add_inside(step: Step, layer: Instance, path: Path) -> None:
    """Add to a step what a layer runs that it calls."""
    contents = layer.contents
    if isinstance(layer.type, UserClass):
        step.classes.append(layer.type)
        method = layer.type.call
        if method is not None and _is_followed(layer.type, path):
            step.runs.append((f"{layer.type.name}.call", method.node, method.owner.scope))
            step.steps += _of_call(layer.type, path)
            return
        contents = contents or layer.type.base_contents(layer)
    inside = dict.fromkeys(one for value in contents for one in members(value) if isinstance(one, Instance))
    step.steps += (_inner(one, (*path, one)) for one in inside)


def _inner(layer: Instance, path: Path) -> Step:
    step = Step(
        RowKind.INNER, path, "", layer_title(layer), "", None, True, None, None, dependence(layer),
        unknown=why_unknown(layer), on_by_default=_on_by_default(layer),
    )  # fmt: skip
    if len(path) < 3 * MAX_DEPTH:
        _add_inside(step, layer, path)
    return step


def _keras_call(event: DirectKerasCall, path: Path) -> Step:
    # The events are those of any object of the class: this one is made with arguments of its own.
    layer = path[-1] if path else None
    ran = replace(event, receiver=layer) if isinstance(layer, Instance) else event
    return Step(
        RowKind.LAYER, (*path, event), called(event.node), event.parent, _passed(event.flag), _constant(event.flag),
        event.flag.absent, event.node, event.place.scope, parent_dependence(ran),
        unknown="it is not known with which arguments the parent was constructed",
    )  # fmt: skip


def _with_unseen(
    steps: list[Step], function: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope, path: Path, cls: UserClass
) -> list[Step]:
    """The steps of a method with the calls of attributes between them of which nothing is known."""
    own = function.args.args[0].arg if function.args.args else ""
    seen = {getattr(event, "node", None) for event in walk(cls.trace.events)}
    merged = list(steps)
    for call in nodes_in(function):
        if isinstance(call, ast.Call) and call not in seen and _is_unknown_attribute(call.func, own, cls):
            text = ast.unparse(call.func)
            unseen = Step(
                RowKind.LAYER, (*path, call), text, "", _written_flag(call), None, True, call, scope, Dependence.MAYBE,
                unknown=f"what `{text}` is cannot be read from the code",
            )  # fmt: skip
            later = (place for place, one in enumerate(merged) if one.node is not None and _is_after(one.node, call))
            merged.insert(next(later, len(merged)), unseen)
    return merged


def _is_unknown_attribute(called_as: ast.expr, own: str, cls: UserClass) -> bool:
    if not isinstance(called_as, ast.Attribute) or not isinstance(called_as.value, ast.Name):
        return False
    if called_as.value.id != own or called_as.attr.startswith("add_"):  # Methods of Keras: `add_loss`, `add_metric`.
        return False
    return cls.attribute(called_as.attr, cls.instance) is UNKNOWN


def _is_after(one: ast.expr, other: ast.expr) -> bool:
    return (one.lineno, one.col_offset) > (other.lineno, other.col_offset)


def _written_flag(call: ast.Call) -> str:
    return next((f"training={ast.unparse(one.value)}" for one in call.keywords if one.arg == "training"), "")


def _passed(flag: FlagArgument) -> str:
    if flag.passed_by is PassedBy.UNKNOWN:
        return "* or **"
    if flag.absent or flag.node is None:
        return ""
    text = ast.unparse(flag.node)
    return text if flag.passed_by is PassedBy.POSITION else f"{flag.name}={text}"


def _constant(flag: FlagArgument) -> bool | None:
    first = flag.by_lane[0]
    return first if flag.constant and isinstance(first, bool) else None


def _on_by_default(layer: Instance) -> bool:
    if isinstance(layer.type, UserClass):
        return layer.type.training_default is True
    return any(one.default is True for one in layer.type.signatures.values())


def requires_flag(type_: object) -> bool:
    """Whether a class of the checked code has a `call` whose parameter `training` has no default."""
    if not isinstance(type_, UserClass) or type_.call is None or type_.phase_parameter != "training":
        return False
    return "training" not in dict(defaults(type_.call.node))


def raises(step: Step, generation: Generation, seen: Observed) -> str | None:
    """Why a call raises under a generation, in one way of running the model; None where it does not."""
    if generation.keras == 2:
        return None
    if step.needs_flag:
        return "`training` is required and not passed"
    if step.positional is not None:
        flow, argument = PhaseFlow(generation), step.positional
        if any(_is_real(flag) for phase in seen.phases[step.path[:-1]] for flag in flow.flags(argument, phase)):
            return "Keras 3 takes only tensors by position"
    return None


def _is_real(flag: object) -> bool:
    return flag is not None and flag is not Passed.ABSENT and flag is not Passed.UNKNOWN


def stepped(cls: UserClass, name: str, usual: RunMode) -> tuple[RunMode | None, str]:
    """How `fit()` or `predict()` runs the model when a class has a step of its own, and a note on that.

    None where that is unknown.
    """
    step = cls.find_method(name)
    if not cls.is_model or not isinstance(step, Method):
        return usual, ""
    own = step.node.args.args[0].arg if step.node.args.args else ""
    is_here = step.owner.scope.root is cls.scope.root
    ran = f"`{name}` (line {step.node.lineno})" if is_here else f"`{step.owner.name}.{name}`"
    at = f"`{usual}` runs {ran}"
    flags = {_flag_of(call) for call in nodes_in(step.node) if isinstance(call, ast.Call) and _calls(call, own)}
    if len(flags) == 1:
        [flag] = flags
        for mode in (RunMode.TRUE, RunMode.FALSE, RunMode.NONE):
            if flag == mode.flag:
                how = "no flag" if mode is RunMode.NONE else f"`{mode}`"
                return mode, f"{at}, which calls the model with {how}"
    return None, f"{at}, which the map does not follow"


def _calls(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


def _flag_of(call: ast.Call) -> object:
    """The flag that a call is written with: a literal, `ABSENT`, or `UNKNOWN`."""
    for one in call.keywords:
        if one.arg is None or (one.arg == "training" and not isinstance(one.value, ast.Constant)):
            return Passed.UNKNOWN
        if one.arg == "training" and isinstance(one.value, ast.Constant):
            return one.value.value
    return Passed.ABSENT


def all_steps(steps: Iterable[Step]) -> Iterator[Step]:
    """Steps and all below them, in order."""
    for step in steps:
        yield step
        yield from all_steps(step.steps)
