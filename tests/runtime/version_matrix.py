"""Runs the rules' examples, and the patterns that users meet, on every minor release of Keras 3 and of tf_keras.

Run `python -m tests.runtime.version_matrix --environments FOLDER` from the root of the repository to measure what is
not measured yet and to write `docs/keras-versions.md`. Environments and results are kept in FOLDER; an interrupted
run continues where it stopped. `--releases 3.8 2.15` measures only those, `--render` measures nothing. A release that
is not out yet is measured from its source: `--development 3.16=PATH`. `--rule KTP202` measures the examples of one
rule and writes its row alone, so that a new rule needs nothing of what was measured before; `--patterns 23a 7g` does so
for rows of the patterns, and `--jax` for the section on JAX.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_training_phase.rules import all_rules, rule
from tests.rule_examples import Proof, bad_examples
from tests.runtime.environments import RELEASES, RELEASES_ON_JAX, Release, Unavailable, interpreter, keras_3, versions
from tests.runtime.measure import ROOT, Worker
from tests.runtime.on_jax import measured_on_jax
from tests.runtime.patterns import Pattern, model
from tests.runtime.phase_table import BLOCK_WITHOUT, DROPOUT, NORM, PATTERNS
from tests.runtime.test_proofs import cell, fixed_generations
from tests.runtime.version_page import PAGE, page, with_jax, with_patterns, with_row_of

Results = dict[str, dict[str, Any]]
"""By name of the release: the `versions` of its packages, the `cells` by key of the program, or its `problem`. With
JAX the `cells` are by backend and pattern."""


TURNING_POINTS = (
    Pattern(
        "E3.Resizing",
        "a dropout after `self.resize(x)`, a `Resizing`",
        model(
            f"self.resize = keras.layers.Resizing(4, 4)\n{DROPOUT}",
            "def call(self, x, training=None):\n    return self.dropout(self.resize(x))",
        ),
        code="KTP201",
        shape=(8, 8, 3),
    ),
    Pattern(
        "7d3.Dense",
        "a dropout after `self.dense(x, training=False)`, a `Dense`",
        model(
            f"self.dense = keras.layers.Dense(8)\n{DROPOUT}",
            "def call(self, x, training=None):\n    return self.dropout(self.dense(x, training=False))",
        ),
        code="KTP201",
    ),
    Pattern(
        "E43",
        "the dropout of a layer without `training`, given `training=training` after `self.norm(x, training=False)`",
        model(
            f"self.block = Block()\n{NORM}",
            "def call(self, x, training=None):\n    return self.block(self.norm(x, training=False), training=training)",
            BLOCK_WITHOUT,
        ),
        "block.dropout",
    ),
    Pattern(
        "E11c",
        "a dropout behind a layer that freezes one of its own, both in a `Sequential` called with `training=training`",
        model(
            "self.body = keras.Sequential([Frozen(), keras.layers.Dropout(0.5)])",
            "def call(self, x, training=None):\n    return self.body(x, training=training)",
            "class Frozen(keras.layers.Layer):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.norm = keras.layers.BatchNormalization()\n\n"
            "    def call(self, x, training=None):\n"
            "        return self.norm(x, training=False)",
        ),
        "body.layers[1]",
    ),
)
"""Patterns that some releases treat otherwise than the next, beside those that the phase table has."""


@dataclass(frozen=True, slots=True)
class Program:
    """Code to measure, and what is meant of it."""

    name: str
    source: str
    proof: Proof
    keras: tuple[int, ...]
    """The generations of Keras that can run it."""
    right: str
    code: str | None
    """The rule that reports it; None for code that is right."""
    title: str = ""
    """What the code looks like, in Markdown; empty for the examples of rules."""

    @property
    def key(self) -> str:
        """What its cells are kept under: other code under the same name is measured anew."""
        told = repr((self.source, self.proof.build, self.proof.layer, tuple(self.proof.shape)))
        return f"{self.name} {zlib.crc32(told.encode()):08x}"


@dataclass(frozen=True, slots=True)
class Options:
    """Where environments and results stand, and the interpreter that environments are made from."""

    folder: Path
    python: str

    @property
    def results(self) -> Path:
        """The file that keeps what was measured."""
        return self.folder / "results.json"


def programs() -> Iterator[Program]:
    """All that is measured. What else is to run on every release is added here."""
    for pattern in (*TURNING_POINTS, *PATTERNS):
        proof = Proof(pattern.build, pattern.layer, shape=pattern.shape)
        name = f"row {pattern.row}"
        yield Program(name, pattern.source, proof, pattern.keras, pattern.right, pattern.code, pattern.title)
    for one in all_rules():
        for number, example in enumerate(bad_examples(one.code), 1):
            proof = example.proof
            name = f"{one.code}.{number}"
            keras = tuple(major for major in (2, 3) if cell(proof, major) is not None)
            yield Program(f"{name}.bad", example.bad, proof, keras, proof.fixed, one.code)
            if example.fixed is not None:
                yield Program(f"{name}.fixed", example.fixed, proof, fixed_generations(example), proof.fixed, None)


def measure(release: Release, wanted: Iterable[Program], options: Options, results: Results) -> None:
    """Measure the programs that a release has no cell for yet, writing down each as it is found. On JAX it is another
    program that is measured, and it takes so little time that it is each time.
    """
    if release.on_jax:
        results[release.name] = measured_on_jax(release, options.folder, options.python)
        _save(results, options.results)
        return
    found = results.setdefault(release.name, {})
    try:
        found_python = interpreter(release, options.folder, options.python)
    except Unavailable as error:
        found["problem"] = str(error)
        _save(results, options.results)
        return
    found.pop("problem", None)
    found["versions"] = {name: version for name, version in versions(found_python).items() if name in _SHOWN}
    cells = found.setdefault("cells", {})
    worker = None
    for program in wanted:
        if release.keras in program.keras and program.key not in cells:
            worker = worker or Worker(release.keras, str(found_python))
            try:
                cells[program.key] = worker.words("measure", program.source, program.proof).words
            except RuntimeError as error:
                # What the release lacks is an answer too; the worker may be gone with it.
                cells[program.key] = f"? {str(error).strip().splitlines()[-1]}"
                worker.stop()
                worker = None
            _save(results, options.results)
    if worker is not None:
        worker.stop()


_SHOWN = ("keras", "tf_keras", "tf-keras", "tensorflow-cpu", "tensorflow", "numpy")


def _save(results: Results, path: Path) -> None:
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Results:
    """The results that were written down."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.version_matrix", description=__doc__)
    parser.add_argument("--environments", type=Path, required=True, help="a folder outside of the checkout")
    parser.add_argument("--releases", nargs="+", metavar="VERSION", help="measure only these")
    parser.add_argument("--development", action="append", default=[], metavar="VERSION=PATH")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that environments are made from")
    parser.add_argument("--render", action="store_true", help="measure nothing, write the page")
    parser.add_argument("--only", default="", metavar="REGEX", help="measure only programs of such names")
    parser.add_argument("--rule", metavar="CODE", help="measure the examples of this rule, and write its row alone")
    parser.add_argument("--patterns", nargs="+", metavar="ROW", help="measure these patterns, write their rows alone")
    parser.add_argument("--jax", action="store_true", help="measure the releases on JAX, write their section alone")
    given = parser.parse_args(arguments)
    options = Options(given.environments.absolute(), given.python)
    if options.folder.is_relative_to(ROOT):
        parser.error("environments have to stand outside of the checkout")
    options.folder.mkdir(parents=True, exist_ok=True)
    results = load(options.results)
    releases = [*RELEASES, *(keras_3(*one.split("=", 1)) for one in given.development)]
    everything = list(programs())
    wanted = [one for one in everything if re.search(rf"^{given.rule}\." if given.rule else given.only, one.name)]
    if given.patterns:
        wanted = [one for one in everything if one.name.removeprefix("row ") in given.patterns]
    if given.jax:
        releases = [*RELEASES_ON_JAX]
    elif not (given.rule or given.patterns or given.only):
        releases += RELEASES_ON_JAX
    for release in releases:
        if not given.render and (given.releases is None or release.version in given.releases):
            print(release.name, flush=True)
            measure(release, wanted, options, results)
    if given.jax:
        written = with_jax(PAGE.read_text(encoding="utf-8"), results)
    elif given.rule:
        written = with_row_of(rule(given.rule), PAGE.read_text(encoding="utf-8"), results, everything)
    elif given.patterns:
        written = with_patterns(PAGE.read_text(encoding="utf-8"), results, wanted)
    else:
        written = page(results, everything)
    PAGE.write_text(written, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
