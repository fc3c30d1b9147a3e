"""`--write-catalogue`: what is known of the layers of a package, for those who use it."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase.analysis.neighbours import is_top
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
            _refuse_repository(folder)
            return folder
    raise SettingsError(f"--write-catalogue: there is no folder `{package}` here, nor in src")


def _refuse_repository(folder: Path) -> None:
    """Raise SettingsError for a folder that holds a package and is none: nobody imports anything by its name."""
    if not (folder / "__init__.py").is_file() and is_top(folder):
        inside = (one.parent for place in (folder, folder / "src") for one in sorted(place.glob("*/__init__.py")))
        packages = [one.as_posix() for one in inside if one.name not in ("tests", "docs")]
        instead = f", as {packages[0]}" if packages else ""
        raise SettingsError(f"--write-catalogue: {folder} is no package: give the folder that code imports{instead}")
