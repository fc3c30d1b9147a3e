"""What is installed in an environment of Python: found in its folders, without running anything of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from flake8_training_phase.sources import reading

PROJECT_ENVIRONMENT = ".venv"
"""The folder of a project that holds its environment, as many tools make it."""
_SITES = ("site-packages", "dist-packages")
_LIBRARIES = ("lib/python3*", "local/lib/python3*", "Lib")
"""Where an environment has its folders of packages, and a Python of the system those of its own and of its user."""
_MOST_FOLDERS_UP = 12
"""How many folders above a file its environment may be in."""
_MOST_LINKS = 100
"""How many files are read that name more folders."""
_VERSION = r"(?mi)^version *[=:] *[\"']?([^\s\"']+)"
_NAME = r"(?mi)^name *: *(\S+)"
_HOME = r"(?m)^home *= *(.+?) *$"
_SEES_SYSTEM = r"(?mi)^include-system-site-packages *= *true *$"


def environment_of(path: Path) -> Path:
    """The folder of the environment that is given by that, or by the Python in it."""
    return path if os.path.isdir(path) else path.parent.parent  # noqa: PTH112 - never raises


def package_folders(environment: Path, asked: set[str]) -> list[Path]:
    """The folders that the packages of an environment are in. What this depends on is put into `asked`."""
    settings = environment / "pyvenv.cfg"
    asked.add(str(settings))
    found = list(_own_folders(environment, asked))
    told = text_of(settings)
    home = re.search(_HOME, told)
    if home is not None and re.search(_SEES_SYSTEM, told):
        found += _own_folders(Path(home[1]).parent, asked)
    return found


def _own_folders(environment: Path, asked: set[str]) -> Iterator[Path]:
    for library in _LIBRARIES:
        for folder in sorted(environment.glob(library)):
            for site in (folder / name for name in _SITES):
                asked.add(str(site))
                if os.path.isdir(site):  # noqa: PTH112 - never raises
                    yield site
                    yield from _linked(site, asked)


def _linked(site: Path, asked: set[str]) -> Iterator[Path]:
    """The folders that files in a folder of packages name: of packages that are installed where they are worked on.

    Python runs the lines of such a file that begin with `import`. They are passed over here.
    """
    asked.add(str(site / reading.ANY_LINK))
    for path in sorted(site.glob(reading.ANY_LINK))[:_MOST_LINKS]:
        asked.add(str(path))
        for line in map(str.strip, text_of(path).splitlines()):
            is_path = line and not line.startswith(("#", "import ", "import\t"))
            if is_path and os.path.isdir(site / line):  # noqa: PTH112 - never raises
                yield site / line


def release_beside(folder: Path, asked: set[str]) -> str:
    """The version that is beside a package: in what an installer wrote, or in its pyproject.toml."""
    told = sorted(
        folder.parent.glob("*.dist-info/METADATA"), key=lambda one: not one.parent.name.startswith(folder.name)
    )
    for path in (*told, folder.parent / "PKG-INFO"):
        text = text_of(path)
        name = re.search(_NAME, text)
        if _is_meant(folder, "" if name is None else name[1], path.with_name("top_level.txt")):
            asked.add(str(path))
            return _version(text)
    projects = [one / "pyproject.toml" for one in folder.resolve().parents[:2]]
    asked.update(map(str, projects))
    return next(filter(None, (_version(text_of(one)) for one in projects)), "")


def _is_meant(folder: Path, distribution: str, top_level: Path) -> bool:
    """Whether a package is what a distribution brings: it has its name, or is in its list of names."""
    same = distribution.replace("-", "_").lower() == folder.name.replace("-", "_").lower()
    return same or folder.name in text_of(top_level).split()


def _version(text: str) -> str:
    found = re.search(_VERSION, text)
    return "" if found is None else found[1]


def text_of(path: Path) -> str:
    """The text of a small file; nothing for one that cannot be read."""
    try:
        return reading.read(path, reading.MAX_SETTINGS).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


class InstalledPackages:
    """The installed packages whose sources may be read, by the names that they are imported by."""

    def __init__(self, names: tuple[str, ...] = (), environment: Path | None = None) -> None:
        """`environment`, the folder of one or the Python in it, goes before those that are in projects."""
        self._names = names
        self._environment = environment
        self._searched: dict[Path, tuple[list[Path], frozenset[str]]] = {}
        """Which folders of packages a folder of code sees, and what that depends on."""
        self._found: dict[Path, list[Path]] = {}
        """The packages that were asked for and are there, and the folders of packages that they see."""
        self._releases: dict[Path, tuple[str, frozenset[str]]] = {}

    def root(self, top: str, importer: Path, asked: set[str]) -> Path | None:
        """The folder that holds a package which a file imports; None when it may not be read, or is not there."""
        if top not in self._names:
            return None
        folders = self._folders(importer, asked)
        for folder in folders:
            package, module = folder / top, folder / f"{top}.py"
            asked |= {str(package), str(module)}
            if os.path.isdir(package) or os.path.isfile(module):  # noqa: PTH112, PTH113 - never raise
                self._found[package] = folders
                return folder
        return None

    def package_of(self, path: Path) -> Path | None:
        """The installed package that a file is of, without a suffix; None for one of the project."""
        if not self._found:
            return None
        return next((one for one in (path.with_suffix(""), *path.parents) if one in self._found), None)

    def title_of(self, path: Path, asked: set[str]) -> str:
        """The package that a file is of, with its release; nothing for a file of the project."""
        package = self.package_of(path)
        if package is None:
            return ""
        if package not in self._releases:
            tried: set[str] = set()
            self._releases[package] = release_beside(package, tried), frozenset(tried)
        release, before = self._releases[package]
        asked |= before
        return f"{package.name} {release}".strip()

    def _folders(self, importer: Path, asked: set[str]) -> list[Path]:
        package = self.package_of(importer)
        if package is not None:
            return self._found[package]
        folder = importer.parent
        if folder not in self._searched:
            tried: set[str] = set()
            self._searched[folder] = self._found_for(folder, tried), frozenset(tried)
        found, before = self._searched[folder]
        asked |= before
        return found

    def _found_for(self, folder: Path, asked: set[str]) -> list[Path]:
        found = [] if self._environment is None else package_folders(environment_of(self._environment), asked)
        for above in (folder, *folder.parents)[:_MOST_FOLDERS_UP]:
            environment = above / PROJECT_ENVIRONMENT
            asked |= {str(environment), str(above / ".git")}
            if os.path.isdir(environment):  # noqa: PTH112 - never raises
                return [*found, *package_folders(environment, asked)]
            if os.path.exists(above / ".git"):  # noqa: PTH110 - never raises
                break
        return found


NO_PACKAGES = InstalledPackages()
"""None of them, as long as nobody names one."""
