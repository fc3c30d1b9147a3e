"""The fixer is killed while it writes: whatever the moment, a file is the old one or the new one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from flake8_training_phase.sources import files
from tests.helpers import FIXED_MODEL, MODEL, run

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a system that kills")

WRITE_KILLED_AT_EACH_STEP = """
import json, os, signal, sys
from pathlib import Path
from flake8_training_phase.sources import files

path, old, new = Path(sys.argv[1], "model.py"), sys.argv[2].encode(), sys.argv[3].encode()


def write_and_be_killed_at(step):
    # Every call that the write makes, of Python and of C, is a step, and so is every return from one.
    left = step

    def count(frame, event, argument):
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    files.write(path, new, old)
    sys.setprofile(None)
    os._exit(0)


for step in range(10_000):
    path.write_bytes(old)
    child = os.fork() or write_and_be_killed_at(step)
    _, status = os.waitpid(child, 0)
    rest = [one for one in path.parent.iterdir() if one != path]
    print(json.dumps([os.WIFSIGNALED(status), path.read_text(), [one.name for one in rest]]))
    for one in rest:
        one.unlink()
    if not os.WIFSIGNALED(status):
        break
"""


def test_killed_at_each_step_of_a_write(tmp_path: Path) -> None:
    script = [sys.executable, "-c", WRITE_KILLED_AT_EACH_STEP, str(tmp_path), MODEL, FIXED_MODEL]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    *killed, whole = [tuple(json.loads(line)) for line in done.stdout.splitlines()]
    assert whole == (False, FIXED_MODEL, [])
    assert len(killed) > 100
    assert all(was_killed for was_killed, _, _ in killed)
    # Old up to one step, new from there on.
    texts = [text for _, text, _ in killed]
    assert set(texts) == {MODEL, FIXED_MODEL}
    assert texts == sorted(texts, key=[MODEL, FIXED_MODEL].index)
    # What is left beside the file says whose it is, and is never more than one file.
    for _, _, rest in killed:
        assert len(rest) <= 1
        assert all(name.startswith(".model.py.") and name.endswith(".tmp") for name in rest)
    assert any(rest for _, _, rest in killed)


def test_a_file_has_a_name_only_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "model.py", list[list[Path]]()
    path.write_text(MODEL)
    if files._nameless(tmp_path) is None:
        pytest.skip("needs a file system that has files without names")

    def look(file: int) -> None:
        seen.append(list(tmp_path.iterdir()))

    monkeypatch.setattr(os, "fsync", look)
    files.write(path, FIXED_MODEL.encode(), MODEL.encode())
    assert path.read_text() == FIXED_MODEL
    assert seen == [[path]]


def test_where_every_file_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    path.chmod(0o640)
    monkeypatch.setattr(files, "_nameless", lambda folder: None)
    files.write(path, FIXED_MODEL.encode(), MODEL.encode())
    assert path.read_text() == FIXED_MODEL
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


SLOW_RUN = """
import os, sys, time
fsync = os.fsync
os.fsync = lambda file: (fsync(file), time.sleep(0.05))  # A slow disk, so that there is a moment to kill it in.
from flake8_training_phase.cli import main
main(["--isolated", "--no-cache", "-j1", sys.argv[1]])
"""


def test_killed_at_any_moment_of_a_run(tmp_path: Path) -> None:
    chance = random.Random(1)
    seen: Counter[str] = Counter()
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        paths = [folder / f"model_{number}.py" for number in range(60)]
        for path in paths:
            path.write_text(MODEL)
        with subprocess.Popen([sys.executable, "-c", SLOW_RUN, folder], stdout=subprocess.DEVNULL) as fixing:
            wait_for_a_change(folder, len(paths), fixing)
            time.sleep(chance.random() * 0.5)
            fixing.kill()
        texts = Counter(path.read_text() for path in paths)
        assert set(texts) <= {MODEL, FIXED_MODEL}
        seen += texts
        rest = {path.name for path in folder.iterdir()} - {path.name for path in paths}
        assert all(name.startswith(".model_") and name.endswith(".tmp") for name in rest)
        # The next run does what is left to do, and takes nothing that was left behind for a file to check.
        again = run("flake8_training_phase", "--isolated", "--no-cache", ".", cwd=folder)
        assert again.lines[-1].startswith(f"60 files checked, {texts[MODEL]} finding")
        assert {path.read_text() for path in paths} == {FIXED_MODEL}
    assert seen[MODEL]
    assert seen[FIXED_MODEL]


def wait_for_a_change(folder: Path, files: int, fixing: subprocess.Popen[bytes]) -> None:
    """Return when the first file is being written."""
    until = time.monotonic() + 60
    while time.monotonic() < until and fixing.poll() is None:
        # A temporary file is there, or has taken the place of a file.
        if sum(1 for _ in folder.iterdir()) != files or any(one.read_text() != MODEL for one in folder.glob("*_0.py")):
            return
    pytest.fail("nothing was written")
