"""Examines files here or in the workers of an executor."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import Assignment, File
from flake8_training_phase.runs.collecting import seldom_collected
from flake8_training_phase.runs.examine import examine, examined_soon

if TYPE_CHECKING:  # A run over a few files starts no processes, and loading what does takes as long as checking one.
    from concurrent.futures import Executor

SMALL_RUN = 400_000
"""Bytes of code up to which starting processes takes longer than they save."""
SIZE_OF_NOTHING = 2_000
"""Bytes of code that take as long as what every file takes, however small it is."""
BATCHES_PER_WORKER = 8
"""Into how many parts the work of a worker is cut, so that all end at about the same time."""


class Pool:
    """Examines files in so many workers: those of an executor, else processes of its own, or this one."""

    def __init__(self, workers: int, executor: Executor | None, on_done: Callable[[int], None]) -> None:
        self._workers = workers
        self._executor = executor
        self._on_done = on_done

    def examine(self, files: Sequence[File], wanted: Sequence[int], assignment: Assignment) -> dict[int, FileResult]:
        """The results of the wanted ones of some files, by index."""
        if self._executor is not None:
            return self._in_executor(self._executor, files, _batches(_sizes(files, wanted), self._workers), assignment)
        if self._workers == 1 or len(wanted) == 1:
            return self._here(files, wanted, assignment)
        # Most files hold nothing to analyse: to see that takes less than to hand them to another process.
        found = {index: result for index in wanted if (result := examined_soon(files[index], assignment)) is not None}
        self._on_done(len(found))
        left = [index for index in wanted if index not in found]
        sizes = _sizes(files, left)
        if len(left) < 2 or sum(sizes.values()) <= SMALL_RUN:
            return found | self._here(files, left, assignment)
        _load_analysis()
        from concurrent.futures import ProcessPoolExecutor

        executor = ProcessPoolExecutor(min(self._workers, len(left)), initializer=_end_with_the_run)
        try:
            return found | self._in_executor(executor, files, _batches(sizes, self._workers), assignment)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)

    def _here(self, files: Sequence[File], wanted: Sequence[int], assignment: Assignment) -> dict[int, FileResult]:
        found = {}
        for index, result in zip(wanted, _examined((files[one] for one in wanted), assignment), strict=True):
            found[index] = result
            self._on_done(1)
        return found

    def _in_executor(
        self, executor: Executor, files: Sequence[File], batches: Sequence[list[int]], assignment: Assignment
    ) -> dict[int, FileResult]:
        from concurrent.futures import BrokenExecutor, as_completed

        found: dict[int, FileResult] = {}
        futures = {
            executor.submit(_examined_by_worker, [files[index] for index in batch], assignment): batch
            for batch in batches
        }
        for future in as_completed(futures):
            batch = futures[future]
            try:
                found.update(zip(batch, future.result(), strict=True))
            except BrokenExecutor:
                found.update((index, _alone(files[index], assignment)) for index in batch)
            self._on_done(len(batch))
        return found


def _examined(files: Iterable[File], assignment: Assignment) -> Iterator[FileResult]:
    with seldom_collected() as collect:
        for file in files:
            yield examine(file, assignment)
            collect()


def _examined_by_worker(files: Sequence[File], assignment: Assignment) -> list[FileResult]:
    return list(_examined(files, assignment))


def _alone(file: File, assignment: Assignment) -> FileResult:
    """A file in a process of its own, because one like it has ended the process it was examined in."""
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    with ProcessPoolExecutor(1, initializer=_end_with_the_run) as executor:
        try:
            return executor.submit(_examined_by_worker, [file], assignment).result()[0]
        except BrokenExecutor:
            return FileResult(file[0], error="cannot be analysed: the process that tried was ended")


def _load_analysis() -> None:
    """Load what every process is going to need: where they are copies of this one, once for all of them."""
    from flake8_training_phase.fixes import render  # noqa: F401
    from flake8_training_phase.rules import all_rules
    from flake8_training_phase.runs import analyse  # noqa: F401

    all_rules()


def _end_with_the_run() -> None:
    # Ctrl-C reaches all processes of the terminal: workers end silently, the run itself prints the message.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _batches(sizes: dict[int, int], workers: int) -> list[list[int]]:
    """The files in parts of about the same size, the largest file first."""
    goal = sum(sizes.values()) / (workers * BATCHES_PER_WORKER)
    return list(_filled(sorted(sizes, key=lambda index: (-sizes[index], index)), sizes, goal))


def _filled(order: list[int], sizes: dict[int, int], goal: float) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for index in order:
        batch.append(index)
        size += sizes[index]
        if size >= goal:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _sizes(files: Sequence[File], wanted: Sequence[int]) -> dict[int, int]:
    return {index: _size(files[index][0]) + SIZE_OF_NOTHING for index in wanted}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
