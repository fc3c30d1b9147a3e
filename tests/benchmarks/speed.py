"""What checking costs, as ratios from one run: `python -m tests.benchmarks.speed FOLDER …`.

Give it folders of Keras code, for example unpacked packages of the corpora that docs/contributing.md names. Every
figure is CPU time of this process, the median of several rounds. Nothing here asserts: machines differ.
"""

from __future__ import annotations

import argparse
import ast
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import libcst

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources.discovery import discover
from flake8_training_phase.sources.documents import open_document
from flake8_training_phase.sources.gate import may_hold_findings
from flake8_training_phase.sources.text import SourceText

Texts = list[tuple[str, SourceText]]


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, {options.rounds} rounds, medians")
    keras_texts = gated(options.folders)
    lines = sum(len(source.lines) for _, source in keras_texts)
    if keras_texts:
        report_checks(keras_texts, lines, options.rounds)
    report_flake8(options.rounds)


def gated(folders: list[Path]) -> Texts:
    """The files below the folders that the gate lets through and that parse."""
    found = []
    for path, _ in discover(folders, Configuration({}, isolated=True), lambda path, error: None):
        source = open_document(str(path), path.read_bytes()).source
        if may_hold_findings(source.text) and parses(source.text):
            found.append((str(path), source))
    return found


def parses(text: str) -> bool:
    """Whether both parsers take a text."""
    try:
        ast.parse(text)
        libcst.parse_module(text)
    except (SyntaxError, libcst.ParserSyntaxError):
        return False
    return True


def report_checks(texts: Texts, lines: int, rounds: int) -> None:
    """Compare a check with parsing the same files."""

    def check_all(project: bool) -> None:
        settings = Settings(project=project)
        shared = Project(project)
        for name, source in texts:
            engine.check(source, settings, name, shared, with_fixes=False)

    cst = cpu(lambda: [libcst.parse_module(source.text) for _, source in texts], rounds)
    tree = cpu(lambda: [ast.parse(source.text) for _, source in texts], rounds)
    whole = cpu(lambda: check_all(project=True), rounds)
    alone = cpu(lambda: check_all(project=False), rounds)
    print(f"{len(texts)} Keras files, {lines} lines; ms per 1,000 lines:")
    for name, seconds in (("libcst", cst), ("ast", tree), ("check", whole), ("check, no project", alone)):
        print(f"  {name:20}{seconds / lines * 1e6:8.1f}   {seconds / cst:5.2f} x libcst.parse_module")


def report_flake8(rounds: int) -> None:
    """Compare flake8 with and without the plugin, on files that are not Keras and on an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        text = Path(ast.__file__).read_text(encoding="utf-8")
        for number in range(40):
            Path(tree, f"module_{number}.py").write_text(text, encoding="utf-8")
        empty = Path(folder, "empty.py")
        empty.touch()
        for name, target in (("40 files without Keras", tree), ("an empty file", empty)):
            without, with_plugin = paired(target, rounds)
            print(f"flake8 on {name}: {with_plugin / without:.3f} x, {(with_plugin - without) * 1000:+.0f} ms")


def paired(target: Path, rounds: int) -> tuple[float, float]:
    """CPU seconds of flake8 on a target without the plugin and with it, run in turn."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for index, blocked in enumerate((True, False)):
            seconds[index].append(flake8_seconds(target, blocked))
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def flake8_seconds(target: Path, without_plugin: bool) -> float:
    """CPU seconds of one flake8 process; without the plugin its entry point is hidden from flake8."""
    hide = (
        "import importlib.metadata as m; real = m.distributions; m.distributions = lambda *a, **k: "
        "(d for d in real(*a, **k) if d.metadata['name'] != 'flake8-training-phase');"
    )
    code = (
        f"{hide if without_plugin else ''}import sys; sys.argv = ['flake8', '--isolated', '-j1', '--exit-zero', "
        f"{str(target)!r}]; from flake8.main.cli import main; main(); import resource; "
        "used = resource.getrusage(resource.RUSAGE_SELF); print(used.ru_utime + used.ru_stime, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stderr.split()[-1])


def cpu(work: Callable[[], object], rounds: int) -> float:
    """The median CPU seconds of some work."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
