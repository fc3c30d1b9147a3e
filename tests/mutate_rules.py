"""Whether the examples of the rules pin what the rules say: run `python -m tests.mutate_rules [CODE …]`.

Rule by rule, each `self.problem(…)` of its file is made to say something else (another place, another text, no fix, a
fix that is called safe and is not), and the snapshots of the rule's own examples are compared. A mutant that no
snapshot shows survives: the examples lack something. So does a `self.problem(…)` that no example comes to. A mutation
that changes nothing, as of the fix where there is none, is not counted.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.findings import Severity
from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule, Violation
from tests.inputs import Input, rule_inputs
from tests.snapshots import difference

NONSENSE = "nonsense"
Mutation = Callable[[Violation, ast.Module], Violation]
"""What a rule says instead; the problem itself where nothing can be changed."""


def at_the_class(problem: Violation, tree: ast.Module) -> Violation:
    """Moved to the line of the class around it, or of the module's first statement."""
    around = [one for one in _around(problem.node, tree) if isinstance(one, ast.ClassDef)]
    return _moved(problem, around[0] if around else tree.body[0])


def at_the_parent(problem: Violation, tree: ast.Module) -> Violation:
    """Moved to the next larger node."""
    return _moved(problem, next(_around(problem.node, tree), problem.node))


def at_a_part(problem: Violation, tree: ast.Module) -> Violation:
    """Moved to a smaller node in it."""
    parts = (one for one in ast.iter_child_nodes(problem.node) if hasattr(one, "lineno"))
    return _moved(problem, next(parts, problem.node))


def at_the_last_statement(problem: Violation, tree: ast.Module) -> Violation:
    """Moved to the end of the module."""
    return _moved(problem, tree.body[-1])


def ending_elsewhere(problem: Violation, tree: ast.Module) -> Violation:
    """Begun where it is, and ended with the module."""
    moved = replace(problem, end=tree.body[-1])
    return problem if _span(moved) == _span(problem) else moved


def other_message(problem: Violation, tree: ast.Module) -> Violation:
    """Told in other words."""
    return replace(problem, message=NONSENSE)


def other_severity(problem: Violation, tree: ast.Module) -> Violation:
    """Taken for the next severity."""
    known = list(Severity)
    return replace(problem, severity=known[(known.index(problem.severity) + 1) % len(known)])


def other_keras(problem: Violation, tree: ast.Module) -> Violation:
    """Said of another generation of Keras."""
    return replace(problem, keras=(2,) if problem.keras == (3,) else (3,))


def no_fix(problem: Violation, tree: ast.Module) -> Violation:
    """Left without its fix."""
    return replace(problem, plan=None)


def safe_as_unsafe(problem: Violation, tree: ast.Module) -> Violation:
    """A safe fix called unsafe."""
    plan = problem.plan
    if plan is None or plan.caveat is not None:
        return problem
    return replace(problem, plan=replace(plan, caveat=NONSENSE))


def unsafe_as_safe(problem: Violation, tree: ast.Module) -> Violation:
    """An unsafe fix called safe."""
    plan = problem.plan
    if plan is None or plan.caveat is None:
        return problem
    return replace(problem, plan=replace(plan, what=plan.message, caveat=None))


def other_fix_message(problem: Violation, tree: ast.Module) -> Violation:
    """A fix told in other words."""
    return problem if problem.plan is None else replace(problem, plan=replace(problem.plan, what=NONSENSE))


def half_a_fix(problem: Violation, tree: ast.Module) -> Violation:
    """A fix that leaves out the first of its changes."""
    plan = problem.plan
    if plan is None or len(plan.changes) < 2:
        return problem
    return replace(problem, plan=replace(plan, changes=plan.changes[1:]))


MUTATIONS: Mapping[str, Mutation] = {
    mutation.__name__.replace("_", " "): mutation
    for mutation in (
        at_the_class,
        at_the_parent,
        at_a_part,
        at_the_last_statement,
        ending_elsewhere,
        other_message,
        other_severity,
        other_keras,
        no_fix,
        safe_as_unsafe,
        unsafe_as_safe,
        other_fix_message,
        half_a_fix,
    )
}


@dataclass(slots=True)
class Outcome:
    """What became of the mutants of a rule."""

    caught: Counter[str] = field(default_factory=Counter)
    """By mutation, one for each place of the rule's file."""
    survived: list[str] = field(default_factory=list)


def outcome(rule: Rule) -> Outcome:
    """Mutate a rule at each place where it says something."""
    found = Outcome()
    reached = _reached(rule)
    for lines in problem_lines(rule):
        place = f"{rule.code}, line {lines.start}"
        examples = [one for one, seen in reached.items() if not seen.isdisjoint(lines)]
        if not examples:
            found.survived.append(f"{place}: no example comes here")
        for name, mutation in MUTATIONS.items():
            verdict = _is_caught(rule, lines, mutation, examples)
            if verdict:
                found.caught[name] += 1
            elif verdict is False:
                found.survived.append(f"{place}: {name}")
    return found


def problem_lines(rule: Rule) -> list[range]:
    """The lines of each `self.problem(…)` in a rule's file."""
    tree = ast.parse(inspect.getsource(sys.modules[type(rule).__module__]))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    spans = ((one.lineno, one.end_lineno or one.lineno) for one in calls if ast.unparse(one.func) == "self.problem")
    return [range(first, last + 1) for first, last in sorted(spans)]


def _reached(rule: Rule) -> dict[Input, set[int]]:
    """The lines where the rule says something of each of its examples."""
    found: dict[Input, set[int]] = {}
    for one in rule_inputs(rule.code):
        lines = found.setdefault(one, set())

        def look(problem: Violation, line: int, tree: ast.Module, lines: set[int] = lines) -> Violation:
            lines.add(line)
            return problem

        with _saying(rule, look):
            assert difference(one) == "", f"{one.name} differs from its snapshot as it is"
    return found


def _is_caught(rule: Rule, lines: range, mutation: Mutation, examples: Sequence[Input]) -> bool | None:
    """Whether the snapshots of all examples that are told otherwise show it; None when none is."""
    changed: list[Input] = []
    shown: list[Input] = []
    for one in examples:

        def mutate(problem: Violation, line: int, tree: ast.Module, one: Input = one) -> Violation:
            mutant = mutation(problem, tree) if line in lines else problem
            if mutant != problem:
                changed.append(one)
            return mutant

        with _saying(rule, mutate):
            if difference(one):
                shown.append(one)
    return set(changed) <= set(shown) if changed else None


@contextmanager
def _saying(rule: Rule, instead: Callable[[Violation, int, ast.Module], Violation]) -> Iterator[None]:
    """Lets a rule say what `instead` makes of its problems, of which it is told the line and the module.

    That is for the example itself, which is checked first: what is said of its text with fixes, to verify them, shows
    nowhere.
    """
    check, say = type(rule).check, type(rule).problem
    texts: list[str] = []
    module: list[CheckedModule] = []

    def checked(self: Rule, given: CheckedModule) -> Iterator[Violation]:
        module[:] = [given]
        texts.append(given.source.text)
        return check(self, given)

    def said(self: Rule, *arguments: Any, **keywords: Any) -> Violation:
        problem = say(self, *arguments, **keywords)
        if module[0].source.text != texts[0]:
            return problem
        return instead(problem, sys._getframe(1).f_lineno, module[0].tree)

    with mock.patch.object(type(rule), "check", checked), mock.patch.object(type(rule), "problem", said):
        yield


def _around(node: ast.AST, tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes around one that have a place, from the inside."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    while node in parents:
        node = parents[node]
        if hasattr(node, "lineno"):
            yield node


def _moved(problem: Violation, node: ast.AST) -> Violation:
    """The problem at another node; itself when that is the same place."""
    moved = Rule.problem(problem.rule, node, problem.message, problem.keras, problem.plan, None, problem.severity)
    return problem if _span(moved) == _span(problem) else moved


def _span(problem: Violation) -> tuple[int, int, int | None, int | None]:
    first: Any = problem.node
    last: Any = problem.end or problem.node
    return first.lineno, first.col_offset, last.end_lineno, last.end_col_offset


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was caught and what survives; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutate_rules")
    parser.add_argument("codes", nargs="*", metavar="CODE")
    codes = parser.parse_args(arguments).codes
    outcomes = [outcome(rule) for rule in all_rules() if not codes or rule.code in codes]
    total: Counter[str] = sum((one.caught for one in outcomes), Counter())
    survived = [line for one in outcomes for line in one.survived]
    for name in MUTATIONS:
        print(f"{name:22}{total[name]:4} caught")
    print(*survived, sep="\n", end="\n" if survived else "")
    print(f"{len(outcomes)} rules, {total.total()} mutants caught, {len(survived)} survive")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
