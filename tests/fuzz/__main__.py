"""Holds the tool to its promises on many inputs: `python -m tests.fuzz --inputs 20000 --seed 1 --corpus FOLDER …`.

One in seven inputs is made up by hypothesmith, the others are mutants of the rules' examples and of the code below
the folders; of those one in five is put into a notebook, and one into Markdown. What breaks a promise is written, as
small as it can be made, to the folder that `--keep` names. `--projects 5000` spoils settings, ignore files, baselines,
caches and names instead, around code that is fine, and prints the first project that breaks a promise.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.fuzz.inputs import Input, made_up, mutants
from tests.fuzz.project_promises import keep_project_promises
from tests.fuzz.projects import projects
from tests.fuzz.promises import BrokenPromise, keep, keep_promises

BATCH = 1000
"""Inputs after which the state of things is printed."""


def main() -> int:
    """Run the inputs; gives 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--projects", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", nargs="*", type=Path, default=[])
    parser.add_argument("--keep", type=Path, default=Path("broken-promises"))
    options = parser.parse_args()
    return _projects(options) if options.projects else _files(options)


def _files(options: argparse.Namespace) -> int:
    broken: Counter[str] = Counter()
    fixed = 0
    slowest = 0.0
    for number, given in enumerate(_inputs(options.seed, options.inputs, options.corpus), 1):
        started = time.process_time()
        try:
            fixed += keep_promises(given)
        except BrokenPromise as error:
            broken[str(error)] += 1
            if broken[str(error)] == 1:
                print(f"{error}: {keep(options.keep, given, str(error))}", flush=True)
        slowest = max(slowest, time.process_time() - started)
        if number % BATCH == 0 or number == options.inputs:
            print(f"{number} inputs, {fixed} with fixes, slowest {slowest:.1f} s, {broken.total()} broken", flush=True)
    for message, count in broken.most_common():
        print(f"{count:6} x {message}")
    return bool(broken)


def _projects(options: argparse.Namespace) -> int:
    broken: Counter[str] = Counter()
    understood = 0
    slowest = 0.0
    for number, given in enumerate(islice(projects(options.seed), options.projects), 1):
        started = time.process_time()
        try:
            understood += keep_project_promises(given)
        except BrokenPromise as error:
            broken[str(error)] += 1
            if broken[str(error)] == 1:
                print(f"{error}: {given}", flush=True)
        slowest = max(slowest, time.process_time() - started)
        if number % BATCH == 0 or number == options.projects:
            counted = f"{number} projects, settings of {understood} understood"
            print(f"{counted}, slowest {slowest:.1f} s, {broken.total()} broken", flush=True)
    return bool(broken)


def _inputs(seed: int, count: int, corpus: list[Path]) -> Iterator[Input]:
    spoiled = mutants(seed, corpus)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        new = made_up(seed + start, size // 7)
        yield from new
        yield from islice(spoiled, size - len(new))


if __name__ == "__main__":
    sys.exit(main())
