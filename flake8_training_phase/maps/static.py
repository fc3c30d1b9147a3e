"""Maps made from code that is not run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.analysis.phase.dependence import Dependence
from flake8_training_phase.analysis.phase.modes import RunMode
from flake8_training_phase.analysis.phase.results import ResolvedPhase
from flake8_training_phase.analysis.project import Projects
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.configuration.errors import nearest
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Position
from flake8_training_phase.keras.generations import Generation, Passed, Phase
from flake8_training_phase.maps import observed
from flake8_training_phase.maps.graphs import ModuleGraphs
from flake8_training_phase.maps.model import FunctionSource, Map, ModeCell, ModeCells, Row, RowKind, SourceLine, State
from flake8_training_phase.maps.observed import Observed, Step
from flake8_training_phase.maps.subjects import ClassSubject, GraphSubject, Subject, Way
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.documents import read_document
from flake8_training_phase.sources.parsing import failures_as_analysis_errors, parse


class NoSuchModel(Exception):
    """A layer or model was asked for that the file does not have."""


def maps_of(
    document: Document, settings: Settings, name: str | None = None, projects: Projects | None = None
) -> list[Map]:
    """The map of one layer or model of a file, or of each that no other of the file runs.

    `projects` keeps what imports lead to for the next file. Raises AnalysisError for code that cannot be analysed,
    NoSuchModel.
    """
    project = (projects or Projects()).of(settings)
    module = CheckedModule(parse(document.source), document.source, document.name, settings, project)
    with failures_as_analysis_errors(NoSuchModel):
        return _maps(module, document, name)


def _maps(module: CheckedModule, document: Document, name: str | None) -> list[Map]:
    subjects = _outermost(module) if name is None else _named(module, name)
    places = _Places(module, document)
    return [_Maker(one, places).map() for one in subjects]


def _outermost(module: CheckedModule) -> list[Subject]:
    """What no other class or model of the file runs; all there is where each is run by another."""
    graphs_here = ModuleGraphs(module)
    classes = list(_of_classes(module.layer_classes, graphs_here))
    inner = {cls for one in classes for step in observed.all_steps(one.steps) for cls in step.classes}
    made = graphs_here.made_models()
    graphs = [GraphSubject(one, module, graphs_here) for one in made if not one.is_part]
    inner |= {cls for one in graphs for step in observed.all_steps(one.steps) for cls in step.classes}
    outermost = [one for one in classes if one.cls not in inner and one.steps]
    return [*outermost, *graphs] or [*classes, *(GraphSubject(one, module, graphs_here) for one in made)]


def _of_classes(classes: Iterable[LayerClass], graphs: ModuleGraphs) -> Iterator[ClassSubject]:
    """Those that have a `call`."""
    for one in classes:
        if one.cls.call is not None:
            yield ClassSubject(one, one.cls.call, graphs)


def _named(module: CheckedModule, name: str) -> list[Subject]:
    classes = [one for one in module.layer_classes if one.cls.call is not None]
    graphs = ModuleGraphs(module)
    made = graphs.made_models()
    chosen: list[Subject] = [*_of_classes((one for one in classes if one.name == name), graphs)]
    chosen += [GraphSubject(one, module, graphs) for one in made if one.name == name]
    if not chosen:
        known = [*(one.name for one in classes), *(one.name for one in made)]
        there = f"there are {', '.join(known)}" if known else "there is none that a map can show"
        raise NoSuchModel(f"no layer or model is named `{name}`{nearest(name, known) or f'; {there}'}")
    return chosen


class _Places:
    """The places of nodes in the files of a project."""

    def __init__(self, module: CheckedModule, document: Document) -> None:
        self._documents: dict[Path, Document | None] = {module.module.path: document}
        self._modules = {one.scope: path for path, one in module.project.modules.items()}

    def of(self, node: ast.AST | None, scope: Scope | None) -> SourceLine | None:
        """The line of a node that is in a scope."""
        document = self._document(scope)
        if document is None or node is None:
            return None
        return self._place(document, getattr(node, "lineno", 1))

    def function(self, name: str, node: ast.AST, scope: Scope, last: ast.AST | None = None) -> FunctionSource | None:
        """A function, or the code from one node to another, with its source; None where its file cannot be read."""
        document = self._document(scope)
        if document is None:
            return None
        rows = range(getattr(node, "lineno", 1), getattr(last or node, "end_lineno", 1) + 1)
        lines = tuple((self._place(document, row), document.line(row)) for row in rows)
        return FunctionSource(name, lines[0][0], lines)

    def _place(self, document: Document, row: int) -> SourceLine:
        place = document.place(Position(row, 0))
        return SourceLine(document.name, place.row, place.cell)

    def _document(self, scope: Scope | None) -> Document | None:
        path = None if scope is None else self._modules.get(scope.root)
        if path is None:
            return None
        if path not in self._documents:
            try:
                self._documents[path] = read_document(path)
            except (OSError, SyntaxError):
                self._documents[path] = None
        return self._documents[path]


@dataclass(slots=True)
class _Around:
    """What is known of the call around a step."""

    meant: bool | None = None
    """The literal flag that it or one around it was given."""
    raising: dict[Way, str] = field(default_factory=dict)
    in_graph: bool = False
    """It is in the graph of a functional model, where a literal flag says what is right in every mode."""
    is_outermost: bool = True
    """It is the call of the model itself, which has no row that could say why it raises."""


class _Maker:
    """Makes the map of one layer or model."""

    def __init__(self, subject: Subject, places: _Places) -> None:
        self._subject = subject
        self._places = places
        self._numbers = {step.path: number for number, step in enumerate(observed.all_steps(subject.steps), 1)}
        self._seen = {
            (generation, mode): subject.observe(generation, mode)
            for generation in subject.generations
            for mode in RunMode
        }

    def map(self) -> Map:
        """The map."""
        subject = self._subject
        cells: dict[observed.Path, dict[Way, ModeCell]] = {}
        for step in subject.steps:
            self._cells(step, _Around(raising=dict(subject.refused())), cells)
        groups = self._groups(cells)
        rows = tuple(self._row(step, list(groups.values()), cells) for step in subject.steps)
        code = subject.code
        # A base class in another file is shown without its source where that is not there any more.
        nowhere = FunctionSource(code.title, SourceLine("", 1), ())
        function = self._places.function(code.title, code.first, code.scope, code.last) or nowhere
        titles = tuple(subject.title(group) for group in groups.values())
        return Map(subject.name, subject.is_model, function, titles, rows, tuple(subject.notes()))

    def _groups(self, cells: dict[observed.Path, dict[Way, ModeCell]]) -> dict[object, list[Generation]]:
        """The generations that do the same."""
        groups: dict[object, list[Generation]] = {}
        for generation in self._subject.generations:
            key = tuple(ways[(generation, mode)] for ways in cells.values() for mode in RunMode)
            groups.setdefault(key, []).append(generation)
        return groups

    def _row(
        self, step: Step, groups: Sequence[Sequence[Generation]], cells: dict[observed.Path, dict[Way, ModeCell]]
    ) -> Row:
        by_release: tuple[ModeCells, ...] = tuple(
            tuple(cells[step.path][(group[0], mode)] for mode in RunMode) for group in groups
        )
        functions = (self._places.function(*one) for one in step.runs)
        return Row(
            number=self._numbers[step.path],
            kind=RowKind.INNER if step.in_graph and len(step.path) > 1 else step.kind,
            call=step.call,
            layer=step.layer,
            passed=step.passed,
            place=self._places.of(step.node, step.scope),
            by_release=by_release,
            rows=tuple(self._row(one, groups, cells) for one in step.steps),
            functions=tuple(one for one in functions if one is not None),
        )

    def _cells(
        self, step: Step, around: _Around, cells: dict[observed.Path, dict[Way, ModeCell]]
    ) -> dict[Way, ModeCell]:
        """The cells of a step and of all below it, by the way of running the model."""
        meant = around.meant if step.constant is None else step.constant
        inner = _Around(meant, dict(around.raising), around.in_graph or step.in_graph, is_outermost=False)
        for way in self._seen:
            seen = self._seen[way]
            why = None if seen is None else observed.raises(step, way[0], seen)
            if why is not None:
                inner.raising.setdefault(way, why)
        raising = {way: why for way, why in inner.raising.items() if around.is_outermost or way not in around.raising}
        cells[step.path] = {}  # Before those below it, so that cells are in order.
        below = [self._cells(one, inner, cells) for one in step.steps]
        for way in self._seen:
            inside = [one[way] for one in below]
            cell = self._cell(step, way, inner, inside)
            if cell.state is State.RAISES:
                cell = replace(cell, reason=raising.get(way))
            cells[step.path][way] = replace(cell, leaked_from=self._source(step, way)) if cell.wrong else cell
        return cells[step.path]

    def _cell(self, step: Step, way: Way, inner: _Around, inside: Sequence[ModeCell]) -> ModeCell:
        seen = self._seen[way]
        if seen is None:
            return ModeCell(State.UNKNOWN, reason=self._subject.why_unknown(way[1]))
        if step.kind is not RowKind.HELPER and not _runs(step, seen):
            return ModeCell(State.SKIPPED)
        if way in inner.raising:
            return ModeCell(State.RAISES, True, reason=inner.raising[way])
        if inside:
            return _joined(inside)
        if step.dependence is Dependence.NO:
            return ModeCell(State.SAME)
        if step.dependence is Dependence.MAYBE:
            if step.layer and step.constant is not None:
                # A literal decides for whatever is inside a layer or model of Keras, a pretrained backbone.
                return ModeCell(State.TRAIN if step.constant else State.INFER)
            return ModeCell(State.UNKNOWN, reason=step.unknown)
        return self._leaf(step, way, inner, _phases(step, seen))

    def _leaf(self, step: Step, way: Way, inner: _Around, phases: set[Phase]) -> ModeCell:
        if not phases or Passed.UNKNOWN in phases:
            flag = f"what `{step.passed}` is" if step.passed else "the flag that it finds"
            return ModeCell(State.UNKNOWN, reason=f"{flag} cannot be read from the code")
        modes = {bool(one) for one in phases}
        state = State.MIXED if len(modes) > 1 else State.TRAIN if True in modes else State.INFER
        if inner.in_graph and inner.meant is not None:
            return ModeCell(state, wrong=modes != {inner.meant})
        amiss = modes - {way[1].wanted}
        by_itself = step.on_by_default and step.constant is None and way[1] is RunMode.NONE
        return ModeCell(state, wrong=not (not amiss or amiss == {inner.meant} or by_itself))

    def _source(self, step: Step, way: Way) -> int | None:
        """The number of the call that left the flag in the context which a step finds there."""
        seen = self._seen[way]
        received: set[ResolvedPhase] = set() if seen is None else seen.received.get(step.path, set())
        wrong = (one for one in received if bool(one.phase) is not way[1].wanted)
        writers = [one.writer for one in wrong if one.writer is not None and one.writer is not step.path[-1]]
        numbers = [self._numbers.get((*step.path[:-1], one)) for one in writers]
        return min((one for one in numbers if one is not None), default=None)


def _runs(step: Step, seen: Observed) -> bool:
    if step.kind is RowKind.INNER:
        return step.path in seen.phases
    return step.path in seen.ran or isinstance(step.path[-1], ast.Call)  # The flow has no event for what is unknown.


def _phases(step: Step, seen: Observed) -> set[Phase]:
    if step.kind is RowKind.INNER:
        return seen.phases[step.path]
    return {one.phase for one in seen.received.get(step.path, ())}


def _joined(inside: Sequence[ModeCell]) -> ModeCell:
    """What a call does that runs others."""
    that_matter = [one for one in inside if one.state is not State.SAME]
    ran = [one for one in that_matter if one.state is not State.SKIPPED]
    if not ran:
        return ModeCell(State.SKIPPED if that_matter and len(that_matter) == len(inside) else State.SAME)
    states = {one.state for one in ran}
    reasons = {one.reason for one in ran if one.reason}
    return ModeCell(
        states.pop() if len(states) == 1 else State.MIXED,
        any(one.wrong for one in ran),
        reason=reasons.pop() if len(reasons) == 1 else None,
    )
