"""One run over files: examine them, then those that fixes in other files have given more to do, then write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flake8_training_phase.adoption.baseline import EMPTY, Baseline
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.assignment import File, Fixes, new_assignment
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.sources.document import Document

MAX_ROUNDS = 10
"""Rounds over the files, of which each may bring to light what the fixes of another have made fixable."""


def results_of(
    chosen: Sequence[File], fixes: Fixes, examiner: Examiner, baseline: Baseline = EMPTY, explains: bool = False
) -> list[FileResult]:
    """The results of files, in their order, with what is unknown in them if it is to be explained. Fixes are made in
    memory only, and none of what `baseline` holds.
    """
    results = examiner.examine(chosen, new_assignment(fixes, baseline=baseline, explains=explains))
    moved = [result for result in results if result.changed]
    for _ in range(MAX_ROUNDS):
        paths = {str(result.path.absolute()): result.path for result in moved}
        waiting = [index for index, result in enumerate(results) if not result.lookups.isdisjoint(paths)]
        if not waiting:
            break
        assignment = new_assignment(fixes, _texts(results), baseline, explains)
        again = examiner.examine([chosen[index] for index in waiting], assignment)
        for index, result in zip(waiting, again, strict=True):
            causes = tuple(path for name, path in paths.items() if name in results[index].lookups)
            results[index] = _joined(results[index], result, causes)
        moved = [result for result in again if result.changed]
    else:
        _say_unfinished(results, chosen, moved)
    return results


def _say_unfinished(results: list[FileResult], chosen: Sequence[File], moved: Sequence[FileResult]) -> None:
    """Say of files that they may hold more to fix: those that look at what the last round has changed."""
    from flake8_training_phase.runs.analyse import with_unfinished

    paths = {str(result.path.absolute()) for result in moved}
    for index, (_, settings) in enumerate(chosen):
        if not results[index].lookups.isdisjoint(paths):
            results[index] = with_unfinished(results[index], settings, MAX_ROUNDS)


def written(results: Iterable[FileResult], chosen: Sequence[File], given: Sequence[Path]) -> Iterator[FileResult]:
    """Write the files that fixes have changed, below the paths given; gives the results as they then are."""
    for result, file in zip(results, chosen, strict=True):
        error = write(result, given)
        yield result if error is None else replace(_unfixed(file), error=error)


def write(result: FileResult, given: Sequence[Path]) -> str | None:
    """Write a file that was changed, below the paths given; gives what went wrong."""
    if not result.changed:
        return None
    from flake8_training_phase.sources import files

    try:
        if files.leads_out(result.path, given):
            return "not written: it is a link that leads out of what was given"
        files.write(result.path, result.after.to_bytes(), result.before.to_bytes())
    except OSError as error:
        return f"cannot be written: {error.strerror or error}"
    except UnicodeEncodeError as error:
        return f"cannot be written: {error}"
    return None


def _texts(results: Iterable[FileResult]) -> dict[Path, Document]:
    """The files that fixes have changed, as they are now, by absolute path."""
    return {result.path.absolute(): result.after for result in results if result.changed}


def _joined(earlier: FileResult, later: FileResult, causes: tuple[Path, ...]) -> FileResult:
    """The result of a file that was examined once more because others have changed."""
    if not earlier.changed:
        return replace(later, because_of=causes) if later.changed else later
    after = later.after if later.changed else earlier.after
    made = earlier.made + later.made
    return replace(later, before=earlier.before, after=after, made=made, because_of=earlier.because_of)


def _unfixed(file: File) -> FileResult:
    [result] = Examiner().examine([file], new_assignment(Fixes.NONE))
    return result
