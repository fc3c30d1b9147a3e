"""Tests the analysis against Keras: programs are made up, analysed, and run.

`python -m tests.runtime.differential --programs 5000 --seed 1` runs so many different programs, shows each kind of
difference in the smallest program that has it, and ends with 1 when there was one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky

from flake8_training_phase.keras.generations import GENERATIONS, Generation
from tests.runtime.measure import Worker
from tests.runtime.programs.comparing import Comparer, Comparison, Difference
from tests.runtime.programs.drawn import programs
from tests.runtime.programs.predicting import Analysed
from tests.runtime.programs.program import Program

SECONDS_TO_SHRINK = 45
"""How long a program with a difference is made smaller."""

CHUNK = 500
"""Programs that are made in one go: after a difference the search begins anew with another seed."""


class Differs(AssertionError):
    """Keras does something else than the analysis says."""


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    programs: int = 0
    with_unknown: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    found: list[tuple[Program, list[Difference]]] = field(default_factory=list)

    def add(self, comparisons: list[Comparison]) -> None:
        """Count a program."""
        self.programs += 1
        self.with_unknown += any(one.has_unknown for one in comparisons)
        for one in comparisons:
            self.counts.update(one.counts)

    def __str__(self) -> str:
        share = self.with_unknown / max(self.programs, 1)
        told = ", ".join(f"{self.counts[kind]} {kind}" for kind in ("known", "several", "unknown", "missed"))
        return (
            f"{self.programs} programs, {len(self.found)} with a difference; {share:.1%} hold something unknown. "
            f"Lines by mode, class and Keras: {told}; {self.counts['raised']} runs raised"
        )


class Laboratory:
    """The workers for both generations, and what compares."""

    def __init__(self, pythons: dict[int, str] | None = None) -> None:
        self._workers = {keras: Worker(keras, (pythons or {}).get(keras, sys.executable)) for keras in (2, 3)}
        self._threads = ThreadPoolExecutor(len(self._workers))
        self.versions = {keras: str(one.ask("version")["version"]) for keras, one in self._workers.items()}
        self.generations = {keras: generation_of(version) for keras, version in self.versions.items()}

    def compare(self, program: Program, exact: bool = False) -> list[Comparison]:
        """What the analysis says of a program against what each Keras does."""
        with tempfile.TemporaryDirectory() as folder:
            files = program.write(Path(folder))
            targets = [(one.module, one.name) for one in program.targets]
            running = {
                keras: self._threads.submit(worker.ask, "program", folder=folder, targets=targets, exact=exact)
                for keras, worker in self._workers.items()
            }
            analysed = Analysed(program, files)
            return [
                Comparer(program, analysed, self.generations[keras], self.versions[keras]).compare(
                    run.result()["observed"]
                )
                for keras, run in running.items()
            ]

    def stop(self) -> None:
        """End the workers."""
        self._threads.shutdown()
        for worker in self._workers.values():
            worker.stop()


def generation_of(version: str) -> Generation:
    """The semantics that hold for a version of Keras; those of the nearest one before it when none is named for it."""
    major = [one for one in GENERATIONS if one.keras == _numbers(version)[0]]
    return max((one for one in major if _numbers(one.first) <= _numbers(version)), key=lambda one: _numbers(one.first))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def run(laboratory: Laboratory, wanted: int, first_seed: int, tally: Tally) -> None:
    """Run so many different programs."""
    known: set[str] = set()
    chunk_seed = first_seed
    while tally.programs < wanted:
        _chunk(laboratory, min(CHUNK, wanted - tally.programs), chunk_seed, tally, known)
        chunk_seed += 1


def _chunk(laboratory: Laboratory, count: int, chunk_seed: int, tally: Tally, known: set[str]) -> None:
    failing: list[tuple[Program, list[Difference]]] = []
    until = [0.0]

    @seed(chunk_seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(programs())
    def search(program: Program) -> None:
        text = str(program)
        if not failing:
            if text in known:
                return
            known.add(text)
        elif time.monotonic() > until[0]:
            return  # Hypothesis finds that strange, and ends.
        comparisons = laboratory.compare(program)
        if not failing:
            tally.add(comparisons)
        differences = [one for comparison in comparisons for one in comparison.differences]
        if differences:
            until[0] = until[0] or time.monotonic() + SECONDS_TO_SHRINK
            failing.append((program, differences))
            raise Differs(str(differences[0]))

    try:
        search()
    except (Differs, Flaky):
        tally.found.append(failing[-1])
        show(*failing[-1])


def show(program: Program, differences: list[Difference]) -> None:
    """Print a program with what is different."""
    print("\n".join(["-" * 100, str(program), *map(str, differences)]), flush=True)


def main() -> int:
    """Run programs; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=300, help="how many different programs (300)")
    parser.add_argument("--seed", type=int, default=0, help="where to begin (0)")
    parser.add_argument("--keras2", default=sys.executable, help="the Python that has tf_keras (this one)")
    parser.add_argument("--keras3", default=sys.executable, help="the Python that has keras (this one)")
    options = parser.parse_args()
    laboratory = Laboratory({2: options.keras2, 3: options.keras3})
    tally = Tally()
    begun = time.monotonic()
    try:
        run(laboratory, options.programs, options.seed, tally)
    finally:
        print(f"{tally}; {time.monotonic() - begun:.0f} s, Keras {', '.join(laboratory.versions.values())}")
        laboratory.stop()
    return 1 if tally.found else 0


if __name__ == "__main__":
    sys.exit(main())
