"""`follow-imports` with names of packages: their sources are read where they are installed, and none of them runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.resolve import ACTIVE_ENVIRONMENT, Configuration
from flake8_training_phase.server.checks import Checks
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.sources.environments import package_folders
from tests.helpers import Result, flake8, run

Fix = Callable[..., Result]

SITE = "lib/python3.12/site-packages"

BLOCKS = """\
import keras
from other_lib import Norm


class Block(keras.layers.Layer):
    def __init__(self, rate=0.1):
        super().__init__()
        self.drop = keras.layers.Dropout(rate)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Normed(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = Norm()

    def call(self, x, training=None):
        return self.norm(x, training=training)
"""
OTHER = "import keras\n\n\nclass Norm(keras.layers.BatchNormalization):\n    pass\n"
PACKAGES = {
    "my_lib/__init__.py": "from my_lib.blocks import Block\nfrom .blocks import Normed\n",
    "my_lib/blocks.py": BLOCKS,
    "my_lib-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: my-lib\nVersion: 1.2\n",
    "other_lib.py": OTHER,
    "tcn.py": "import keras\n\n\nclass TCN(keras.layers.Layer):\n    def call(self, x):\n        return x\n",
}
NET = """\
import keras
{imports}


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = {body}()

    def call(self, x):
        return self.body(x)
"""
MODEL = NET.format(imports="import my_lib", body="my_lib.Block")
MESSAGE = "`self.body` (Block from my_lib 1.2, line 11)"


def written(folder: Path, files: dict[str, str]) -> Path:
    """A folder with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def environment(folder: Path, packages: dict[str, str] = PACKAGES, site: str = SITE) -> Path:
    """An environment with these packages."""
    written(folder, {"pyvenv.cfg": "home = /usr/bin\nversion = 3.12.1\n"})
    written(folder / site, packages)
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment of its own that follows imports into `my_lib`."""
    monkeypatch.delenv(ACTIVE_ENVIRONMENT, raising=False)
    settings = '[tool.training-phase]\nfollow-imports = ["my_lib"]\n'
    environment(tmp_path / ".venv")
    return written(tmp_path, {"pyproject.toml": settings, "app/net.py": MODEL})


def found(fix: Fix, *options: object) -> list[str]:
    """The messages of a run over the project."""
    shown = json.loads(fix("--check", "--output-format", "json", *options, "app").out)
    return [one["message"] for one in shown]


def test_a_class_of_a_named_package_is_read_and_named_with_its_release(project: Path, fix: Fix) -> None:
    (message,) = found(fix)
    assert MESSAGE in message


def test_off_by_default(project: Path, fix: Fix) -> None:
    (project / "pyproject.toml").unlink()
    assert found(fix) == []
    assert found(fix, "--no-follow-imports") == []
    assert MESSAGE in found(fix, "--follow-imports", "my_lib")[0]


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        ("from my_lib import Block", "Block"),
        ("from my_lib.blocks import Block as B", "B"),
        ("import my_lib.blocks", "my_lib.blocks.Block"),
        ("import my_lib as lib", "lib.blocks.Block"),
        ("from my_lib import *", "Block"),
    ],
)
def test_however_it_is_imported(imports: str, body: str, project: Path, fix: Fix) -> None:
    written(project, {"app/net.py": NET.format(imports=imports, body=body)})
    assert MESSAGE in found(fix)[0]


def test_a_package_that_is_not_named_is_not_read(project: Path, fix: Fix) -> None:
    written(project, {"app/net.py": NET.format(imports="from my_lib import Normed", body="Normed")})
    assert found(fix) == []
    assert "(Normed from my_lib 1.2, line 11)" in found(fix, "--follow-imports", "my_lib,other_lib")[0]


def test_a_catalogue_goes_before_what_is_installed(project: Path, fix: Fix) -> None:
    written(project, {"app/net.py": NET.format(imports="import tcn", body="tcn.TCN")})
    told = NET.format(imports="import tcn", body="tcn.TCN").replace("TCN()", "TCN(dropout_rate=0.1)")
    assert found(fix, "--follow-imports", "tcn") == []
    written(project, {"app/net.py": told})
    assert "(TCN from tcn 3.5.7, line 11)" in found(fix, "--follow-imports", "tcn")[0]


def test_the_project_goes_before_what_is_installed(project: Path, fix: Fix) -> None:
    written(project, {"my_lib.py": "class Block:\n    pass\n"})
    assert found(fix) == []


# Environments


def test_the_environment_that_is_named_the_active_one_and_that_of_the_project(
    project: Path, fix: Fix, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_release(release: str) -> Path:
        metadata = {"my_lib-1.2.dist-info/METADATA": f"Name: my-lib\nVersion: {release}\n"}
        return environment(tmp_path_factory.mktemp("environment"), PACKAGES | metadata)

    assert "Block from my_lib 1.2" in found(fix)[0]
    monkeypatch.setenv(ACTIVE_ENVIRONMENT, str(with_release("3")))
    assert "Block from my_lib 3" in found(fix)[0]
    named = with_release("4")
    assert "Block from my_lib 4" in found(fix, "--python", named)[0]
    written(named, {"bin/python": ""})
    assert "Block from my_lib 4" in found(fix, "--python", named / "bin" / "python")[0]
    monkeypatch.setenv(ACTIVE_ENVIRONMENT, str(environment(tmp_path_factory.mktemp("empty"), {"other.py": ""})))
    assert "Block from my_lib 1.2" in found(fix)[0]


@pytest.mark.parametrize("site", ["Lib/site-packages", "lib/python3/dist-packages", "lib/python3.9/site-packages"])
def test_where_packages_stand(site: str, tmp_path: Path) -> None:
    assert package_folders(environment(tmp_path, site=site), set()) == [tmp_path / site]


def test_a_package_that_is_installed_where_it_is_worked_on(project: Path, fix: Fix) -> None:
    site = project / ".venv" / SITE
    written(project / "work" / "src", {name: text for name, text in PACKAGES.items() if "dist-info" not in name})
    written(project / "work", {"pyproject.toml": '[project]\nname = "my-lib"\nversion = "1.3.dev0"\n'})
    for path in (site / "my_lib").iterdir():
        path.unlink()
    (site / "my_lib").rmdir()
    (site / "my-lib.pth").write_text(f"import os; os.mkdir('ran')\n# a comment\n{project / 'work' / 'src'}\n")
    assert "Block from my_lib 1.3.dev0" in found(fix)[0]
    assert not (project / "ran").exists()


def test_an_environment_that_sees_the_packages_of_the_system(tmp_path: Path) -> None:
    system = environment(tmp_path / "usr", site="lib/python3/dist-packages")
    inner = environment(tmp_path / "inner", {"a.py": ""})
    assert package_folders(inner, set()) == [inner / SITE]
    written(inner, {"pyvenv.cfg": f"home = {system / 'bin'}\ninclude-system-site-packages = true\n"})
    assert package_folders(inner, set()) == [inner / SITE, system / "lib/python3/dist-packages"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ('follow-imports = ["my-lib"]', "follow-imports: `my-lib` is no name"),
        (
            'follow-imports = "my_lib"',
            "follow-imports must be true, false or a list of names of packages",
        ),
        ('python = "gone"', "gone is no environment of Python, nor the Python of one: no packages there"),
    ],
)
def test_what_is_neither_a_package_nor_an_environment(setting: str, told: str, tmp_path: Path) -> None:
    written(tmp_path, {"pyproject.toml": f"[tool.training-phase]\n{setting}\n"})
    with pytest.raises(SettingsError, match=r"pyproject\.toml") as raised:
        Configuration({}).for_folder(tmp_path)
    assert told in str(raised.value)


# What is kept


def test_a_changed_package_changes_the_answer(project: Path, fix: Fix) -> None:
    site = project / ".venv" / SITE
    assert MESSAGE in found(fix)[0]
    written(site, {"my_lib/blocks.py": BLOCKS.replace("rate=0.1", "rate=0.0")})
    assert found(fix) == []
    written(site, {"my_lib/blocks.py": BLOCKS})
    assert MESSAGE in found(fix)[0]
    (site / "my_lib-1.2.dist-info").rename(site / "my_lib-2.0.dist-info")
    written(site, {"my_lib-2.0.dist-info/METADATA": "Name: my_lib\nVersion: 2.0\n"})
    assert "Block from my_lib 2.0" in found(fix)[0]


def test_a_package_that_is_installed_later_is_found(project: Path, fix: Fix) -> None:
    site = project / ".venv" / SITE
    (site / "my_lib").rename(project / "elsewhere")
    assert found(fix) == []
    (site / "more.pth").write_text(f"{project / 'more'}\n")
    written(project / "more", {"my_lib.py": OTHER.replace("Norm(", "Block(")})
    assert "(Block from my_lib," in found(fix)[0]


def test_an_environment_that_is_made_later_is_found(project: Path, fix: Fix) -> None:
    (project / ".venv").rename(project / "venv")
    assert found(fix) == []
    (project / "venv").rename(project / ".venv")
    assert MESSAGE in found(fix)[0]


# The other front ends


def test_in_flake8(project: Path) -> None:
    assert MESSAGE in flake8("app", cwd=project).out
    (project / "pyproject.toml").unlink()
    assert flake8("app", cwd=project).out == ""
    assert MESSAGE in flake8("--training-phase-follow-imports", "my_lib", "app", cwd=project).out
    written(project, {"setup.cfg": "[flake8]\ntraining-phase-follow-imports = my_lib\ntraining-phase-python = .venv\n"})
    assert MESSAGE in run("flake8", "--select", "KTP", "app", cwd=project).out


def test_in_editors(project: Path) -> None:
    checks = Checks(Configuration({}))
    file = EditorFile(project / "app" / "net.py", {"file:///net.py": MODEL})
    checks.put(file)
    assert MESSAGE in checks.findings(file)[0].message
    blocks = project / ".venv" / SITE / "my_lib" / "blocks.py"
    blocks.write_text(BLOCKS.replace("rate=0.1", "rate=0.0"))
    assert checks.depending_on(blocks) == [file]
    checks.changed(blocks)
    assert checks.findings(file) == ()


# Untrusted packages


TELLTALE = "import pathlib\npathlib.Path({mark!r}).touch()\n"


def test_nothing_of_an_environment_runs(project: Path) -> None:
    mark = str(project / "mark")
    telltale, site = TELLTALE.format(mark=mark), project / ".venv" / SITE
    luring = ("sitecustomize.py", "usercustomize.py", "keras/__init__.py", "json.py", "libcst/__init__.py")
    written(site, dict.fromkeys(luring, telltale) | {"my_lib/blocks.py": BLOCKS + telltale})
    written(site, {"run.pth": f"import pathlib; pathlib.Path({mark!r}).touch()\n"})
    written(project / ".venv", {"bin/python": f"#!/bin/sh\ntouch {mark}\n"})
    (project / ".venv" / "bin" / "python").chmod(0o755)
    for options in ([], ["--python", ".venv/bin/python"]):
        done = run("flake8_training_phase", "--check", "--no-cache", *options, "app", cwd=project)
        assert MESSAGE in done.out
    assert MESSAGE in flake8("app", cwd=project).out
    assert not Path(mark).exists()


@pytest.mark.parametrize("text", ["import keras\n\nclass Block(keras.layers.Layer\n", "\0", "(" * 9999])
def test_a_package_that_cannot_be_read_is_unknown(text: str, project: Path, fix: Fix) -> None:
    written(project / ".venv" / SITE, {"my_lib/blocks.py": text})
    assert found(fix) == []
