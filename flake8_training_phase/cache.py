"""What files came to in earlier runs, kept in the user's cache folder.

A result is used again when the file, and every file that its analysis looked for (found or not), is what it was, for
the same settings and the same version of this package. Files are compared by their content; a file whose time and
size are those of the last look is taken to have the same content. The folder can be deleted at any time, and several
runs may use it at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import stat
import sys
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flake8_training_phase import __version__
from flake8_training_phase.examine import File, Fixes
from flake8_training_phase.findings import Applicability, Edit, Finding, Fix, Position, Severity
from flake8_training_phase.results import FileResult
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources.documents import Document, nothing_of, open_document

DAYS_KEPT = 30
"""After so many days a result is forgotten, and worked out again when it is asked for."""
FRESH = 2.0
"""Seconds for which a file that was just written may be written again without its time showing it."""

CACHE_VARIABLE = "TRAINING_PHASE_CACHE_DIR"
"""The variable of the environment that names another folder."""

_MISSING, _FOLDER = "-", "/"
_TABLES = """
CREATE TABLE IF NOT EXISTS contents (path BLOB PRIMARY KEY, time INTEGER, size INTEGER, digest TEXT, made INTEGER);
CREATE TABLE IF NOT EXISTS results (path BLOB, settings TEXT, digest TEXT, result TEXT, made INTEGER,
                                    PRIMARY KEY (path, settings));
"""


def default_folder() -> Path:
    """Where results are kept when nobody says otherwise."""
    import platformdirs

    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("flake8-training-phase", appauthor=False))


class Cache:
    """The results of earlier runs. A cache that cannot be read or written is as good as none."""

    def __init__(self, folder: Path) -> None:
        self._database: sqlite3.Connection | None = None
        self._digests: dict[str, str] = {}
        self._contents: dict[str, tuple[int, int, str]] = {}
        self._looked: list[tuple[str, int, int, str]] = []
        with contextlib.suppress(OSError, sqlite3.Error):
            folder.mkdir(parents=True, exist_ok=True)
            self._database = _opened(folder / "results.sqlite3")

    def results(self, files: Sequence[File], fixes: Fixes) -> dict[int, FileResult]:
        """What is known of files, by their index: those whose findings still hold and leave no fix to make."""
        found: dict[int, FileResult] = {}
        if self._database is None or not files:
            return found
        with contextlib.suppress(sqlite3.Error, OSError, ValueError, KeyError, TypeError):
            rows = self._rows([path for path, _ in files])
            for index, (path, settings) in enumerate(files):
                digest, kept = rows.get((_absolute(path), _key(settings)), (None, ""))
                if digest is not None and self._digest(_absolute(path)) == digest:
                    result = self._result(path, json.loads(kept))
                    if result is not None and not any(_is_made(finding.fix, fixes) for finding in result.findings):
                        found[index] = result
        return found

    def keep(self, results: Iterable[tuple[File, FileResult]]) -> None:
        """Remember what files came to; those that were changed or could not be read are nothing to remember."""
        if self._database is None:
            return
        now = int(time.time())
        kept = []
        for (path, settings), result in results:
            if result.examined and not result.changed:
                lookups = {one: self._digest(one) for one in sorted(result.lookups)}
                text = json.dumps({"findings": [_packed(one) for one in result.findings], "lookups": lookups})
                kept.append((os.fsencode(_absolute(path)), _key(settings), self._digest(_absolute(path)), text, now))
        with contextlib.suppress(sqlite3.Error), self._database:
            self._database.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", kept)
            looked = [(os.fsencode(path), *rest, now) for path, *rest in self._looked]
            self._database.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?)", looked)
            for table in ("results", "contents"):
                self._database.execute(f"DELETE FROM {table} WHERE made < ?", (now - DAYS_KEPT * 86_400,))
            self._looked.clear()

    def _rows(self, paths: Sequence[Path]) -> dict[tuple[str, str], tuple[str, str]]:
        """What is kept of all files below the folder that holds the given ones."""
        assert self._database is not None
        folder = os.path.commonpath([_absolute(path) for path in paths])
        below = (os.fsencode(folder), os.fsencode(folder) + b"\xff")
        contents = self._database.execute(
            "SELECT path, time, size, digest FROM contents WHERE path BETWEEN ? AND ?", below
        )
        self._contents = {os.fsdecode(path): (changed, size, digest) for path, changed, size, digest in contents}
        results = self._database.execute(
            "SELECT path, settings, digest, result FROM results WHERE path BETWEEN ? AND ?", below
        )
        return {(os.fsdecode(path), settings): (digest, result) for path, settings, digest, result in results}

    def _result(self, path: Path, kept: dict[str, Any]) -> FileResult | None:
        lookups: dict[str, str] = kept["lookups"]
        if any(self._digest(one) != digest for one, digest in lookups.items()):
            return None
        findings = tuple(_unpacked(one) for one in kept["findings"])
        document = _document(path) if findings else None
        return FileResult(path, document, document, findings, examined=True, lookups=frozenset(lookups))

    def _digest(self, path: str) -> str:
        """What stands for the content of a file: the same digest, the same content."""
        if path not in self._digests:
            self._digests[path] = self._looked_at(path)
        return self._digests[path]

    def _looked_at(self, path: str) -> str:
        try:
            status = os.stat(path)  # noqa: PTH116 - a Path costs more than the call
        except (OSError, ValueError):
            return _MISSING
        if stat.S_ISDIR(status.st_mode):
            return _FOLDER
        changed, size, digest = self._contents.get(path, (0, -1, ""))
        if (changed, size) == (status.st_mtime_ns, status.st_size):
            return digest
        try:
            digest = hashlib.blake2b(Path(path).read_bytes(), digest_size=20).hexdigest()
        except OSError:
            return _MISSING
        if time.time() - status.st_mtime > FRESH:
            self._looked.append((path, status.st_mtime_ns, status.st_size, digest))
        return digest


def _document(path: Path) -> Document:
    try:
        return open_document(str(path), path.read_bytes())
    except SyntaxError:
        return nothing_of(str(path))


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _with_tables(path)
    except sqlite3.DatabaseError:
        # Not a database, or not one of ours: what is kept there can be worked out again.
        path.unlink()
        return _with_tables(path)


def _with_tables(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=5)
    database.execute("PRAGMA synchronous = OFF")
    database.executescript(_TABLES)
    return database


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - a Path costs more than the call


@cache
def _key(settings: Settings) -> str:
    """What stands for the settings and for this package as it is."""
    here = Path(__file__).parent
    parts = [__version__, repr(sys.version_info), repr(settings)]
    for path in sorted([*here.rglob("*.py"), *here.rglob("*.json")]):
        status = path.stat()
        parts.append(f"{path.relative_to(here)} {status.st_mtime_ns} {status.st_size}")
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=20).hexdigest()


def _is_made(fix: Fix | None, fixes: Fixes) -> bool:
    if fix is None or fixes is Fixes.NONE:
        return False
    return fixes is Fixes.ALL or fix.applicability is Applicability.SAFE


def _packed(finding: Finding) -> list[Any]:
    fix = finding.fix
    edits = [] if fix is None else [[*_pair(edit.start), *_pair(edit.end), edit.content] for edit in fix.edits]
    return [
        *(finding.code, finding.name, finding.message, finding.severity.value, list(finding.keras)),
        *(*_pair(finding.start), *_pair(finding.end)),
        None if fix is None else [fix.message, fix.applicability.value, edits],
    ]


def _unpacked(packed: list[Any]) -> Finding:
    code, name, message, severity, keras, *places, kept = packed
    fix = None
    if kept is not None:
        edits = tuple(Edit(Position(*one[0:2]), Position(*one[2:4]), one[4]) for one in kept[2])
        fix = Fix(kept[0], Applicability(kept[1]), edits)
    start, end = Position(*places[0:2]), Position(*places[2:4])
    return Finding(code, name, message, Severity(severity), tuple(keras), start, end, fix)


def _pair(position: Position) -> tuple[int, int]:
    return position.row, position.column
