"""Tests the analysis against Keras: programs are made up, analysed, and run.

`python -m tests.runtime.differential --programs 5000 --seed 1` runs so many different programs, shows those with a
difference, and ends with 1 when there was one.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flake8_training_phase.keras.generations import Release, generation_of
from tests.runtime.measure import Worker
from tests.runtime.programs.comparing import Comparer, Comparison, Difference
from tests.runtime.programs.drawn import random_program
from tests.runtime.programs.fixing import (
    Harm,
    fixed,
    gives_constants,
    leaves_a_signature,
    made_by_fixes,
    right_to_wrong,
    still_wrong,
    unrepaired,
    wrongly_changed,
)
from tests.runtime.programs.predicting import Analysed
from tests.runtime.programs.program import Program
from tests.runtime.programs.running import Observed

Breaches = dict[str, list[str]]
"""What breaks the law of fixes, by its kind."""

BREACHES = {
    "broken": "something right is wrong afterwards",
    "unrepaired": "a layer that was given the flag is wrong",
    "meant": "constants are heard that were not before",
    "reported": "a layer that was given the flag is wrong, and a signature that is still reported says why",
    "across": "a fix of one file makes a layer hear what another file gives it",
}


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    programs: int = 0
    with_unknown: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    different: int = 0

    def add(self, comparisons: list[Comparison]) -> None:
        """Count a program."""
        self.programs += 1
        self.with_unknown += any(one.has_unknown for one in comparisons)
        for one in comparisons:
            self.counts.update(one.counts)

    def __str__(self) -> str:
        share = self.with_unknown / max(self.programs, 1)
        told = ", ".join(
            f"{self.counts[kind]} {kind}" for kind in ("known", "several", "constant", "unknown", "missed")
        )
        return (
            f"{self.programs} programs, {self.different} with a difference; {share:.1%} hold something unknown. "
            f"Lines by mode, class and Keras: {told}; {self.counts['raised']} runs raised"
        )


@dataclass(frozen=True, slots=True)
class Running:
    """A program that runs, or waits for its turn."""

    program: Program
    folder: tempfile.TemporaryDirectory[str]
    files: dict[str, Path]
    runs: dict[int, Future[Any]]


AHEAD = 4
"""How many programs wait, so that neither Keras has to."""

PROGRESS = 100
"""Programs after which a line tells how far it is."""


class Laboratory:
    """The workers for both generations, and what compares."""

    def __init__(self, pythons: dict[int, str] | None = None) -> None:
        self._workers = {keras: Worker(keras, (pythons or {}).get(keras, sys.executable)) for keras in (2, 3)}
        self._threads = {keras: ThreadPoolExecutor(1) for keras in self._workers}
        self.versions = {keras: str(one.ask("version")["version"]) for keras, one in self._workers.items()}
        self.generations = {keras: generation_of(_release(version)) for keras, version in self.versions.items()}
        self._known: dict[str, dict[int, list[Observed]]] = {}

    def observe(self, program: Program, folder: Path, exact: bool = False) -> dict[int, Future[Any]]:
        """Have a program run that was written to a folder, by each Keras."""
        targets = [(one.module, one.name) for one in program.targets]
        job = {"folder": str(folder), "targets": targets, "exact": exact}
        return {keras: self._threads[keras].submit(one.ask, "program", **job) for keras, one in self._workers.items()}

    def compare(self, program: Program, exact: bool = False) -> list[Comparison]:
        """What the analysis says of a program against what each Keras does."""
        return self.compared(self.begin(program, exact))

    def begin(self, program: Program, exact: bool = False) -> Running:
        """Have a program run by each Keras; those that are begun later wait for it."""
        folder = tempfile.TemporaryDirectory()
        files = program.write(Path(folder.name))
        return Running(program, folder, files, self.observe(program, Path(folder.name), exact))

    def compared(self, running: Running) -> list[Comparison]:
        """What the analysis says of a program that was begun against what each Keras does."""
        program = running.program
        with running.folder:
            analysed = Analysed(program, running.files)
            return [
                Comparer(program, analysed, self.generations[keras], self.versions[keras]).compare(
                    run.result()["observed"]
                )
                for keras, run in running.runs.items()
            ]

    def compare_fixed(self, program: Program, unsafe: bool, all_right: bool) -> list[str]:
        """What fixes do that they may not; with `all_right` also what they leave wrong."""
        after = fixed(program, unsafe)
        if after.modules == program.modules and not all_right:
            return []
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            program.write(Path(folder))
            after.write(Path(other))
            first, second = self.observe(program, Path(folder)), self.observe(after, Path(other))
            found: list[str] = []
            for keras, version in self.versions.items():
                seen = second[keras].result()["observed"]
                told = [*wrongly_changed(program, first[keras].result()["observed"], seen, unsafe)]
                told += still_wrong(program, seen) if all_right else ()
                found += [f"Keras {version}, {one}" for one in told]
        return [*found, str(after)] if found else []

    def law_of_fixes(self, program: Program, changed: Program, unsafe: bool) -> Breaches:
        """What fixes break, and what they leave wrong although they pass it the flag and nothing is reported then."""
        told: Breaches = {kind: [] for kind in BREACHES}
        before, after = self._observed(program, changed)
        alone: dict[str, set[tuple[int, Harm]]] = {}
        for keras, version in self.versions.items():
            for harm in right_to_wrong(program, before[keras], after[keras]):
                module = harm.target.module
                if len(program.modules) > 1 and not harm.raises and module not in alone:
                    alone[module] = self._harm_of(program, fixed(program, unsafe, only=module))
                across = module in alone and not harm.raises and (keras, harm) not in alone[module]
                constant = harm.meant or gives_constants(program)
                kind = "meant" if constant else "across" if across else "broken"
                told[kind].append(f"Keras {version}, {harm.told}")
            left = [f"Keras {version}, {one}" for one in unrepaired(program, changed, after[keras])]
            is_reported = bool(left) and leaves_a_signature(changed)
            told["meant" if gives_constants(program) else "reported" if is_reported else "unrepaired"] += left
        return told

    def _harm_of(self, program: Program, changed: Program) -> set[tuple[int, Harm]]:
        before, after = self._observed(program, changed)
        return {(keras, one) for keras in self.versions for one in right_to_wrong(program, before[keras], after[keras])}

    def _observed(self, *programs: Program) -> list[dict[int, list[Observed]]]:
        """What each Keras does with programs; those that ran before, as after other fixes, do not run again."""
        with ExitStack() as folders:
            running = {}
            for program in programs:
                if str(program) not in self._known:
                    folder = Path(folders.enter_context(tempfile.TemporaryDirectory()))
                    program.write(folder)
                    running[str(program)] = self.observe(program, folder)
            for name, one in running.items():
                self._known[name] = {keras: run.result()["observed"] for keras, run in one.items()}
        return [self._known[str(program)] for program in programs]

    def stop(self) -> None:
        """End the workers."""
        for thread in self._threads.values():
            thread.shutdown()
        for worker in self._workers.values():
            worker.stop()


def _release(version: str) -> Release:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def run(laboratory: Laboratory, wanted: int, seed: int, exact: bool, tally: Tally) -> None:
    """Run so many different programs, and show those with a difference."""
    waiting: deque[tuple[str, Running]] = deque()
    for name, program in itertools.islice(different_programs(seed), wanted):
        waiting.append((name, laboratory.begin(program, exact)))
        if len(waiting) > AHEAD:
            finish(laboratory, *waiting.popleft(), tally)
    while waiting:
        finish(laboratory, *waiting.popleft(), tally)


def different_programs(seed: int) -> Iterator[tuple[str, Program]]:
    """The programs of a seed with their names, none of them twice."""
    known: set[str] = set()
    for number in itertools.count():
        program = random_program(f"{seed}:{number}")
        if str(program) not in known:
            known.add(str(program))
            yield f"{seed}:{number}", program


def finish(laboratory: Laboratory, name: str, running: Running, tally: Tally) -> None:
    """Count a program, and show it when there is a difference."""
    comparisons = laboratory.compared(running)
    tally.add(comparisons)
    differences = [one for comparison in comparisons for one in comparison.differences]
    if differences:
        tally.different += 1
        show(name, running.program, differences)
    if tally.programs % PROGRESS == 0:
        print(tally, file=sys.stderr, flush=True)


def run_fixes(laboratory: Laboratory, wanted: int, seed: int) -> int:
    """Fix so many programs, of which every second holds only what can be fixed; gives how many went wrong."""
    bad = 0
    for number in range(wanted):
        only_fixable = bool(number % 2)
        program = random_program(f"fix {seed}:{number}", only_fixable)
        # Safe fixes alone leave what only unsafe ones repair.
        unsafe = only_fixable or number % 4 == 0
        told = laboratory.compare_fixed(program, unsafe, all_right=only_fixable)
        if told:
            bad += 1
            print("\n".join(["-" * 100, f"# program fix {seed}:{number}", str(program), *told]), flush=True)
    return bad


def run_law(laboratory: Laboratory, wanted: int, seed: int, unsafe: bool) -> bool:
    """Fix programs until so many of them had something to fix; says what broke, and whether anything did."""
    kind = "unsafe" if unsafe else "safe"
    counts: Counter[str] = Counter()
    numbers = itertools.count()
    while counts["fixed"] < wanted:
        number = next(numbers)
        program = random_program(f"law {seed}:{number}", number % 3 == 0)
        changed, made = made_by_fixes(program, unsafe)
        if changed.modules == program.modules:
            continue
        counts["fixed"] += 1
        counts["with an unsafe fix"] += any(one.fix is not None and one.fix.applicability == "unsafe" for one in made)
        found = laboratory.law_of_fixes(program, changed, unsafe)
        for what, told in found.items():
            counts[what] += bool(told)
        if any(told for what, told in found.items() if what not in ("meant", "reported")):
            title = f"# {kind} fixes of program law {seed}:{number}, {number % 3 == 0}"
            fixes = (f"fix: {one.code} {one.fix.applicability} {one.fix.message}" for one in made if one.fix)
            shown = (f"{what}: {one}" for what, told in found.items() for one in told)
            lines = [title, str(program), "# after", str(changed), *fixes, *shown]
            print("\n".join(["-" * 100, *lines]), flush=True)
        if counts["fixed"] % PROGRESS == 0:
            print(f"{kind}: {dict(counts)}", file=sys.stderr, flush=True)
    summary = ", ".join(f"in {counts[what]} {words}" for what, words in BREACHES.items())
    how_many = f"{counts['fixed']} programs with {kind} fixes ({counts['with an unsafe fix']} with one that is unsafe)"
    print(f"{how_many}: {summary}")
    return bool(counts["broken"] or counts["unrepaired"])


def show(name: str, program: Program, differences: list[Difference]) -> None:
    """Print a program with what is different."""
    print("\n".join(["-" * 100, f"# program {name}", str(program), *map(str, differences)]), flush=True)


def main() -> int:
    """Run programs; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=300, help="how many different programs (300)")
    parser.add_argument("--seed", type=int, default=0, help="where to begin (0)")
    parser.add_argument("--fixes", type=int, default=0, help="how many programs to fix and to run again (0)")
    parser.add_argument("--law", type=int, default=0, help="how many programs to fix safely, and how many unsafely (0)")
    parser.add_argument("--exact", action="store_true", help="run fit() and predict() as they are: slower")
    parser.add_argument("--keras2", default=sys.executable, help="the Python that has tf_keras (this one)")
    parser.add_argument("--keras3", default=sys.executable, help="the Python that has keras (this one)")
    options = parser.parse_args()
    laboratory = Laboratory({2: options.keras2, 3: options.keras3})
    tally = Tally()
    begun = time.monotonic()
    try:
        run(laboratory, options.programs, options.seed, options.exact, tally)
        bad = run_fixes(laboratory, options.fixes, options.seed)
        broken = [options.law and run_law(laboratory, options.law, options.seed, unsafe) for unsafe in (False, True)]
    finally:
        print(f"{tally}; {time.monotonic() - begun:.0f} s, Keras {', '.join(laboratory.versions.values())}")
        laboratory.stop()
    print(f"{options.fixes} programs fixed, {bad} of them wrongly")
    return 1 if tally.different or bad or any(broken) else 0


if __name__ == "__main__":
    sys.exit(main())
