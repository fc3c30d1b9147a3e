"""`--write-catalogue`: what is known of the layers of a package, for those who use it."""

from __future__ import annotations

import re
from pathlib import Path

from flake8_training_phase.command.writing import write_text
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.printable import printable_path
from flake8_training_phase.sources import reading

_VERSION = re.compile(r"^version *[=:] *[\"']?([^\s\"']+)", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"^name *: *(\S+)", re.MULTILINE | re.IGNORECASE)


def write_catalogue(package: str, destination: Path | None) -> int:
    """Write a package's catalogue to a file, or print it; gives the exit code. Raises SettingsError and UsageError."""
    from flake8_training_phase.catalogues.package import Package, catalogue_of

    folder = _folder(package)
    text = catalogue_of(Package(folder.resolve(), _release(folder)))
    write_text(text, destination)
    if destination is not None:
        print(f"{printable_path(destination)}: {text.count(chr(10)) - 2} layers and models of {folder.name}")
    return 0


def _folder(package: str) -> Path:
    """The folder of a package, which is given by its path or by the name that it is imported by."""
    for folder in (Path(package), Path("src", package)):
        if folder.is_dir():
            return folder
    raise SettingsError(f"--write-catalogue: there is no folder `{package}` here, nor in src")


def _release(folder: Path) -> str:
    """The version that stands beside a package: in what an installer wrote, or in its pyproject.toml."""
    wanted = folder.name.replace("-", "_").lower()
    for path in (*folder.parent.glob("*.dist-info/METADATA"), folder.parent / "PKG-INFO"):
        text = _text(path)
        name = _NAME.search(text)
        if name is not None and name[1].replace("-", "_").lower() == wanted:
            return _version(text)
    return next(filter(None, (_version(_text(one / "pyproject.toml")) for one in folder.resolve().parents[:2])), "")


def _version(text: str) -> str:
    found = _VERSION.search(text)
    return "" if found is None else found[1]


def _text(path: Path) -> str:
    try:
        return reading.read(path, reading.MAX_SETTINGS).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
