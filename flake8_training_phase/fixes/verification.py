"""Whether edits keep right what is right: compares the phase flow of a module before and after them.

A fix is safe only when every layer that ran in the right mode before it runs in the right mode after it, in every
entry (`fit()`, `model(x, training=True)`, …, a call by another layer, a call outside of any model) and every Keras
that is asked for, and no function is given a flag that it does not take.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import DirectKerasCall, LayerCall, PhaseTest, walk
from flake8_training_phase.analysis.domain.values import Instance
from flake8_training_phase.analysis.phase.flow import PhaseFlow
from flake8_training_phase.analysis.phase.modes import Leaves, RunMode
from flake8_training_phase.analysis.phase.results import FlowResult, Subject
from flake8_training_phase.analysis.queries.augmentation import only_augments
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.queries.overrides import direct_callers_elsewhere, subclasses_elsewhere
from flake8_training_phase.findings import Applicability, Edit, Fix
from flake8_training_phase.fixes.reach import reached_names
from flake8_training_phase.keras.generations import Generation, Passed, Phase
from flake8_training_phase.sources.edits import apply_edits, compatible_fixes
from flake8_training_phase.sources.parsing import parse
from flake8_training_phase.sources.text import SourceText

MAX_RESULTS = 200_000
"""How many results of layer calls are asked about to find which of some fixes break something together."""

NOT_FOUND_OUT = "may be one of the fixes here that break something together, and they are too many to try each"


@dataclass(frozen=True, slots=True)
class LayerRun:
    """One layer call of one class, in one entry, under one Keras; it is found again after an edit elsewhere."""

    cls: str
    file: str
    """The name of the file with the class, where that is another one than is changed; otherwise empty."""
    function: str
    callee: str
    number: int
    """Among the calls in the same function that are written alike, in the order of the text."""
    entry: str
    generation: Generation
    leaves: Leaves
    wanted: bool
    """The mode that is right there."""

    @property
    def where(self) -> str:
        """The class that is meant, where it is not in the text that is changed."""
        return f" of `{self.cls.partition('#')[0]}` in {self.file}" if self.file else ""


Phases = frozenset[Phase]
"""The modes that the layers run in which a call reaches."""
RAISES: Phases = frozenset()
"""What stands for a call that Keras refuses."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """The calls of one class, written alike, that give `training` to a function that does not take it."""

    cls: str
    file: str
    """As in `LayerRun`."""
    callee: str

    @property
    def where(self) -> str:
        """The class that is meant."""
        return f"`{self.cls.partition('#')[0]}`" + (f" in {self.file}" if self.file else "")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What comes of the calls in some classes."""

    runs: dict[LayerRun, Phases] = field(default_factory=dict)
    refusals: Counter[Refusals] = field(default_factory=Counter)


def outcomes(module: CheckedModule, reached: Container[str] | None = None) -> Outcomes:
    """The result of every layer call in the classes of a module, or in those in definitions of some names, and in the
    classes of other files that inherit from them or run their `call` themselves.
    """
    found = Outcomes()
    seen: dict[tuple[Path, str], int] = {}
    here = [one for one in module.layer_classes if _is_reached(module.definition_around(one), reached)]
    classes = {one.cls for one in here}
    elsewhere = (*subclasses_elsewhere(module, classes), *direct_callers_elsewhere(module, classes))
    for layer_class in (*here, *elsewhere):
        path = layer_class.module.module.path
        number = seen[path, layer_class.name] = seen.get((path, layer_class.name), 0) + 1
        file = "" if path == module.module.path else path.name
        for kind, instance in enumerate(_kinds(layer_class.cls)):
            name = f"{layer_class.name}#{number}.{kind}"
            for node in layer_class.cls.program.summary(instance).plain_calls:
                if any(one.arg == "training" for one in node.keywords):
                    found.refusals[Refusals(name, file, ast.unparse(node.func))] += 1
            subjects = _numbered(layer_class, instance)
            entries = list(_entries(layer_class, instance))
            if layer_class.cls.program.is_nested_too_deep(instance):
                continue  # What is reported of it has been made up on the way.
            for entry in entries:
                for subject, (function, callee, place) in subjects.items():
                    phases = frozenset(received.phase for received in entry.report.of(subject))
                    is_refused = subject in entry.report.refused
                    if phases or is_refused:
                        how = (entry.name, entry.generation, entry.leaves, entry.wanted)
                        run = LayerRun(name, file, function, callee, place, *how)
                        raises = is_refused or found.runs.get(run) == RAISES
                        found.runs[run] = RAISES if raises else found.runs.get(run, phases) | phases
    return found


def _is_reached(around: str | None, reached: Container[str] | None) -> bool:
    return reached is None or around is None or around in reached


def _kinds(cls: UserClass) -> list[Instance]:
    """The objects to ask about: any that the module of a class makes, and any that others may make."""
    kinds = dict.fromkeys(cls.program.canonical(one) for one in (cls.instance, cls.unknown_instance))
    return [one for one in kinds if cls.call is not None and cls.program.summary(one).complete]


def harm(before: Outcomes, after: Outcomes) -> str | None:
    """What edits break, in words that follow "it"; None when all that was right still is.

    Where a call may reach one of several layers, it is broken too when none of them is right any more.
    """
    for refusals in after.refusals - before.refusals:
        return f"makes `{refusals.callee}` raise in {refusals.where}, where it may be a function without `training`"
    for run, phases in before.runs.items():
        now = after.runs.get(run)
        if now is None or phases == RAISES:
            continue
        if now == RAISES:
            return f"makes `{run.callee}` raise{run.where}, which gets the flag by position"
        if (_all(phases, run.wanted) and not _all(now, run.wanted)) or (
            _all(now, not run.wanted) and not _all(phases, not run.wanted)
        ):
            change = "takes `{}` out of training mode" if run.wanted else "puts `{}` into training mode"
            return f"{change.format(run.callee)} {run.entry}{run.where}"
    return None


def _all(phases: Phases, mode: bool) -> bool:
    """Whether all layers surely run in that mode."""
    return all(phase is not Passed.UNKNOWN and bool(phase) is mode for phase in phases)


class Verifier:
    """Asks of the fixes of one text whether they are as safe as their rules take them to be."""

    def __init__(
        self,
        tree: ast.Module,
        source: SourceText,
        analyse: Callable[[ast.Module, SourceText], CheckedModule],
        safe_fixes: Callable[[SourceText], Sequence[Fix]],
        max_rounds: int,
        trusts_later: bool = False,
    ) -> None:
        """`safe_fixes` gives those of any text that their rules take to be safe. It raises Broken. They are made in so
        many rounds as the engine makes. What they lead to is asked about in the same way, unless it is trusted.
        """
        self._max_rounds = max_rounds
        self._trusts_later = trusts_later
        self._source = source
        self._analyse = analyse
        self._safe_fixes = safe_fixes
        self._tree = tree
        self._reached: frozenset[str] | None = None
        self._before = Outcomes()

    def verified(self, fixes: Sequence[Fix]) -> dict[Fix, Fix]:
        """What becomes of each safe fix: itself, or an unsafe one that says why.

        Fixes are tried together, as they are made, and in parts only where that breaks something: a module with a
        thousand of them is not analysed a thousand times.
        """
        rows = (edit.start.row for fix in fixes for edit in fix.edits)
        self._reached = reached_names(self._tree, rows)
        self._before = outcomes(self._analyse(self._tree, self._source), self._reached)
        judged: dict[Fix, Fix] = {}
        waiting = list(dict.fromkeys(fixes))
        while waiting:
            edits, together = compatible_fixes(waiting)
            changed = self._changed(self._source, edits)
            found = self._harm(changed)
            if found is None or self._harm(self._all_made(changed)) is None:
                judged |= {fix: fix for fix in together}
            elif len(together) == 1:
                judged |= {fix: _unsafe(fix, found) for fix in together}
            else:
                judged |= self._apart(together)
            waiting = [fix for fix in waiting if fix not in judged]
        return judged

    def _apart(self, fixes: Sequence[Fix]) -> dict[Fix, Fix]:
        """What becomes of two fixes or more that break something together. Those that stay safe are safe together:
        parts are added to them that break nothing, smaller ones where a part does. At a limit, what is left is unsafe.
        """
        safe: list[Fix] = []
        judged: dict[Fix, Fix] = {}
        asked = 0
        parts = [*_halves(fixes)]
        while parts:
            part = parts.pop()
            asked += len(self._before.runs)
            tried = [*safe, *part]
            found = NOT_FOUND_OUT if asked > MAX_RESULTS else self._harm_of(tried)
            if found is None:
                safe = tried
            elif len(part) == 1 or asked > MAX_RESULTS:
                judged |= {fix: _unsafe(fix, found) for fix in part}
            else:
                parts += _halves(part)
        return judged | {fix: fix for fix in safe}

    def _harm_of(self, fixes: Sequence[Fix]) -> str | None:
        return self._harm(self._changed(self._source, compatible_fixes(fixes)[0]))

    def _all_made(self, source: SourceText) -> SourceText:
        """The text after all the safe fixes that these fixes lead to: a base class that takes the flag is given it by
        its subclasses in the next round.
        """
        for _ in range(self._max_rounds):
            edits, _done = compatible_fixes(self._later_fixes(source))
            if not edits:
                break
            source = self._changed(source, edits)
        return source

    def _later_fixes(self, source: SourceText) -> Sequence[Fix]:
        """The safe fixes of a text that comes of other fixes: one that will be unsafe there mends nothing."""
        found = self._safe_fixes(source)
        if self._trusts_later or not found:
            return found
        later = Verifier(parse(source), source, self._analyse, self._safe_fixes, self._max_rounds, trusts_later=True)
        return [one for one in later.verified(found).values() if one.applicability is Applicability.SAFE]

    def _changed(self, source: SourceText, edits: Sequence[Edit]) -> SourceText:
        return source.with_text(apply_edits(source, edits))

    def _harm(self, changed: SourceText) -> str | None:
        return harm(self._before, outcomes(self._analyse(parse(changed), changed), self._reached))


def _halves(fixes: Sequence[Fix]) -> tuple[Sequence[Fix], Sequence[Fix]]:
    """Two parts of two fixes or more, the first of them last."""
    middle = len(fixes) // 2
    return fixes[middle:], fixes[:middle]


def _unsafe(fix: Fix, why: str) -> Fix:
    return replace(fix, message=f"{fix.message}: {why}", applicability=Applicability.UNSAFE)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A way in which a class is run."""

    name: str
    generation: Generation
    leaves: Leaves
    wanted: bool
    report: FlowResult


_OUTSIDE = "where it is called outside of a model"


def _entries(layer_class: LayerClass, one: Instance) -> Iterator[_Entry]:
    cls = layer_class.cls
    for generation in layer_class.generations:
        flow = PhaseFlow(generation)
        for mode in RunMode:
            if mode is not RunMode.NONE:
                yield _Entry(f"in {mode}", generation, flow.leaves, mode.wanted, flow.report(cls, mode, one))
        for context in (True, False) if cls.is_model else ():
            name = f"inside a model that runs with training={context}"
            yield _Entry(name, generation, flow.leaves, context, flow.report_in_host(cls, context, one))
        name = f"in {RunMode.NONE}" if cls.is_model else _OUTSIDE
        for leaves in (Leaves.ON_BY_DEFAULT, Leaves.OFF_BY_DEFAULT):
            report = PhaseFlow(generation, leaves).report(cls, RunMode.NONE, one)
            for wanted in _wanted_without_flag(layer_class, leaves):
                yield _Entry(name, generation, leaves, wanted, report)


def _wanted_without_flag(layer_class: LayerClass, leaves: Leaves) -> tuple[bool, ...]:
    """The modes that a call without a flag may mean.

    A call of a model means inference. A layer that is called so, in `Dataset.map` or in plain code, augments by its own
    default: nothing else says that it is on. A model of augmentation may be called for either reason, and so may a
    layer that does more than augment: a block of a model that is called without a flag.
    """
    if leaves is Leaves.OFF_BY_DEFAULT:
        return (False,)
    if only_augments(layer_class):
        return (True, False) if layer_class.cls.is_model else (True,)
    return (False,) if layer_class.cls.is_model else (True, False)


def _numbered(layer_class: LayerClass, instance: Instance) -> dict[Subject, tuple[str, str, int]]:
    """The events of an object by function, callee and number, as an edit of arguments leaves them; those in functions
    of other modules too, which an edit here may hand something else.
    """
    found = walk(layer_class.cls.program.summary(instance).events)
    events = [one for one in found if isinstance(one, (LayerCall, DirectKerasCall, PhaseTest))]
    nodes = {one.node: _written(one, layer_class.module) for one in events if hasattr(one.node, "lineno")}
    counted: dict[tuple[str, str], int] = {}
    numbers: dict[ast.expr, int] = {}
    for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
        numbers[node] = counted[nodes[node]] = counted.get(nodes[node], 0) + 1
    return {one: (*nodes[one.node], numbers[one.node]) for one in events if one.node in nodes}


def _written(event: LayerCall | DirectKerasCall | PhaseTest, module: CheckedModule) -> tuple[str, str]:
    """The function that an event is in, and what it calls. A lambda is part of the function around it, as a fix may
    write one: `map(self.block, xs)` becomes `map(lambda *given: self.block(*given, training=training), xs)`.
    """
    node = event.node
    callee = ast.unparse(node.func) if isinstance(node, ast.Call) else "if training"
    match event.place.function:
        case ast.Lambda() as written:
            function = module.functions_around_lambdas.get(written, "lambda")
        case written:
            function = "" if written is None else written.name
    return function if event.place.scope.root is module.scope else f"{function} elsewhere", callee
