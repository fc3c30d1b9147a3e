"""Says what Keras does with the code of an example, by running it in a process per generation of Keras."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.rule_examples import Proof

ROOT = Path(__file__).parents[2]
SECONDS_PER_JOB = 180


@dataclass(frozen=True, slots=True)
class Measurement:
    """The cell (`"train train infer infer infer"`), and the tracebacks after every `raises` in it."""

    words: str
    notes: tuple[str, ...]


class Worker:
    """A running `tests.runtime.worker`, in this Python or another one."""

    def __init__(
        self,
        keras: int,
        python: str = sys.executable,
        imported_from: Sequence[Path] = (),
        patience: int = SECONDS_PER_JOB,
    ) -> None:
        self._patience = patience
        # The descriptor belongs to the process as long as it runs.
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        # TensorFlow writes a file for each function that it converts, and leaves them there when it is killed.
        self._written = tempfile.TemporaryDirectory(prefix="training-phase-")
        paths = os.pathsep.join([*map(str, imported_from), str(ROOT), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [python, "-m", "tests.runtime.worker", str(keras)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": paths, "TMPDIR": self._written.name},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
        )
        atexit.register(self.stop)

    def ask(self, kind: str, **job: object) -> dict[str, Any]:
        """Send one job and wait for its answer. Raises RuntimeError when there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        patience = threading.Timer(self._patience, self._process.kill)
        patience.start()
        try:
            self._process.stdin.write(json.dumps({"kind": kind, **job}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        finally:
            patience.cancel()
        if not line:
            self._log.seek(0)
            raise RuntimeError(f"the worker has died or hung:\n{self._log.read()[-4000:]}")
        answer: dict[str, Any] = json.loads(line)
        if "problem" in answer:
            raise RuntimeError(f"cannot {kind}: {answer['problem']}")
        return answer

    def words(self, kind: str, source: str, proof: Proof) -> Measurement:
        """The behaviour of an example (`measure`), or what the tracer sees of it (`trace`). Raises RuntimeError when
        it cannot be told at all.
        """
        answer = self.ask(kind, source=source, build=proof.build, layer=proof.layer, shape=proof.shape)
        return Measurement(" ".join(answer["words"]), tuple(answer["notes"]))

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._log.close()
        self._written.cleanup()
        atexit.unregister(self.stop)


@dataclass(frozen=True, slots=True)
class Case:
    """A source text, the model and layer to watch, the generation of Keras (2 or 3), and the words to expect."""

    source: str
    proof: Proof
    keras: int
    words: str

    def start(self) -> Future[Measurement]:
        """Have it measured in the background, after what was started before in the same generation."""
        return _started("measure", self.source, self.proof, self.keras)

    def start_trace(self) -> Future[Measurement]:
        """Have it traced in the background."""
        return _started("trace", self.source, self.proof, self.keras)


def measure(source: str, proof: Proof, keras: int) -> str:
    """The five words for fit, training=True, training=False, no flag and predict: `"infer train infer infer infer"`."""
    return _started("measure", source, proof, keras).result().words


def stop_workers() -> None:
    """End the processes; the next measurement starts new ones."""
    while _workers:
        worker, thread = _workers.popitem()[1]
        thread.shutdown(wait=False, cancel_futures=True)
        worker.stop()
    _started.cache_clear()


_workers: dict[int, tuple[Worker, ThreadPoolExecutor]] = {}


@cache
def _started(kind: str, source: str, proof: Proof, keras: int) -> Future[Measurement]:
    if keras not in _workers:
        _workers[keras] = Worker(keras), ThreadPoolExecutor(max_workers=1)
    worker, thread = _workers[keras]
    return thread.submit(worker.words, kind, source, proof)
