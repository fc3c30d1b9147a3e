"""What checking costs, as ratios from one run: `python -m tests.benchmarks.speed FOLDER …`.

Give it folders of Keras code, for example unpacked packages of the corpora that docs/contributing.md names; the first
one is also checked by torchfix and flake8-async, if these are installed. Every figure is CPU time, the median of
several rounds; what is compared runs in turn, each in a process of its own. Nothing here asserts: machines differ.
`--plot FILE` draws how the time grows with the lines, and needs matplotlib.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

import libcst

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.sources.documents import open_document
from flake8_training_phase.sources.gate import may_hold_findings
from flake8_training_phase.sources.text import SourceText

Texts = list[tuple[str, SourceText]]

OURS = "flake8-training-phase"
OTHERS = ("torchfix", "flake8-async")
"""Plugins of flake8 that parse with libcst."""
FILES_WITHOUT_KERAS = 1000
SIZES = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
"""Lines of the files whose time is drawn."""


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw time over lines to this SVG file")
    parser.add_argument("--side", choices=SIDES, help="do one of the things that are compared, and print its seconds")
    options = parser.parse_args()
    if options.side is not None:
        print(cpu(partial(SIDES[options.side], gated(options.folders)), 1))
        return
    cores = os.cpu_count()
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, medians of {options.rounds}")
    for folder in options.folders:
        report_checks(folder, options.rounds)
    report_memory(options.folders)
    report_growth(options.rounds, options.plot)
    report_flake8(options.rounds)
    report_others(options.folders[0], options.rounds)


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


def report_checks(folder: Path, rounds: int) -> None:
    """Compare a check of a package with parsing the same files."""
    texts = gated([folder])
    lines = sum(len(source.lines) for _, source in texts)
    if not lines:
        return
    seconds: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(rounds):
        for side, found in seconds.items():
            asked = [sys.executable, "-m", "tests.benchmarks.speed", "--side", side, str(folder)]
            found.append(float(subprocess.check_output(asked)))
    medians = {side: statistics.median(found) for side, found in seconds.items()}
    print(f"{folder.name}: {len(texts)} Keras files, {lines} lines; ms per 1,000 lines:")
    for side, median in medians.items():
        ratio = median / medians["libcst"]
        print(f"  {side:20}{median / lines * 1e6:8.1f}   {ratio:5.2f} x libcst.parse_module")


def parse_concretely(texts: Texts) -> None:
    """What any tool on libcst does first."""
    for _, source in texts:
        libcst.parse_module(source.text)


def parse_abstractly(texts: Texts) -> None:
    """What Python does first."""
    for _, source in texts:
        ast.parse(source.text)


def check_all(texts: Texts, follow_imports: bool = True) -> None:
    """Check files as one run of the command does."""
    settings = Settings(follow_imports=follow_imports)
    shared = Project(follow_imports)
    for name, source in texts:
        engine.check(source, settings, name, shared, with_fixes=False)


SIDES: dict[str, Callable[[Texts], None]] = {
    "libcst": parse_concretely,
    "ast": parse_abstractly,
    "check": check_all,
    "check, no project": partial(check_all, follow_imports=False),
}
"""What is compared, each in a process of its own: a parser that shares the heap of the analysis takes longer."""


def report_memory(folders: list[Path]) -> None:
    """The most memory that one process of the command takes over each folder."""
    for folder in folders:
        command = ["-m", "flake8_training_phase", "--isolated", "--no-cache", "-j1", "--check", str(folder)]
        print(f"{folder.name}: {python(*command)[1]} MB at most, with -j1")


def report_growth(rounds: int, plot: Path | None) -> None:
    """The time for one file of more and more classes, which has to grow as the lines do."""
    block = (
        "class Block{}(keras.layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
        "        self.dense = keras.layers.Dense(8)\n        self.drop = keras.layers.Dropout(0.5)\n\n"
        "    def call(self, x, training=None):\n        return self.drop(self.dense(x), training=training)\n\n\n"
    )
    seconds = []
    for size in SIZES:
        blocks = (block.format(number) for number in range(size // block.count("\n")))
        source = SourceText("import keras\n\n\n" + "".join(blocks))
        seconds.append(cpu(partial(engine.check, source, Settings(), "blocks.py"), rounds))
    for size, used in zip(SIZES, seconds, strict=True):
        print(f"one file of {size:6} lines: {used:6.2f} s, {used / size * 1e6:6.1f} ms per 1,000 lines")
    if plot is not None:
        draw(seconds, plot)


def draw(seconds: list[float], path: Path) -> None:
    """A plot of the seconds over the lines."""
    from matplotlib import pyplot  # type: ignore[import-not-found]

    figure, axes = pyplot.subplots(figsize=(5, 3))
    axes.plot([size / 1000 for size in SIZES], seconds, marker="o")
    axes.set(xlabel="thousand lines in one file", ylabel="seconds of CPU time", xlim=0, ylim=0)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def report_flake8(rounds: int) -> None:
    """Compare flake8 with and without the plugin, on files that are not Keras and on an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        tree.mkdir()
        for number, path in enumerate(files_without_keras()):
            shutil.copy(path, tree / f"module_{number}.py")
        empty = Path(folder, "empty.py")
        empty.touch()
        for name, target, times in ((f"{number + 1} files without Keras", tree, 1), ("an empty file", empty, 5)):
            without, with_plugin = in_turn([target], [(), (OURS,)], rounds * times)
            print(f"flake8 on {name}: {with_plugin / without:.3f} x, {(with_plugin - without) * 1000:+.0f} ms")


def files_without_keras() -> list[Path]:
    """Modules of the standard library, the smallest ones that have more than a few lines."""
    found = sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py"), key=lambda path: (path.stat().st_size, path))
    sized = [path for path in found if path.stat().st_size > 500 and "site-packages" not in path.parts]
    texts = ((path, path.read_bytes().decode("utf-8", "replace")) for path in sized)
    wanted = (path for path, text in texts if parses(text) and not may_hold_findings(text))
    return list(islice(wanted, FILES_WITHOUT_KERAS))


def report_others(folder: Path, rounds: int) -> None:
    """Compare what flake8 spends for this plugin and for others, on the same files of a package."""
    installed = [name for name in OTHERS if is_installed(name)]
    print("".join(f"{name} is not installed\n" for name in OTHERS if name not in installed), end="")
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary, folder.name)
        shutil.copytree(
            folder, copy, ignore=lambda at, names: [one for one in names if "." in one and one[-3:] != ".py"]
        )
        texts = gated([copy])
        for name, _ in texts:
            with Path(name).open("a", encoding="utf-8") as file:
                file.write("# torch\n")  # torchfix parses no file without this word.
        lines = sum(len(source.lines) for _, source in texts)
        targets = [Path(name) for name, _ in texts]
        without, *with_one = in_turn(targets, [(), *((name,) for name in (OURS, *installed))], rounds)
    for name, seconds in zip((OURS, *installed), with_one, strict=True):
        spent, ratio = (seconds - without) / lines * 1e6, (seconds - without) / (with_one[0] - without)
        print(f"{name} in flake8 on {len(targets)} files, {lines} lines: {spent:.1f} ms per 1,000 lines, {ratio:.1f} x")


def is_installed(name: str) -> bool:
    """Whether a distribution can be had."""
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def in_turn(targets: list[Path], plugins: list[tuple[str, ...]], rounds: int) -> list[float]:
    """CPU seconds of flake8 on files with each of several sets of plugins, run in turn."""
    for wanted in plugins:
        flake8_seconds(targets[:1], wanted)  # The first run of a plugin writes its bytecode.
    seconds: list[list[float]] = [[] for _ in plugins]
    for _ in range(rounds):
        for index, wanted in enumerate(plugins):
            seconds[index].append(flake8_seconds(targets, wanted))
    return [statistics.median(one) for one in seconds]


def flake8_seconds(targets: list[Path], plugins: tuple[str, ...]) -> float:
    """CPU seconds of one flake8 process; the plugins that are not wanted are hidden from it."""
    hidden = {OURS, *OTHERS} - {*plugins}
    code = (
        "import importlib.metadata as m, sys; real = m.distributions; m.distributions = lambda *a, **k: "
        f"(d for d in real(*a, **k) if d.metadata['name'].lower() not in {hidden!r}); "
        "from flake8.main.cli import main; main(['--isolated', '-j1', '--exit-zero', *sys.argv[1:]])"
    )
    options = ["--training-phase-no-cache"] if OURS in plugins else []  # The others keep nothing.
    return python("-c", code, *options, *map(str, targets))[0]


def python(*arguments: str) -> tuple[float, int]:
    """Run Python; gives the CPU seconds it took, and the megabytes it had at most."""
    # An installed package has bytecode; where writing it is turned off, ours would be compiled at every start.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env=environment)
    _, _, used = os.wait4(process.pid, 0)
    megabytes = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    return used.ru_utime + used.ru_stime, round(megabytes)


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
