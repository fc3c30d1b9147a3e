"""What files came to is kept: used again when nothing has changed, worked out anew when something has."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_training_phase.results import FileResult
from flake8_training_phase.runs import cache, parallel
from flake8_training_phase.runs.assignment import Assignment, File
from flake8_training_phase.runs.examine import examine, examined_soon
from tests.helpers import FORGETFUL, MODEL, UNRELATED, Result, flake8, run
from tests.test_parallel import BLOCK, USES_BLOCK

Fix = Callable[..., Result]

OLD = 10
"""Seconds: the age of the files here, older than a file that may be written again without its time showing it."""


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are examined, not remembered; each look at it empties it."""
    names: list[str] = []

    def watched(file: File, assignment: Assignment) -> FileResult:
        names.append(file[0].name)
        return examine(file, assignment)

    def watched_soon(file: File, assignment: Assignment) -> FileResult | None:
        result = examined_soon(file, assignment)
        names.extend([file[0].name] if result is not None else [])
        return result

    monkeypatch.setattr(parallel, "examine", watched)
    monkeypatch.setattr(parallel, "examined_soon", watched_soon)
    return names


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    for name, text in (
        ("__init__.py", ""),
        ("block.py", BLOCK),
        ("model.py", USES_BLOCK),
        ("other.py", FORGETFUL),
        ("unrelated.py", UNRELATED),
    ):
        write(folder / name, text)
    return folder


def write(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(path.stat().st_mtime_ns - OLD * 10**9,) * 2)


def again(examined: list[str], fix: Fix, *options: str) -> tuple[list[str], Result]:
    """The files that one more run examines, and what it says."""
    examined.clear()
    done = fix("--check", *options, ".")
    return sorted(examined), done


def test_a_second_run_examines_nothing(package: Path, examined: list[str], fix: Fix) -> None:
    names, first = again(examined, fix)
    assert names == ["__init__.py", "block.py", "model.py", "other.py", "unrelated.py"]
    assert again(examined, fix) == ([], first)
    assert again(examined, fix, "--output-format", "json")[0] == []


SLOW_TO_LOAD = ("flake8_training_phase.engine", "libcst", "flake8", "pathspec", "multiprocessing", "difflib")


def test_a_second_run_loads_nothing_but_what_it_needs(package: Path) -> None:
    """What a run over unchanged files takes is its start."""
    script = f"""
import sys
from flake8_training_phase.cli import main
main(["--check", "."])
print([name for name in {SLOW_TO_LOAD!r} if name in sys.modules])
"""
    run_script = [sys.executable, "-c", script]
    first, second = (
        subprocess.run(run_script, cwd=package, capture_output=True, check=True, text=True).stdout.splitlines()
        for _ in range(2)
    )
    assert "engine" in first[-1]
    assert second == [*first[:-1], "[]"]


def test_what_has_changed_is_examined_with_what_depends_on_it(package: Path, examined: list[str], fix: Fix) -> None:
    again(examined, fix)
    write(package / "block.py", BLOCK.replace("Dropout(0.5)", "Dense(5)"))
    names, done = again(examined, fix)
    assert names == ["block.py", "model.py"]
    assert "model.py" not in done.out
    write(package / "unrelated.py", UNRELATED + "\n")
    assert again(examined, fix)[0] == ["unrelated.py"]


def test_another_time_is_not_another_content(package: Path, examined: list[str], fix: Fix) -> None:
    again(examined, fix)
    for path in package.iterdir():
        os.utime(path)
    assert again(examined, fix)[0] == []


def test_the_same_size_in_the_same_moment_is_seen(package: Path, examined: list[str], fix: Fix) -> None:
    path = package / "other.py"
    path.write_text(FORGETFUL)  # Just now: its time alone says nothing.
    moment = path.stat().st_mtime_ns
    again(examined, fix)
    path.write_text(FORGETFUL.replace("0.5", "0.0"))
    os.utime(path, ns=(moment, moment))
    names, done = again(examined, fix)
    assert names == ["model.py", "other.py"]  # Who makes the model of `model.py` may stand in any file around it.
    assert "other.py" not in done.out


@pytest.mark.parametrize("name", ["block/__init__.py", "layers.py"])
def test_a_file_that_was_looked_for_in_vain_and_now_exists(
    name: str, package: Path, examined: list[str], fix: Fix
) -> None:
    write(package / "model.py", USES_BLOCK.replace(".block", f".{name.partition('/')[0].removesuffix('.py')}"))
    again(examined, fix)
    (package / name).parent.mkdir(exist_ok=True)
    write(package / name, "class Block: ...\n")
    assert "model.py" in again(examined, fix)[0]


def test_a_file_that_is_gone(package: Path, examined: list[str], fix: Fix) -> None:
    again(examined, fix)
    (package / "block.py").unlink()
    assert again(examined, fix)[0] == ["model.py"]


def test_other_settings_and_another_version(
    package: Path, examined: list[str], fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(examined, fix)
    assert len(again(examined, fix, "--keras-versions", "2")[0]) == 5
    assert again(examined, fix)[0] == []
    cache.key_of.cache_clear()
    monkeypatch.setattr(cache, "__version__", "0.0.1")
    assert len(again(examined, fix)[0]) == 5
    cache.key_of.cache_clear()


def test_fixing_after_checking(package: Path, examined: list[str], fix: Fix) -> None:
    again(examined, fix)
    examined.clear()
    assert fix(".").lines == ["5 files checked, 4 findings fixed, 0 left"]
    assert set(examined) == {"block.py", "model.py", "other.py"}
    assert again(examined, fix)[1].lines == ["All checks passed (5 files checked)"]


def test_no_cache_and_another_folder(package: Path, examined: list[str], fix: Fix, cache_folder: Path) -> None:
    assert len(again(examined, fix, "--no-cache")[0]) == 5
    assert not list(cache_folder.iterdir())
    assert len(again(examined, fix, "--cache-dir", "kept")[0]) == 5
    assert again(examined, fix, "--cache-dir", "kept")[0] == []
    assert not list(cache_folder.iterdir())


def test_a_cache_that_is_no_database(package: Path, examined: list[str], fix: Fix, cache_folder: Path) -> None:
    (cache_folder / "results.sqlite3").write_bytes(b"nonsense" * 1000)
    names, first = again(examined, fix)
    assert (len(names), first.err) == (5, "")
    assert again(examined, fix) == ([], first)


ODD_ENTRIES = (
    *("", "[]", "{", "[" * 100_000, "null", '{"findings": [[1]], "lookups": {}}', '{"lookups": {}}'),
    *('{"findings": [], "lookups": []}', '{"findings": 5, "lookups": {}}', '{"findings": [5], "lookups": {}}'),
    '{"findings": [["KTP101", "x", "y", "bug", [3], "a", 9, 9, 9, null]], "lookups": {}}',
    '{"findings": [["KTP101", "x", 5, "bug", [3], 1, 2, 3, 4, null]], "lookups": {}}',
    '{"findings": [["KTP101", "x", "y", "bug", [3], 1, 2, 3, 4, ["m", "safe", [[1]]]]], "lookups": {}}',
    '{"findings": [["KTP101", "x", "y", "bug", [3], 1, 2, 3, 4, ["m", "safe"]]], "lookups": {}}',
)


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE results (a)",
        "CREATE TABLE contents (path BLOB, time INTEGER)",
        "CREATE VIEW results AS SELECT 1 path, 2 settings, 3 digest, 4 result, 5 made",
        "CREATE TABLE results (path BLOB, settings TEXT, digest TEXT, result TEXT, made INTEGER)",
    ],
)
def test_a_database_with_other_tables_is_replaced(
    table: str, package: Path, examined: list[str], fix: Fix, cache_folder: Path
) -> None:
    cache_folder.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(cache_folder / "results.sqlite3")) as database, database:
        database.execute(table)
    assert again(examined, fix)[0]
    assert again(examined, fix)[0] == []


@pytest.mark.parametrize("text", ODD_ENTRIES)
def test_an_entry_that_means_nothing(
    text: str, package: Path, examined: list[str], fix: Fix, cache_folder: Path
) -> None:
    first = again(examined, fix)[1]
    with sqlite3.connect(cache_folder / "results.sqlite3") as database:
        database.execute("UPDATE results SET result = ?", (text,))
    assert again(examined, fix)[1] == first


ODD_FINDINGS: dict[str, Callable[[list[Any]], None]] = {
    "no_such_code": lambda finding: finding.__setitem__(0, "KTP999"),
    "another_message": lambda finding: finding.__setitem__(2, "All is well"),
    "out_of_the_file": lambda finding: finding.__setitem__(5, 99_999),
    "before_the_file": lambda finding: finding.__setitem__(5, -1),
    "no_number": lambda finding: finding.__setitem__(5, "1"),
    "one_field_more": lambda finding: finding.append(None),
}


@pytest.mark.parametrize("change", ODD_FINDINGS.values(), ids=ODD_FINDINGS)
def test_a_finding_that_was_changed(
    change: Callable[[list[Any]], None], package: Path, examined: list[str], fix: Fix, cache_folder: Path
) -> None:
    first = again(examined, fix)[1]
    with sqlite3.connect(cache_folder / "results.sqlite3") as database:
        for path, text in database.execute("SELECT path, result FROM results").fetchall():
            kept = json.loads(text)
            for finding in kept["findings"]:
                change(finding)
            database.execute("UPDATE results SET result = ? WHERE path = ?", (json.dumps(kept), path))
    names, second = again(examined, fix)
    assert names
    assert second == first


def test_the_row_of_another_file(package: Path, examined: list[str], fix: Fix, cache_folder: Path) -> None:
    names, first = again(examined, fix)
    with sqlite3.connect(cache_folder / "results.sqlite3") as database:
        rows = database.execute("SELECT path, digest, result FROM results").fetchall()
        for (path, *_), other in zip(rows, (*rows[1:], rows[0]), strict=True):
            database.execute("UPDATE results SET digest = ?, result = ? WHERE path = ?", (*other[1:], path))
    assert again(examined, fix) == (names, first)


def test_a_cache_that_cannot_be_made(package: Path, examined: list[str], fix: Fix, cache_folder: Path) -> None:
    (cache_folder / "file").write_text("")
    assert again(examined, fix, "--cache-dir", str(cache_folder / "file"))[1].err == ""


def test_old_entries_go(package: Path, examined: list[str], fix: Fix, cache_folder: Path) -> None:
    again(examined, fix)
    with sqlite3.connect(cache_folder / "results.sqlite3") as database:
        database.execute("UPDATE results SET made = ?", (int(time.time()) - 31 * 86_400,))
    (package / "unrelated.py").unlink()
    assert len(again(examined, fix)[0]) == 4
    with sqlite3.connect(cache_folder / "results.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM results").fetchone() == (4,)


def test_runs_at_the_same_time(package: Path, cache_folder: Path) -> None:
    command = [sys.executable, "-m", "flake8_training_phase", "--check", "."]
    alone = run(*command[2:], "--no-cache", ".", cwd=package)
    several = [
        subprocess.Popen(command, cwd=package, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert {process.communicate() for process in several} == {(alone.out, "")}
    assert run(*command[2:], cwd=package).out == alone.out


def test_a_name_that_is_no_text_is_kept_too(tmp_path: Path, examined: list[str], fix: Fix) -> None:
    try:
        write(tmp_path / os.fsdecode(b"caf\xe9.py"), MODEL)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    again(examined, fix)
    assert again(examined, fix)[0] == []


FORBIDDEN = "import sys\nsys.modules['flake8_training_phase.engine'] = None\n"
"""Lets every analysis in a process fail."""


def test_flake8_remembers_too(package: Path, cache_folder: Path) -> None:
    first = flake8(".", cwd=package)
    assert [line.split(":")[0] for line in first.lines] == ["./block.py", "./model.py", "./other.py"]
    code = f"{FORBIDDEN}from flake8.main.cli import main\nraise SystemExit(main())"
    command = [sys.executable, "-c", code, "--isolated", "-j1", "--select", "KTP"]
    again = subprocess.run([*command, "."], cwd=package, capture_output=True, text=True, check=False)
    assert (again.stdout, again.stderr) == (first.out, "")
    off = subprocess.run(
        [*command, "--training-phase-no-cache", "."], cwd=package, capture_output=True, text=True, check=False
    )
    assert "flake8_training_phase.engine" in off.stderr


def test_flake8_sees_a_change_in_another_file(package: Path) -> None:
    flake8(".", cwd=package)
    write(package / "block.py", BLOCK.replace("Dropout(0.5)", "Dense(5)"))
    assert [line.split(":")[0] for line in flake8(".", cwd=package).lines] == ["./other.py"]
    text = FORGETFUL.replace("self.drop(x)", "self.drop(x), self.drop(x)").encode()
    shown = flake8("--stdin-display-name", "other.py", "-", cwd=package, stdin=text)
    assert len(shown.lines) == 2
