"""`--write-catalogue`: what is known of the layers of a package, for those who use it."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase.command.writing import write_text
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.printable import printable_path
from flake8_training_phase.sources.environments import release_beside


def write_catalogue(package: str, destination: Path | None) -> int:
    """Write a package's catalogue to a file, or print it; gives the exit code. Raises SettingsError and UsageError."""
    from flake8_training_phase.catalogues.package import Package, catalogue_of

    folder = _folder(package)
    text = catalogue_of(Package(folder.resolve(), release_beside(folder, set())))
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
