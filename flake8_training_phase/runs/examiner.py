"""Examines many files: what is known from an earlier run at once, and only the others with the analysis."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import Assignment, File
from flake8_training_phase.runs.cache import Cache
from flake8_training_phase.runs.memory import Memory

if TYPE_CHECKING:
    from concurrent.futures import Executor

OnDone = Callable[[int], None]
"""Called with the number of files that were done since."""


def available_cores() -> int:
    """How many processes can run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Examiner:
    """Examines files, in this process, in processes of its own or in an executor that it is given."""

    def __init__(
        self,
        jobs: int = 1,
        executor: Executor | None = None,
        cache: Cache | None = None,
        on_done: OnDone = lambda count: None,
    ) -> None:
        self._jobs = jobs
        self._executor = executor
        self._cache = cache
        self._on_done = on_done

    def examine(self, files: Sequence[File], assignment: Assignment) -> list[FileResult]:
        """The results of files, in the same order, whoever has worked them out."""
        is_new = assignment.overlay or assignment.explains  # What is unknown is not kept.
        memory = None if is_new or self._cache is None else Memory(self._cache, files)
        known = memory.results(assignment.fixes) if memory is not None else {}
        self._on_done(len(known))
        wanted = [index for index in range(len(files)) if index not in known]
        new = self._examined(files, wanted, assignment) if wanted else {}
        if memory is not None:
            memory.keep(new)
        known |= new
        return [known[index] for index in range(len(files))]

    def _examined(self, files: Sequence[File], wanted: Sequence[int], assignment: Assignment) -> dict[int, FileResult]:
        from flake8_training_phase.runs.parallel import Pool  # The analysis, and what starts processes.

        workers = self._jobs if self._executor is None else available_cores()
        return Pool(workers, self._executor, self._on_done).examine(files, wanted, assignment)
