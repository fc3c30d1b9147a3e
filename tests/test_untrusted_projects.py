"""The checked project is only read: none of its code runs, and nothing outside the paths given is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_training_phase.sources import files
from tests.helpers import FIXED_MODEL, MODEL, run

CLEAN, FOUND, ERROR = 0, 1, 2

TELLTALE = """\
import pathlib
pathlib.Path({mark!r}).touch()
"""

LURING_NAMES = (
    *("conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "noxfile.py", "tasks.py", "__main__.py"),
    *("keras/__init__.py", "tensorflow/__init__.py", "layers.py", "flake8_training_phase_plugin.py"),
    # Modules that the tool itself imports.
    *("libcst.py", "tomllib.py", "tomli.py", "difflib.py", "pathspec.py", "platformdirs.py", "sqlite3.py", "json.py"),
)

LURING_MODEL = f"""\
import keras
from layers import anything
import conftest
from .setup import *
__import__("tasks")
exec("import noxfile")
{MODEL}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which every module leaves `mark` beside it when it runs."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in LURING_NAMES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(TELLTALE.format(mark=str(tmp_path / "mark")))
    (folder / "model.py").write_text(LURING_MODEL + TELLTALE.format(mark=str(tmp_path / "mark")))
    (folder / "pyproject.toml").write_text("[tool.training-phase]\nselect = ['KTP1']\n")
    return folder


def test_the_telltale_tells(project: Path) -> None:
    subprocess.run([sys.executable, "layers.py"], cwd=project, check=True)
    assert (project.parent / "mark").exists()


@pytest.mark.parametrize("options", [["--check"], ["--diff"], [], ["--check", "-j2"], ["--check", "keras"]])
def test_no_code_of_the_project_runs(options: list[str], project: Path) -> None:
    done = run("flake8_training_phase", *options, ".", cwd=project)
    assert done.code in (CLEAN, FOUND)
    assert done.err == "" or "--diff" in options
    assert not (project.parent / "mark").exists()


def test_no_code_of_the_project_runs_in_the_plugin(project: Path) -> None:
    # As the command `flake8` does, which does not let imports find the working folder first.
    script = "import sys; sys.path.remove(''); from flake8.main.cli import main; sys.exit(main(['--select=KTP']))"
    done = subprocess.run([sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("./model.py:")
    assert not (project.parent / "mark").exists()


WRITTEN = """
import os, sys
opened = []


def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        opened.append(arguments[0])
    if event in ("os.rename", "os.mkdir", "os.remove", "os.symlink", "os.link", "os.truncate"):
        opened.append(arguments[0])
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        opened.append(event)


from flake8_training_phase.cli import main
sys.dont_write_bytecode = True
sys.addaudithook(watch)
code = main(sys.argv[1:])
print("\\n".join(sorted({os.path.abspath(one) for one in opened if isinstance(one, (str, bytes, os.PathLike))})))
"""


@pytest.mark.parametrize("options", [[], ["--check"], ["--diff"], ["--unsafe-fixes"]])
def test_nothing_outside_the_paths_given_is_opened_for_writing(options: list[str], tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.training-phase]\nkeras-versions = '3'\n")
    for path in (tmp_path / "inside" / "model.py", tmp_path / "outside.py"):
        path.write_text(MODEL)
    command = [sys.executable, "-c", WRITTEN, "--no-cache", "-j1", *options, "inside"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    written = [line for line in done.stdout.splitlines() if line.startswith("/")]
    if {"--check", "--diff"} & {*options}:
        assert written == []
    else:
        # What is written there has no name at first, where the system can do that: it is reached by the number of the
        # open file, and the folder is what is opened.
        named = {Path(name) for name in written if not name.startswith("/proc/self/fd/")}
        assert {path if path.is_dir() else path.parent for path in named} == {tmp_path / "inside"}
    assert (tmp_path / "outside.py").read_text() == MODEL


@pytest.mark.parametrize(
    "setting", ["cache-dir = '../elsewhere'", "output = '../elsewhere'", "paths = ['..']", "config = '../other.toml'"]
)
def test_settings_of_the_project_name_no_place_to_write_to(setting: str, tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pyproject.toml").write_text(f"[tool.training-phase]\n{setting}\n")
    (tmp_path / "model.py").write_text(MODEL)
    done = run("flake8_training_phase", "--no-cache", ".", cwd=tmp_path / "project")
    assert done.code == ERROR
    assert "unknown setting" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.py", "project"]


# Links


@pytest.fixture
def links(tmp_path: Path) -> Path:
    """A folder with a model, a link to it, and links to a file and a folder outside."""
    folder = tmp_path / "given"
    (tmp_path / "elsewhere").mkdir()
    folder.mkdir()
    (folder / "model.py").write_text(MODEL)
    (tmp_path / "elsewhere" / "other.py").write_text(MODEL)
    (folder / "same.py").symlink_to("model.py")
    (folder / "other.py").symlink_to("../elsewhere/other.py")
    (folder / "folder").symlink_to("../elsewhere", target_is_directory=True)
    return folder


def test_a_link_that_leads_out_is_not_written_through(links: Path) -> None:
    done = run("flake8_training_phase", "--isolated", "given", cwd=links.parent)
    assert done.code == ERROR
    assert done.err == "given/other.py: not written: it is a link that leads out of what was given\n"
    assert (links / "model.py").read_text() == FIXED_MODEL
    assert (links.parent / "elsewhere" / "other.py").read_text() == MODEL
    assert all((links / name).is_symlink() for name in ("same.py", "other.py", "folder"))


@pytest.mark.parametrize("named", [["given/other.py"], ["given/folder"], ["given", "elsewhere"], ["."]])
def test_a_link_that_is_named_or_leads_to_what_is_given_is_written_through(named: list[str], links: Path) -> None:
    assert run("flake8_training_phase", "--isolated", *named, cwd=links.parent).code == CLEAN
    assert (links.parent / "elsewhere" / "other.py").read_text() == FIXED_MODEL
    assert (links / "other.py").is_symlink()


def test_hard_links_are_left_behind_with_the_old_text(links: Path) -> None:
    # A package installer may share a file with its cache: what is not below the paths given stays as it is.
    shared, twin = links.parent / "elsewhere" / "shared.py", links / "twin.py"
    shared.hardlink_to(links / "model.py")
    twin.hardlink_to(shared)
    (links / "other.py").unlink()
    done = run("flake8_training_phase", "--isolated", "given", cwd=links.parent)
    assert (done.code, done.err) == (CLEAN, "")
    assert [(links / name).read_text() for name in ("model.py", "twin.py")] == [FIXED_MODEL] * 2
    assert shared.read_text() == MODEL
    assert shared.stat().st_nlink == 1


# Files that change under the run


def test_what_was_written_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from flake8_training_phase import cli, engine\n"
        "fix = engine.fix\n"
        "def edit_meanwhile(*a, **k):\n"
        "    done = fix(*a, **k); Path('model.py').write_text('# mine'); return done\n"
        "engine.fix = edit_meanwhile\n"
        "sys.exit(cli.main(['--isolated', '--no-cache', '-j1', 'model.py']))"
    )
    (tmp_path / "model.py").write_text(MODEL)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == ERROR
    assert done.stderr == "model.py: cannot be written: it has changed since it was read\n"
    assert (tmp_path / "model.py").read_text() == "# mine"


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    script = (
        "import shutil, sys; from flake8_training_phase import cli, engine\n"
        "fix = engine.fix\n"
        "def delete_meanwhile(*a, **k):\n"
        "    done = fix(*a, **k); shutil.rmtree('folder'); return done\n"
        "engine.fix = delete_meanwhile\n"
        "sys.exit(cli.main(['--isolated', '--no-cache', '-j1', '.']))"
    )
    (tmp_path / "folder").mkdir()
    for name in ("folder/a.py", "folder/b.py"):
        (tmp_path / name).write_text(MODEL if name.endswith("a.py") else FIXED_MODEL)
    (tmp_path / "model.py").write_text(FIXED_MODEL)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == ERROR
    assert sorted(done.stderr.splitlines()) == [
        "folder/a.py: cannot be read: No such file or directory",
        "folder/b.py: cannot be read: No such file or directory",
    ]


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_with_spaces_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    names = [
        os.fsdecode(name)
        for name in (b"a b.py", b"caf\xe9.py", b"new\nline.py", b"-dash.py", "d\u00e9j\u00e0 vu 😀.py".encode())
    ]
    for name in names:
        (tmp_path / "my models").mkdir(exist_ok=True)
        (tmp_path / "my models" / name).write_text(MODEL)
    done = run("flake8_training_phase", "--isolated", "my models", cwd=tmp_path)
    assert (done.code, done.err) == (CLEAN, "")
    assert all((tmp_path / "my models" / name).read_text() == FIXED_MODEL for name in names)
    assert len(list((tmp_path / "my models").iterdir())) == len(names)


# Files that are none


@pytest.fixture
def keras_project(tmp_path: Path) -> Path:
    """A repository with one file that has a finding."""
    (tmp_path / ".git" / "info").mkdir(parents=True)
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")


@needs_pipes
@pytest.mark.parametrize("name", ["f.py", "n.ipynb", ".gitignore", ".git/info/exclude"])
def test_a_pipe_is_not_opened(name: str, keras_project: Path) -> None:
    os.mkfifo(keras_project / name)
    done = run("flake8_training_phase", "--check", "--isolated", ".", cwd=keras_project)
    assert done.code == ERROR
    assert done.err.endswith(f"{name}: cannot be read: it is not a regular file\n")
    assert "1 file checked, 1 finding " in done.out


@needs_pipes
@pytest.mark.parametrize("name", ["pyproject.toml", "deep/.git", "deep/p/__init__.py"])
def test_a_pipe_that_nothing_is_said_of(name: str, keras_project: Path) -> None:
    (keras_project / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(keras_project / name)
    (keras_project / "deep").mkdir(exist_ok=True)
    (keras_project / "deep" / "more.py").write_text(f"from p import *\n{MODEL}")
    done = run("flake8_training_phase", "--check", "deep/more.py", "model.py", cwd=keras_project)
    assert (done.code, done.err) == (FOUND, "")
    assert done.lines[-1].startswith("2 files checked, 2 findings ")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
@pytest.mark.parametrize("name", ["z.py", ".gitignore", ".git/info/exclude"])
def test_a_link_to_what_never_ends(name: str, keras_project: Path) -> None:
    (keras_project / name).symlink_to("/dev/zero")
    done = run("flake8_training_phase", "--check", "--isolated", ".", cwd=keras_project)
    assert done.code == ERROR
    assert done.err.endswith(f"{name}: cannot be read: it is not a regular file\n")


def test_a_file_that_is_too_large(keras_project: Path) -> None:
    with (keras_project / "large.py").open("wb") as file:
        file.truncate(40_000_000)
    done = run("flake8_training_phase", "--check", "--isolated", ".", cwd=keras_project)
    assert (done.code, done.err) == (ERROR, "large.py: cannot be read: it is larger than 32 MB\n")


@needs_pipes
def test_a_file_that_becomes_a_pipe_is_not_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.py")
    with pytest.raises(OSError, match="it is not a regular file"):
        files.write(tmp_path / "model.py", b"new", b"old")
