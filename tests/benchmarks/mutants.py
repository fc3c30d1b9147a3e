"""How many lost flags are found and given back: `python -m tests.benchmarks.mutants FOLDER … [--share 0.25]`.

Takes real packages that forward the flag, deletes one `training=training` at a time, and asks whether the checker
speaks of that call, and whether the fixer gives back the syntax tree of the original. The receivers are told apart by
what the checker knows of them on the whole code. Then it deletes the parameter of one `call` at a time with all that
it forwards, and renames it, and asks the same of the class.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.sources.parsing import AnalysisError
from flake8_training_phase.sources.text import SourceText
from tests.benchmarks.mutations import SETTINGS, SILENT, Mutant, mutants, without_flag


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tool makes of one mutant."""

    where: str
    kind: str
    cause: str
    found: bool
    given_back: bool
    """Whether the fixer gives back the original's tree; only asked for what is found."""

    @property
    def expected(self) -> bool:
        """Whether it is right to speak of it."""
        return self.kind not in SILENT


def main() -> None:
    """Print what was found and given back by kind of receiver, and what was missed by cause."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--share", type=float, default=0.25, help="the share of all calls that is tried")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print every miss, every false alarm and every odd fix")
    options = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count()) as executor:
        trial = partial(outcomes, share=options.share, seed=options.seed)
        found = [one for part in executor.map(trial, options.folders) for one in part]
    if options.show:
        for one in found:
            for word in words(one):
                print(f"{word}: {one.where} ({one.kind}; {one.cause})")
    print_table(found)


def words(outcome: Outcome) -> Iterator[str]:
    """What is wrong with an outcome, if anything."""
    if outcome.found is not outcome.expected:
        yield "missed" if outcome.expected else "false alarm"
    if outcome.found and outcome.expected and not outcome.given_back:
        yield "not given back"


def print_table(found: list[Outcome]) -> None:
    """The numbers by kind, and the misses by cause."""
    for kind, count in Counter(one.kind for one in found).most_common():
        spoken = [one for one in found if one.kind == kind and one.found]
        back = sum(one.given_back for one in spoken)
        print(f"{kind:30}{len(spoken):5} of {count:5} spoken of ({len(spoken) / count:6.1%})", end="")
        print(f", {back:5} of these given back ({back / len(spoken):6.1%})" if spoken else "")
    missed = [one for one in found if one.expected and not one.found]
    for (kind, cause), count in Counter((one.kind, one.cause) for one in missed).most_common():
        example = next(one.where for one in missed if (one.kind, one.cause) == (kind, cause))
        print(f"missed {count:4}: {kind}; {cause}, for example {example}")


def outcomes(folder: Path, share: float, seed: int) -> list[Outcome]:
    """What the tool makes of the mutants of a package."""
    project = Project()
    originals: dict[tuple[Path, frozenset[str]], str | None] = {}
    found = []
    for mutant in mutants(folder, project, random.Random(seed), share):
        said = speaks_of(mutant, project)
        key = (mutant.path, mutant.idle)
        if said and key not in originals:
            originals[key] = fixed_tree(mutant.source, mutant, project)
        back = said and fixed_tree(SourceText(mutant.text), mutant, project) == originals[key]
        where = f"{mutant.path.relative_to(folder.parent)}:{getattr(mutant.place, 'lineno', 0)}"
        found.append(Outcome(where, mutant.kind, mutant.cause, said, back))
    return found


def speaks_of(mutant: Mutant, project: Project) -> bool:
    """Whether a finding stands where the flag was lost."""
    findings = engine.check(SourceText(mutant.text), SETTINGS, str(mutant.path), project, with_fixes=False)
    start = mutant.source.start(mutant.place)
    if mutant.codes:
        last = mutant.source.end(mutant.place).row
        return any(one.code in mutant.codes and start.row <= one.start.row <= last for one in findings)
    return any(one.start == start for one in findings)


def fixed_tree(source: SourceText, mutant: Mutant, project: Project) -> str | None:
    """The tree of a text after all fixes, in a form that does not tell what cannot be known any more.

    The order of keyword arguments has no meaning. With a parameter its place, its annotation and whether its default
    was None or False are gone, and that it was passed to what ignores it. None when the file cannot be followed.
    """
    try:
        text = engine.fix(source, SETTINGS, str(mutant.path), project, unsafe=True).text
    except AnalysisError:
        return None
    return ast.dump(_Normal(mutant.idle).visit(ast.parse(text)))


class _Normal(ast.NodeTransformer):
    def __init__(self, idle: frozenset[str]) -> None:
        self._idle = idle

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if without_flag(node) in self._idle:
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "training"]
        node.keywords.sort(key=lambda keyword: keyword.arg or "")
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        arguments = node.args
        first = len(arguments.args) - len(arguments.defaults)
        place = next((index for index, one in enumerate(arguments.args) if one.arg == "training"), None)
        if place is not None and place >= first and isinstance(arguments.defaults[place - first], ast.Constant):
            arguments.args.append(ast.arg(arguments.args.pop(place).arg))
            arguments.defaults.pop(place - first)
            arguments.defaults.append(ast.Constant(None))
        return self.generic_visit(node)


if __name__ == "__main__":
    main()
