"""Which files are checked: those named, those found, and what settings and git leave out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from pathspec import GitIgnoreSpec

from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import DEFAULT_EXCLUDES
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.sources.globs import Globs
from tests.helpers import MODEL, Result

Fix = Callable[..., Result]


def lay_out(folder: Path, **texts: str) -> None:
    """Write files, given by what they hold."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def touch(folder: Path, names: str) -> None:
    """Make empty files, whose names stand in one text."""
    lay_out(folder, **dict.fromkeys(names.split(), ""))


def found(folder: Path, *paths: str, force_exclude: bool = False, **given: object) -> list[str]:
    """The files that are checked when some paths below a folder are named, and options given."""
    configuration = Configuration({key.replace("_", "-"): value for key, value in given.items()})
    asked = [folder / path for path in paths or ("",)]

    def fail(path: Path, error: OSError) -> None:
        raise error

    files = discover(asked, configuration, fail, force_exclude)
    return [path.relative_to(folder).as_posix() for path, _ in files]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with settings of its own, so that nothing above it counts."""
    lay_out(tmp_path, **{"pyproject.toml": "[tool.training-phase]\n"})
    return tmp_path


def test_files_and_folders(project: Path) -> None:
    touch(project, "b.py a.py data.txt sub/c.py .venv/d.py build/e.py x.py/inner.py venv/lib/f.py .github/g.py")
    assert found(project) == ["a.py", "b.py", ".github/g.py", "sub/c.py", "x.py/inner.py"]
    assert found(project, "data.txt", ".venv/d.py", "b.py", "b.py", "") == [
        *("data.txt", ".venv/d.py", "b.py", "a.py", ".github/g.py", "sub/c.py", "x.py/inner.py")
    ]


def test_what_cannot_be_read(project: Path) -> None:
    touch(project, "a.py")
    failed: list[str] = []
    asked = [project / path for path in ("gone.py", "a.py", "n" * 5000)]
    files = list(discover(asked, Configuration({}), lambda path, error: failed.append(path.name)))
    assert [path.name for path, _ in files] == ["a.py"]
    assert failed == ["gone.py", "n" * 5000]


@pytest.mark.parametrize("name", [one.replace("*", "x") for one in DEFAULT_EXCLUDES])
def test_default_excludes(name: str, project: Path) -> None:
    touch(project, f"a.py {name}/b.py deep/{name}/c.py")
    assert found(project) == ["a.py"]


ATOMS = (
    "a",
    "b",
    "*",
    "**",
    "?",
    "/",
    "[ab]",
    "[!a]",
    "[a-b]",
    "[]a]",
    "[[:alpha:]]",
    "!",
    "#",
    " ",
    "-",
    r"\a",
    r"\*",
)
"""What patterns are made of; and names, which have to be legal, of some of that."""
ATOMS_OF_NAMES = ("a", "b", "*", "[", "]", "!", "#", " ", "-")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge")
@pytest.mark.parametrize("seed", range(4))
def test_patterns_mean_what_they_mean_to_git(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "a/b/a").mkdir(parents=True)
    (tmp_path / "b/a").mkdir(parents=True)
    paths = [
        folder + "".join(random.choices(ATOMS_OF_NAMES, k=random.randint(1, 3)))
        for folder in ("", "a/", "b/a/", "a/b/a/") * 8
    ]
    for path in paths:
        if not (tmp_path / path).is_dir():
            (tmp_path / path).touch()
    for _ in range(40):
        pattern = "".join(random.choices(ATOMS, k=random.randint(1, 6)))
        (tmp_path / ".gitignore").write_text(f"{pattern}\n")
        command = ["git", "check-ignore", "--no-index", "-z", "--stdin"]
        asked = "\0".join(paths)
        said = subprocess.run(command, cwd=tmp_path, input=asked, capture_output=True, text=True, check=False)
        globs = Globs(str(tmp_path), (pattern,))
        ignored = {path for path in paths if globs.match(f"{tmp_path}/{path}", (tmp_path / path).is_dir())}
        assert ignored == set(said.stdout.split("\0")) & set(paths), pattern


@pytest.mark.parametrize("stars", [4, 40, 4000])
def test_stars_do_not_explode(stars: int) -> None:
    name = "a" * 250
    assert Globs("/top", ("*a" * stars + "*b",)).match(f"/top/{name}") is None
    assert Globs("/top", ("*a" * min(stars, 200) + "*",)).match(f"/top/{name}") is True
    assert Globs("/top", ("**/a/" * stars + "b",)).match("/top" + "/a" * 250) is None


@pytest.mark.parametrize("is_folder", [False, True])
@pytest.mark.parametrize(
    "path", ["build", "a/build", "a/build/b.py", "rebuild", "build.py", "x.egg", ".egg", "a/x.egg/b", "egg", "x.egg.py"]
)
def test_names_mean_what_they_mean_in_a_gitignore(path: str, is_folder: bool) -> None:
    patterns = ("build", "*.egg")
    expected = GitIgnoreSpec.from_lines(patterns).check_file(path + "/" * is_folder).include
    assert Globs("/top", patterns).match(f"/top/{path}", is_folder) is expected


def test_a_project_that_lies_in_an_excluded_folder(tmp_path: Path) -> None:
    lay_out(tmp_path / "build", **{"pyproject.toml": "[tool.training-phase]\n", "a.py": "", "build/b.py": ""})
    assert found(tmp_path / "build") == ["a.py"]


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ([], ["a.py", "build/e.py", "gen/a_pb2.py", "gen/c.py", "src/gen/d.py"]),
        (["gen"], ["a.py", "build/e.py"]),
        (["/gen"], ["a.py", "build/e.py", "src/gen/d.py"]),
        (["src/gen"], ["a.py", "build/e.py", "gen/a_pb2.py", "gen/c.py"]),
        (["*_pb2.py", "a.py"], ["build/e.py", "gen/c.py", "src/gen/d.py"]),
        (["gen/*", "!gen/c.py"], ["a.py", "build/e.py", "gen/c.py", "src/gen/d.py"]),
        (["**/*.py"], []),
    ],
)
def test_exclude(patterns: list[str], left: list[str], project: Path) -> None:
    touch(project, "a.py gen/c.py gen/a_pb2.py src/gen/d.py build/e.py")
    table = f"[tool.training-phase]\nexclude = {patterns}\n"
    lay_out(project, **{"pyproject.toml": table})
    assert found(project) == left
    # Relative to the file that has them, wherever the run begins.
    assert found(project, "src") == [path for path in left if path.startswith("src")]


def test_extend_exclude(project: Path) -> None:
    touch(project, "a.py gen/c.py build/e.py")
    lay_out(project, **{"pyproject.toml": "[tool.training-phase]\nextend-exclude = ['gen']\n"})
    assert found(project) == ["a.py"]
    assert found(project, exclude=["nothing"]) == ["a.py", "build/e.py"]


def test_patterns_of_the_command_line_are_relative_to_this_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(project, "here/gen/a.py here/b.py gen/c.py build/d.py e.py")
    monkeypatch.chdir(project / "here")
    assert found(project, extend_exclude=["/gen"]) == ["e.py", "gen/c.py", "here/b.py"]
    assert found(project, extend_exclude=["gen"]) == ["e.py", "here/b.py"]


def test_what_is_named_is_checked(project: Path) -> None:
    touch(project, "build/a.py build/lib/b.py build/lib/venv/c.py gen/d.py")
    lay_out(project, **{"pyproject.toml": "[tool.training-phase]\nextend-exclude = ['gen']\n"})
    assert found(project, "build/a.py", "gen/d.py") == ["build/a.py", "gen/d.py"]
    assert found(project, "build") == ["build/a.py", "build/lib/b.py"]
    assert found(project, "build/lib") == ["build/lib/b.py"]


def test_force_exclude(project: Path) -> None:
    touch(project, "build/a.py build/lib/b.py gen/d.py e.py")
    lay_out(project, **{"pyproject.toml": "[tool.training-phase]\nextend-exclude = ['gen']\n"})
    named = ("build/a.py", "build/lib", "gen/d.py", "gen", "e.py")
    assert found(project, *named, force_exclude=True) == ["e.py"]


def test_each_folder_has_the_settings_of_its_own_project(project: Path) -> None:
    touch(project, "one/data/a.py two/data/b.py two/gen/c.py")
    lay_out(
        project, **{"one/pyproject.toml": "[tool.training-phase]\nextend-exclude = ['data']\nkeras-versions = '2'\n"}
    )
    lay_out(
        project, **{"two/pyproject.toml": "[tool.training-phase]\nextend-exclude = ['gen']\nkeras-versions = '3'\n"}
    )
    files = discover([project], Configuration({}), lambda path, error: None)
    assert [(path.name, settings.keras_versions) for path, settings in files] == [("b.py", targets("3"))]


# What git leaves out


@pytest.fixture
def repository(project: Path) -> Path:
    (project / ".git" / "info").mkdir(parents=True)
    return project


def test_gitignore(repository: Path) -> None:
    touch(repository, "a.py b.py sub/a.py sub/c.py sub/keep.py out/d.py sub/out/e.py odd.py")
    lay_out(
        repository,
        **{
            ".gitignore": "# made\n/a.py\nkeep.py\nout/\nbroken\\\n[z-a]\n",
            "sub/.gitignore": "!keep.py\nc.py\n",
            ".git/info/exclude": "odd.py\n",
        },
    )
    assert found(repository) == ["b.py", "sub/a.py", "sub/keep.py"]
    # Those above count where the run begins further down, too.
    assert found(repository, "sub") == ["sub/a.py", "sub/keep.py"]
    everything = ["a.py", "b.py", "odd.py", "out/d.py", "sub/a.py", "sub/c.py", "sub/keep.py", "sub/out/e.py"]
    assert found(repository, respect_gitignore=False) == everything


def test_what_git_ignores_can_be_named(repository: Path) -> None:
    touch(repository, "out/a.py out/gen/b.py out/lib/out/c.py")
    lay_out(repository, **{".gitignore": "/out\ngen\n"})
    assert found(repository) == []
    assert found(repository, "out/gen/b.py") == ["out/gen/b.py"]
    assert found(repository, "out") == ["out/a.py", "out/lib/out/c.py"]


def test_git_stops_at_the_repository(project: Path) -> None:
    touch(project, "a.py plain/a.py inner/a.py inner/.git/HEAD")
    lay_out(project, **{".gitignore": "a.py\n"})
    # Where there is no repository, what is in the folder that is named counts; a repository has its own.
    assert found(project) == ["inner/a.py"]
    assert found(project, "inner") == ["inner/a.py"]
    assert found(project, "plain") == ["plain/a.py"]


def test_a_further_work_tree_and_a_submodule(repository: Path) -> None:
    lay_out(
        repository,
        **{
            ".git/info/exclude": "odd.py\n",
            ".git/worktrees/more/commondir": "../..\n",
            "more/.git": f"gitdir: {repository}/.git/worktrees/more\n",
            "more/odd.py": "",
            "more/even.py": "",
            ".git/modules/part/info/exclude": "even.py\n",
            "part/.git": "gitdir: ../.git/modules/part\n",
            "part/odd.py": "",
            "part/even.py": "",
            "strange/.git": "gitdir: nowhere\n",
            "strange/odd.py": "",
            "broken/.git": "gitdir: a\0b\n",
            "broken/odd.py": "",
        },
    )
    assert found(repository) == ["broken/odd.py", "more/even.py", "part/odd.py", "strange/odd.py"]


# Through the command


def test_show_files(project: Path, fix: Fix) -> None:
    touch(project, "b.py a.py build/c.py")
    assert fix("--show-files", "--extend-exclude", "b.py") == Result(0, "a.py\n", "")
    assert fix("--show-files", "gone.py") == Result(2, "", "gone.py: cannot be read: No such file or directory\n")


def test_force_exclude_in_the_command(project: Path, fix: Fix) -> None:
    lay_out(project, **{"build/a.py": MODEL, "b.py": MODEL})
    assert fix("--check", "--force-exclude", "build/a.py", "b.py").lines[-1].startswith("1 file checked, 1 finding")
    assert fix("--check", "build/a.py", "b.py").lines[-1].startswith("2 files checked, 2 findings")
    assert fix("--show-files", "--force-exclude", "build/a.py", "b.py").out == "b.py\n"


def test_force_exclude_leaves_standard_input_as_it_is(project: Path, fix: Fix) -> None:
    left = fix("--force-exclude", "--stdin-filename", "build/a.py", "-", stdin=MODEL.encode())
    assert (left.code, left.out) == (0, MODEL)
    checked = fix("--force-exclude", "--check", "--stdin-filename", "build/a.py", "-", stdin=MODEL.encode())
    assert (checked.code, checked.out) == (0, "All checks passed (0 files checked)\n")
    assert fix("--stdin-filename", "build/a.py", "-", stdin=MODEL.encode()).out != MODEL


def test_settings_cannot_make_it_write_outside_the_paths_given(project: Path, fix: Fix) -> None:
    lay_out(project, **{"inside/a.py": MODEL, "outside/b.py": MODEL})
    for line in ("exclude = ['!../outside']", "extend-exclude = ['!/outside/b.py']", "exclude = []"):
        lay_out(project, **{"inside/pyproject.toml": f"[tool.training-phase]\n{line}\n"})
        fix("inside")
        assert (project / "outside" / "b.py").read_text() == MODEL
    assert (project / "inside" / "a.py").read_text() != MODEL
    for unknown in ("include", "src", "paths", "files", "output-file", "cache-dir", "write-baseline", "add-noqa"):
        lay_out(project, **{"inside/pyproject.toml": f"[tool.training-phase]\n{unknown} = ['../outside']\n"})
        stopped = fix("inside")
        assert stopped.code == 2
        assert f"unknown setting `{unknown}`" in stopped.err
