"""What the command promises for any project: it ends as it says, writes fixes and nothing else, and no name or setting
of a project says anything in its place."""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

from flake8_training_phase import engine
from flake8_training_phase.cli import main
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.runs.cache import CACHE_VARIABLE
from flake8_training_phase.sources.text import SourceText
from tests.fuzz.containers import spoiled
from tests.fuzz.projects import FORMATS, SOURCES, Project, written
from tests.fuzz.promises import MAX_SECONDS, BrokenPromise, Done

_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
_COMMAND = re.compile(r"::(error|warning|notice) [^\n]+::[^\n]+\n")
_READ: dict[str, Callable[[str], object]] = {
    "gitlab": json.loads,
    "json": json.loads,
    "json-lines": lambda text: [json.loads(line) for line in text.splitlines()],
    "junit": ElementTree.fromstring,
    "sarif": json.loads,
}


def keep_project_promises(project: Project) -> bool:
    """Hold the command to its promises in one project; gives whether it read the settings. Raises BrokenPromise."""
    started = time.process_time()
    output_format = project.chance().choice(FORMATS)
    with _folder() as root, _folder() as cache, _inside(root, cache):
        files = written(project, root)
        if project.spoils_cache:
            _run(project, "--check")
            _spoil(cache, project)
        checked = _run(project, "--check", "--output-format", output_format)
        if _contents(root) != files:
            raise BrokenPromise("a check changes files")
        if checked.code != 2:
            _can_be_read(output_format, checked.out.decode("utf-8"))
        fixed = _run(project)
        if fixed.code == 2 and checked.code != 2:
            raise BrokenPromise("settings that can be checked with cannot be fixed with")
        for name, data in _contents(root).items():
            _only_fixed(name, files.get(name), data)
    if time.process_time() - started > MAX_SECONDS:
        raise BrokenPromise("takes too long")
    return checked.code != 2


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def _inside(root: Path, cache: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(root)
    try:
        with mock.patch.dict(os.environ, {CACHE_VARIABLE: str(cache)}):
            yield
    finally:
        os.chdir(before)


def _can_be_read(output_format: str, text: str) -> None:
    """Readers of a format can read it, and it holds nothing else."""
    try:
        _READ.get(output_format, str)(text)
    except (ValueError, ElementTree.ParseError) as error:
        raise BrokenPromise(f"{output_format} cannot be read") from error
    if output_format == "github" and _COMMAND.sub("", text):
        raise BrokenPromise("a line that is no command of ours")


def _run(project: Project, *options: str) -> Done:
    """Run the command in the current folder, in this process."""
    out, err = io.BytesIO(), io.BytesIO()
    streams: dict[str, Any] = {
        "stdin": io.TextIOWrapper(io.BytesIO(b""), "utf-8"),
        "stdout": io.TextIOWrapper(out, "utf-8", write_through=True),
        "stderr": io.TextIOWrapper(err, "utf-8", write_through=True),
    }
    try:
        with mock.patch.multiple("sys", **streams):
            code = main([*project.options, *options, "-j1", "--color", "never", "."])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException as error:
        raise BrokenPromise(f"{type(error).__name__} leaves the command") from error
    done = Done(code, out.getvalue(), err.getvalue().decode("utf-8"))
    said = done.out.decode("utf-8") + done.err
    if code not in (0, 1, 2) or "internal error" in said or "Traceback" in said:
        raise BrokenPromise(f"the command fails with {code}")
    if code == 2 and not done.err.strip():
        raise BrokenPromise("an error without a word")
    odd = {one for one in said if unicodedata.category(one) in _CONTROLS} - {"\n", "\t"}
    if odd:
        raise BrokenPromise(f"characters that a terminal obeys: {sorted(odd)}")
    return done


def _spoil(folder: Path, project: Project) -> None:
    chance = project.chance()
    for path in sorted(folder.iterdir()):
        path.write_bytes(spoiled(path.read_bytes(), chance))


def _contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _only_fixed(name: str, before: bytes | None, after: bytes) -> None:
    if before is None:
        raise BrokenPromise("a file that was not there")
    if after != before and after not in _FIXED.get(before, ()):
        raise BrokenPromise(f"other changes than fixes in a file of {Path(name).suffix}")


def _fixed(text: str, unsafe: bool) -> bytes:
    return engine.fix(SourceText(text), Settings(select=("ALL",)), "model.py", unsafe=unsafe).text.encode()


_FIXED = {text.encode(): (_fixed(text, False), _fixed(text, True)) for text in SOURCES}
"""What the files may be made of."""
