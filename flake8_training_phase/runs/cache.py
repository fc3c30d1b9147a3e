"""The results of files in earlier runs, kept in the user's cache folder.

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
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from flake8_training_phase import __version__
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Applicability, Edit, Finding, Fix, Position, Related, Severity
from flake8_training_phase.sources import reading

DAYS_KEPT = 30
"""After so many days a result is forgotten, and computed again when it is needed."""
FRESH = 2.0
"""Seconds for which a file that was just written may be written again without its time showing it."""

CACHE_VARIABLE = "TRAINING_PHASE_CACHE_DIR"
"""The variable of the environment that names another folder."""

_NAMES = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
"""How names of files are written: `os.fsdecode` looks at what it is given first, which takes longer than the rest."""
_PACKAGE = str(Path(__file__).parents[1])
_MISSING, _FOLDER = "-", "/"
_ANY = (reading.ANY_MODULE, reading.ANY_LINK, reading.ANY_FOLDER)
_TABLES = {
    "contents": "path BLOB PRIMARY KEY, time INTEGER, size INTEGER, digest TEXT, made INTEGER",
    "results": "path BLOB, settings TEXT, digest TEXT, result TEXT, made INTEGER, PRIMARY KEY (path, settings)",
}


def default_folder() -> Path:
    """Where results are kept by default."""
    import platformdirs

    return Path(os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("flake8-training-phase", appauthor=False))


class Kept(NamedTuple):
    """The result of a file."""

    path: str
    key: str
    """A digest of the settings and the checker: `key_of`."""
    digest: str
    findings: tuple[Finding, ...]
    lookups: frozenset[str]
    """The absolute paths of the other files that the findings depend on, those looked for in vain included."""


class Cache:
    """The results of earlier runs. A cache that cannot be read or written is as good as none."""

    def __init__(self, folder: Path | None = None) -> None:
        """A cache in a folder, or in the usual one."""
        self._folder = folder
        self._database: sqlite3.Connection | None = None
        self._kept: dict[tuple[str, str], tuple[str, str]] = {}
        self._digests: dict[str, str] = {}
        self._contents: dict[str, tuple[int, int, str]] = {}
        self._looked: list[tuple[str, int, int, str]] = []

    def load(self, paths: Sequence[str]) -> None:
        """Read what is kept of some files, given by absolute path, and of all that are below the same folder."""
        if not paths:
            return
        with contextlib.suppress(OSError, ValueError, TypeError, sqlite3.Error):
            folder = os.fsencode(os.path.commonpath(paths))
            self._database = self._database or _opened(self._folder or default_folder())
            below = (folder, folder + b"\xff")
            contents = "SELECT path, time, size, digest FROM contents WHERE path BETWEEN ? AND ?"
            self._contents |= {
                path.decode(*_NAMES): (changed, size, str(digest))
                for path, changed, size, digest in self._database.execute(contents, below)
            }
            results = "SELECT path, settings, digest, result FROM results WHERE path BETWEEN ? AND ?"
            self._kept |= {
                (path.decode(*_NAMES), key): (seal, str(result))
                for path, key, seal, result in self._database.execute(results, below)
            }

    def kept(self, path: str, key: str, digest: str) -> Kept | None:
        """The result of a loaded file with this content; None when that is not known, or not certain any more."""
        seal, text = self._kept.get((path, key), (None, ""))
        if seal is None or seal != _seal(path, key, digest, text):
            return None
        if text == _NOTHING:
            return Kept(path, key, digest, (), frozenset())
        packed = json.loads(text)
        lookups: dict[str, str] = packed["lookups"]
        if any(self.digest(one) != known for one, known in lookups.items()):
            return None
        return Kept(path, key, digest, tuple(_unpacked(one) for one in packed["findings"]), frozenset(lookups))

    def keep(self, found: Iterable[Kept]) -> None:
        """Remember the results of files."""
        if self._database is None:
            return
        now = int(time.time())
        rows = [(*self._row(one), now) for one in found]
        looked = [(os.fsencode(path), *rest, now) for path, *rest in self._looked]
        with contextlib.suppress(sqlite3.Error), self._database:
            self._database.executemany("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?)", rows)
            self._database.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?)", looked)
            self._looked.clear()

    def _row(self, kept: Kept) -> tuple[bytes, str, str, str]:
        lookups = {path: self.digest(path) for path in sorted(kept.lookups)}
        text = _json([_packed(one) for one in kept.findings], lookups)
        return os.fsencode(kept.path), kept.key, _seal(kept.path, kept.key, kept.digest, text), text

    def digest(self, path: str) -> str:
        """A digest of the content of a file."""
        if path not in self._digests:
            self._digests[path] = self._looked_at(path)
        return self._digests[path]

    def _looked_at(self, path: str) -> str:
        folder, _, name = path.rpartition(os.sep)
        if name in _ANY:
            return _files_in(folder, name[1:])
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
            digest = hashlib.blake2b(reading.read(path, reading.MAX_NOTEBOOK), digest_size=20).hexdigest()
        except OSError:
            return _MISSING
        if time.time() - status.st_mtime > FRESH:
            self._looked.append((path, status.st_mtime_ns, status.st_size, digest))
        return digest


def _files_in(folder: str, suffix: str) -> str:
    """What stands for which files with a suffix there are in a folder."""
    try:
        return "/".join(sorted(one.name for one in Path(folder).iterdir() if one.suffix == suffix))
    except OSError:
        return _MISSING


def _json(findings: list[Any], lookups: dict[str, str]) -> str:
    return json.dumps({"findings": findings, "lookups": lookups})


_NOTHING = _json([], {})
"""The result of most files."""


def _opened(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.sqlite3"
    try:
        return _with_tables(path)
    except sqlite3.OperationalError:
        raise  # Another process is using it.
    except sqlite3.DatabaseError:
        # Not a database, or not one of ours: what is kept there can be worked out again.
        path.unlink()
        return _with_tables(path)


def _with_tables(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=5)
    try:
        database.execute("PRAGMA synchronous = OFF")
        _make_tables(database)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _make_tables(database: sqlite3.Connection) -> None:
    """Make what is not there, and forget what is old. Raises _NotOurs."""
    with database:
        for table, columns in _TABLES.items():
            database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
            [said] = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,))
            if said != (f"CREATE TABLE {table} ({columns})",):
                raise _NotOurs
            database.execute(f"DELETE FROM {table} WHERE made < ?", (int(time.time()) - DAYS_KEPT * 86_400,))


class _NotOurs(sqlite3.DatabaseError):
    """The tables of a database are not as ours are."""


def digest_of(text: str) -> str:
    """A digest of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def _seal(path: str, key: str, digest: str, result: str) -> str:
    """The digest kept with a result: a row that is not as it was written, or not of this file as it is, has another."""
    return digest_of("\0".join((path, key, digest, result)))


@cache
def key_of(settings: Settings, what: str = "") -> str:
    """A digest of the settings, of this package as it is, and of `what` is kept under them."""
    parts = [__version__, repr(sys.version_info), repr(settings), what, *sorted(_files_of(_PACKAGE))]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=20).hexdigest()


def _files_of(folder: str) -> Iterator[str]:
    """The files of this package, each with what shows that it was changed. In texts: there are hundreds of them."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _files_of(entry.path)
        elif entry.name.endswith((".py", ".json")):
            status = entry.stat()
            yield f"{entry.path} {status.st_mtime_ns} {status.st_size}"


def _packed(finding: Finding) -> list[Any]:
    fix, other = finding.fix, finding.related
    edits = [] if fix is None else [[*_pair(edit.start), *_pair(edit.end), edit.content] for edit in fix.edits]
    return [
        *(finding.code, finding.name, finding.message, finding.severity.value, list(finding.keras)),
        *(*_pair(finding.start), *_pair(finding.end)),
        None if fix is None else [fix.message, fix.applicability.value, edits],
        None if other is None else [other.message, *_pair(other.start), *_pair(other.end)],
    ]


def _unpacked(packed: list[Any]) -> Finding:
    code, name, message, severity, keras, *place, kept, other = packed
    fix = None
    if kept is not None:
        told, applicability, edits = kept
        fix = Fix(told, Applicability(applicability), tuple(map(_edit, edits)))
    start, end = _places(place)
    related = None if other is None else Related(other[0], *_places(other[1:]))
    return Finding(code, name, message, Severity(severity), tuple(keras), start, end, fix, related)


def _edit(packed: list[Any]) -> Edit:
    *place, content = packed
    return Edit(*_places(place), content)


def _places(numbers: list[int]) -> tuple[Position, Position]:
    row, column, end_row, end_column = numbers
    return Position(row, column), Position(end_row, end_column)


def _pair(position: Position) -> tuple[int, int]:
    return position.row, position.column
