"""Files examined in several processes, or in an executor that is handed in, come to the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs import examine, parallel
from flake8_training_phase.runs.assignment import Assignment, File, Fixes
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.runs.session import results_of
from tests.helpers import FIXED_MODEL, FORGETFUL, HEAD, MODEL, UNRELATED, Result

BLOCK = MODEL.replace("Model", "Block", 1).replace("keras.Model", "keras.layers.Layer")
USES_BLOCK = """\
import keras

from .block import Block


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x):
        return self.block(x)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Thirty files, some of which need one another, examined in processes however small they are."""
    monkeypatch.setattr(parallel, "SMALL_RUN", 0)
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "block.py").write_text(BLOCK)
    for number in range(9):
        (folder / f"m{number}.py").write_text(MODEL + "\n" * number)
        (folder / f"u{number}.py").write_text(USES_BLOCK)
        (folder / f"x{number}.py").write_text(UNRELATED)
    (folder / "broken.py").write_text("def call(:\nimport keras\n")
    return folder


@pytest.mark.parametrize(
    "options",
    [["--check"], ["--diff"], ["--diff", "--unsafe-fixes"], ["--check", "--output-format", "json"]],
    ids=["check", "diff", "unsafe", "json"],
)
def test_the_same_bytes_for_any_number_of_jobs(options: list[str], package: Path, fix: Callable[..., Result]) -> None:
    shown = {jobs: fix(*options, "--no-cache", "-j", jobs, ".") for jobs in (1, 2, 3)}
    assert shown[1] == shown[2] == shown[3]
    assert "block.py" in shown[1].out


def test_fixes_in_processes(package: Path, fix: Callable[..., Result]) -> None:
    done = fix("-j2", ".")
    assert done.lines[-1] == "30 files checked, 28 findings fixed, 1 left (1 without a fix)"
    assert (package / "m0.py").read_text() == FIXED_MODEL
    assert "self.block(x, training=training)" in (package / "u8.py").read_text()


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_wrong_number_of_jobs(jobs: str, fix: Callable[..., Result]) -> None:
    done = fix(f"--jobs={jobs}")
    assert done.code == 2
    assert f"must be a number from 1, or auto, not `{jobs}`" in done.err


def files_in(folder: Path) -> list[File]:
    return [(path, Settings()) for path in sorted(folder.iterdir())]


def test_an_executor_of_the_callers(package: Path) -> None:
    here = results_of(files_in(package), Fixes.SAFE, Examiner())
    with ThreadPoolExecutor(2) as executor:
        there = results_of(files_in(package), Fixes.SAFE, Examiner(executor=executor))
    assert [shown(result) for result in there] == [shown(result) for result in here]


def test_a_dask_cluster(package: Path) -> None:
    distributed = pytest.importorskip("distributed")
    here = results_of(files_in(package), Fixes.SAFE, Examiner())
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        there = results_of(files_in(package), Fixes.SAFE, Examiner(executor=executor))
    assert [shown(result) for result in there] == [shown(result) for result in here]


def shown(result: FileResult) -> object:
    text = result.after.source.text if result.after is not None else None
    return result.path, result.findings, result.made, text, result.error


def deadly(file: File, assignment: Assignment) -> FileResult:
    """Examines a file, and dies of one."""
    if file[0].name == "m3.py":
        os._exit(9)
    return examine.examine(file, assignment)


def test_a_file_that_ends_the_process(
    package: Path, fix: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fix("--check", "--no-cache", "-j1", ".")
    monkeypatch.setattr(parallel, "examine", deadly)
    done = fix("--check", "--no-cache", "-j2", ".")
    assert done.code == 2
    assert done.err == "package/m3.py: cannot be analysed: the process that tried was ended\n"
    assert len(done.lines) == len(whole.lines) - 6  # A finding with its excerpt, the other place, and its fix.
    assert done.lines[-1].endswith("(18 with a safe fix, 1 without a fix), 1 error")


SLOW = """
import sys, time
from pathlib import Path

from flake8_training_phase import cli
from flake8_training_phase.runs import examine, parallel


def slow(file, assignment):
    Path("begun").touch()
    time.sleep(0.3)
    return examine.examine(file, assignment)


parallel.examine = slow
sys.exit(cli.main())
"""
"""The command, where each file takes its time, and says that it is begun."""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupted(jobs: int, tmp_path: Path) -> None:
    methods = "".join(f"\n    def part{n}(self, x):\n        return self.drop(x)\n" for n in range(150))
    for number in range(90):
        (tmp_path / f"m{number}.py").write_text(
            f"{HEAD}    def call(self, x):\n        return self.part1(x)\n{methods}"
        )
    before = {path: path.read_text() for path in tmp_path.iterdir()}
    begun = tmp_path / "begun"
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "--no-cache", "-j", str(jobs), "."],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # What is started in the background ignores the signal, and so does what that starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not begun.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "training-phase-fix: interrupted\n")
    begun.unlink()
    assert {path: path.read_text() for path in tmp_path.iterdir()} == before


def test_nothing_is_written_twice(package: Path, fix: Callable[..., Result]) -> None:
    fix("-j2", ".")
    before = {path: path.stat().st_mtime_ns for path in package.iterdir()}
    assert fix("-j2", ".").lines[-1] == "30 files checked, 0 findings fixed, 1 left (1 without a fix)"
    assert {path: path.stat().st_mtime_ns for path in package.iterdir()} == before
    (package / "m0.py").write_text(FORGETFUL)
    assert fix("-j2", ".").lines[-1] == "30 files checked, 1 finding fixed, 1 left (1 without a fix)"
