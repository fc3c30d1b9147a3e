"""The one path from text to findings and to fixed text, which every front end takes."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from flake8_training_phase import codes
from flake8_training_phase.analysis.entries.limits import not_followed
from flake8_training_phase.analysis.project import Project, Projects
from flake8_training_phase.analysis.queries.call_modes import CallModes, call_modes
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability, Finding, Fix, Position, Related, Severity, Unknown, in_order
from flake8_training_phase.fixes.style import FileStyle
from flake8_training_phase.message_length import fitted
from flake8_training_phase.printable import printable
from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Violation, words_in
from flake8_training_phase.sources.edits import apply_edits, compatible_fixes
from flake8_training_phase.sources.gate import may_hold_findings, mentions_keras
from flake8_training_phase.sources.noqa import Suppressions
from flake8_training_phase.sources.parsing import WHOLE, AnalysisError, failures_as_analysis_errors, parse
from flake8_training_phase.sources.text import SourceText

MAX_ROUNDS = 20
"""Rounds of fixes after which a file is taken as it is; two or three do for all code seen so far."""

_STEPS_OF_UNKNOWN_MODELS = "KTP305"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The result of fixing a text."""

    text: str
    remaining: tuple[Finding, ...]
    """The findings of the fixed text."""
    made: tuple[Finding, ...]
    """The findings whose fixes were made, in the order they were made."""


@contextmanager
def _gc_paused() -> Iterator[None]:
    """Python's garbage collector, which looks at the whole syntax tree again and again, waits: a file keeps nearly all
    that is made for it until it is done, and the time for that would grow faster than its lines.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def problems(module: CheckedModule, unwanted: Set[int]) -> Iterator[Violation]:
    """What the selected rules say of a module outside of some rows, each thing once."""
    seen: set[tuple[str, ast.AST]] = set()
    for rule in all_rules():
        if module.settings.selects(rule.code, rule.on_by_default) and words_in(rule, module.source.text):
            for problem in rule.check(module):
                if (rule.code, problem.node) not in seen and getattr(problem.node, "lineno", 0) not in unwanted:
                    seen.add((rule.code, problem.node))
                    yield problem


def ignored_rows(tree: ast.Module, patterns: tuple[str, ...]) -> Set[int]:
    """The rows of the classes whose names match one of the patterns."""
    if not patterns:
        return frozenset()
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    ignored = [node for node in classes if any(fnmatchcase(node.name, pattern) for pattern in patterns)]
    return {row for node in ignored for row in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


@_gc_paused()
def findings_of(
    tree: ast.Module, source: SourceText, settings: Settings, filename: str, project: Project, with_fixes: bool
) -> list[Finding]:
    """The findings of a parsed module, in order of place. Raises AnalysisError."""
    style = _style(source, settings, filename, project) if with_fixes else None
    with failures_as_analysis_errors():
        module = CheckedModule(tree, source, filename, settings, project)
        unwanted = ignored_rows(tree, settings.ignore_classes)
        found = [
            finding(one, source, style if settings.may_fix(one.rule.code) else None)
            for one in problems(module, unwanted)
        ]
        return in_order([*found, *_not_followed(module, unwanted)])


@_gc_paused()
def check(
    source: SourceText, settings: Settings, filename: str, project: Project | None = None, with_fixes: bool = True
) -> list[Finding]:
    """The findings of a text that no `# noqa` silences, in order of place. Raises AnalysisError.

    `project` keeps the modules that were read, for the next file of the same run.
    """
    project = project or Projects().of(settings)
    if not may_hold_findings(source.text):
        if mentions_keras(source.text):
            parse(source)  # What cannot be parsed may hide what the gate looks for.
        return []
    tree = parse(source)
    heard = _heard(tree, source, settings, filename, project, with_fixes)
    return _verified(heard, tree, source, settings, filename, project)


def _heard(
    tree: ast.Module, source: SourceText, settings: Settings, filename: str, project: Project, with_fixes: bool
) -> list[Finding]:
    """The findings that no `# noqa` silences, with the fixes that their rules offer. Raises AnalysisError."""
    found = findings_of(tree, source, settings, filename, project, with_fixes)
    if not found:
        return []
    suppressions = Suppressions(source)
    return [_outside_noqa(one, suppressions) for one in found if not suppressions.silence(one)]


def _verified(
    findings: list[Finding], tree: ast.Module, source: SourceText, settings: Settings, filename: str, project: Project
) -> list[Finding]:
    """The findings, where a fix that would break what is right is not a safe one any more."""
    if not _safe_fixes(findings):
        return findings
    from flake8_training_phase.fixes.verification import Verifier

    def analyse(tree: ast.Module, source: SourceText) -> CheckedModule:
        return CheckedModule(tree, source, filename, settings, project)

    def safe_fixes(source: SourceText) -> Sequence[Fix]:
        return _safe_fixes(_heard(parse(source), source, settings, filename, project, with_fixes=True))

    try:
        with project.supposing():
            judged = Verifier(tree, source, analyse, safe_fixes, MAX_ROUNDS).verified(_safe_fixes(findings))
    except AnalysisError:
        return findings  # A fix of ours breaks the text: whoever makes it reports that with its place.
    return [one if one.fix is None else replace(one, fix=judged.get(one.fix, one.fix)) for one in findings]


def fix(
    source: SourceText,
    settings: Settings,
    filename: str,
    project: Project | None = None,
    unsafe: bool = False,
    to_fix: Callable[[Sequence[Finding], SourceText], Sequence[Finding]] = lambda findings, _: findings,
) -> Fixed:
    """The text after all safe fixes (and the unsafe ones), made until nothing is left to fix. Raises AnalysisError.

    `to_fix` says which findings of a text may be fixed at all.
    """
    project = project or Projects().of(settings)
    made: list[Finding] = []
    findings = check(source, settings, filename, project)
    for number in range(MAX_ROUNDS + 1):
        fixable = [one for one in to_fix(findings, source) if one.fix is not None and (unsafe or _is_safe(one.fix))]
        style = _style(source, settings, filename, project)
        edits, done = compatible_fixes((one.fix for one in fixable if one.fix is not None), style.is_crowded_by)
        if not edits or number == MAX_ROUNDS:
            findings += unfinished(source, settings, MAX_ROUNDS) if edits else ()
            break
        changed = source.with_text(apply_edits(source, edits))
        _reparse(changed)
        made_now = set(done)
        made += [one for one in fixable if one.fix in made_now]
        source = changed
        findings = check(source, settings, filename, project)
    return Fixed(source.text, tuple(findings), tuple(made))


def modes_at(
    source: SourceText, settings: Settings, filename: str, project: Project, position: Position
) -> list[CallModes]:
    """Which phase the layer call at a position runs in, for each class that makes it. Raises AnalysisError."""
    module = CheckedModule(parse(source), source, filename, settings, project)
    try:
        return call_modes(module, position)
    except RecursionError as error:
        raise AnalysisError("too deeply nested to be followed") from error


def unknown(source: SourceText, settings: Settings, filename: str, project: Project) -> tuple[Unknown, ...]:
    """What the analysis does not know of a text, and why, in order of place. Raises AnalysisError."""
    from flake8_training_phase.analysis.queries.unknowns import unknowns
    from flake8_training_phase.rules import rule as rule_of

    module = CheckedModule(parse(source), source, filename, settings, project)
    with failures_as_analysis_errors():
        found = [Unknown(source.start(one.node), printable(one.message)) for one in unknowns(module)]
        found += [
            Unknown(
                source.start(one.node), f"the model that this step trains is unknown: only {one.rule.code} reports it"
            )
            for one in rule_of(_STEPS_OF_UNKNOWN_MODELS).check(module)
        ]
    return tuple(sorted(found, key=lambda one: (one.start.row, one.start.column)))


def _style(source: SourceText, settings: Settings, filename: str, project: Project) -> FileStyle:
    """The style that fixes of a file follow; what is in other files is read when it is first asked for."""
    path = Path(filename)
    if settings.isolated or path.name == "-":
        return FileStyle(source)
    return FileStyle(source, lambda: project.style_of(path.absolute()))


def finding(problem: Violation, source: SourceText, style: FileStyle | None) -> Finding:
    """A problem as a finding, with its place in the text and, when there is a style for it, its fix rendered."""
    rendered = None
    if style is not None and problem.plan is not None:
        from flake8_training_phase.fixes.render import render  # libcst: only when a caller wants to see a fix.

        rendered = render(problem.plan, source, style)
    return Finding(
        code=problem.rule.code,
        name=problem.rule.name,
        message=fitted(printable(problem.message)),
        severity=problem.severity,
        keras=problem.keras,
        start=source.start(problem.node),
        end=source.end(problem.end or problem.node),
        fix=rendered,
        related=_related(problem, source),
    )


def _not_followed(module: CheckedModule, unwanted: Set[int]) -> Iterator[Finding]:
    """A finding for each part of a module that is too much to be followed."""
    if module.settings.selects(codes.CODE_OF_BROKEN_FILE, True):
        for one in not_followed(module):
            if one.node.lineno not in unwanted:
                yield broken_finding(AnalysisError(one.reason, module.source.start(one.node), one.part))


def _related(problem: Violation, source: SourceText) -> Related | None:
    other = problem.related
    return None if other is None else Related(other.message, source.start(other.node), source.end(other.node))


def broken_finding(error: AnalysisError) -> Finding:
    """The one finding for a file, or a part of it, that cannot be analysed."""
    code, name = codes.CODE_OF_BROKEN_FILE, codes.NAME_OF_BROKEN_FILE
    end = replace(error.position, column=error.position.column + 1)
    # A file with a mistake does not run at all; a part with one may be what its reader is to finish.
    severity = Severity.BUG if error.part == WHOLE else Severity.FRAGILE
    return Finding(code, name, f"{error.part} not analysed: {error}", severity, (), error.position, end)


def unfinished(source: SourceText, settings: Settings, rounds: int) -> tuple[Finding, ...]:
    """The one finding for a file in which there is more to fix after so many rounds."""
    return _unless_unwanted(
        replace(
            broken_finding(AnalysisError("")),
            message=f"file not fixed to its end: each of {rounds} rounds of fixes has made others possible",
            severity=Severity.FRAGILE,
        ),
        source,
        settings,
    )


def broken_findings(error: AnalysisError, source: SourceText, settings: Settings) -> tuple[Finding, ...]:
    """That finding, unless it is not wanted: it is not selected, or a `# noqa` silences it."""
    return _unless_unwanted(broken_finding(error), source, settings)


def _unless_unwanted(found: Finding, source: SourceText, settings: Settings) -> tuple[Finding, ...]:
    unwanted = not settings.selects(found.code, True) or Suppressions(source).silence(found)
    return () if unwanted else (found,)


def unread_findings(parts: Sequence[AnalysisError], source: SourceText, settings: Settings) -> tuple[Finding, ...]:
    """The one finding for the parts of a file that cannot be analysed: at the first of them, with how many more
    there are.
    """
    found = [one for part in parts for one in broken_findings(part, source, settings)]
    if not found:
        return ()
    first, more = found[0], len(found) - 1
    told = f"{first.message} (and {more} more in this file)" if more else first.message
    return (replace(first, message=told),)


def _reparse(source: SourceText) -> None:
    """Look once more at text that fixes have made. Raises AnalysisError."""
    try:
        parse(source)
    except AnalysisError as error:
        raise AnalysisError(f"internal error, please report it: a fix would break line {error.position.row}") from error


def _outside_noqa(found: Finding, suppressions: Suppressions) -> Finding:
    """The finding, without its fix when that would change a line that is under a `# noqa`."""
    if found.fix is None or not any(suppressions.protects(edit) for edit in found.fix.edits):
        return found
    return replace(found, fix=None)


def _safe_fixes(findings: Sequence[Finding]) -> list[Fix]:
    return [one.fix for one in findings if one.fix is not None and _is_safe(one.fix)]


def _is_safe(fix: Fix) -> bool:
    return fix.applicability is Applicability.SAFE
